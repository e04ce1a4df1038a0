"""Raw rows into records: values of the column's type, sound geometry; what does not fit becomes a rejection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from etl.converting import Column, Unfit, columns_of
from etl.record import Checked, Item, RawBatch, RawRow, Record, Rejection, Repair
from etl.swift import checked_batch
from layers import registry
from layers.city import has_right_check_digit
from layers.geometry import make_sound, read_geojson
from layers.problems import Problem

MAX_ID_LENGTH = 120


def checked(items: Iterable[Item]) -> Iterator[Checked]:
    """Each raw row as a record with its repairs, or as a rejection; everything else passes as it is."""
    checkers: dict[str, dict[str, Column]] = {}
    for item in items:
        if not isinstance(item, RawRow | RawBatch):
            yield item
            continue
        columns = checkers.get(item.layer)
        if columns is None:
            columns = checkers[item.layer] = columns_of(registry.get(item.layer))
        if isinstance(item, RawRow):
            yield from checked_row(item, columns)
        else:
            yield from checked_batch(item, columns, checked_row)


def checked_row(row: RawRow, columns: Mapping[str, Column]) -> Iterator[Checked]:
    """One row as a record with its repairs, or as a rejection."""
    repairs: list[Repair] = []
    values: dict[str, Any] = {}
    for name, raw in row.values.items():
        column = columns.get(name)
        if column is None:
            continue
        try:
            value = column.convert(raw)
        except Unfit as unfit:
            if column.nothing is not None:
                yield Rejection(row.place, name, raw, unfit.reason, unfit.expected, row.layer, row.id, _where(row))
                return
            # What may be unknown does not keep a place out: better a shelter without its capacity than no shelter.
            repairs.append(
                Repair(row.place, name, raw, None, f"読めない値を空にしました（{unfit.expected}）", *_of(row))
            )
            values[column.field] = None
            continue
        why = column.find_repair(raw, value)
        if why is not None:
            repairs.append(Repair(row.place, name, raw, value, why, *_of(row)))
        values[column.field] = value
    fault = _identity_fault(row)
    if fault is not None:
        yield fault
        return
    try:
        geometry, notices = _sound_geometry(row)
    except Problem as problem:
        value = _brief(row.geometry)
        yield Rejection(row.place, "geometry", value, problem.detail, "", row.layer, row.id, _where(row))
        return
    repairs += [Repair(row.place, "geometry", "", "", notice, row.layer, row.id) for notice in notices]
    yield from repairs
    yield Record(row.place, row.layer, row.id, row.city_code, values, geometry.wkb)


def _of(row: RawRow) -> tuple[str, str]:
    return row.layer, row.id


def _identity_fault(row: RawRow) -> Rejection | None:
    if not row.id or len(row.id) > MAX_ID_LENGTH or "\x00" in row.id:
        expected = f"1 to {MAX_ID_LENGTH} characters"
        return Rejection(row.place, "id", row.id, "no usable id", expected, row.layer, "", _where(row))
    if row.city_code and not has_right_check_digit(row.city_code):
        reason, expected = "not a municipality code", "six digits, the last a check"
        return Rejection(row.place, "city_code", row.city_code, reason, expected, row.layer, row.id, _where(row))
    return None


def _sound_geometry(row: RawRow) -> tuple[BaseGeometry, tuple[str, ...]]:
    kind = registry.get(row.layer).geometry_type
    if row.geometry is None:
        raise Problem(400, "no geometry", "the row has no geometry")
    if isinstance(row.geometry, BaseGeometry):
        return make_sound(row.geometry, kind)
    return read_geojson(row.geometry, kind)


def _where(row: RawRow) -> bytes | None:
    """Where a refused row lies, to be shown on a map; None where that is just what is wrong with it."""
    try:
        geometry = _sound_geometry(row)[0]
    except Problem:
        return None
    point = geometry if geometry.geom_type == "Point" else shapely.point_on_surface(geometry)
    return bytes(point.wkb)


def _brief(geometry: Any) -> str:
    text = str(geometry.get("coordinates") if isinstance(geometry, dict) else geometry)
    return text if len(text) <= 60 else text[:57] + "..."
