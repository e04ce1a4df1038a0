"""Values of the walking network as publishers write them, into those that the layer keeps. Pure.

歩行空間ネットワークデータ整備仕様 (国土交通省), editions of 2018 and 2024. The layer keeps the codes of 2024;
how those of 2018 become them is told in docs/decisions/0010-editions-of-the-walking-network.md. Four things are never
mixed up: a value, 99 (不明, the publisher looked and does not know), nothing written, and a column that is not there.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from etl.text import find_number, half_width_digits, is_nothing
from layers.catalog import pedestrian_codes as lists
from layers.catalog.codes import UNKNOWN

OLD, NEW = "2018", "2024"
"""Editions of the specification."""

UNKNOWN_TEXT: Final = str(UNKNOWN)
_NOT_IN_LIST = "整備仕様にない符号のため不明（99）としました"
_IMPOSSIBLE = "あり得ない値のため空欄としました"
_NOT_KNOWN = "99は不明の意味のため空欄としました"
_LATITUDES, _LONGITUDES = (20.0, 46.0), (122.0, 154.0)
"""Japan, in degrees: what the specification is for."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is kept of a value, and why that is not what was written (empty where it is)."""

    value: Any
    why: str = ""


Read = Callable[[str], Reading]


def written(raw: Any) -> str:
    """A cell as text: numbers without a needless ``.0``, digits half-width, every kind of nothing empty.

    >>> [written(raw) for raw in (None, " ", 2.0, "３", "0900", datetime.date(2024, 7, 1))]
    ['', '', '2', '3', '0900', '2024-07-01']
    """
    if is_nothing(raw) or raw != raw:  # NaN is not itself
        return ""
    if isinstance(raw, str) and raw.isascii():
        return raw.strip()
    if isinstance(raw, float) and raw == int(raw):
        return str(int(raw))
    if isinstance(raw, datetime.date):
        return raw.isoformat()[:10]
    return half_width_digits(str(raw)).strip()


def code_of(codes: Mapping[Any, Any]) -> Read:
    """A code of a list; nothing is 不明, and so is what the list does not have."""

    def read(text: str) -> Reading:
        if not text:
            return Reading(UNKNOWN)
        number = find_number(text)
        return Reading(int(number)) if number is not None and number in codes else Reading(UNKNOWN, _NOT_IN_LIST)

    return read


def measure(lowest: float, highest: float) -> Read:
    """A number between two bounds; 99 is 不明, for it stands so in the specification's columns of measures."""

    read_number = number_within(lowest, highest)
    return lambda text: Reading(None, _NOT_KNOWN) if text == UNKNOWN_TEXT else read_number(text)


def number_within(lowest: float, highest: float) -> Read:
    """A number between two bounds; 99 is one as any other."""

    def read(text: str) -> Reading:
        number = find_number(text) if text else None
        if number is not None and lowest <= number <= highest:
            return Reading(number)
        return Reading(None, _IMPOSSIBLE if text else "")

    return read


def count(text: str) -> Reading:
    """A whole number from 0; 99 of them are quite possible."""
    number = find_number(text) if text else None
    if number is not None and 0 <= number < 2**31 and number == int(number):
        return Reading(int(number))
    return Reading(None, _IMPOSSIBLE if text else "")


def time_of_day(text: str) -> Reading:
    """``HHMM``; nothing (no restriction) and 99 (不明) stay what they are.

    >>> [time_of_day(text).value for text in ("0900", "9:30", "930", "2400", "99", "", "2570")]
    ['0900', '0930', '0930', '2400', '99', '', '']
    """
    if text in {"", UNKNOWN_TEXT}:
        return Reading(text)
    digits = re.sub(r"[:時\-]", "", text.removesuffix("分"))
    if not re.fullmatch(r"\d{3,4}|0", digits):
        return Reading("", _IMPOSSIBLE)
    digits = digits.zfill(4)
    if digits != "2400" and not (digits[:2] < "24" and digits[2:] < "60"):
        return Reading("", _IMPOSSIBLE)
    return Reading(digits, "" if digits == text else "HHMMの形に直しました")


def day(text: str) -> Reading:
    """``YYYY-MM-DD``; nothing and 99 stay what they are.

    >>> [day(text).value for text in ("2024-07-01", "2024/7/1", "20240701", "2024-02-30", "99")]
    ['2024-07-01', '2024-07-01', '2024-07-01', '', '99']
    """
    if text in {"", UNKNOWN_TEXT}:
        return Reading(text)
    parts = re.fullmatch(r"(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})", text)
    try:
        found = datetime.date(*map(int, parts.groups())).isoformat() if parts else ""
    except ValueError:
        found = ""
    if not found:
        return Reading("", _IMPOSSIBLE)
    return Reading(found, "" if found == text else "YYYY-MM-DDの形に直しました")


