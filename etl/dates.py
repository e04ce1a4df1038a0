"""Days and moments as Japanese offices write them: 和暦, Western years, eight digits, spreadsheet numbers. Pure.

A moment without a zone is Japanese time. Nothing is guessed: what can be read in two ways is not read.
"""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from typing import Any, Final
from zoneinfo import ZoneInfo

TOKYO: Final = ZoneInfo("Asia/Tokyo")

_ERAS = {
    "明治": ("m", 1867, datetime.date(1868, 1, 25), datetime.date(1912, 7, 30)),
    "大正": ("t", 1911, datetime.date(1912, 7, 30), datetime.date(1926, 12, 25)),
    "昭和": ("s", 1925, datetime.date(1926, 12, 25), datetime.date(1989, 1, 7)),
    "平成": ("h", 1988, datetime.date(1989, 1, 8), datetime.date(2019, 4, 30)),
    "令和": ("r", 2018, datetime.date(2019, 5, 1), datetime.date.max),
}
"""Letter, the Western year before the first, first and last day (a day of change may bear both names)."""

_BY_LETTER = {letter: name for name, (letter, _, _, _) in _ERAS.items()}
_SERIAL_ORIGIN = datetime.date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 61, 2_958_465
"""Spreadsheets count days from 1900; 60 is a day that never was, 2958465 is the last of the year 9999."""
_FIRST_SERIAL_TEXT, _LAST_SERIAL_TEXT = 20_000, 73_050
"""As text, only numbers of the years 1954 to 2099 are taken for days: others are likelier to be something else."""

_DAY = r"(?P<month>\d{1,2})[月/.\-](?P<day>\d{1,2})日?"
_ERA_DATE = re.compile(rf"(?P<era>明治|大正|昭和|平成|令和|[mtshr])\.?(?P<year>\d{{1,2}}|元)[年/.\-]{_DAY}")
_WESTERN_DATE = re.compile(rf"(?P<year>\d{{4}})[年/.\-]{_DAY}")
_PACKED_DATE = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?!\d)")
_TIME = re.compile(
    r"(?P<half>午前|午後|am|pm)?(?P<hour>\d{1,2})(?:時|:)(?:(?P<half_past>半)|(?P<minute>\d{1,2})分?)?"
    r"(?::?(?P<second>\d{1,2})(?:\.(?P<part>\d{1,9}))?秒?)?(?P<half_after>am|pm)?"
    r"(?P<zone>z|[+\-]\d{2}:?\d{2}|jst)?"
)
_WEEKDAY = re.compile(r"\([月火水木金土日](?:曜日?)?(?:・?祝日?)?\)|[月火水木金土日]曜日?")
_TAIL = re.compile(r"(?:時点|現在|頃|ごろ|以降|まで|から)+$")
_KANJI_NUMBER = re.compile(r"[〇零一二三四五六七八九十]+(?=[年月日時分秒])")
_KANJI_DIGITS = {"〇": 0, "零": 0, **{sign: number for number, sign in enumerate("一二三四五六七八九", start=1)}}
_LONGEST = 60


def find_date(value: Any) -> datetime.date | None:
    """The day that a value names, whatever its spelling; None where it names none.

    >>> [str(find_date(text)) for text in ("令和6年1月9日", "R6.1.9", "昭和64年1月7日", "2024/1/9", "20240109", 45300)]
    ['2024-01-09', '2024-01-09', '1989-01-07', '2024-01-09', '2024-01-09', '2024-01-09']
    """
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if isinstance(value, int | float):
        found = _from_number(value)
        return found.date() if found is not None else None
    moment = _find_local(value)
    return moment.date() if moment is not None else None


def find_moment(value: Any, zone: datetime.tzinfo = TOKYO) -> datetime.datetime | None:
    """The moment that a value names, with its zone; a day without a time begins at midnight. None where it names none.

    >>> find_moment("令和6年1月9日午後6時30分").isoformat(), find_moment("2024-01-09T09:30:00Z").isoformat()
    ('2024-01-09T18:30:00+09:00', '2024-01-09T09:30:00+00:00')
    """
    if isinstance(value, datetime.datetime):
        found: datetime.datetime | None = value
    elif isinstance(value, datetime.date):
        found = datetime.datetime.combine(value, datetime.time())
    elif isinstance(value, int | float):
        found = _from_number(value)
    else:
        found = _find_local(value)
    return found.replace(tzinfo=zone) if found is not None and found.tzinfo is None else found


