"""OGC Features and Geometries JSON (21-045r1): GeoJSON that says its reference system and its time."""

from __future__ import annotations

from collections.abc import Iterator

from layers.crs import CRS84_URI, LON_LAT_SRID, WEB_MERCATOR_SRID
from layers.formats.base import Export, Format, written_by
from layers.formats.json_features import about, collection, properties_sql
from layers.formats.rows import geometry_sql
from layers.reading import quoted
from layers.spec import Text

CONFORMANCE = "http://www.opengis.net/spec/json-fg-1/1.0/conf/"
_DIMENSIONS = {"Point": 0, "MultiPoint": 0, "LineString": 1, "MultiLineString": 1, "Polygon": 2, "MultiPolygon": 2}


def chunks(export: Export) -> Iterator[bytes]:
    members = {
        "conformsTo": [CONFORMANCE + name for name in ("core", "types-schemas")],
        "featureType": export.layer.name,
        "coordRefSys": crs_uri(export.srid),
        "machigis": about(export),
    }
    if export.layer.geometry_type in _DIMENSIONS:
        members["geometryDimension"] = _DIMENSIONS[export.layer.geometry_type]
    return collection(export, members, _feature_sql(export))


def crs_uri(srid: int) -> str:
    """The reference system whose order of axes the positions have.

    >>> crs_uri(6677)
    'http://www.opengis.net/def/crs/EPSG/0/6677'
    """
    return CRS84_URI if srid == LON_LAT_SRID else f"http://www.opengis.net/def/crs/EPSG/0/{srid}"


def _feature_sql(export: Export) -> str:
    lon_lat = f"ST_AsGeoJSON(t.geometry, {Export(export.layer, export.audience).digits}, 0)"
    if export.srid == LON_LAT_SRID:
        shape = f" || ',\"geometry\":' || {lon_lat} || ',\"place\":null'"
    else:
        shape = f' || \',"geometry":null,"place":\' || ST_AsGeoJSON({_in_axis_order(export)}, {export.digits}, 0)'
    return (
        '\'{"type":"Feature","id":\' || to_json(t.id)::text'
        f" || ',\"time\":' || {_time_sql(export)}{shape}"
        f" || ',\"properties\":' || {properties_sql(export)} || '}}'"
    )


def _in_axis_order(export: Export) -> str:
    """Positions in the order that the system itself states: northing or latitude first, but for Web Mercator."""
    shape = geometry_sql(export)
    return shape if export.srid == WEB_MERCATOR_SRID else f"ST_FlipCoordinates({shape})"


def _time_sql(export: Export) -> str:
    """The feature's period as an instant or an interval; null where the layer or the row has none."""
    period, readable = export.layer.period, {field.name for field in export.fields}
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
