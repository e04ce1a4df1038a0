"""What the importer says, in the reader's language. A report keeps one wording; most of it is put over here.

A sentence that is not known here is shown as the report has it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_TO_JAPANESE: Final = {
    r"file": "ファイル全体",
    r"line (\d+)(.*)": r"\1行目\2",
    r"row (\d+)(.*)": r"\1行目\2",
    r"feature (\d+)(.*)": r"\1番目の地物\2",
    r"cell (\w+)": r"セル \1",
    r"way (\d+)": r"ウェイ \1",
    r"the file states no reference system: .*": ("座標参照系が書かれていません。下の「座標参照系」で選んでください"),
    r"reference system: (EPSG:\d+).*\(as asked for\)": r"座標参照系: \1（指定のとおり）",
    r"reference system: (EPSG:\d+ .*) \(the file states it\)": r"座標参照系: \1（ファイルに書かれています）",
    r"kind: (\w+) \(by its name\)": r"値の種類: \1（ファイル名から）",
    r"nodata: none \(nothing states it\)": "値なしを表す数: ファイルに書かれていません",
    r"vertical_datum: unknown \(nothing states it\)": "高さの基準: ファイルに書かれていません",
    r"unit: m \(heights and depths are in metres unless .*\)": "単位: m（書かれていない高さと深さはメートルとします）",
    r"heights above what is not known; .*": "高さの基準が分かりません。下の「高さの基準」で選んでください",
    r"no cell holds anything": "値のある升目がありません",
    r"nothing is written": "何も書かれていません",
    r"not in the code list": "決められた値ではありません",
    r"neither yes nor no": "はい・いいえのどちらとも読めません",
    r"not a number": "数字ではありません",
    r"not a whole number in range": "決められた範囲の整数ではありません",
    r"not a moment in time": "日時として読めません",
    r"a null character": "使えない文字（NULL）があります",
    r"(\d+) characters are too many": r"\1文字は長すぎます",
    r"no position: nothing is written": "位置が書かれていません",
    r"no position; are latitude and longitude swapped\?": "位置がありません。緯度と経度が逆かもしれません",
    r"no position(.*)": r"位置がありません\1",
    r"no geometry|the row has no geometry|the geometry is empty": "形がありません",
    r"no usable id": "IDとして使える値がありません",
    r"not a municipality code": "市区町村コードではありません",
    r"no municipality code": "市区町村コードがありません",
    r"not a common id": "共通IDではありません",
    r"the number of cells is not that of the header": "見出しと列の数が合いません",
    r"the geometry has more than (\S+) positions": r"頂点が多すぎます（\1点まで）",
    r"the geometry cannot be repaired: (.*)": r"形を直せません（\1）",
    r"this layer holds (\w+), not (\w+)": r"このレイヤーの形は \1 で、\2 は入りません",
    r"(.*)longitude is between -180 and 180, latitude between -90 and 90(.*)": "経度は−180〜180、緯度は−90〜90です",
    r"a formula whose value is not stored; it is not calculated here": "計算結果が保存されていない数式です",
    r"(.+) is null: read as nothing": r"\1 が null のため、空欄として読みました",
    r"lies outside the city's outline; kept as it is": "市の外にあります（そのまま受け入れます）",
    r"lies far from the municipality whose code it bears; kept as it is": (
        "コードの市区町村から遠く離れています（そのまま受け入れます）"
    ),
    r"one place under two names; joined by the number inside 共通ID": "同じ場所に名前が二つあります",
    r"does not say where it comes from; give --attribution and --licence": (
        "出典が書かれていません。下の「出典とライセンス」に書いてください"
    ),
    r"does not say under which licence it comes; give --licence \(and --attribution\)": (
        "ライセンスが書かれていません。下の「出典とライセンス」に書いてください"
    ),
    r"several columns are called (.+); the first is taken": r"列「\1」が複数あるため、最初のものを使います",
    r"heights \(Z\) or measures \(M\) of the positions are left out": "高さ（Z）と距離（M）の値は取り込みません",
    r"degrees, latitude -90 to 90, longitude -180 to 180": "度。緯度は−90〜90、経度は−180〜180",
    r"a number, as 12\.5": "12.5 のような数字",
    r"a value": "何かの値",
    r"1 or empty": "1 または空欄",
    r"at most (\d+)": r"\1文字まで",
    r"(-?\d+) to (-?\d+)": r"\1〜\2",
    r"six digits, the last a check": "6桁（最後は検査数字）",
    r"a table: a list of places": "場所の一覧表",
    r"a list of places → (.+), from its columns": r"場所の一覧 → \1（列の名前から）",
    r"a table: (.+)": r"表: \1",
    r"a table with the columns (.+)": r"列のある表: \1",
    r"encoding (.+), found from the contents": r"文字コードは \1（中身から）",
    r"encoding (.+), as asked for": r"文字コードは \1（指定どおり）",
    r"header in (?:line|row) (\d+)": r"見出しは\1行目",
    r"(.+) → (.+), from its columns": r"\1 → \2（列の名前から）",
    r"(.+) → (.+), as asked for": r"\1 → \2（指定どおり）",
    r"positions in (.+), EPSG:(\d+) \(no system is named: (.+)\)": (
        r"位置は \1。座標系は書かれておらず、\3 とみなします"
    ),
    r"positions in (.+), EPSG:(\d+) \((.+)\)": r"位置は \1、EPSG:\2（\3）",
    r"as asked for: into (.+)": r"指定どおり \1 へ",
    r"not recognised: (.+)": r"何のデータか分かりません: \1",
    r"broken JSON at line (\d+), column (\d+): (.+)": r"JSON がこわれています（\1行\2列: \3）",
    r"no row of the file can be used; nothing has been changed": "使える行が一つもありません。何も変えていません",
    r"no row of the file can be used; nothing has been changed; refused ×(\d+): (.+)": (
        r"使える行が一つもありません。何も変えていません（\1行を受け付けませんでした: \2）"
    ),
    r"another import brought the same rows at the same moment; nothing has been changed, try again": (
        "同じ行を同時に入れた取り込みがありました。何も変えていません。もう一度行ってください"
    ),
    r"the database refused it, and nothing has been changed: (.+)": r"データベースが受け付けず、何も変えていません: \1",
    r"the file has no column '(.+)'; it has (.+)": r"列「\1」がありません。ある列: \2",
    r"no column says where the rows lie; there are: (.+)": r"位置の列がありません。ある列: \1",
    r"(\S+) may not write (.+)": r"\1 さんは「\2」に書き込めません",
    r"(\S+) needs (.+): a column called (.+)": r"「\2」が必要です（列の名前: \3）。下で列か値を指定してください",
    r"the reading process was stopped by signal (\d+); is there too little memory\?": (
        r"読み込みの処理が止められました（signal \1）。メモリが足りないかもしれません"
    ),
    r"a fault of the program, not of the file; the worker's log has the details": (
        "ファイルではなくプログラムの不具合です。詳しくは worker のログにあります"
    ),
    r"import (\d+) is \w+: there is nothing to take back": r"取り込み \1 には取り消すものがありません",
    r"import (\d+) of the same source came later: take that back first": (
        r"同じデータの新しい取り込み \1 があります。先にそちらを取り消してください"
    ),
}
_TO_ENGLISH: Final = {
    r"全角文字などを読み替えました": "full-width characters were read as plain ones",
    r"前後の空白や改行を除きました": "blanks and line breaks around it were removed",
    r"交差などの不正な形を修正しました（(.*)）。": r"a broken shape was repaired (\1)",
    r"閉じていない輪を閉じました。": "an open ring was closed",
    r"先頭の0または検査数字を補いました": "a lost leading zero or check digit was put back",
    r"緯度と経度が入れ替わっていたので直しました": "latitude and longitude were swapped; put right",
    r"200字に切り詰めました": "cut to 200 characters",
    r"99は不明の意味のため空欄としました": "99 means unknown: left empty",
    r"(HHMM|YYYY-MM-DD)の形に直しました": r"brought into the form \1",
    r"あり得ない値のため空欄としました": "an impossible value: left empty",
    r"整備仕様にない符号のため不明（99）としました": "a code that the specification does not know: 99 (unknown)",
    r"延長が書かれていないため図形から計りました": "no length is written: measured from the shape",
    r"段差の符号（2cm超）と食い違うため空欄としました": "contradicts the code of the step (over 2 cm): left empty",
    r"終点から起点へ描かれていた図形の向きを直しました": "drawn from its end to its start; turned round",
    r"起点と終点が同じ位置のため、図形を約1cmの線としました": "start and end are one position: a line of about 1 cm",
}


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    phrases = _TO_ENGLISH if language == "en" else _TO_JAPANESE
    return tuple((re.compile(pattern), words) for pattern, words in phrases.items())


def in_words(text: str, language: str) -> str:
    """A sentence of the importer in the reader's language.

    >>> in_words("line 5", "ja"), in_words("line 5", "en")
    ('5行目', 'line 5')
    """
    for pattern, words in _patterns(language):
        match = pattern.fullmatch(text)
        if match is not None:
            return match.expand(words)
    return text
