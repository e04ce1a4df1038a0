"""Rows for any layer, made from its declaration."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db import models

from layers import values
from layers.spec import Audience, Field, LayerSpec

SECRET = "himitsu"
"""Stands in every field that the public may not read."""

_WKT = {
    "Point": "POINT({x} {y})",
    "LineString": "LINESTRING({x} {y}, {x2} {y})",
    "MultiLineString": "MULTILINESTRING(({x} {y}, {x2} {y}))",
    "Geometry": "POINT({x} {y})",
    "MultiPolygon": "MULTIPOLYGON((({x} {y}, {x2} {y}, {x2} {y2}, {x} {y})))",
}


def add(layer: LayerSpec, feature_id: str, *, lon: float = 139.56, lat: float = 35.68, **given: Any) -> None:
    """A row with something in every field; where the layer has rules for rows, one that the public sees."""
    row = {field.name: value_for(layer, field) for field in layer.fields}
    if layer.rows is not None:
        row[layer.rows.field] = layer.rows.values[0]
    layer.model(id=feature_id, geometry=_geometry(layer, lon, lat), **row | given).save(force_insert=True)


def _geometry(layer: LayerSpec, lon: float, lat: float) -> GEOSGeometry:
    wkt = _WKT[layer.geometry_type].format(x=lon, y=lat, x2=lon + 0.001, y2=lat + 0.001)
    return GEOSGeometry(wkt, srid=4326)


def value_for(layer: LayerSpec, field: Field) -> Any:
    column = values.column_of(layer, field)
    if field.codes:
        return next(iter(field.codes))
    if isinstance(column, models.BooleanField):
        return True
    if isinstance(column, models.DateTimeField):
        return "2024-01-01T16:10:00+09:00"
    if isinstance(column, models.IntegerField | models.FloatField):
        return 1
    text = "見える" if Audience.PUBLIC.covers(field.read) else SECRET
    return text[: column.max_length]
