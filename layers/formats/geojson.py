"""GeoJSON (RFC 7946): for the web and for every GIS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layers.crs import LON_LAT_SRID
from layers.formats.base import X_FIRST, Export, Format, written_by
from layers.formats.json_features import about, collection, properties_sql
from layers.formats.rows import geometry_sql
from layers.spec import Text


def chunks(export: Export) -> Iterator[bytes]:
    feature = (
        '\'{"type":"Feature","id":\' || to_json(t.id)::text'
        f" || ',\"geometry\":' || ST_AsGeoJSON({geometry_sql(export)}, {export.digits}, 0)"
        f" || ',\"properties\":' || {properties_sql(export)} || '}}'"
    )
    return collection(export, {**_crs(export.srid), "name": export.layer.name, "machigis": about(export)}, feature)


def _crs(srid: int) -> dict[str, Any]:
    """The member of GeoJSON 2008 for other systems: RFC 7946 leaves them to agreement, GDAL and QGIS agree on this."""
    if srid == LON_LAT_SRID:
        return {}
    return {"crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{srid}"}}}


GEOJSON = Format(
    name="geojson",
    title=Text("GeoJSON", "GeoJSON"),
    media_type="application/geo+json",
    extensions=("geojson", "json"),
    axis_order=X_FIRST,
    write=written_by(chunks),
    chunks=chunks,
)
