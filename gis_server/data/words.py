"""The words of the open-data pages, in each language."""

from __future__ import annotations

from typing import Final

from layers.spec import Text

WORDS: Final = {
    "title": Text("オープンデータ", "Open data"),
    "lead": Text(
        "このまちの地図データです。だれでもダウンロードして、ライセンスに従って自由に使えます。",
        "The city's map data. Anybody may download them and use them freely under their licences.",
    ),
    "city_data": Text("まちのデータ", "Data of the city"),
    "base_data": Text("背景地図のデータ", "Data of the base map"),
    "features": Text("件", "features"),
    "updated": Text("最終更新", "Last change"),
    "never": Text("まだデータがありません", "No data yet"),
    "details": Text("くわしく・ダウンロード", "Details and downloads"),
    "for_machines": Text("機械で読む", "For machines"),
    "dcat": Text("DCAT-AP のカタログ（CKAN などの収集用）", "Catalogue as DCAT-AP (for harvesters such as CKAN)"),
    "records": Text("OGC API – Records の形の一覧", "Catalogue in the form of OGC API – Records"),
    "ogc_api": Text("OGC API（検索・絞り込み）", "OGC API (search and filter)"),
    "offline": Text("オフライン地図（PMTiles・MBTiles）", "Offline maps (PMTiles, MBTiles)"),
    "tiles": Text("ベクトルタイル（TileJSON）", "Vector tiles (TileJSON)"),
    "items": Text("OGC API のコレクション", "Collection in the OGC API"),
    "preview": Text("プレビュー", "Preview"),
    "no_map": Text("地図を表示できません。", "The map cannot be shown."),
    "downloads": Text("ダウンロード", "Downloads"),
    "format": Text("形式", "Format"),
    "downloads_lead": Text("緯度経度（WGS 84）のファイルです。", "Files in longitude and latitude (WGS 84)."),
    "others": Text("ほかの座標系と、形式の違い", "Other reference systems, and how the formats differ"),
    "coordinates": Text("座標参照系", "Reference system"),
    "axes": Text("座標の順", "Order of axes"),
    "lacks": Text("この形式で失われるもの", "What this format cannot hold"),
    "nothing": Text("なし", "nothing"),
    "standard": Text("自治体標準オープンデータセット", "Municipal standard open dataset (Digital Agency)"),
    "standard_note": Text(
        "デジタル庁の定める列名と順序のCSV。該当する項目がない列は空欄です。",
        "CSV with the column names and order of the Digital Agency. Columns that nothing is known for are empty.",
    ),
    "rights": Text("ライセンスと出典", "Licence and attribution"),
    "licence": Text("ライセンス", "Licence"),
    "attribution": Text("出典の表示", "Attribution"),
    "quality": Text("データの品質", "Quality"),
    "count": Text("件数", "Features"),
    "invalid": Text("形の誤り", "Broken shapes"),
    "extent": Text("範囲（西・南・東・北）", "Extent (west, south, east, north)"),
    "field": Text("項目", "Field"),
    "name": Text("列名", "Column"),
    "meaning": Text("単位・値", "Unit, values"),
    "filled": Text("記入率", "Filled in"),
    "back": Text("データの一覧へ", "To all data"),
    "staff_view": Text(
        "職員として表示しています。職員だけの項目がファイルに含まれます。公開しないでください。",
        "Shown to you as staff: the files hold fields for staff only. Do not publish them.",
    ),
}


REFERENCE_SYSTEMS: Final = {
    4326: Text("緯度経度（WGS 84）", "Longitude, latitude (WGS 84)"),
    6668: Text("緯度経度（JGD2011）", "Longitude, latitude (JGD2011)"),
    3857: Text("Webメルカトル", "Web Mercator"),
}
_PLANE = Text("平面直角座標系 第{zone}系（m）", "Plane rectangular zone {zone} (m)")


def reference_system(srid: int, language: str) -> str:
    """What people call a reference system.

    >>> reference_system(6677, "ja")
    '平面直角座標系 第9系（m）'
    """
    known = REFERENCE_SYSTEMS.get(srid)
    return known.in_language(language) if known else _PLANE.in_language(language).format(zone=srid - 6668)


def in_language(language: str) -> dict[str, str]:
    return {key: words.in_language(language) for key, words in WORDS.items()}
