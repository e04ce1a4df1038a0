"""What the conformance classes mean, in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from layers.spec import Text
from ogc_api.asking import Asked

_ADDRESS = re.compile(r"https?://www\.opengis\.net/spec/(?P<standard>[^/]+)/(?P<version>[^/]+)/conf/(?P<name>.+)")

STANDARDS = {
    "ogcapi-common-1": Text("入口・形式・準拠の宣言など、すべてのOGC APIに共通のこと", "What all OGC APIs share"),
    "ogcapi-common-2": Text("データの一覧", "The list of collections"),
    "ogcapi-features-1": Text("地物を読む：範囲・期間・項目の値で選び、ページごとに受け取る", "Reading features"),
    "ogcapi-features-2": Text("座標参照系を選んで受け取る", "Coordinates in other reference systems"),
    "ogcapi-features-3": Text("条件式（filter）で選ぶ", "Choosing features by a filter"),
    "ogcapi-features-4": Text("地物を書く：登録・変更・削除、上書きの防止", "Writing features, safely"),
    "ogcapi-features-5": Text("項目の説明（スキーマ）", "Schemas of features"),
    "ogcapi-processes-1": Text("サーバーに計算してもらう（経路など）", "Work done by the server, such as routes"),
    "ogcapi-tiles-1": Text("タイルで受け取る", "Tiles"),
    "ogcapi-maps-1": Text("地図の画像で受け取る", "Maps as images"),
    "ogcapi-styles-1": Text("地図のスタイル", "Styles of maps"),
    "ogcapi-coverages-1": Text("標高などの格子のデータ", "Grids of values, such as heights"),
    "ogcapi-edr-1": Text("点や線に沿った値を聞く", "Values at points and along lines"),
    "ogcapi-records-1": Text("データの目録", "The catalogue of data sets"),
    "cql2": Text("条件式の言語CQL2", "CQL2, the language of filters"),
    "json-fg-1": Text("JSON-FG：座標参照系と時間をもつGeoJSON", "JSON-FG: GeoJSON with reference systems and times"),
}
_NAMES = {
    "ogcapi-common-1": "OGC API - Common - Part 1",
    "ogcapi-common-2": "OGC API - Common - Part 2",
    "cql2": "Common Query Language (CQL2)",
    "json-fg-1": "OGC Features and Geometries JSON",
}


def page(document: dict[str, Any], asked: Asked) -> dict[str, Any]:
    return {"standards": by_standard(document["conformsTo"], asked.language)}


def by_standard(classes: Iterable[str], language: str) -> list[dict[str, Any]]:
    """The classes below their standards, in the order in which they come.

    >>> by_standard(["http://www.opengis.net/spec/cql2/1.0/conf/functions"], "en")[0]["title"]
    'Common Query Language (CQL2)'
    """
    groups: dict[tuple[str, str], list[dict[str, str]]] = {}
    for address in classes:
        found = _ADDRESS.fullmatch(address)
        key, name = ((found["standard"], found["version"]), found["name"]) if found else (("", ""), address)
        groups.setdefault(key, []).append({"name": name, "address": address})
    return [
        {
            "title": _title(standard),
            "version": version,
            "meaning": STANDARDS[standard].in_language(language) if standard in STANDARDS else "",
            "classes": listed,
        }
        for (standard, version), listed in groups.items()
    ]


def _title(standard: str) -> str:
    """
    >>> _title("ogcapi-features-3")
    'OGC API - Features - Part 3'
    """
    found = re.fullmatch(r"ogcapi-([a-z]+)-(\d)", standard)
    if standard in _NAMES or found is None:
        return _NAMES.get(standard, standard)
    name = found[1].upper() if found[1] == "edr" else found[1].capitalize()
    return f"OGC API - {name} - Part {found[2]}"
