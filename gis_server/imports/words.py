"""The words of the upload pages, in each language."""

from __future__ import annotations

from typing import Final

from gis_server.web.staff_pages import Mark
from layers.spec import Text

WORDS: Final = {
    "title": Text("データの取り込み", "Import data"),
    "lead": Text(
        "ファイルを置くと、中身を調べて、どのレイヤーにどう入るかを先にお見せします。"
        "確かめて「取り込む」を押すまで、何も変わりません。",
        "Drop a file: its contents are examined, and you see first what would go where. "
        "Nothing changes until you have checked it and press “Load”.",
    ),
    "drop": Text("ここにファイルをドラッグ", "Drag files here"),
    "or": Text("または", "or"),
    "choose": Text("ファイルを選ぶ", "Choose files"),
    "send": Text("送信する", "Send"),
    "formats": Text(
        "CSV、Excel、GeoJSON、シェープファイル（.shp .dbf .shx .prj をまとめて）、GeoPackage、KML、"
        "OpenStreetMap、標高などの格子（GeoTIFF、HGT、ASCII grid）など。種類は拡張子ではなく中身で見分けます。",
        "CSV, Excel, GeoJSON, shapefiles (.shp .dbf .shx .prj together), GeoPackage, KML, OpenStreetMap, "
        "rasters (GeoTIFF, HGT, ASCII grid) and more. "
        "The contents decide, not the name.",
    ),
    "may_into": Text("取り込めるレイヤー", "Layers you may import into"),
    "sending": Text("送信中", "Sending"),
    "stop_sending": Text("送信をやめる", "Stop sending"),
    "not_sent": Text("送信できませんでした", "Could not be sent"),
    "your_uploads": Text("送信したファイル", "Files you have sent"),
    "no_uploads": Text("まだありません。", "None yet."),
    "kept": Text(
        "ファイルは取り込みの{days}日後に消去します。記録は残ります。",
        "Files are removed {days} days after loading. The record stays.",
    ),
    "last_runs": Text("最近の取り込み", "Latest imports"),
    "all_runs": Text("取り込みの記録をすべて見る", "See all imports"),
    "runs": Text("取り込みの記録", "Imports"),
    "runs_lead": Text("だれが、いつ、何を取り込み、どうなったか。", "Who imported what, when, and what became of it."),
    "no_runs": Text("取り込みの記録はありません。", "There are no imports."),
    "file": Text("ファイル", "File"),
    "size": Text("大きさ", "Size"),
    "state": Text("状態", "State"),
    "when": Text("日時", "Time"),
    "who": Text("実行した人", "By"),
    "layer": Text("レイヤー", "Layer"),
    "layers": Text("レイヤー", "Layers"),
    "all": Text("すべて", "All"),
    "filter": Text("しぼりこむ", "Filter"),
    "back": Text("取り込みのページへ", "To the import page"),
    "back_to_runs": Text("取り込みの記録へ", "To all imports"),
    "accepted": Text("受け入れ", "accepted"),
    "repaired": Text("修正あり", "repaired"),
    "refused": Text("受け入れ不可", "refused"),
    "would": Text("試した結果です。まだ何も変わっていません。", "This is a trial. Nothing has been changed yet."),
    "rows": Text("件", "rows"),
    "inserted": Text("新規", "new"),
    "updated": Text("更新", "changed"),
    "deleted": Text("削除", "removed"),
    "unchanged": Text("変更なし", "unchanged"),
    "waiting_words": Text(
        "順番を待っています。ほかの取り込みが終わると始まります。", "Waiting for its turn; other imports come first."
    ),
    "looking_words": Text(
        "中身を調べて、試しに取り込んでいます。何も変わりません。", "Examining the file and trying it. Nothing changes."
    ),
    "loading_words": Text(
        "取り込んでいます。終わるまで、地図は今のままです。", "Loading. Until it has ended the map stays as it is."
    ),
    "page_may_close": Text("このページを閉じても続きます。", "It goes on if you close this page."),
    "rows_so_far": Text("{rows} 件まで", "{rows} rows so far"),
    "rows_of": Text("{rows} / {total} 件", "{rows} of {total} rows"),
    "cancel": Text("中止する", "Cancel"),
    "discard": Text("取り込まずにやめる", "Do not load it"),
    "cancelled_words": Text("中止しました。何も取り込んでいません。", "Cancelled. Nothing has been loaded."),
    "failed_words": Text(
        "このファイルは取り込めませんでした。地図は元のままです。", "This file could not be used. The map is as it was."
    ),
    "fix_below": Text(
        "下で指定を変えて、もう一度調べられます。", "You can say more about it below and have it examined again."
    ),
    "question_words": Text(
        "読めましたが、どのレイヤーのデータか分かりません。下で選んでください。",
        "It can be read, but not which layer it is for. Choose one below.",
    ),
    "ready_words": Text("確認してください", "Please check"),
    "load": Text("取り込む", "Load"),
    "load_all": Text("{count} 件を取り込む", "Load {count} rows"),
    "refused_stay": Text(
        "受け入れ不可の行は取り込まれません。ほかの行は入ります。", "Refused rows stay outside; the others are loaded."
    ),
    "loaded_words": Text("取り込みました", "Loaded"),
    "unchanged_words": Text(
        "何も変わりませんでした。同じデータがすでに入っています。", "Nothing has changed: this data was there already."
    ),
    "undone_words": Text("この取り込みは取り消されました。", "This import has been undone."),
    "see_layer": Text("地図とデータを見る", "See it on the map"),
    "see_run": Text("記録を見る", "See the record"),
    "run_csv": Text("結果をCSVで保存", "Save the report as CSV"),
    "another": Text("別のファイルを取り込む", "Import another file"),
    "recognised": Text("何として読んだか", "What it was read as"),
    "kind": Text("種類", "Kind"),
    "source": Text("データの名前", "Data set"),
    "reasons": Text("理由", "Why"),
    "mapping": Text("列の対応", "Columns"),
    "mapping_lead": Text(
        "ファイルの列を、レイヤーのどの項目に入れるか。", "Which field of the layer takes each column of the file."
    ),
    "column": Text("ファイルの列", "Column of the file"),
    "sample_value": Text("例", "Example"),
    "field": Text("項目", "Field"),
    "left_out": Text("取り込まない", "Leave out"),
    "change_title": Text("読み方を変える", "Read it differently"),
    "change": Text("この指定で調べ直す", "Examine again"),
    "automatic": Text("自動で見分ける", "Found automatically"),
    "likely": Text("候補", "likely"),
    "encoding": Text("文字コード", "Encoding"),
    "srid": Text("座標参照系", "Reference system"),
    "part": Text("シート・レイヤー・ZIPの中のファイル", "Sheet, layer, or member of a ZIP"),
    "city_code": Text("市区町村コード（6桁）", "Municipality code (six digits)"),
    "source_key": Text(
        "データの名前（同じ名前は更新として扱います）", "Name of the data set (the same name means a new edition)"
    ),
    "constants": Text("ファイルにない項目の値", "Values for fields that the file lacks"),
    "constants_lead": Text("すべての行に同じ値が入ります。", "The same value goes into every row."),
    "needed": Text("必須", "needed"),
    "raster_kind": Text("値の種類", "What the values are"),
    "raster_vertical_datum": Text("高さの基準", "Heights are counted from"),
    "raster_unit": Text("単位", "Unit"),
    "raster_nodata": Text("値なしを表す数", "Number that means no value"),
    "raster_title": Text("題名", "Title"),
    "raster_size": Text("升目の数（横×縦）", "Cells (across × down)"),
    "raster_values": Text("値の範囲", "Values"),
    "raster_resolution": Text("升目の大きさ", "Size of a cell"),
    "raster_empty": Text("値のある升目がありません", "no cell holds a value"),
    "raster_known": Text("同じものが保存済みです", "The same raster is stored already"),
    "more_fields": Text("ほかの項目", "Other fields"),
    "rights": Text("出典とライセンス", "Source and licence"),
    "attribution": Text("出典の表示", "Attribution"),
    "licence": Text("ライセンス", "Licence"),
    "found": Text("読み取り", "Found"),
    "sample": Text("はじめの行", "First rows"),
    "place": Text("場所", "Place"),
    "preview": Text("地図で確かめる", "Check on the map"),
    "preview_refused": Text("受け入れ不可の行の位置", "Where refused rows lie"),
    "legend_accepted": Text("入る行", "Accepted rows"),
    "legend_refused": Text("受け入れ不可の行（×）", "Refused rows (×)"),
    "no_map": Text("地図を表示できません。", "The map cannot be shown."),
    "map": Text("地図", "Map"),
    "findings": Text("見つかったこと", "Findings"),
    "no_findings": Text("ありません。", "None."),
    "left_out_findings": Text("ほか {count} 件", "{count} more"),
    "value": Text("値", "Value"),
    "after": Text("修正後", "Repaired to"),
    "reason": Text("理由", "Reason"),
    "expected": Text("正しい形", "Right would be"),
    "undo": Text("この取り込みを取り消す", "Undo this import"),
    "undo_title": Text("取り込みの取り消し", "Undo an import"),
    "undo_lead": Text(
        "取り消すと、次のようになります。まだ何も変わっていません。",
        "This is what undoing would do. Nothing has been changed yet.",
    ),
    "undo_removed": Text("消える行（この取り込みで入った行）", "rows removed (brought by this import)"),
    "undo_restored": Text("元に戻る行", "rows as they were before"),
    "undo_brought_back": Text("復活する行", "rows brought back"),
    "undo_kept": Text("そのまま残る行（あとで人が直した行）", "rows kept (changed by somebody since)"),
    "undo_confirm": Text("取り消す", "Undo it"),
    "undo_refused": Text("この取り込みは取り消せません。", "This import cannot be undone."),
    "undone_at": Text("取り消した日時", "Undone"),
    "keep_it": Text("取り消さずに戻る", "Keep it and go back"),
    "only_counted": Text("このほか {count} 件は件数だけ記録しました。", "{count} more were counted only."),
    "previous": Text("前へ", "Previous"),
    "next": Text("次へ", "Next"),
    "page": Text("ページ", "Page"),
    "files_removed": Text("ファイルは消去済みです。", "The files have been removed."),
    "other_files": Text("いっしょに届いたファイル", "Files that came with it"),
    "reload_failed": Text(
        "サーバーから返事がありません。つながりしだい続きを表示します。",
        "The server does not answer. The page goes on when it does.",
    ),
    "srid_6668": Text("緯度経度 JGD2011（EPSG:6668）", "Longitude, latitude, JGD2011 (EPSG:6668)"),
    "srid_4326": Text("緯度経度 WGS 84（EPSG:4326）", "Longitude, latitude, WGS 84 (EPSG:4326)"),
    "srid_4612": Text("緯度経度 JGD2000（EPSG:4612）", "Longitude, latitude, JGD2000 (EPSG:4612)"),
    "srid_4301": Text("緯度経度 日本測地系（EPSG:4301）", "Longitude, latitude, Tokyo datum (EPSG:4301)"),
    "srid_3857": Text("Webメルカトル（EPSG:3857）", "Web Mercator (EPSG:3857)"),
}

