"""The words of the page of the store, in the reader's language."""

from __future__ import annotations

from typing import Any, Final

from layers.spec import Text

_WORDS: Final = {
    "title": Text("保存タイル", "Stored tiles"),
    "lead": Text(
        "地図のタイルのうち、保存してあるものです。消しても地図は変わりません。次に見られたときに描き直します。",
        "The tiles of the map that are stored. Removing them changes no map: they are rendered again when asked for.",
    ),
    "admin": Text("管理画面へ", "Administration"),
    "room": Text("使用量", "Room"),
    "of": Text("上限", "of"),
    "tiles": Text("タイル数", "Tiles"),
    "end": Text("保存先", "Kept in"),
    "file": Text("ファイル", "files"),
    "redis": Text("Redis", "Redis"),
    "s3": Text("S3", "S3"),
    "mbtiles": Text("MBTiles", "MBTiles"),
    "sweep": Text("いま整理する", "Sweep now"),
    "sweep_lead": Text(
        "使われないタイルと、上限を超えた分を、長く使われていない順に消します。",
        "Removes what is of no use, and what is beyond the bound, least recently used first.",
    ),
    "swept": Text("{removed} 枚を消しました。残りは {mb} MB です。", "{removed} tiles removed; {mb} MB are left."),
    "cleared": Text("{tileset} の {removed} 枚を消しました。", "{removed} tiles of {tileset} removed."),
    "busy": Text(
        "ほかで整理しているところです。少し待ってから試してください。", "Being swept already. Try again soon."
    ),
    "away": Text(
        "保存先が応えません。地図は描き直して配信を続けています。",
        "The store does not answer. The map goes on, rendered afresh.",
    ),
    "map": Text("保存タイルの地図", "Map of the stored tiles"),
    "no_map": Text("地図を表示できません。下の表に同じ内容があります。", "No map. The table below says the same."),
    "other_grid": Text(
        "このタイルの区切り方は地図に描けません。下の表を見てください。",
        "Tiles of this grid cannot be drawn here. See the table below.",
    ),
    "nothing": Text("まだ何も保存されていません。", "Nothing is stored yet."),
    "tileset": Text("タイルセット", "Tileset"),
    "zoom": Text("ズーム", "Zoom"),
    "colour": Text("色分け", "Coloured by"),
    "by_age": Text("描いてからの時間", "age"),
    "by_hits": Text("使われた回数", "uses"),
    "show": Text("表示する", "Show"),
    "tile": Text("タイル", "Tile"),
    "size": Text("大きさ", "Size"),
    "hits": Text("使用回数", "Uses"),
    "rendered": Text("描いた時刻", "Rendered"),
    "used": Text("最後の使用", "Last used"),
    "render_ms": Text("描画の平均", "Mean rendering"),
    "by_zoom": Text("ズームごと", "By zoom"),
    "by_tileset": Text("タイルセットごと", "By tileset"),
    "table": Text("地図と同じ内容の表", "The same as a table"),
    "table_lead": Text("よく使われる順に {n} 枚まで。", "Up to {n}, most used first."),
    "clear": Text("消す", "Clear"),
    "clear_all": Text("{tileset} を消す", "Clear {tileset}"),
    "answered": Text("応答", "Answers"),
    "answered_lead": Text("数え始めてから、全プロセスの合計。", "Of all processes, since the counting began."),
    "layer": Text("レイヤー", "Layer"),
    "requests": Text("要求", "Requests"),
    "memory": Text("メモリーから", "From memory"),
    "store": Text("保存先から", "From the store"),
    "misses": Text("描画", "Rendered"),
    "waiting": Text("前のもの", "Previous"),
    "share": Text("描かずに済んだ割合", "Not rendered"),
    "failures": Text("保存先の失敗", "Failures of the store"),
    "no_failures": Text("ありません。", "None."),
    "operation": Text("操作", "Operation"),
    "count": Text("回数", "Count"),
    "load": Text("読み出し", "load"),
    "save": Text("保存", "save"),
    "remove": Text("削除", "remove"),
    "metrics": Text("同じ数は /metrics にもあります。", "The same numbers are at /metrics."),
}
_AGES: Final = (
    Text("1時間以内", "up to an hour"),
    Text("1日以内", "up to a day"),
    Text("7日以内", "up to 7 days"),
    Text("それより前", "older"),
)
_HITS: Final = (Text("0回", "0"), Text("1–9回", "1–9"), Text("10–99回", "10–99"), Text("100回以上", "100 and more"))


def in_language(language: str) -> dict[str, Any]:
    """Every word of the page."""
    return {
        **{name: text.in_language(language) for name, text in _WORDS.items()},
        "age_classes": [text.in_language(language) for text in _AGES],
        "hits_classes": [text.in_language(language) for text in _HITS],
    }
