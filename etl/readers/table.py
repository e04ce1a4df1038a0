"""Tables of places as CSV (UTF-8 with or without a mark, or CP932).

A table needs columns of latitude and longitude; every other column goes where the layer's declaration says.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from etl import sources
from etl.contents import Contents, find_encoding
from etl.mapping import mapped_columns, unused_columns
from etl.readers.base import Options, Reader, short_hash, slug
from etl.readers.geojson import bounds_of
from etl.record import DataSet, Item, Notice, RawRow, Rejection, Repair, UnreadableFileError
from etl.text import find_number, is_nothing
from layers import registry
from layers.city import check_digit, has_right_check_digit
from layers.spec import LayerSpec

LATITUDES = ("緯度", "latitude", "lat", "Latitude", "LAT")
LONGITUDES = ("経度", "longitude", "lng", "lon", "Longitude", "LON")
CODES = ("全国地方公共団体コード", "都道府県コード又は市区町村コード")
IDS = ("ID", "NO", "identifier", "id", "#property")
_MOST_UNUSED_SHOWN = 8
_HAZARD_FLAG = "災害種別_"
"""A table with such columns may hold designated sites, or shelters that are open just now: only its owner can say."""


def find_table_reason(contents: Contents) -> str | None:
    if contents.kind != "text":
        return None
    text = contents.head.decode(find_encoding(contents.head) or "utf-8", errors="ignore")
    header = next(csv.reader(io.StringIO(text)), [])
    if any(name.startswith(_HAZARD_FLAG) for name in header):
        return None
    names = {"名称", "name", "施設名"} & set(header)
    places = [name for group in (LATITUDES, LONGITUDES) if (name := _find_first(group, header))]
    return f"a table with the columns {'、'.join([*sorted(names), *places])}" if names and len(places) == 2 else None


def open_table(contents: Contents, options: Options) -> DataSet:
    rows = _table(contents)
    header = list(rows[0]) if rows else []
    layer = registry.get(options.layer or "facilities")
    if layer.geometry_type != "Point":
        raise UnreadableFileError(f"a table of places is for points; {layer.name} holds {layer.geometry_type}")
    names = mapped_columns(layer, header)
    key = options.source_key or f"table-{slug(contents.path)}"
    fixed = (
        {"category": _category_of(header)} if layer.name == "facilities" and "category" not in names.values() else {}
    )
    points = [{"coordinates": _place_of(row)} for row in rows]
    return DataSet(
        source=sources.unnamed(key, contents.path.name),
        columns={layer.name: (*names.values(), *fixed)},
        rows=_table_rows(rows, layer, key, names, fixed, options),
        kind=f"CSV → {layer.name}",
        city_codes=frozenset(code for row in rows if (code := _find_code(row)[0])),
        bounds=bounds_of(point for point in points if None not in point["coordinates"]),
    )


def _table(contents: Contents) -> list[dict[str, Any]]:
    data = contents.path.read_bytes()
    for encoding in ("utf-16",) if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "cp932"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            fault = error
            continue
        try:
            return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        except csv.Error as error:
            raise UnreadableFileError(f"broken CSV: {error}") from error
    raise UnreadableFileError(f"neither UTF-8 nor CP932: byte {fault.start} is {data[fault.start]:#04x}")


def _find_first(names: tuple[str, ...], header: list[str]) -> str | None:
    return next((name for name in names if name in header), None)


def _category_of(header: list[str]) -> str:
    """What a list of facilities is a list of, from the columns that only such a list has."""
    if "小児対応設備の有無" in header:
        return "aed"
    return "toilet" if any("トイレ総数" in name or name.endswith("MensRestroom") for name in header) else "other"


def _place_of(row: Mapping[str, Any]) -> list[float | None]:
    columns = [_find_first(group, list(row)) for group in (LONGITUDES, LATITUDES)]
    return [find_number(row.get(column or "") or "") for column in columns]


def _table_rows(
    rows: list[dict[str, Any]],
    layer: LayerSpec,
    key: str,
    names: Mapping[str, str],
    fixed: dict[str, Any],
    options: Options,
) -> Iterator[Item]:
    yield from _file_notices(layer, rows, options)
    for number, row in enumerate(rows, start=2):
        place = f"line {number}"
        if None in row or None in row.values():
            yield Rejection(place, "line", "", "the number of cells is not that of the header")
            continue
        lon, lat = _place_of(row)
        if lon is None or lat is None or abs(lat) > 90:
            value = ", ".join(
                str(row.get(c)) for group in (LATITUDES, LONGITUDES) if (c := _find_first(group, list(row)))
            )
            hint = "; are latitude and longitude swapped?" if lat is not None and abs(lat) > 90 else ""
            yield Rejection(place, "緯度・経度", value, f"no position{hint}", "decimal degrees, latitude -90 to 90")
            continue
        code, repair = _find_code(row)
        if repair is not None:
            yield Repair(place, "municipality code", *repair, "先頭の0または検査数字を補いました")
        values = {name: row[name] for name in names} | fixed
        point = {"type": "Point", "coordinates": [lon, lat]}
        yield RawRow(place, layer.name, f"{key}-{_own_id(row)}", values, point, code or "")


def _file_notices(layer: LayerSpec, rows: list[dict[str, Any]], options: Options) -> Iterator[Notice]:
    if not options.attribution:
        yield Notice("file", "does not say where it comes from; give --attribution and --licence")
    unused = [name for name in unused_columns(layer, list(rows[0]) if rows else []) if name and name not in _KNOWN]
    if unused:
        more = f" and {len(unused) - _MOST_UNUSED_SHOWN} more" if len(unused) > _MOST_UNUSED_SHOWN else ""
        shown = "、".join(unused[:_MOST_UNUSED_SHOWN])
        yield Notice("file", f"{layer.name} has no field for the columns {shown}{more}")


_KNOWN = {*LATITUDES, *LONGITUDES, *CODES, *IDS}


def _find_code(row: Mapping[str, Any]) -> tuple[str | None, tuple[str, str] | None]:
    """The row's municipality code, and (before, after) where a lost zero or check digit had to be put back.

    >>> _find_code({"全国地方公共団体コード": "92011"})
    ('092011', ('92011', '092011'))
    """
    column = _find_first(CODES, list(row))
    text = str(row.get(column) or "").strip() if column else ""
    if not (text.isascii() and text.isdigit()):
        return None, None
    if has_right_check_digit(text):
        return text, None
    if len(text) == 5:
        code = text.zfill(6) if has_right_check_digit(text.zfill(6)) else text + check_digit(text)
        return code, (text, code)
    return None, None


def _own_id(row: Mapping[str, Any]) -> str:
    """The publisher's own number of the row, else a name for its contents."""
    column = _find_first(IDS, list(row))
    if column is not None and not is_nothing(row[column]):
        return str(row[column]).strip()[:60]
    return short_hash(repr(sorted(row.items())))


TABLE = Reader("csv", "表 (CSV)", find_table_reason, open_table)