_DATUMS: Final = {
    "JGD2011": ("JGD2011", "JGD2011"),
    "JGD2000": ("JGD2000", "JGD2000"),
    "Tokyo": ("日本測地系", "Tokyo datum"),
}


_STATES: Final = {
    "received": (Text("順番待ち", "Waiting"), "…", "busy"),
    "looking": (Text("確認中", "Being examined"), "…", "busy"),
    "ready": (Text("確認待ち", "To be checked"), "?", "caution"),
    "loading": (Text("取り込み中", "Loading"), "…", "busy"),
    "loaded": (Text("取り込み済み", "Loaded"), "✓", "good"),
    "unchanged": (Text("変更なし", "Unchanged"), "＝", "good"),
    "failed": (Text("失敗", "Failed"), "!", "danger"),
    "cancelled": (Text("中止", "Cancelled"), "–", "quiet"),
    "stopped": (Text("中止", "Stopped"), "–", "quiet"),
    "undone": (Text("取り消し済み", "Undone"), "↩", "quiet"),
}
FINDINGS: Final = {
    "refused": (Text("受け入れ不可", "Refused"), "×", "danger"),
    "repaired": (Text("修正", "Repaired"), "✎", "caution"),
    "notice": (Text("お知らせ", "Notice"), "i", "quiet"),
}


def in_language(language: str) -> dict[str, str]:
    return {key: words.in_language(language) for key, words in WORDS.items()}


def state_of(state: str, language: str) -> Mark:
    """The mark of an upload's state, or a run's.

    >>> state_of("loaded", "ja").words
    '取り込み済み'
    """
    words, sign, tone = _STATES[state]
    return Mark(state, words.in_language(language), sign, tone)


def finding_of(kind: str, language: str) -> Mark:
    words, sign, tone = FINDINGS[kind]
    return Mark(kind, words.in_language(language), sign, tone)


def plane_zone(datum: str, zone: int, language: str) -> str:
    """What people call a plane rectangular zone.

    >>> plane_zone("JGD2011", 9, "ja")
    '平面直角座標系 第9系（JGD2011）'
    """
    ja, en = _DATUMS[datum]
    return f"Plane rectangular zone {zone} ({en})" if language == "en" else f"平面直角座標系 第{zone}系（{ja}）"
