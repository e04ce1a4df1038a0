"""The words of the pages for people, beside those that documents say too (`words`)."""

from __future__ import annotations

from layers.spec import Text

PAGE_WORDS = {
    # landing page
    "look": Text("見る", "Look"),
    "look_lead": Text("地図と表で、どんなデータがあるかを見ます。", "See on maps and in tables what there is."),
    "look_go": Text("データを見る", "See the data"),
    "download": Text("持ち帰る", "Download"),
    "download_lead": Text(
        "表計算やGISソフトで使えるファイルを受け取ります。", "Take files for spreadsheets and GIS software."
    ),
    "download_go": Text("ファイルを受け取る", "Get files"),
    "program": Text("プログラムから使う", "Program"),
    "program_lead": Text(
        "OGC APIという国際標準で、プログラムやQGISから読み書きします。",
        "Read and write with programs and QGIS, by an international standard.",
    ),
    "program_go": Text("すべてのアドレスを見る", "Every address"),
    "more": Text("ほかに", "Also here"),
    "more_links": Text("このAPIのほかの入口", "Other entrances of this API"),
    "copy": Text("コピー", "Copy"),
    "copied": Text("コピーしました", "Copied"),
    "copy_failed": Text("コピーできません。選んで写してください", "Cannot copy; please select the text"),
    # collections
    "city_data": Text("まちのデータ", "Data of the city"),
    "other_data": Text("そのほかのデータ", "Other data"),
    "find_data": Text("データをさがす", "Find data"),
    "find_data_hint": Text("名前や説明の一部", "Part of a name or description"),
    "found_data": Text("{n}種類", "{n} collections"),
    "no_data_found": Text(
        "あてはまるデータはありません。言葉を短くしてみてください。", "Nothing fits. Please try fewer letters."
    ),
    "count_unit": Text("件", "features"),
    # collection
    "about": Text("このデータについて", "About these data"),
    "count": Text("件数", "Number of features"),
    "updated": Text("最後の変更", "Last changed"),
    "never": Text("まだありません", "not yet"),
    "revision": Text("改訂番号", "Revision"),
    "geometry_type": Text("形の種類", "Kind of geometry"),
    "map_extent": Text("データのある範囲の地図", "Map of where the data are"),
    "fields": Text("項目", "Fields"),
    "codes": Text("値の意味", "Meaning of the values"),
    "connect": Text("つなぐ", "Connect"),
    "connect_lead": Text(
        "このデータを、お使いのソフトやプログラムから読むには。",
        "How to read these data with your software or program.",
    ),
    "files": Text("ファイルで受け取る", "Files"),
    "files_lead": Text("全件をひとつのファイルで受け取る", "All features in one file"),
    "open_data_page": Text("データの品質と利用条件", "Quality and terms"),
    "all_links": Text("すべてのアドレス", "All addresses"),
    # items
    "conditions": Text("しぼりこむ", "Filter"),
    "conditions_now": Text("いまの条件", "Conditions now"),
    "take_away": Text("この条件を外す", "Take this condition away"),
    "take_all_away": Text("条件をすべて外す", "Take all conditions away"),
    "words_in_texts": Text("言葉でさがす", "Words"),
    "words_hint": Text(
        "かな・漢字・全角半角のちがいは気にしません。コンマで区切ると、どれかを含むもの。",
        "Kana, width and case make no difference. With commas: any of them.",
    ),
    "any": Text("指定しない", "Any"),
    "contains": Text("次を含む", "contains"),
    "at_least": Text("以上", "at least"),
    "at_most": Text("以下", "at most"),
    "from_day": Text("この日から", "from"),
    "to_day": Text("この日まで", "until"),
    "period": Text("期間", "Period"),
    "box": Text("場所の範囲（西,南,東,北）", "Box (west,south,east,north)"),
    "box_from_map": Text("いまの地図の範囲だけにする", "Only what the map shows"),
    "box_taken": Text("地図の範囲を条件に入れました。", "The box of the map is now a condition."),
    "box_name": Text("地図の範囲", "Box"),
    "more_fields": Text("ほかの項目でしぼりこむ", "Filter on other fields"),
    "appearance": Text("並べ方と表示", "Order and display"),
    "sort": Text("並べ替え", "Sort by"),
    "sort_id": Text("IDの順", "by ID"),
    "ascending": Text("小さい順", "ascending"),
    "descending": Text("大きい順", "descending"),
    "in_brackets": Text("{}（{}）", "{} ({})"),
    "page_size": Text("1ページの件数", "Features on a page"),
    "shown_fields": Text("表示する項目", "Fields to show"),
    "own_filter": Text("条件式（CQL2）", "Condition (CQL2)"),
    "own_filter_hint": Text(
        "上の欄で言えない条件を書きます。例：S_INTERSECTS(geometry, BBOX(139.55,35.67,139.58,35.70))",
        "For what the fields above cannot say, such as S_INTERSECTS(geometry, BBOX(139.55,35.67,139.58,35.70))",
    ),
    "go": Text("この条件で見る", "Show"),
    "go_counted": Text("{n}件を見る", "Show {n}"),
    "go_nothing": Text("この条件では0件です", "Nothing fits this"),
    "summary_all": Text("全{matched}件を表示しています。", "Showing all {matched} features."),
    "summary_more": Text(
        "{returned}件より多くあります。{returned}件を表示しています。",
        "More than {returned} features; showing {returned}.",
    ),
    "summary_place": Text("続きの{returned}件を表示しています。", "Showing {returned} further features."),
    "empty_lead": Text("次のどれかを外すと、見つかるかもしれません。", "Taking one of these away may help."),
    "empty_layer": Text("このデータには、まだ地物がありません。", "There are no features in these data yet."),
    "on_map": Text("地図で見る", "On the map"),
    "chosen": Text("選択中：{name}", "Selected: {name}"),
    "map_hint": Text(
        "地図の点や線を押すと、表の行が選ばれます。表の「地図で見る」でも選べます。",
        "Press a feature on the map to select its row, or “On the map” in a row.",
    ),
    "formats": Text("このページを受け取る", "Take these features"),
    "formats_lead": Text("いま表示している条件のままで受け取ります。", "With the conditions that are set now."),
    "request": Text("同じものをプログラムから", "The same from a program"),
    "request_lead": Text(
        "いま表示しているものを、そのまま受け取る書き方です。", "How to ask for exactly what is shown here."
    ),
    "no_name": Text("（名称なし）", "(no name)"),
    "back_to_items": Text("一覧にもどる", "Back to the list"),
    "not_given": Text("記載なし", "not given"),
    # schema
    "schema_lead": Text("地物がもつ項目と、その意味です。", "What each feature holds, and what it means."),
    "queryables_lead": Text(
        "項目名=値（例：{example}）または条件式 filter で使えます。",
        "Used as field=value (such as {example}), or in a filter.",
    ),
    "sortables_lead": Text(
        "sortby=項目名 で小さい順、sortby=-項目名 で大きい順になります。",
        "sortby=field is ascending, sortby=-field descending.",
    ),
    "number": Text("数値", "number"),
    "integer": Text("整数", "whole number"),
    "string": Text("文字", "text"),
    "boolean": Text("はい・いいえ", "yes or no"),
    "date_time": Text("日時", "date and time"),
    "uri_reference": Text("リンク", "link"),
    "may_be_missing": Text("空のことがある", "may be missing"),
    # functions, processes
    "functions": Text("条件式の関数", "Functions of filters"),
    "functions_lead": Text(
        "条件式（filter）の中で、CQL2の関数に加えて使えます。", "Usable in a filter besides those of CQL2."
    ),
    "arguments": Text("受け取るもの", "Takes"),
    "returns": Text("返すもの", "Gives"),
    "run": Text("実行する", "Run"),
    "running": Text("実行しています", "Running"),
    "run_lead": Text("値を入れて実行すると、結果が下に出ます。", "Fill it in and run it; the result appears below."),
    "run_needs_script": Text(
        "ここから実行するにはJavaScriptが要ります。下のcurlのコマンドでも実行できます。",
        "Running it here needs JavaScript. The curl command below does the same.",
    ),
    "result": Text("結果", "Result"),
    "result_map": Text("結果の地図", "Map of the result"),
    "result_done": Text("{n}件の地物が返りました（{s}秒）。", "{n} features ({s} s)."),
    "result_plain": Text("結果が返りました（{s}秒）。", "Done ({s} s)."),
    "result_failed": Text("実行できませんでした。", "It could not be run."),
    "result_raw": Text("結果の文書（JSON）", "The document (JSON)"),
    "pick": Text("地図から選ぶ", "Pick on the map"),
    "pick_now": Text("地図を押してください。", "Press the map."),
    "point_hint": Text("経度, 緯度", "longitude, latitude"),
    "same_as_curl": Text("同じ実行をcurlで", "The same with curl"),
    # conformance, definition
    "class": Text("適合クラス", "Class"),
    "as_openapi": Text("OpenAPI 3.0の文書（JSON）", "OpenAPI 3.0 document (JSON)"),
    "same_parameters": Text("受け取るパラメータ", "Parameters"),
    "no_parameters": Text("パラメータはありません。", "No parameters."),
    "body": Text("本文", "Body"),
    "try_it": Text("開く", "Open"),
    # problems
    "problem_400": Text("アドレスの一部が正しくありません", "Part of the address is not right"),
    "problem_401": Text("サインインが必要です", "Please sign in"),
    "problem_403": Text("許可されていません", "This is not allowed"),
    "problem_404": Text("お探しのものは見つかりません", "There is nothing here"),
    "problem_405": Text("このアドレスではできない操作です", "This cannot be done here"),
    "problem_406": Text("その形式では出せません", "Not in that format"),
    "problem_part": Text("直すところ", "What to mend"),
    "problem_without": Text("「{parameter}」を外して開く", "Open it without “{parameter}”"),
    "problem_said": Text("サーバーの説明（英語）", "What the server says"),
    "problem_known": Text("使えるもの", "What there is"),
    "problem_kept": Text("データには何も起きていません。", "Nothing has happened to the data."),
}

