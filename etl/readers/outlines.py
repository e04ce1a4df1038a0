"""国土数値情報 N03: outlines of municipalities, as GeoJSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shapely import MultiPolygon, get_parts
from shapely.geometry.base import BaseGeometry

from etl import sources
from etl.contents import Contents
from etl.readers.base import Options, Reader, find_city_code
from etl.readers.geojson import Bounds, bounds_of, find_features, first_properties, get_features, numbered
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
    names = [row.values["name"] for row in rows if isinstance(row, RawRow)]
    bounds = bounds_of(f.get("geometry") for f in features if isinstance(f, dict))
    return outlines_data_set(codes, names, iter(rows), bounds)


def outlines_data_set(codes: frozenset[str], names: list[str], rows: Iterator[Item], bounds: Bounds | None) -> DataSet:
    """The outlines of these municipalities, whichever format they came in."""
    key = next(iter(codes)) if len(codes) == 1 else f"{len(codes)}-municipalities"
    title = names[0] if len(names) == 1 else f"{len(codes)}市区町村"
    return DataSet(
        source=sources.outlines(f"n03-{key}", f"行政区域（{title}）"),
        columns={"boundaries": ("name", "prefecture_name")},
        rows=rows,
        kind="国土数値情報 行政区域 (N03)",
        city_codes=codes,
        bounds=bounds,
    )


@dataclass(slots=True)
class Municipality:
    """The parts of a municipality, several rows in N03, until they are put together to one row."""

    place: str
    values: dict[str, Any]
    parts: list[Any] = field(default_factory=list)

    def row(self, code: str) -> RawRow:
        return RawRow(self.place, "boundaries", code, self.values, _joined(self.parts), code)


def _rows(features: list[Any], file_name: str, options: Options) -> Iterator[Item]:
    """One row a municipality."""
    found: dict[str, Municipality] = {}
    for item in numbered(features):
        if isinstance(item, Rejection):
            yield item
            continue
        place, properties, geometry = item
        code = _find_code(properties, file_name, options, is_alone=len(features) == 1)
        if code is None:
            yield no_code(place, properties)
        else:
            found.setdefault(code, Municipality(place, names_of(properties, options.city))).parts.append(geometry)
    yield from (municipality.row(code) for code, municipality in found.items())


def no_code(place: str, properties: Mapping[str, Any]) -> Rejection:
    return Rejection(place, "N03_007", properties.get("N03_007"), "no municipality code", "--city-code 132047")


def n03_code(code5: Any) -> str | None:
    """The municipality's code with its check digit from the five digits of N03_007; None where it has none.

    Some formats make a number of it, and lose the zero that it begins with.

    >>> n03_code("13204"), n03_code(1101), n03_code(None)
    ('132047', '011011', None)
    """
    if type(code5) is int and 1_000 <= code5 < 48_000:
        code5 = f"{code5:05d}"
    if isinstance(code5, str) and code5.isascii() and code5.isdigit() and len(code5) == 5:
        return code5 + check_digit(code5)
    return None


def _find_code(properties: dict[str, Any], file_name: str, options: Options, *, is_alone: bool) -> str | None:
    code = n03_code(properties.get("N03_007"))
    if code or not is_alone:
        return code
    city = options.city
    if options.city_code:
        return options.city_code
    return city.code if properties.get("name") == city.prefecture.ja + city.name.ja else find_city_code(file_name)


def names_of(properties: Mapping[str, Any], city: City) -> dict[str, Any]:
    """Names of the municipality and its prefecture; in N03 a county (郡) or designated city stands before its own."""
    if "N03_007" in properties:
        name = "".join(str(properties.get(column) or "") for column in ("N03_003", "N03_004"))
        return {"name": name or str(properties.get("N03_001")), "prefecture_name": properties.get("N03_001")}
    whole = str(properties.get("name", ""))
    prefecture = city.prefecture.ja if whole.startswith(city.prefecture.ja) else ""
    return {"name": whole.removeprefix(prefecture), "prefecture_name": prefecture}


def _joined(parts: list[Any]) -> Any:
    """One multipolygon of polygons, GeoJSON or shapely; what is none of these is left out, alone left as it is."""
    if isinstance(parts[0], BaseGeometry):
        return MultiPolygon([piece for piece in get_parts(parts) if piece.geom_type == "Polygon"])
    polygons: list[Any] = []
    for part in parts:
        kind = part.get("type") if isinstance(part, dict) else None
        coordinates = part.get("coordinates") if kind in _AREAS else None
        if isinstance(coordinates, list):
            polygons.extend([coordinates] if kind == "Polygon" else coordinates)
    return {"type": "MultiPolygon", "coordinates": polygons} if polygons else parts[0]


OUTLINES = Reader("n03", "国土数値情報 行政区域 N03 (GeoJSON)", find_reason, open_outlines)
