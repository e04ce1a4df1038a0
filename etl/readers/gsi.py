"""国土地理院「指定緊急避難場所・指定避難所データ」: evacuation sites and shelters, as GeoJSON.

共通ID is ``E`` + municipality (5 digits) + place (5 digits) + type (3 digits): 201 and 202 are evacuation sites,
111 a general shelter, 121 to 125 a welfare shelter. The place number joins sites and shelters; names never do.
Nothing is clipped: some of a city's sites lie in its neighbours on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from etl import sources
from etl.contents import Contents
from etl.crosschecks import differing_names, outside_outline
from etl.mapping import mapped_columns
from etl.readers.base import Options, Reader
from etl.readers.geojson import bounds_of, find_features, first_properties, get_features, numbered
from etl.record import DataSet, Item, Notice, RawRow, Rejection, UnreadableFileError
from layers import registry
from layers.city import check_digit
from layers.feature import Source

COMMON_ID = re.compile(r"E(\d{5})(\d{5})(\d{3})")
_SITE_FLAG = "指定避難所との住所同一"
_SHELTER_FLAG = "指定緊急避難場所との住所同一"
_PLACE_NAME = "都道府県名及び市町村名"


def find_sites_reason(contents: Contents) -> str | None:
    return _find_reason(contents, {"共通ID", "洪水", "地震", "内水氾濫"})


def find_shelters_reason(contents: Contents) -> str | None:
    return _find_reason(contents, {"共通ID", "受入対象者"})


def _find_reason(contents: Contents, columns: set[str]) -> str | None:
    properties = first_properties(find_features(contents) or [])
    return f"its columns are {'、'.join(sorted(columns))}" if columns <= set(properties) else None


def open_sites(contents: Contents, options: Options) -> DataSet:
    return _open(contents, options, "evacuation-sites", "指定緊急避難場所")


def open_shelters(contents: Contents, options: Options) -> DataSet:
    return _open(contents, options, "shelters", "指定避難所")


def _open(contents: Contents, options: Options, layer: str, kind: str) -> DataSet:
    features = get_features(contents)
    codes = frozenset(_city_codes(features))
    if not codes:
        raise UnreadableFileError("no row has a 共通ID of the form E + 13 digits")
    names = mapped_columns(registry.get(layer), first_properties(features))
    own = {"place_number"} | ({"shelter_type"} if layer == "shelters" else set())
    return DataSet(
        source=_source(layer, codes, features),
        columns={layer: tuple(names.values()) + tuple(sorted(own))},
        rows=_rows(features, layer, frozenset(names)),
        kind=f"国土地理院 {kind}",
        city_codes=codes,
        bounds=bounds_of(f.get("geometry") for f in features if isinstance(f, dict)),
        cross_checks=(outside_outline(layer), differing_names),
    )


def _city_codes(features: list[Any]) -> Iterator[str]:
    for item in numbered(features):
        if not isinstance(item, Rejection):
            match = COMMON_ID.fullmatch(str(item[1].get("共通ID")))
            if match:
                yield match[1] + check_digit(match[1])


def _source(layer: str, codes: frozenset[str], features: list[Any]) -> Source:
    """One data set a municipality; a file of a whole prefecture or of the country is a data set of its own."""
    prefectures = sorted({code[:2] for code in codes})
    if len(codes) == 1:
        key, name = next(iter(codes)), str(first_properties(features).get(_PLACE_NAME, ""))
    else:
        key = prefectures[0] if len(prefectures) == 1 else "japan"
        name = f"{len(codes)}市区町村"
    return sources.gsi_sites(key, name) if layer == "evacuation-sites" else sources.gsi_shelters(key, name)


def _rows(features: list[Any], layer: str, used: frozenset[str]) -> Iterator[Item]:
    for item in numbered(features):
        if isinstance(item, Rejection):
            yield item
            continue
        place, properties, geometry = item
        key = properties.get("共通ID")
        match = COMMON_ID.fullmatch(key) if isinstance(key, str) else None
        if not isinstance(key, str) or match is None:
            yield Rejection(place, "共通ID", key, "not a common id", "E and 13 digits, as E1320400002201")
            continue
        code5, number, kind = match.groups()
        yield from (
            Notice(place, f"{name} is null: read as nothing") for name in sorted(used) if properties.get(name) is None
        )
        values = {name: properties.get(name) for name in used}
        for flag in (_SITE_FLAG, _SHELTER_FLAG):
            if values.get(flag) == "":
                values[flag] = "0"
        values["place_number"] = number
        if layer == "shelters":
            values["shelter_type"] = shelter_type(kind)
            if values["shelter_type"] == "unknown":
                yield Notice(place, f"type {kind} inside 共通ID is none of 111 and 121 to 125")
        yield RawRow(
            f"{place} {properties.get('施設・場所名')}", layer, key, values, geometry, code5 + check_digit(code5)
        )


def shelter_type(kind: str) -> str:
    """Type of a shelter from the last three digits of its 共通ID.

    >>> [shelter_type(kind) for kind in ("111", "121", "125", "201")]
    ['general', 'welfare', 'welfare', 'unknown']
    """
    if kind == "111":
        return "general"
    return "welfare" if kind in {"121", "122", "123", "124", "125"} else "unknown"


SITES = Reader("gsi-sites", "国土地理院 指定緊急避難場所 (GeoJSON)", find_sites_reason, open_sites)
SHELTERS = Reader("gsi-shelters", "国土地理院 指定避難所 (GeoJSON)", find_shelters_reason, open_shelters)
