"""Depths of flooding as publishers write them, in metres: "0.5～3.0m未満", "20m以上", ranks of 国土数値情報. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from etl.text import is_nothing


@dataclass(frozen=True, slots=True)
class Depth:
    """A class of depths, in metres: from `least` to below `most`; None where it is open upwards."""

    least: float
    most: float | None

    def __str__(self) -> str:
        below = "" if self.most is None else f"{self.most:g}m未満"
        return f"{self.least:g}m以上{below}" if self.least or not below else below


RANKS: Final = {
    1: Depth(0.0, 0.5),
    2: Depth(0.5, 3.0),
    3: Depth(3.0, 5.0),
    4: Depth(5.0, 10.0),
    5: Depth(10.0, 20.0),
    6: Depth(20.0, None),
}
"""浸水深ランク of 国土数値情報 A31 since 2019 (columns A31_105, A31_205, A31a_105, A31a_205 …)."""

CODES_OF_2012: Final = {
    11: Depth(0.0, 0.5), 12: Depth(0.5, 1.0), 13: Depth(1.0, 2.0), 14: Depth(2.0, 5.0), 15: Depth(5.0, None),
    21: Depth(0.0, 0.5), 22: Depth(0.5, 1.0), 23: Depth(1.0, 2.0), 24: Depth(2.0, 3.0), 25: Depth(3.0, 4.0),
    26: Depth(4.0, 5.0), 27: Depth(5.0, None),
}  # fmt: skip
"""浸水深コード of 国土数値情報 A31-12 (column A31_001): five classes, or seven."""

_NUMBER = r"(\d+(?:\.\d+)?)(?![\d.])"
_UNIT = r"(cm|m)?"
_FROM = r"(?:以上|を?超え?る?|より深い|から)?"
_TO = r"[~\-]?"
_RANGE = re.compile(rf"[^\d]*?{_NUMBER}{_UNIT}{_FROM}{_TO}{_NUMBER}{_UNIT}(?:未満|以下|まで)?[^\d]*")
_LOWER = re.compile(rf"[^\d~]*{_NUMBER}{_UNIT}(?:以上|を?超え?る?|より深い|~)[^\d]*")
_UPPER = re.compile(rf"[^\d]*?{_NUMBER}{_UNIT}(?:未満|以下|まで)[^\d]*")
_UNITS = {"センチメートル": "cm", "メートル": "m", "センチ": "cm"}
_DASHES = str.maketrans("〜～∼−–—ー－", "~~~-----")


def find_depth(text: Any) -> Depth | None:
    """The depths that a text speaks of; None where it speaks of none, or a plain number that may be anything.

    >>> [str(find_depth(text)) for text in ("0.3m未満の区域", "0.5~1.0m未満", "３．０ｍ以上５．０ｍ未満", "20m以上")]
    ['0.3m未満', '0.5m以上1m未満', '3m以上5m未満', '20m以上']
    >>> find_depth("5.0~10.0m"), find_depth("50cm未満"), find_depth("3"), find_depth("床下浸水")
    (Depth(least=5.0, most=10.0), Depth(least=0.0, most=0.5), None, None)
    """
    if is_nothing(text) or len(str(text)) > 100:
        return None
    plain = re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", str(text)).lower())
    for long, short in _UNITS.items():
        plain = plain.replace(long, short)
    plain = plain.translate(_DASHES)
    if found := _RANGE.fullmatch(plain):
        return _range(*found.groups())
    if found := _LOWER.fullmatch(plain):
        return Depth(_metres(found[1], found[2]), None)
    if found := _UPPER.fullmatch(plain):
        return Depth(0.0, _metres(found[1], found[2]))
    return None


def _range(least: str, unit: str | None, most: str, last_unit: str | None) -> Depth | None:
    if unit is None and last_unit is None:
        return None
    low, high = _metres(least, unit or last_unit), _metres(most, last_unit or unit)
    return Depth(low, high) if low < high else None


def _metres(number: str, unit: str | None) -> float:
    return float(number) / 100 if unit == "cm" else float(number)
