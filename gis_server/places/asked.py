"""What a request for places asks for, checked. Pure but for the request's parameters."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from layers.gazetteer.entry import Position
from layers.gazetteer.words import LANGUAGES
from layers.problems import Problem

PARAMETERS: Final = ("q", "near", "limit", "lang")
MOST_LETTERS: Final = 100
MOST_PLACES: Final = 50
USUAL_PLACES: Final = 10
_NUMBER: Final = r"-?\d{1,3}(?:\.\d{1,15})?"
_NEAR: Final = re.compile(rf"({_NUMBER}),({_NUMBER})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Request:
    """A checked request. `near` is longitude and latitude, degrees; `language` one of ja, en, ja-easy or empty."""

    text: str
    near: Position | None
    limit: int
    language: str


def read_request(parameters: Mapping[str, list[str]]) -> Request:
    """The request that a query string makes.

    Raises:
        Problem: 400, naming the parameter that is unknown, given twice, missing or wrong.
    """
    for name, given in parameters.items():
        if name not in PARAMETERS:
            detail = f"the parameter {name[:80]!r} is not known here; known are: {', '.join(PARAMETERS)}"
            raise Problem(400, "unknown parameter", detail, parameter=name[:80])
        if len(given) > 1:
            raise _wrong(name, f"is given {len(given)} times, once is right")
    single = {name: given[0] for name, given in parameters.items() if given}
    return Request(
        _text(single.get("q", "")),
        _near(single.get("near")),
        _limit(single.get("limit")),
        _language(single.get("lang")),
    )


def _text(text: str) -> str:
    if len(text) > MOST_LETTERS:
        raise _wrong("q", f"has {len(text)} letters; at most {MOST_LETTERS} are possible")
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in text):
        raise _wrong("q", "holds control characters")
    if not text.strip():
        raise _wrong("q", "is missing: the name, kana or address to find")
    return text.strip()


def _near(text: str | None) -> Position | None:
    if text is None:
        return None
    match = _NEAR.fullmatch(text)
    if match is None:
        raise _wrong("near", "is not longitude,latitude in degrees, such as 139.56,35.68")
    lon, lat = float(match[1]), float(match[2])
    if not (math.fabs(lon) <= 180 and math.fabs(lat) <= 90):
        raise _wrong("near", "is no place on earth; the order is longitude,latitude")
    return lon, lat


def _limit(text: str | None) -> int:
    if text is None:
        return USUAL_PLACES
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MOST_PLACES:
        raise _wrong("limit", f"is not a number from 1 to {MOST_PLACES}")
    return int(text)


def _language(text: str | None) -> str:
    if text is not None and text not in LANGUAGES:
        raise _wrong("lang", f"is none of {', '.join(LANGUAGES)}")
    return text or ""


def _wrong(name: str, what: str) -> Problem:
    return Problem(400, "invalid parameter", f"{name} {what}", parameter=name)
