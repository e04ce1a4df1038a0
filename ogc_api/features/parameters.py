"""The query parameters of the features' addresses, from text to values, without request or database.

Source: OGC API - Features - Part 1: Core (OGC 17-069r4), 7.15.2 to 7.15.6. Places are in `places`.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import re

from layers.problems import Problem
from layers.reading import Interval

DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000
MAX_OFFSET = 10_000_000
MAX_LIMIT_OF_PAGE = 500
"""Rows that a browser still shows at ease."""
MAX_TEXT = 2_000
"""Characters of one parameter: more than any bbox, interval or value of a field needs."""
MAX_TEXTS = {"filter": 8_000, "coords": 12_000}
"""Characters of those that may be longer."""

_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_OPEN = {"", ".."}


def read_limit(text: str | None, maximum: int = MAX_LIMIT) -> int:
    """How many features at most; more than `maximum` is `maximum`, as the standard says.

    >>> read_limit("5"), read_limit("99999"), read_limit(None)
    (5, 10000, 100)
    """
    if text is None:
        return DEFAULT_LIMIT
    if not _WHOLE_NUMBER.fullmatch(text) or int(text) < 1:
        raise fault("limit", text, f"a whole number from 1 to {maximum}")
    return min(int(text), maximum)


def read_offset(text: str | None, cursor: str | None) -> int:
    """How many features are passed over, for clients that count; a place (`cursor`) says that already.

    >>> read_offset("20", None), read_offset(None, None)
    (20, 0)
    """
    if text is None:
        return 0
    if not _WHOLE_NUMBER.fullmatch(text) or not 0 <= int(text) <= MAX_OFFSET:
        raise fault("offset", text, f"a whole number from 0 to {MAX_OFFSET}")
    if cursor is not None:
        raise fault("offset", text, "given with cursor, which is a place already; one of the two is right")
    return int(text)


def read_interval(text: str | None, zone: datetime.tzinfo) -> Interval | None:
    """A moment or a span of RFC 3339 times; ``..`` or nothing is an open end.

    A date without a time is the whole day in `zone`, the city's own. A plus sign that became a space on its
    way (``+09:00`` not percent-encoded) is taken for what was meant.

    >>> read_interval("../2024-01-01T00:00:00Z", datetime.UTC).end.isoformat()
    '2024-01-01T00:00:00+00:00'
    """
    if text is None:
        return None
    parts = text.split("/")
    if len(parts) > 2 or (len(parts) == 1 and text in _OPEN):
        raise fault("datetime", text, _RIGHT_TIME)
    start, end = parts[0], parts[-1]
    interval = Interval(
        None if start in _OPEN else _moment(start, zone, datetime.time.min),
        None if end in _OPEN else _moment(end, zone, datetime.time.max),
    )
    if interval.start and interval.end and interval.start > interval.end:
        raise fault("datetime", text, "an interval that begins before it ends")
    return interval


_RIGHT_TIME = "an RFC 3339 time such as 2024-01-01T16:10:00+09:00, a date, or two of them with / between (.. for open)"


def _moment(text: str, zone: datetime.tzinfo, time_of_day: datetime.time) -> datetime.datetime:
    try:
        if _DATE.fullmatch(text):
            return datetime.datetime.combine(datetime.date.fromisoformat(text), time_of_day, zone)
    except ValueError:
        pass
    moment = _find_moment(text)
    if moment is None:
        raise fault("datetime", text, _RIGHT_TIME)
    return moment


def _find_moment(text: str) -> datetime.datetime | None:
    """A moment of RFC 3339, to the microsecond; None where the text is none."""
    written = text.replace(" ", "+").upper()
    try:
        return datetime.datetime.fromisoformat(written).astimezone(datetime.UTC) if _MOMENT.fullmatch(written) else None
    except (ValueError, OverflowError):
        return None


def read_as_of(text: str | None, now: datetime.datetime) -> datetime.datetime | None:
    """The moment at which a layer is looked at; None for now.

    >>> read_as_of("2024-01-01T16:10:00+09:00", datetime.datetime.now(datetime.UTC)).isoformat()
    '2024-01-01T07:10:00+00:00'
    """
    if text is None:
        return None
    moment = _find_moment(text)
    if moment is None:
        raise fault("as-of", text, "an RFC 3339 time such as 2024-01-01T16:10:00+09:00")
    if moment > now:
        raise fault("as-of", text, f"a time that has come: it is {now.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%SZ} now")
    return moment


def write_cursor(last_id: str) -> str:
    """The token of the page after the feature `last_id`. Opaque to callers; a place in the order, so never stale.

    >>> read_cursor(write_cursor("三鷹-1"))
    '三鷹-1'
    """
    return encoded_cursor(last_id)


def read_cursor(text: str | None) -> str | None:
    """The id after which the page begins.

    Raises:
        Problem: 400, where the token was not given out here.
    """
    if text is None:
        return None
    last_id = decoded_cursor(text)
    if not last_id:
        raise fault("cursor", text, "a token taken from a next link")
    return last_id


def encoded_cursor(place: str) -> str:
    """Any text as a token that an address holds as it is."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def decoded_cursor(token: str) -> str | None:
    """The text of a token; None where it is none."""
    try:
        place = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return place if place and "\x00" not in place and encoded_cursor(place) == token else None


def fault(parameter: str, value: str, right: str) -> Problem:
    """The answer to a value that is none: what was given, and what would be right."""
    return Problem(400, "invalid parameter", f"{parameter}={value!r:.80} is not {right}", parameter=parameter)