GEOMETRIES = {
    "point": Text("点", "point"),
    "linestring": Text("線", "line"),
    "polygon": Text("面", "area"),
    "geometry": Text("点・線・面", "point, line or area"),
    "geometrycollection": Text("点・線・面の組", "collection"),
}
"""Kinds of geometries by their GeoJSON names, single or many."""

PROBLEMS = {
    "unknown parameter": Text(
        "このアドレスでは使えないパラメータがあります。つづりの誤りか、見ることのできない項目です。",
        "There is a parameter that is not known here: perhaps misspelt, or a field that you may not see.",
    ),
    "invalid parameter": Text("パラメータの値が正しくありません。", "The value of a parameter is not right."),
    "invalid value": Text("項目の値が正しくありません。", "The value of a field is not right."),
    "invalid filter": Text("条件式（filter）を読めません。", "The filter cannot be read."),
    "unknown collection": Text("その名前のデータはありません。", "There are no data of that name."),
    "unknown feature": Text(
        "そのIDの地物はありません。消されたか、公開されていません。",
        "There is no feature with that id: it was removed, or is not public.",
    ),
    "unknown process": Text("その名前の処理はありません。", "There is no process of that name."),
    "not found": Text("このアドレスには何もありません。", "There is nothing at this address."),
    "not computable": Text("求められた計算ができません。", "What is asked for cannot be computed."),
    "method not allowed": Text("この操作はこのアドレスではできません。", "This cannot be done at this address."),
}
"""What problems mean, by their titles."""
