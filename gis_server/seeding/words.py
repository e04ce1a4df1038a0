"""The words of the pages of seeding and of offline packs, in each language."""

from __future__ import annotations

from typing import Final

from gis_server.web.staff_pages import Mark
from layers.spec import Text

WORDS: Final = {
    "offline": Text("オフライン地図", "Offline maps"),
    "offline_lead": Text(
        "このまちの公開地図をひとつのファイルにまとめました。災害でネットワークが使えないときのために、"
        "前もって端末に保存しておけます。",
        "The city's public map as one file. Keep it on your device for when a disaster takes the network away.",
    ),
    "no_packs": Text(
        "まだ用意できていません。データが入ってから数分で作られます。",
        "Not there yet. It is made some minutes after data have come in.",
    ),
    "data_time": Text("データの時点", "Data as of"),
    "older": Text(
        "この時点より後の変更（避難所の開設、通行止めなど）は入っていません。",
        "Changes after this time (opened shelters, closed roads) are not in it.",
    ),
    "files": Text("ダウンロード", "Downloads"),
    "download": Text("{format} をダウンロード", "Download {format}"),
    "pmtiles_is": Text(
        "MapLibre、QGIS（GDAL 3.8以降）など。Webサーバーに置くだけで、必要な部分だけを読み出せます。",
        "For MapLibre and QGIS (with GDAL 3.8 or later). On any web server it is read in parts, as they are needed.",
    ),
    "mbtiles_is": Text(
        "QGIS、MBTilesを読めるアプリ、タイルサーバーに。",
        "For QGIS, apps that read MBTiles, and tile servers.",
    ),
    "size": Text("大きさ", "Size"),
    "tiles": Text("タイル数", "Tiles"),
    "inside": Text("入っているレイヤー", "Layers inside"),
    "layer": Text("レイヤー", "Layer"),
    "licence": Text("ライセンス", "Licence"),
    "last_zoom": Text("最後のズーム", "Last zoom"),
    "lowered": Text("（大きさを抑えるため {zoom} から下げています）", "(lowered from {zoom} to keep the size)"),
    "how": Text("使い方", "How to use it"),
    "how_qgis": Text(
        "QGIS: ファイルを地図の上にドラッグします。",
        "QGIS: drag the file onto the map.",
    ),
    "how_maplibre": Text(
        "MapLibre GL JS: pmtiles プロトコルを登録し、ファイルの中の machigis:style をスタイルとして使います。"
        "記号は machigis:pictograms にSVGで入っています。",
        "MapLibre GL JS: register the pmtiles protocol and use machigis:style from the file as the style. "
        "The pictograms are in machigis:pictograms as SVG.",
    ),
    "how_more": Text("文字は端末のフォントで描かれます。", "Names are drawn with the fonts of your device."),
    "seeding": Text("タイルの準備", "Seeding"),
    "seeding_lead": Text(
        "地図のタイルを、だれかが見る前に作っておきます。よく見られるところから順に作り、"
        "もうある新しいタイルは作り直しません。",
        "Makes the map's tiles before anybody asks for them, the most wanted first. "
        "Tiles that are there and still true are left as they are.",
    ),
    "start_title": Text("はじめる", "Start"),
    "which": Text("レイヤー（選ばなければすべて）", "Layers (none chosen means all)"),
    "base": Text("背景地図", "Base map"),
    "zooms": Text("ズーム（空欄ならレイヤーの宣言どおり）", "Zooms (empty: as each layer declares)"),
    "zooms_example": Text("例: 8-16", "for example 8-16"),
    "area": Text("範囲", "Area"),
    "area_help": Text(
        "city（市域とその周り約1km）、または 西,南,東,北（度）",
        "city (its outline and a kilometre around it), or west,south,east,north in degrees",
    ),
    "maps": Text("地図画像（WMTS・TMS）も作る", "Pictures of WMTS and TMS as well"),
    "start": Text("タイルを準備する", "Start seeding"),
    "packs_title": Text("オフラインパック", "Offline packs"),
    "packs_lead": Text(
        "データが変わると、長くても1時間ごとに自動で作り直されます。",
        "Made anew by itself when data have changed, at most every hour.",
    ),
    "make_packs": Text("いますぐ作る", "Make them now"),
    "see_packs": Text("公開ページを見る", "See the public page"),
    "runs": Text("実行の記録", "Runs"),
    "no_runs": Text("まだありません。", "None yet."),
    "kind": Text("種類", "Kind"),
    "kind_seed": Text("タイルの準備", "Seeding"),
    "kind_packs": Text("オフラインパック", "Offline packs"),
    "state": Text("状態", "State"),
    "progress": Text("進み具合", "Progress"),
    "who": Text("実行した人", "By"),
    "itself": Text("自動", "by itself"),
    "when": Text("開始", "Asked for"),
    "of": Text("{done} / {total} 枚", "{done} of {total} tiles"),
    "left": Text("残り約{time}", "about {time} left"),
    "failed_tiles": Text("作れなかったタイル: {count}", "{count} tiles could not be made"),
    "cancel": Text("中止する", "Cancel"),
    "cancelling": Text("いまのタイルが終わったら止まります", "Ends after the tile in hand"),
    "page_may_close": Text("このページを閉じても続きます。", "It goes on if you close this page."),
    "reload": Text("表示を更新", "Show the present state"),
    "not_reached": Text("状態を確かめられません。やり直しています。", "The state cannot be asked for. Trying again."),
}


_STATES: Final = {
    "waiting": (Text("順番待ち", "Waiting"), "…", "busy"),
    "running": (Text("実行中", "Running"), "↻", "busy"),
    "done": (Text("完了", "Done"), "✓", "good"),
    "failed": (Text("失敗", "Failed"), "✕", "danger"),
    "cancelled": (Text("中止", "Cancelled"), "–", "quiet"),
}


def mark_of(state: str, language: str) -> Mark:
    words, sign, tone = _STATES[state]
    return Mark(state, words.in_language(language), sign, tone)


def in_language(language: str) -> dict[str, str]:
    return {key: words.in_language(language) for key, words in WORDS.items()}


def spell_time(seconds: float, language: str) -> str:
    """A length of time, as roughly as it is known.

    >>> spell_time(8.2, "ja"), spell_time(7300, "en")
    ('1分', '2 h 2 min')
    """
    hours, minutes = divmod(max(1, round(seconds / 60)), 60)
    if language.startswith("en"):
        return f"{hours} h {minutes} min" if hours else f"{minutes} min"
    return f"{hours}時間{minutes}分" if hours else f"{minutes}分"
