"""Codes of the walking network: 国土交通省「歩行空間ネットワークデータ整備仕様」(July 2024).

99 is the specification's 不明 and is never read as "no". Files of the 2018 edition are translated into these codes
when they come in (docs/decisions/0010-editions-of-the-walking-network.md).
"""

from __future__ import annotations

from layers.catalog.codes import UNKNOWN
from layers.spec import Text

_NOT_KNOWN = {UNKNOWN: Text("不明", "Not known")}

IN_OUT = {1: Text("屋外", "Outside"), 2: Text("境界", "Boundary"), 3: Text("屋内", "Inside"), **_NOT_KNOWN}
STRUCTURES = {
    1: Text("車道と物理的に分離された歩道", "Separated pavement"),
    2: Text("分離されていない通路", "Not separated from traffic"),
    3: Text("横断歩道", "Crossing"),
    4: Text("横断歩道のない横断", "Unmarked crossing"),
    5: Text("地下通路", "Underground passage"),
    6: Text("歩道橋・デッキ", "Footbridge"),
    7: Text("施設内通路", "Inside a facility"),
    8: Text("その他", "Other"),
    **_NOT_KNOWN,
}
ROUTE_TYPES = {
    1: Text("なし", "Plain way"),
    2: Text("動く歩道", "Moving walkway"),
    3: Text("踏切", "Level crossing"),
    4: Text("エレベーター", "Elevator"),
    5: Text("エスカレーター", "Escalator"),
    6: Text("階段", "Stairs"),
    7: Text("スロープ", "Ramp"),
    **_NOT_KNOWN,
}
DIRECTIONS = {
    1: Text("両方向", "Both ways"),
    2: Text("起点から終点", "Start to end"),
    3: Text("終点から起点", "End to start"),
    **_NOT_KNOWN,
}
WIDTHS = {
    1: Text("1m未満", "Below 1 m"),
    2: Text("1m以上2m未満", "1 m to 2 m"),
    3: Text("2m以上3m未満", "2 m to 3 m"),
    4: Text("3m以上", "3 m or more"),
    **_NOT_KNOWN,
}
SLOPES = {
    1: Text("平坦", "Flat"),
    2: Text("5％以下", "Up to 5 %"),
    3: Text("5〜8％の上り", "5 to 8 % up"),
    4: Text("5〜8％の下り", "5 to 8 % down"),
    5: Text("8〜18％の上り", "8 to 18 % up"),
    6: Text("8〜18％の下り", "8 to 18 % down"),
    7: Text("18％超の上り", "Over 18 % up"),
    8: Text("18％超の下り", "Over 18 % down"),
    **_NOT_KNOWN,
}
STEPS = {
    1: Text("なし", "None"),
    2: Text("2cm以下", "Up to 2 cm"),
    3: Text("2〜5cm", "2 to 5 cm"),
    4: Text("5〜10cm", "5 to 10 cm"),
    5: Text("10cm超", "Over 10 cm"),
    **_NOT_KNOWN,
}
SIGNALS = {
    1: Text("なし", "None"),
    2: Text("歩車分離式", "Pedestrian phase"),
    3: Text("押ボタン式", "Push button"),
    4: Text("その他", "Other"),
    **_NOT_KNOWN,
}
TACTILE_PAVING = {1: Text("なし", "None"), 2: Text("あり", "Present"), **_NOT_KNOWN}
ELEVATORS = {
    1: Text("なし", "None"),
    2: Text("バリアフリー対応なし", "Not accessible"),
    3: Text("車椅子対応", "For wheelchairs"),
    4: Text("視覚障害者対応", "For visually impaired people"),
    5: Text("車椅子・視覚障害者対応", "For both"),
    **_NOT_KNOWN,
}
ROOFS = {1: Text("なし", "None"), 2: Text("あり", "Present"), **_NOT_KNOWN}
HANDRAILS = {
    1: Text("なし", "None"),
    2: Text("右側", "Right"),
    3: Text("左側", "Left"),
    4: Text("両側", "Both sides"),
    **_NOT_KNOWN,
}
SOUNDS = {
    1: Text("音響設備なし", "No sound"),
    2: Text("音響設備あり（音響用押ボタンなし）", "Sound, without a button for it"),
    3: Text("音響設備あり（音響用押ボタンあり）", "Sound, with a button for it"),
    4: Text("その他", "Other"),
    **_NOT_KNOWN,
}
RESTRICTIONS = {
    1: Text("自由に通行できる", "Free to walk"),
    2: Text("通行が望ましくない（私道など）", "Better not used (private way and the like)"),
    3: Text("通行に料金が必要", "A fee is charged"),
    **_NOT_KNOWN,
}
SURFACE_CONDITIONS = {
    1: Text("通行上の支障なし", "No obstacle"),
    2: Text("車椅子の通行に支障あり", "An obstacle for wheelchairs"),
    **_NOT_KNOWN,
}
DITCHES = {
    1: Text("蓋のない溝・水路なし", "No open ditch"),
    2: Text("蓋のない溝・水路あり", "Open ditch"),
    **_NOT_KNOWN,
}
BUS_STOPS = {1: Text("なし", "None"), 2: Text("あり", "Present"), **_NOT_KNOWN}
AIDS = {
    1: Text("なし", "None"),
    2: Text("車椅子対応エスカレーター", "Escalator that takes wheelchairs"),
    3: Text("階段昇降機", "Stair lift"),
    4: Text("段差解消機", "Platform lift"),
    5: Text("音声案内設備", "Voice guide"),
    6: Text("その他", "Other"),
    **_NOT_KNOWN,
}
DOORS = {
    1: Text("なし", "None"),
    2: Text("自動ドア", "Automatic"),
    3: Text("自動ドア（押しボタン式）", "Automatic, with a button"),
    4: Text("手動式引戸", "Sliding"),
    5: Text("手動式開戸", "Hinged"),
    6: Text("回転ドア", "Revolving"),
    7: Text("その他", "Other"),
    **_NOT_KNOWN,
}
MAIN_USERS = {1: Text("歩行者", "Pedestrians"), 2: Text("車両", "Vehicles"), **_NOT_KNOWN}
