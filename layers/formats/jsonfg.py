"""OGC Features and Geometries JSON (21-045r1): GeoJSON that says its reference system and its time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layers.crs import CRS84_URI, LON_LAT_SRID, WEB_MERCATOR_SRID
from layers.formats.base import Export, Format, written_by
from layers.formats.json_features import about, collection, properties_sql
from layers.formats.rows import geometry_sql
from layers.reading import quoted
from layers.spec import Text

CONFORMANCE = "http://www.opengis.net/spec/json-fg-1/1.0/conf/"
CONFORMANCE_CLASSES = tuple(CONFORMANCE + name for name in ("core", "types-schemas"))
_DIMENSIONS = {"Point": 0, "MultiPoint": 0, "LineString": 1, "MultiLineString": 1, "Polygon": 2, "MultiPolygon": 2}


def chunks(export: Export) -> Iterator[bytes]:
    members = {**head_members(export), "machigis": about(export)}
    if export.layer.geometry_type in _DIMENSIONS:
        members["geometryDimension"] = _DIMENSIONS[export.layer.geometry_type]
    return collection(export, members, feature_sql(export))


def head_members(export: Export) -> dict[str, Any]:
    """What a document of one feature or many says of itself: its conformance, its type, its reference system."""
    return {
        "conformsTo": list(CONFORMANCE_CLASSES),
        "featureType": export.layer.name,
        "coordRefSys": _crs(export)[0],
    }


def _crs(export: Export) -> tuple[str, bool]:
    """The reference system by its name, and whether its first axis is latitude or the northing."""
    if export.wanted is not None:
        return export.crs.uri, export.crs.north_first
    return crs_uri(export.srid), export.srid not in {LON_LAT_SRID, WEB_MERCATOR_SRID}


def crs_uri(srid: int) -> str:
    """The reference system whose order of axes the positions have.

    >>> crs_uri(6677)
    'http://www.opengis.net/def/crs/EPSG/0/6677'
    """
    return CRS84_URI if srid == LON_LAT_SRID else f"http://www.opengis.net/def/crs/EPSG/0/{srid}"


def feature_sql(export: Export) -> str:
    """One feature as text: in `geometry` where the system is that of GeoJSON, else in `place` (21-045r1, 7.8 and 7.9).

    Both are null where the feature lies outside the domain of a system.
    """
    uri, north_first = _crs(export)
    shape = geometry_sql(export)
    text = f"coalesce(ST_AsGeoJSON({_flipped(shape) if north_first else shape}, {export.digits}, 0), 'null')"
    members = f"',\"geometry\":' || {text} || ',\"place\":null'"
    if uri != CRS84_URI:
        members = f'\',"geometry":null,"place":\' || {text}'
    return (
        '\'{"type":"Feature","id":\' || to_json(t.id)::text'
        f" || ',\"time\":' || {_time_sql(export)} || {members}"
        f" || ',\"properties\":' || {properties_sql(export)} || '}}'"
    )


def _flipped(shape: str) -> str:
    """Positions with northing or latitude first."""
    return f"ST_FlipCoordinates({shape})"


def _time_sql(export: Export) -> str:
    """The feature's period as an instant or an interval; null where the layer or the row has none."""
    period, readable = export.layer.period, {field.name for field in export.layer.fields_for(export.audience)}
    if period is None or not {period.start, period.end} <= readable:
        return "'null'"
    start, end = (_utc_sql(f"t.{quoted(name)}") for name in (period.start, period.end))
    if period.start == period.end:
        return f"coalesce('{{\"timestamp\":\"' || {start} || '\"}}', 'null')"
    ends = f"coalesce('\"' || {start} || '\"', '\"..\"') || ',' || coalesce('\"' || {end} || '\"', '\"..\"')"
    return f"CASE WHEN coalesce({start}, {end}) IS NULL THEN 'null' ELSE '{{\"interval\":[' || {ends} || ']}}' END"


def _utc_sql(column: str) -> str:
    """JSON-FG takes moments in UTC only."""
    return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"


JSON_FG = Format(
    name="jsonfg",
    title=Text("JSON-FG", "JSON-FG"),
    media_type="application/fg+json",
    extensions=("jsonfg", "fg.json"),
    axis_order=Text(
        "座標参照系の定める順（平面直角座標系と JGD2011 は北・緯度が先）", "as the reference system defines"
    ),
    write=written_by(chunks),
    chunks=chunks,
)
