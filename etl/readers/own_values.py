"""Rows of our own exports into records: texts to the letter, everything else by the column's type."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import shapely
from django.db import models
from pyproj import Transformer
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from etl.converting import Convert, Unfit, columns_of
from etl.readers.own_rows import ID, OwnRow
from etl.record import Item, Record, Rejection, Repair
from etl.validation import MAX_ID_LENGTH
from layers.crs import LON_LAT_SRID
from layers.formats.base import is_degrees
from layers.geometry import MAX_VERTICES, SoundGeometry, make_sound, read_geojson
from layers.problems import Problem
from layers.spec import Field, LayerSpec
from layers.values import column_of


def checked_rows(
    rows: Iterable[OwnRow], layer: LayerSpec, columns: tuple[str, ...], srid: int, *, flips: bool = False
) -> Iterator[Item]:
    """Each row as a record, or as the rejection that says why not.

    Args:
        columns: the fields that the file fills.
        srid: EPSG code of its positions; `flips` where they have northing or latitude first.
    """
    converters = _converters(layer, columns)
    place_of = _Placement(layer, srid, flips=flips)
    for number, row in enumerate(rows, start=1):
        place = f"row {number}"
        key = row.values.get(ID)
        if not isinstance(key, str) or not 0 < len(key) <= MAX_ID_LENGTH or "\x00" in key:
            yield Rejection(place, ID, key, "no usable id", f"1 to {MAX_ID_LENGTH} characters")
            continue
        try:
            values = _converted(row.values, converters)
            geometry, notices = place_of(row.geometry)
        except _Misfit as fault:
            yield Rejection(place, fault.field, row.values.get(fault.field), fault.reason, fault.expected)
            continue
        except Problem as problem:
            yield Rejection(place, "geometry", str(row.geometry)[:60], problem.detail)
            continue
        yield from (Repair(place, "geometry", "", "", notice) for notice in notices)
        yield Record(place, layer.name, key, str(row.values.get("city_code") or ""), values, geometry.wkb)


class _Misfit(Exception):  # noqa: N818 - a value, turned into a Rejection at once
    def __init__(self, field: str, fault: Unfit) -> None:
        super().__init__(fault.reason)
        self.field, self.reason, self.expected = field, fault.reason, fault.expected


def _converted(raw: Mapping[str, Any], converters: Mapping[str, Convert]) -> dict[str, Any]:
    values = {}
    for name, convert in converters.items():
        try:
            values[name] = convert(raw.get(name))
        except Unfit as fault:
            raise _Misfit(name, fault) from fault
    return values


def _converters(layer: LayerSpec, columns: tuple[str, ...]) -> dict[str, Convert]:
    tolerant = columns_of(layer)
    converters: dict[str, Convert] = {}
    for name in columns:
        field = layer.get_field(name)
        column = column_of(layer, field)
        if isinstance(column, models.CharField | models.TextField):
            converters[name] = _exact_text(field, column.max_length)
        else:
            converters[name] = _with_zone(tolerant[name].convert)
    return converters


def _exact_text(field: Field, longest: int | None) -> Convert:
    codes = frozenset(field.codes)

    def convert(raw: Any) -> str:
        text = "" if raw is None else str(raw)
        if "\x00" in text:
            raise Unfit("a null character", "text without it")
        if longest is not None and len(text) > longest:
            raise Unfit(f"{len(text)} characters are too many", f"at most {longest}")
        if codes and text not in codes:
            raise Unfit("not in the code list", " / ".join(codes))
        return text

    return convert


def _with_zone(convert: Convert) -> Convert:
    """GDAL gives moments in UTC without saying so."""

    def with_zone(raw: Any) -> Any:
        if isinstance(raw, datetime.datetime) and raw.tzinfo is None:
            raw = raw.replace(tzinfo=datetime.UTC)
        return convert(raw)

    return with_zone


class _Placement:
    """Shapes of the file as sound geometries of the layer's type, in longitude and latitude."""

    def __init__(self, layer: LayerSpec, srid: int, *, flips: bool) -> None:
        self.kind, self.srid, self.flips = layer.geometry_type, srid, flips
        same = srid == LON_LAT_SRID
        self.to_lon_lat = None if same else Transformer.from_crs(srid, LON_LAT_SRID, always_xy=True)

    def __call__(self, raw: Any) -> SoundGeometry:
        """The geometry and what was repaired in it.

        Raises:
            Problem: where it is none, or beyond repair.
        """
        if raw is None or raw == "":
            raise _fault("the row has no geometry")
        if isinstance(raw, dict) and is_degrees(self.srid) and not self.flips:
            found = read_geojson(_numbers(raw), self.kind)
            return found if self.to_lon_lat is None else make_sound(self._moved(found.geometry), self.kind)
        return make_sound(self._moved(_parsed(raw)), self.kind)

    def _moved(self, geometry: BaseGeometry) -> BaseGeometry:
        if self.flips:
            geometry = shapely.transform(geometry, lambda positions: positions[:, ::-1])
        if self.to_lon_lat is None:
            return geometry
        move = self.to_lon_lat.transform
        return shapely.transform(geometry, lambda x, y: move(x, y), interleaved=False)


def _parsed(raw: Any) -> BaseGeometry:
    try:
        if isinstance(raw, BaseGeometry):
            geometry = raw
        else:
            geometry = shapely.from_wkt(raw) if isinstance(raw, str) else shape(_numbers(raw))
    except (shapely.errors.ShapelyError, TypeError, ValueError, IndexError, KeyError) as error:
        raise _fault(f"not a geometry: {str(error)[:80]}") from error
    if shapely.get_num_coordinates(geometry) > MAX_VERTICES:
        raise _fault(f"the geometry has more than {MAX_VERTICES} positions")
    return geometry


def _numbers(shape_of: dict[str, Any]) -> dict[str, Any]:
    """A point whose coordinates are cells of a table has them as text."""
    coordinates = shape_of.get("coordinates")
    if shape_of.get("type") != "Point" or not isinstance(coordinates, list):
        return shape_of
    try:
        return {"type": "Point", "coordinates": [float(n) if isinstance(n, str) else n for n in coordinates]}
    except ValueError as error:
        raise _fault(f"not a position: {coordinates!r:.60}") from error


def _fault(detail: str) -> Problem:
    return Problem(400, "invalid geometry", detail, parameter="geometry")
