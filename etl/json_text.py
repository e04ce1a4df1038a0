"""JSON as programs and hands write it, into values that the rest can hold. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

_MOST_DIGITS = 300
"""A longer whole number is beyond any float; what cannot be a value is found out where it is used."""
_ESCAPES = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_PAIR = len(r"\ud83d\ude00")


def read_json(text: str) -> Any:
    r"""The document; halves of characters and the character NUL, which no table can hold, become U+FFFD.

    Raises:
        json.JSONDecodeError: where it is broken.
        RecursionError: where it is nested too deeply.

    >>> read_json('["\\ud800", "\\ud83d\\ude00", "a\\u0000", "\\\\u0000", 1' + '0' * 5000 + ']')
    ['�', '😀', 'a�', '\\u0000', inf]
    """
    if "\\u" in text:
        text = _ESCAPES.sub(_mended, text)
    return json.loads(text, parse_int=_whole)


def _mended(escape: re.Match[str]) -> str:
    return escape[0] if escape[0] == "\\\\" or len(escape[0]) == _PAIR else "\\ufffd"


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)
