"""国土数値情報 N03: outlines of municipalities, as GeoJSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from etl import sources
from etl.contents import Contents
from etl.readers.base import Options, Reader, find_city_code
from etl.readers.geojson import bounds_of, find_features, first_properties, get_features, numbered
from etl.record import DataSet, Item, RawRow, Rejection
from layers.city import City, check_digit

_AREAS = {"Polygon", "MultiPolygon"}


def find_reason(contents: Contents) -> str | None:
    features = find_features(contents)
    if not features or not all(_is_area(feature) for feature in features[:50]):
        return None
    properties = first_properties(features)
    if {"N03_001", "N03_007"} <= set(properties):
        return "areas with the columns N03_001 … N03_007"
    name = properties.get("name")
    if len(features) == 1 and isinstance(name, str) and name.endswith(("市", "区", "町", "村")):
        return f"one area, named {name}"
    return None


def _is_area(feature: Any) -> bool:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    return isinstance(geometry, dict) and geometry.get("type") in _AREAS


def open_outlines(contents: Contents, options: Options) -> DataSet:
    features = get_features(contents)
    rows = list(_rows(features, contents.path.name, options))
    codes = frozenset(row.city_code for row in rows if isinstance(row, RawRow))
    key = next(iter(codes)) if len(codes) == 1 else f"{len(codes)}-municipalities"
    names = [row.values["name"] for row in rows if isinstance(row, RawRow)]
    return DataSet(
        source=sources.outlines(
            f"n03-{key}", f"行政区域（{names[0] if len(names) == 1 else f'{len(codes)}市区町村'}）"
        ),
        columns={"boundaries": ("name", "prefecture_name")},
        rows=iter(rows),
        kind="国土数値情報 行政区域 (N03)",
        city_codes=codes,
        bounds=bounds_of(f.get("geometry") for f in features if isinstance(f, dict)),
    )


def _rows(features: list[Any], file_name: str, options: Options) -> Iterator[Item]:
    """One row a municipality; its parts, several rows in N03, are put together."""
    found: dict[str, RawRow] = {}
    for item in numbered(features):
        if isinstance(item, Rejection):
            yield item
            continue
        place, properties, geometry = item
        code = _find_code(properties, file_name, options, is_alone=len(features) == 1)
        if code is None:
            yield Rejection(place, "N03_007", properties.get("N03_007"), "no municipality code", "--city-code 132047")
        elif code not in found:
            found[code] = RawRow(place, "boundaries", code, _names(properties, options.city), _parts(geometry), code)
        else:
            before = found[code]
            merged = _joined(before.geometry, _parts(geometry))
            found[code] = RawRow(before.place, "boundaries", code, before.values, merged, code)
    yield from found.values()


def _find_code(properties: dict[str, Any], file_name: str, options: Options, *, is_alone: bool) -> str | None:
    code5 = properties.get("N03_007")
    if isinstance(code5, str) and code5.isascii() and code5.isdigit() and len(code5) == 5:
        return code5 + check_digit(code5)
    if not is_alone:
        return None
    city = options.city
    if options.city_code:
        return options.city_code
    return city.code if properties.get("name") == city.prefecture.ja + city.name.ja else find_city_code(file_name)


def _names(properties: dict[str, Any], city: City) -> dict[str, Any]:
    if "N03_007" in properties:
        name = "".join(str(properties.get(column) or "") for column in ("N03_003", "N03_004"))
        return {"name": name or str(properties.get("N03_001")), "prefecture_name": properties.get("N03_001")}
    whole = str(properties.get("name", ""))
    prefecture = city.prefecture.ja if whole.startswith(city.prefecture.ja) else ""
    return {"name": whole.removeprefix(prefecture), "prefecture_name": prefecture}


def _parts(geometry: Any) -> Any:
    """A polygon as a multipolygon of one; everything else as it is, for validation to judge."""
    if isinstance(geometry, dict) and geometry.get("type") == "Polygon":
        return {"type": "MultiPolygon", "coordinates": [geometry.get("coordinates")]}
    return geometry


def _joined(first: Any, second: Any) -> Any:
    try:
        return {"type": "MultiPolygon", "coordinates": [*first["coordinates"], *second["coordinates"]]}
    except (TypeError, KeyError):
        return first


OUTLINES = Reader("n03", "国土数値情報 行政区域 N03 (GeoJSON)", find_reason, open_outlines)
