"""Representative points of 町丁目 as a JSON array of town, koaza, lat, lng (Geolonia 住所データ)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from etl import sources
from etl.contents import Contents
from etl.readers.base import Options, Reader, find_city_code, short_hash
from etl.record import DataSet, Item, RawRow, Rejection
from etl.text import find_number


def find_reason(contents: Contents) -> str | None:
    rows = contents.document if contents.kind == "JSON" and not contents.is_large_json else None
    first = rows[0] if isinstance(rows, list) and rows else None
    return "an array of town, lat, lng" if isinstance(first, dict) and {"town", "lat", "lng"} <= set(first) else None


def open_towns(contents: Contents, options: Options) -> DataSet:
    rows = contents.document
    bounds = _bounds(rows)
    code = options.city_code or find_city_code(contents.path.name) or _find_code_by_place(bounds, options) or ""
    return DataSet(
        source=sources.towns(f"towns-{code or short_hash(contents.path.name)}"),
        columns={"towns": ("name",)},
        rows=_rows(rows, code),
        kind="町丁目の代表点",
        city_codes=frozenset({code} if code else ()),
        bounds=bounds,
    )


def _rows(rows: list[Any], code: str) -> Iterator[Item]:
    for number, row in enumerate(rows, start=1):
        place = f"row {number}"
        if not isinstance(row, dict) or not isinstance(row.get("town"), str):
            yield Rejection(place, "town", str(row)[:40], "no town", "an object with town, lat and lng")
            continue
        name = row["town"] + str(row.get("koaza") or "")
        lon, lat = find_number(row.get("lng")), find_number(row.get("lat"))
        if lon is None or lat is None:
            yield Rejection(
                f"{place} {name}", "lat, lng", f"{row.get('lat')}, {row.get('lng')}", "not numbers", "degrees"
            )
            continue
        point = {"type": "Point", "coordinates": [lon, lat]}
        yield RawRow(f"{place} {name}", "towns", f"town-{code}-{short_hash(name)}", {"name": name}, point, code)


def _bounds(rows: list[Any]) -> tuple[float, float, float, float] | None:
    points = [(find_number(r.get("lng")), find_number(r.get("lat"))) for r in rows if isinstance(r, dict)]
    known = [(lon, lat) for lon, lat in points if lon is not None and lat is not None]
    if not known:
        return None
    lons, lats = zip(*known, strict=True)
    return min(lons), min(lats), max(lons), max(lats)


def _find_code_by_place(bounds: tuple[float, float, float, float] | None, options: Options) -> str | None:
    """The installation's own city, where all points lie within its bounds."""
    if bounds is None:
        return None
    west, south, east, north = options.city.bounds
    is_inside = west <= bounds[0] and south <= bounds[1] and bounds[2] <= east and bounds[3] <= north
    return options.city.code if is_inside else None


TOWNS = Reader("towns", "町丁目の代表点 (JSON)", find_reason, open_towns)
