"""The words that this API's links and pages say, in each language."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

from layers.spec import Text
from ogc_api.page_words import PAGE_WORDS

_WORDS = {
    "this_json": Text("この文書（JSON）", "This document as JSON"),
    "this_html": Text("この文書（ページ）", "This document as a page"),
    "next_page": Text("次のページ", "Next page"),
    "first_page": Text("最初のページ", "First page"),
    "api": Text("OGC API", "OGC API"),
    "collections": Text("データ一覧", "Collections"),
    "collections_lead": Text(
        "地図で使えるデータの一覧です。GISソフト（QGISなど）やプログラムから読めます。",
        "The data of this city, readable by GIS software such as QGIS and by programs.",
    ),
    "collection": Text("データ", "Collection"),
    "items": Text("地物", "Features"),
    "summary": Text("{matched}件のうち{returned}件を表示しています。", "Showing {returned} of {matched} features."),
    "see_items": Text("地物を見る", "See the features"),
    "queryables": Text("絞り込みに使える項目", "What can be filtered on"),
    "sortables": Text("並べ替えに使える項目", "What can be sorted by"),
    "schema": Text("項目の一覧", "Fields"),
    "field": Text("項目", "Field"),
    "meaning": Text("意味", "Meaning"),
    "type": Text("型", "Type"),
    "values": Text("値", "Values"),
    "unit": Text("単位", "Unit"),
    "processes": Text("処理", "Processes"),
    "processes_lead": Text(
        "経路の検索などをこのサーバーで実行します。", "Work that this server does, such as finding a route."
    ),
    "no_processes": Text("処理はまだありません。", "There are no processes yet."),
    "inputs": Text("入力", "Inputs"),
    "outputs": Text("出力", "Outputs"),
    "profile": Text("この文書のプロファイル", "Profile of this document"),
    "required": Text("必須", "required"),
    "read_only": Text("変更不可", "read only"),
    "example": Text("実行の例", "Example"),
    "example_lead": Text("次のコマンドで実行できます（curl）。", "This command runs it (curl)."),
    "conformance": Text("準拠している規格", "Conformance"),
    "conformance_lead": Text("このAPIが満たす規格の適合クラスです。", "The conformance classes that this API meets."),
    "openapi": Text("APIの定義", "API definition"),
    "openapi_lead": Text(
        "すべてのアドレスと、受け付けるパラメータです。プログラム用の定義はJSONにあります。",
        "Every address with the parameters that it takes. The definition for programs is the JSON.",
    ),
    "parameter": Text("パラメータ", "Parameter"),
    "landing_lead": Text(
        "OGC API という国際標準で、このまちの地図データを公開しています。",
        "The map data of this city by an international standard, OGC API.",
    ),
    "for_qgis": Text(
        "QGISでは「WFS / OGC API - Features」の新しい接続に、次のアドレスを入れてください。",
        "In QGIS, add a new “WFS / OGC API - Features” connection with this address.",
    ),
    "as_json": Text("JSONで見る", "See it as JSON"),
    "licence": Text("ライセンス", "Licence"),
    "attribution": Text("出典の表示", "Attribution"),
    "source": Text("出典", "Source"),
    "map": Text("地図", "Map"),
    "map_of": Text("このページの地物の地図", "Map of the features on this page"),
    "no_map": Text(
        "地図を表示できません。下の表をご覧ください。", "The map cannot be shown; please see the table below."
    ),
    "table": Text("一覧", "Table"),
    "none_match": Text("条件に合う地物はありません。", "No feature matches."),
    "files": Text("ファイルで受け取る", "Take as a file"),
    "as_of": Text(
        "{moment} の時点の記録です。現在の状態ではありません。",
        "A record of how it was at {moment}; not how it is now.",
    ),
    "yes": Text("はい", "yes"),
    "no": Text("いいえ", "no"),
    "id": Text("ID", "ID"),
    "coordinates": Text("位置（経度・緯度）", "Position (longitude, latitude)"),
    "problem": Text("この要求には応えられません", "This request cannot be answered"),
    "problem_next": Text("データ一覧へ", "To the collections"),
    "root": Text("このAPIの入口", "Entrance of this API"),
    "trail": Text("現在の位置", "Where you are"),
    "service": Text("サービス", "Service"),
    "extent": Text("範囲（西・南・東・北）", "Extent (west, south, east, north)"),
    "address": Text("接続するアドレス", "Address to connect to"),
    "openapi_short": Text("アドレスとパラメータの一覧です。", "Every address with its parameters."),
    "geometry": Text("形", "Geometry"),
    "map_of_raster": Text("ラスターの範囲の地図", "Map of where the raster lies"),
    "no_map_of_raster": Text(
        "地図を表示できません。下の欄で値を調べられます。", "The map cannot be shown; the field below works."
    ),
    "value_at_point": Text("地点の値", "Value at a point"),
    "point_label": Text(
        "地点（経度 緯度）。地図を押しても選べます。", "Point (longitude latitude); or press a place on the map."
    ),
    "see_value": Text("値を調べる", "See the value"),
    "no_value": Text("この地点には値がありません。", "There is no value here."),
    "outside": Text("この地点はラスターの範囲の外です。", "This point lies outside the raster."),
    "value_failed": Text("値を取得できませんでした。もう一度お試しください。", "No answer came; please try again."),
    "vertical_datum": Text("高さの基準", "Vertical datum"),
    "storage_crs": Text("座標参照系（保存時）", "Reference system (stored)"),
    "jobs": Text("ジョブ", "Jobs"),
    "job": Text("ジョブ", "Job"),
    "jobs_lead": Text(
        "時間のかかる処理は、ジョブとして後で結果を受け取れます（Prefer: respond-async）。あなたのジョブの一覧です。",
        "What takes long can be run as a job, to come back to (Prefer: respond-async). These are your jobs.",
    ),
    "jobs_anonymous": Text(
        "サインインしていない人のジョブは一覧に出ません。受け取ったアドレス（Location）で見られます。",
        "Jobs of people who have not signed in are not listed; the address that came with the job (Location) shows it.",
    ),
    "no_jobs": Text("ジョブはありません。", "There are no jobs."),
    "status": Text("状態", "State"),
    "progress": Text("進み具合", "Progress"),
    "created": Text("受付", "Accepted"),
    "started": Text("開始", "Begun"),
    "finished": Text("終了", "Ended"),
    "results": Text("結果", "Result"),
    "job_accepted": Text("順番を待っています", "Waiting for a worker"),
    "job_running": Text("実行しています", "Running"),
    "job_successful": Text("終わりました", "Done"),
    "job_failed": Text("失敗しました", "Failed"),
    "job_dismissed": Text("取り消されました", "Dismissed"),
    "dismiss": Text("取り消す", "Cancel"),
    "dismiss_result": Text("結果を消す", "Remove the result"),
    "job_away": Text("状態を確かめられません。もう一度試しています。", "The state cannot be read; trying again."),
    "job_request": Text("実行した内容", "What was asked for"),
}

LINK_TITLES = {
    "This document as JSON": _WORDS["this_json"],
    "This document as HTML": _WORDS["this_html"],
    "The OpenAPI definition as JSON": Text("APIの定義（OpenAPI、JSON）", "The OpenAPI definition as JSON"),
    "The OpenAPI definition as HTML": Text("APIの定義（ページ）", "The OpenAPI definition as a page"),
    "Conformance": _WORDS["conformance"],
    "Collections": _WORDS["collections"],
    "Processes": _WORDS["processes"],
    "The landing page of this server as JSON": Text("このAPIの入口（JSON）", "The landing page as JSON"),
    "The landing page of this server as HTML": Text("このAPIの入口（ページ）", "The landing page as a page"),
    "Schema of collection in JSON": Text("項目の一覧（JSON）", "Schema as JSON"),
    "Schema of collection in HTML": Text("項目の一覧（ページ）", "Schema as a page"),
    "Queryables for this collection as JSON": Text("絞り込みに使える項目（JSON）", "Queryables as JSON"),
    "Queryables for this collection as HTML": Text("絞り込みに使える項目（ページ）", "Queryables as a page"),
    "Items as GeoJSON": Text("地物（GeoJSON）", "Features as GeoJSON"),
    "Items as HTML": Text("地物（ページ）", "Features as a page"),
    "Process description as JSON": Text("処理の説明（JSON）", "Process description as JSON"),
    "Process description as HTML": Text("処理の説明（ページ）", "Process description as a page"),
    "Execution for this process as JSON": Text("処理の実行", "Execute this process"),
}
"""Titles that pygeoapi gives to links, in both languages."""


@cache
def in_language(language: str) -> SimpleNamespace:
    """The words as attributes, so that a misspelt one fails loudly in Python."""
    return SimpleNamespace(**{name: text.in_language(language) for name, text in (_WORDS | PAGE_WORDS).items()})
