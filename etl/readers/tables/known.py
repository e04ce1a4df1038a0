"""Which data set of the national standards a table is, by the columns that only it has, and where its rows belong.

推奨データセット (政府CIOポータル, to 2022) and 自治体標準オープンデータセット (デジタル庁, since) differ in their
columns; some cities give them English names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from etl.readers.tables.header import plain
from etl.record import UndecidedError, UnreadableFileError

HAZARD_FLAG = "災害種別_"
_NEWER = {"全国地方公共団体コード", "所在地_連結表記", "地方公共団体名", "町字id"}
_OLDER = {"都道府県コード又は市区町村コード", "都道府県名", "no", "方書", "市区町村コード"}
_ENGLISH = {"#property", "prefcode", "katagaki", "telephonenumber", "referenceobject"}
_COUNTED_NOW = re.compile(r"^人数|^避難者|^時点$|^開設|^混雑|現在の")
_OF_SITES = {"指定避難所との重複", "想定収容人数", "対象となる町会・自治会"}
_OF_PEOPLE = {"総人口", "世帯数"}


@dataclass(frozen=True, slots=True)
class DataSetKind:
    """What a table is.

    Args:
        title: for the owner: name of the data set and its generation.
        layer: where its rows belong; "" where only the owner can say.
        candidates: layers that would fit, where only the owner can say.
        category: of facilities.
        names: columns of this data set alone -> field.
    """

    title: str
    layer: str = "facilities"
    candidates: tuple[str, ...] = ()
    category: str = "other"
    names: tuple[tuple[str, str], ...] = ()


_FACILITIES: tuple[tuple[str, str, DataSetKind], ...] = (
    ("小児対応設備の有無", "", DataSetKind("AED設置箇所一覧", category="aed")),
    ("男性トイレ総数", "", DataSetKind("公衆トイレ一覧", category="toilet")),
    ("totalmensrestroom", "", DataSetKind("公衆トイレ一覧", category="toilet")),
    ("診療科目", "", DataSetKind("医療機関一覧", category="medical")),
    ("医療機関の種類", "", DataSetKind("医療機関一覧", category="medical")),
    ("口径", "種別", DataSetKind("消防水利施設一覧", category="fire_water", names=(("種別", "name"),))),
    ("service", "capacity", DataSetKind("介護サービス事業所一覧", category="welfare")),
    ("バリアフリー情報", "", DataSetKind("公共施設一覧")),
    ("poiコード", "", DataSetKind("公共施設一覧")),
)
"""Columns (both, where two are given) by which a list of facilities is known."""

_NAMES = {"名称", "name", "施設名", "施設名称", "施設・場所名", "場所名", "名前"}


def find_kind(names: Iterable[str]) -> DataSetKind | None:
    """What a table with these columns is; None where nothing is known of it."""
    plains = {plain(name) for name in names if name}
    if any(name.startswith(HAZARD_FLAG) for name in plains):
        return _evacuation(plains)
    if plains >= _OF_PEOPLE:
        return DataSetKind("地域・年齢別人口", layer="", candidates=())
    if {"shelter", "capacity"} <= plains:
        candidates = ("evacuation-sites", "shelters", "facilities")
        return DataSetKind(f"a list of places to flee to{_generation(plains)}", layer="", candidates=candidates)
    for first, second, kind in _FACILITIES:
        if first in plains and (not second or second in plains):
            return DataSetKind(kind.title + _generation(plains), category=kind.category, names=kind.names)
    if plains & _NAMES:
        return DataSetKind("a list of places" + _generation(plains))
    return None


def _evacuation(plains: set[str]) -> DataSetKind:
    generation = _generation(plains)
    if any(_COUNTED_NOW.search(name) for name in plains):
        candidates = ("shelters", "evacuation-sites")
        return DataSetKind(f"evacuation sites with the people in them{generation}", layer="", candidates=candidates)
    if plains & _OF_SITES:
        return DataSetKind(f"指定緊急避難場所一覧{generation}", layer="evacuation-sites")
    candidates = ("evacuation-sites", "shelters")
    return DataSetKind(f"places with hazard flags{generation}", layer="", candidates=candidates)


def _generation(plains: set[str]) -> str:
    if plains & _NEWER:
        return " (自治体標準オープンデータセット)"
    if len(plains & _OLDER) >= 2:
        return " (推奨データセット)"
    return " (推奨データセット, English names)" if plains & _ENGLISH else ""


def get_layer(kind: DataSetKind | None, asked: str) -> str:
    """The layer that the rows go into.

    Raises:
        UndecidedError: where only the owner can say.
    """
    if asked:
        return asked
    if kind is None:
        raise UndecidedError("a table of places, but of what? --layer LAYER says where they go", ("facilities",))
    if not kind.layer and not kind.candidates:
        raise UnreadableFileError(f"{kind.title}: numbers of areas, not a table of places")
    if not kind.layer:
        said = " or ".join(kind.candidates)
        raise UndecidedError(f"{kind.title}: --layer LAYER says whether they go into {said}", kind.candidates)
    return kind.layer