def find_era_fault(value: Any) -> str | None:
    """Why a day in 和暦 cannot have been called so, though it can be read; None where nothing is wrong.

    >>> find_era_fault("平成31年5月1日"), find_era_fault("平成31年4月30日")
    ('平成 ended on 2019-04-30', None)
    """
    found = _ERA_DATE.match(_plain(value)) if isinstance(value, str) else None
    day = find_date(value) if found is not None else None
    if found is None or day is None:
        return None
    name = _era_name(found["era"])
    _, _, first, last = _ERAS[name]
    if day < first:
        return f"{name} began on {first}"
    return f"{name} ended on {last}" if day > last else None


def _plain(text: str) -> str:
    """Half-width, lower case, without blanks and weekdays, numbers in digits; a blank before a time becomes T."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    plain = re.sub(r"[‐‑‒–—―−ー－]", "-", plain)
    plain = _WEEKDAY.sub(" ", plain) if "(" in plain or "曜" in plain else plain
    plain = re.sub(r"(?<=\d)\s+(?=\d)", "t", plain)
    return re.sub(r"\s+", "", _KANJI_NUMBER.sub(lambda found: str(_kanji_number(found[0])), plain))


def _kanji_number(text: str) -> int:
    """Up to 99 in the usual way (十二), or digit by digit (二〇二四)."""
    if "十" not in text:
        return int("".join(str(_KANJI_DIGITS[sign]) for sign in text))
    tens, _, ones = text.partition("十")
    return (_KANJI_DIGITS[tens[-1]] if tens else 1) * 10 + (_KANJI_DIGITS[ones[-1]] if ones and ones != "十" else 0)


def _find_local(value: Any) -> datetime.datetime | None:
    if not isinstance(value, str) or not 4 <= len(value) <= _LONGEST:
        return None
    plain = _TAIL.sub("", _plain(value))
    if re.fullmatch(r"\d{5}(\.\d+)?", plain):
        number = float(plain)
        return _from_number(number) if _FIRST_SERIAL_TEXT <= number < _LAST_SERIAL_TEXT + 1 else None
    for pattern in (_ERA_DATE, _WESTERN_DATE, _PACKED_DATE):
        found = pattern.match(plain)
        if found is not None:
            day = _day(found)
            return _at(day, plain[found.end() :].lstrip("t,、")) if day is not None else None
    return None


def _day(found: re.Match[str]) -> datetime.date | None:
    year = 1 if found["year"] == "元" else int(found["year"])
    if "era" in found.groupdict():
        if year == 0:
            return None
        year += _ERAS[_era_name(found["era"])][1]
    try:
        return datetime.date(year, int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def _era_name(text: str) -> str:
    return _BY_LETTER.get(text, text)


def _at(day: datetime.date, text: str) -> datetime.datetime | None:
    """The day at the time that a text names; None where the text is none."""
    midnight = datetime.datetime.combine(day, datetime.time())
    if text in {"", "正午"}:
        return midnight.replace(hour=12) if text else midnight
    found = _TIME.fullmatch(text)
    hour = _hour(found) if found is not None else None
    if found is None or hour is None:
        return None
    minute = 30 if found["half_past"] else int(found["minute"] or 0)
    second = int(found["second"] or 0)
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        return None
    part = int((found["part"] or "0").ljust(6, "0")[:6])
    try:
        moment = midnight + datetime.timedelta(hours=hour, minutes=minute, seconds=second, microseconds=part)
    except OverflowError:
        return None
    return moment.replace(tzinfo=_zone(found["zone"])) if found["zone"] else moment


def _hour(found: re.Match[str]) -> int | None:
    """The hour of 24; None for 午前12時, which is noon by law and midnight by habit."""
    half, hour = found["half"] or found["half_after"], int(found["hour"])
    if half is None:
        return hour
    if hour > 12 or (half == "午前" and hour == 12):
        return None
    return hour % 12 + (12 if half in {"午後", "pm"} else 0)


def _zone(text: str) -> datetime.tzinfo:
    if text == "z":
        return datetime.UTC
    if text == "jst":
        return TOKYO
    sign = -1 if text[0] == "-" else 1
    return datetime.timezone(sign * datetime.timedelta(hours=int(text[1:3]) % 24, minutes=int(text[-2:]) % 60))


def _from_number(value: float) -> datetime.datetime | None:
    """A spreadsheet's count of days, or eight digits that lost their being text."""
    if isinstance(value, bool) or not math.isfinite(value):
        return None
    if value == int(value) and 10_000_000 <= value <= 99_999_999:
        found = _PACKED_DATE.fullmatch(str(int(value)))
        day = _day(found) if found is not None else None
        return datetime.datetime.combine(day, datetime.time()) if day is not None else None
    if not _FIRST_SERIAL <= value < _LAST_SERIAL + 1:
        return None
    day = _SERIAL_ORIGIN + datetime.timedelta(days=int(value))
    seconds = round((value - int(value)) * 86_400)
    return datetime.datetime.combine(day, datetime.time()) + datetime.timedelta(seconds=seconds)
