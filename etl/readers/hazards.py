"""Areas in which a hazard is expected: flood zones of 国土数値情報, prefectures and cities, landslide warning zones.

Which hazard it is comes from the data set's columns or its name; where neither says it, only its owner can.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from etl.contents import Contents
from etl.depth_classes import CODES_OF_2012, RANKS, Depth, find_depth
from etl.readers.base import Options, Reader, short_hash, slug
from etl.readers.geojson import find_features
from etl.readers.sheet_files import headers_in, sheets_of
from etl.readers.sheets import Sheet, Stretch
from etl.record import DataSet, Item, Notice, RawBatch, Rejection, UndecidedError, UnreadableFileError
from etl.walking_codes import written
from layers.feature import Source

LAYER = "hazard-zones"
FIELDS = ("name", "hazard", "depth_class", "depth_min_m", "depth_max_m")
MAX_VERTICES = 2_000_000
"""Positions of one area; the flood plain of a great river in one piece has some hundred thousand."""

_DATA_SETS = {"A31": "flood", "A33": "landslide", "A40": "tsunami", "A49": "storm_surge", "A51": "inland_flood"}
"""国土数値情報 by the identifier that its columns begin with."""
_TITLES = {
    "A31": "洪水浸水想定区域データ", "A33": "土砂災害警戒区域データ", "A40": "津波浸水想定データ",
    "A49": "高潮浸水想定区域データ", "A51": "雨水出水浸水想定区域データ",
}  # fmt: skip
_COLUMN = re.compile(r"(A31|A33|A40|A49|A51)[a-z]?_(\d{3})", re.IGNORECASE)
_WORDS = {
    "inland_flood": ("内水", "雨水出水", "inland_flood", "inland-flood", "inlandflood", "inland", "naisui"),
    "storm_surge": ("高潮", "storm_surge", "storm-surge", "stormsurge", "takashio"),
    "tsunami": ("津波", "tsunami"),
    "landslide": ("土砂", "土石流", "急傾斜", "地すべり", "地滑り", "がけ崩れ", "崖崩れ", "landslide", "dosha"),
    "flood": ("洪水", "外水", "河川氾濫", "flood", "kouzui", "kozui"),
}
"""Words of names. Each is taken out once it is found, for an inland flood is called a flood as well."""
_DEPTH_COLUMNS = ("浸水深", "浸水ランク", "湛水深", "depth_class", "depth_rank")
_KINDS_OF_LANDSLIDE = {"1": "急傾斜地の崩壊", "2": "土石流", "3": "地すべり"}
_ZONES = {
    "1": "土砂災害警戒区域",
    "2": "土砂災害特別警戒区域",
    "3": "警戒区域（指定前）",
    "4": "特別警戒区域（指定前）",
}
"""A33_001 現象の種類, A33_002 区域区分."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a table says what.

    Args:
        depth: column of depths, in small letters; "" where there is none.
        codes: what its numbers mean; empty where it is text.
        other: column of something that is no depth but tells the areas apart, and what it is called.
        name: column of a name.
        is_landslide: whether it is 国土数値情報 A33.
    """

    depth: str = ""
    codes: tuple[tuple[int, Depth], ...] = ()
    other: tuple[str, str] = ("", "")
    name: str = ""
    is_landslide: bool = False


def find_reason(contents: Contents) -> str | None:
    if contents.kind == "text" or not _has_areas(contents):
        return None
    for name, header in headers_in(contents):
        if contents.kind == "ZIP archive" and name.lower().endswith(".csv"):
            continue
        if (known := _data_set(header)) is not None:
            return f"columns {known}_… of 国土数値情報"
        if depth := next((column for column in header if any(word in column for word in _DEPTH_COLUMNS)), None):
            return f"areas with a column {depth}"
    return None


def _has_areas(contents: Contents) -> bool:
    """Whether the shapes of a file may be areas, by its beginning."""
    if contents.kind == "JSON":
        geometries = (f.get("geometry") for f in (find_features(contents) or [])[:50] if isinstance(f, dict))
        return any(isinstance(g, dict) and str(g.get("type")).endswith("Polygon") for g in geometries)
    if contents.kind == "ZIP archive":
        return True
    return contents.head[32:33] in {b"\x05", b"\x0f", b"\x19"}  # polygons of a Shapefile, with or without z or m


def _data_set(columns: Iterable[str]) -> str | None:
    """Identifier of the 国土数値情報 that the columns are of.

    >>> _data_set(["A31a_201", "A31a_205"]), _data_set(["A33_001"]), _data_set(["N03_001"])
    ('A31', 'A33', None)
    """
    return next((found[1].upper() for column in columns if (found := _COLUMN.fullmatch(column.strip()))), None)


def open_zones(contents: Contents, options: Options) -> DataSet:
    """The areas of a file.

    Raises:
        UndecidedError: where nothing says which hazard they are of.
    """
    sheets = [sheet for sheet in sheets_of(contents, options) if sheet.has_shapes]
    if not sheets:
        raise UnreadableFileError("the archive holds no areas (Shapefile or GeoJSON)")
    hazard, why = _hazard(contents, options, sheets)
    layouts = [_layout(sheet, options) for sheet in sheets]
    identifier = next((known for sheet in sheets if (known := _data_set(sheet.columns))), None)
    known = [sheet.bounds for sheet in sheets if sheet.bounds is not None]
    west, south, east, north = zip(*known, strict=True) if known else ((), (), (), ())
    used = [{layout.depth, layout.other[0], layout.name} for layout in layouts]
    taken = {layout.depth: "depth_class" for layout in layouts if layout.depth}
    taken |= {layout.name: "name" for layout in layouts if layout.name}
    key = f"hazard-{slug(contents.path)}"
    return DataSet(
        source=_source(key, contents.path.name, identifier),
        columns={LAYER: FIELDS},
        rows=_rows(list(zip(sheets, layouts, strict=True)), hazard, key, options),
        kind=f"災害想定区域（{_TITLES[identifier]}）" if identifier else "災害想定区域",
        bounds=(min(west), min(south), max(east), max(north)) if known else None,
        reasons=(*(reason for sheet in sheets for reason in sheet.reasons), why),
        mapping={LAYER: {sheet.spelling[c]: f for c, f in taken.items() for sheet in sheets if c in sheet.spelling}},
        unused=tuple(
            dict.fromkeys(
                column
                for sheet, names in zip(sheets, used, strict=True)
                for small, column in sheet.spelling.items()
                if small not in names
            )
        ),
    )


def _hazard(contents: Contents, options: Options, sheets: list[Sheet]) -> tuple[str, str]:
    """The hazard and by what it was known: as told, else the columns, else the names of columns, data set and file."""
    if told := options.constants.get("hazard"):
        return told, f"hazard {told}: as told"
    columns = [column for sheet in sheets for column in sheet.columns]
    identifiers = {known for sheet in sheets if (known := _data_set(sheet.columns))}
    if len(identifiers) == 1:
        identifier = identifiers.pop()
        return _DATA_SETS[identifier], f"hazard {_DATA_SETS[identifier]}: 国土数値情報 {identifier}"
    title = str(contents.document.get("name", "")) if contents.kind == "JSON" else ""
    places = [("column", name) for name in columns] + [("data set", title), ("file", contents.path.name)]
    for place, text in [*places, *(("member", sheet.name) for sheet in sheets)]:
        named = _hazards_in(text)
        if len(named) == 1:
            return named[0], f"hazard {named[0]}: the {place} is called {text}"
    raise UndecidedError(
        "areas of a hazard, but nothing says of which one: --set hazard=flood (洪水), inland_flood (内水),"
        " storm_surge (高潮), tsunami (津波) or landslide (土砂)",
        (LAYER,),
    )


def _hazards_in(text: str) -> list[str]:
    """The hazards that a name speaks of.

    >>> _hazards_in("yaizu_inland_flood_depth"), _hazards_in("洪水・内水ハザードマップ"), _hazards_in("最大浸水深")
    (['inland_flood'], ['inland_flood', 'flood'], [])
    """
    rest, found = text.lower(), []
    for hazard, words in _WORDS.items():
        without = rest
        for word in words:
            without = without.replace(word, " ")
        if without != rest:
            found.append(hazard)
        rest = without
    return found


def _layout(sheet: Sheet, options: Options) -> Layout:
    names = sheet.spelling
    told = {
        field: column.strip().lower() for column, field in options.mapping.items() if column.strip().lower() in names
    }
    name = told.get("name") or next((column for column in ("名称", "name", "河川名") if column in names), "")
    if "depth_class" in told:
        return Layout(told["depth_class"], name=name)
    if "a33_001" in names:
        return Layout(name=told.get("name") or "a33_005", is_landslide=True)
    for column in names:
        found = _COLUMN.fullmatch(column)
        if found and found[1].upper() == "A31":
            layout = _layout_of_rivers(column, found[2], names)
            if layout is not None:
                return layout
    depth = next((column for column in names if any(word in column for word in _DEPTH_COLUMNS)), "")
    return Layout(depth or _column_of_depths(sheet), name=name)


def _layout_of_rivers(column: str, number: str, names: Any) -> Layout | None:
    """国土数値情報 A31: 1xx planned, 2xx greatest expected flood, 3xx its duration, 4xx collapsing houses."""
    river = next((name for name in names if name.endswith(f"_{number[0]}02")), "")
    if number in {"105", "205"}:
        return Layout(column, tuple(RANKS.items()), name=river)
    if number == "001":
        return Layout(column, tuple(CODES_OF_2012.items()), name=next((n for n in names if n.endswith("_006")), ""))
    if number == "305":
        return Layout(other=(column, "浸水継続時間ランク"), name=river)
    if number[0] == "4" and number in {"401", "405"}:
        return Layout(other=(column, "家屋倒壊等氾濫想定区域 種別"), name=river)
    return None


def _column_of_depths(sheet: Sheet) -> str:
    """The first column all of whose values in the first stretch are depths in words; "" where there is none."""
    stretch = next(sheet.stretches(), None)
    for column, cells in (stretch.columns if stretch else {}).items():
        texts = {written(cell) for cell in cells} - {""}
        if texts and all(find_depth(text) is not None for text in texts):
            return column
    return ""


def _source(key: str, file: str, identifier: str | None) -> Source:
    """The licence is not stated, for it differs from year to year and from prefecture to prefecture."""
    title = f"国土数値情報（{_TITLES[identifier]}）" if identifier else file
    attribution = f"「{title}」（国土交通省）を加工して作成" if identifier else "出典未記入"
    return Source(key=key, title=title, attribution=attribution, licence="不明")


def _rows(sheets: list[tuple[Sheet, Layout]], hazard: str, key: str, options: Options) -> Iterator[Item]:
    if not options.licence:
        yield Notice("file", "does not say under which licence it comes; give --licence (and --attribution)")
    for sheet, layout in sheets:
        if layout.other[0]:
            text = f"{layout.other[1]} ({sheet.spelling[layout.other[0]]}) is kept as it is written: it is no depth"
            yield Notice(sheet.name, text)
        for stretch in sheet.stretches():
            yield from stretch.refused
            yield from _stretch_items(stretch, layout, hazard, key)


def _stretch_items(stretch: Stretch, layout: Layout, hazard: str, key: str) -> Iterator[Item]:
    """The areas of a stretch: a batch, and what is to be said of single rows."""
    shapes = stretch.shapes if stretch.shapes is not None else np.full(len(stretch.places), None)
    too_long = shapely.get_num_coordinates(shapes) > MAX_VERTICES
    rows: dict[str, list[Any]] = {name: [] for name in ("place", "id", *FIELDS)}
    for index, place in enumerate(stretch.places):
        cells = {column: written(values[index]) for column, values in stretch.columns.items()}
        if too_long[index]:
            yield Rejection(place, "geometry", "", f"more than {MAX_VERTICES:,} positions", "smaller parts")
            continue
        text, depth = _depth(cells, layout)
        if depth is None and layout.depth and text:
            yield Notice(f"{place}: {text}", "no depth in metres can be read from it; kept as text")
        wkb = shapely.to_wkb(shapes[index]) if shapes[index] is not None else b""
        rows["place"].append(place)
        rows["id"].append(f"{key}-{short_hash(repr(sorted(cells.items())) + wkb.hex())}")
        rows["name"].append(_name(cells, layout)[:200])
        rows["hazard"].append(hazard)
        rows["depth_class"].append(text[:50])
        rows["depth_min_m"].append(depth.least if depth else None)
        rows["depth_max_m"].append(depth.most if depth else None)
    types = {"depth_min_m": pa.float64(), "depth_max_m": pa.float64()}
    arrays = {name: pa.array(values, types.get(name, pa.string())) for name, values in rows.items()}
    places, ids = arrays.pop("place"), arrays.pop("id")
    if len(ids):
        yield RawBatch(LAYER, places, ids, arrays, pa.array(shapely.to_wkb(shapes[~too_long]).tolist(), pa.binary()))


def _depth(cells: dict[str, str], layout: Layout) -> tuple[str, Depth | None]:
    """The class as it is shown, and the depths; a code that the list does not have stays a code."""
    if layout.is_landslide:
        return _ZONES.get(cells.get("a33_002", ""), ""), None
    if layout.other[0]:
        return f"{layout.other[1]} {cells[layout.other[0]]}", None
    text = cells.get(layout.depth, "")
    if layout.codes:
        depth = dict(layout.codes).get(int(text)) if text.isascii() and text.isdigit() else find_depth(text)
        return (str(depth), depth) if depth else (text, None)
    return text, find_depth(text)


def _name(cells: dict[str, str], layout: Layout) -> str:
    name = cells.get(layout.name, "")
    if not layout.is_landslide:
        return name
    kind = _KINDS_OF_LANDSLIDE.get(cells.get("a33_001", ""), "")
    return f"{name}（{kind}）" if name and kind else name or kind


HAZARD_ZONES = Reader("hazard-zones", "災害想定区域", find_reason, open_zones)