def weekdays(text: str) -> Reading:
    """Days on which the way is closed, 1 (Monday) to 7 (Sunday); nothing and 99 stay what they are.

    >>> weekdays("6,7").value, weekdays("99").value, weekdays("8")
    ('67', '99', Reading(value='', why='あり得ない値のため空欄としました'))
    """
    if text in {"", UNKNOWN_TEXT}:
        return Reading(text)
    digits = re.sub(r"[,;、・/\s]", "", text)
    return Reading(digits) if re.fullmatch(r"[1-7]{1,7}", digits) else Reading("", _IMPOSSIBLE)


def pattern(expression: str) -> Read:
    """Text that has to look so, in capitals."""

    def read(text: str) -> Reading:
        fits = re.fullmatch(expression, text.upper())
        return Reading(text.upper()) if fits or not text else Reading("", _IMPOSSIBLE)

    return read


def name(text: str) -> Reading:
    return Reading(text[:200], "200字に切り詰めました" if len(text) > 200 else "")


READERS: Final[Mapping[str, Read]] = {
    "structure": code_of(lists.STRUCTURES),
    "route_type": code_of(lists.ROUTE_TYPES),
    "direction": code_of(lists.DIRECTIONS),
    "width_code": code_of(lists.WIDTHS),
    "slope_code": code_of(lists.SLOPES),
    "step_code": code_of(lists.STEPS),
    "signal": code_of(lists.SIGNALS),
    "signal_sound": code_of(lists.SOUNDS),
    "tactile_paving": code_of(lists.TACTILE_PAVING),
    "elevator_kind": code_of(lists.ELEVATORS),
    "roof": code_of(lists.ROOFS),
    "handrail": code_of(lists.HANDRAILS),
    "restriction": code_of(lists.RESTRICTIONS),
    "surface_condition": code_of(lists.SURFACE_CONDITIONS),
    "open_ditch": code_of(lists.DITCHES),
    "bus_stop": code_of(lists.BUS_STOPS),
    "aid": code_of(lists.AIDS),
    "door": code_of(lists.DOORS),
    "main_user": code_of(lists.MAIN_USERS),
    "in_out": code_of(lists.IN_OUT),
    "rank": pattern("[SABCZX]{3}"),
    "rank_method": pattern("[0-9]{3}|99"),
    "maintained_on": day,
    "opens_at": time_of_day,
    "closes_at": time_of_day,
    "service_start": day,
    "service_end": day,
    "closed_weekdays": weekdays,
    "length_m": number_within(0, 1_000_000),
    "width_min_m": measure(0.05, 98),
    "slope_max_percent": measure(-98, 98),
    "cross_slope_max_percent": measure(-98, 98),
    "step_max_cm": measure(0, 98),
    "step_count": count,
    "vehicles_per_day": count,
    "floor": measure(-98, 98),
    "elevation_m": number_within(-500, 9000),
    "name": name,
} | {
    f"{item}_{axis}": measure(*bounds)
    for item in ("width_min", "slope_max", "cross_slope_max", "step_max", "bus_stop", "aid", "elevator", "signal")
    for axis, bounds in (("lat", _LATITUDES), ("lon", _LONGITUDES))
}
"""By field of the layer: how what is written becomes its value."""

OLD_SLOPES: Final = frozenset({1, 2, 3, UNKNOWN})
OLD_STEPS: Final = frozenset({1, 2, UNKNOWN})


def new_slope(old: int, steepest_percent: float | None) -> int:
    """The 縦断勾配 of 2024 that a code of 2018 (1 up to 5 %, 2 over 5 % up, 3 over 5 % down) becomes.

    Over 5 % may be 6 % or 30 %: only a measured steepest slope says which. Without one, or with one that
    contradicts the code, it is the steepest class, so that no wheelchair is led onto a slope that it cannot climb.

    >>> new_slope(1, None), new_slope(2, None), new_slope(2, 7.0), new_slope(3, 12.0), new_slope(3, 2.0)
    (2, 7, 3, 6, 8)
    """
    if old not in {2, 3}:
        return {1: 2}.get(old, UNKNOWN)
    percent = abs(steepest_percent or 0.0)
    up = 3 if 5 < percent <= 8 else 5 if 8 < percent <= 18 else 7
    return up + (old - 2)


def new_step(old: int, highest_cm: float | None) -> int:
    """The 段差 of 2024 that a code of 2018 (1 up to 2 cm, 2 over 2 cm) becomes: like `new_slope` the worst that fits.

    >>> new_step(1, None), new_step(2, None), new_step(2, 3.0), new_step(2, 7.0), new_step(2, 1.0)
    (2, 5, 3, 4, 5)
    """
    if old != 2:
        return {1: 2}.get(old, UNKNOWN)
    height = highest_cm or 0.0
    return 3 if 2 < height <= 5 else 4 if 5 < height <= 10 else 5


def contradicts(old_step: int, highest_cm: float | None) -> bool:
    """Whether a measured step is lower than its code of 2018 allows: the code is believed, the measure is not."""
    return old_step == 2 and highest_cm is not None and highest_cm <= 2
