"""What is wrong with a request to WMS or WMTS by key and value, of what MapProxy would leave unchecked. Pure.

Each fault names the parameter and what would be right. What the standards call a hint (EXCEPTIONS, the size of a
legend) is no fault.

Source: OGC 06-042 (WMS 1.3.0), 7.3 and 7.4; OGC 05-078r4 (SLD profile), 12; OGC 07-057r7 (WMTS 1.0.0), 7.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import parse_qsl

from layers.problems import Problem

SIZES: Final = ("WIDTH", "HEIGHT")
PLACES: Final = ("I", "J", "X", "Y", "TILEROW", "TILECOL", "TILEMATRIX")
INFO_FORMATS: Final = {"json": "application/json", "html": "text/html", "txt": "text/plain"}
LEGEND_FORMATS: Final = ("image/png", "image/jpeg", "application/json")
MOST_FEATURES: Final = 100
"""Of one layer in one answer to GetFeatureInfo."""

LANGUAGES: Final = ("ja", "en")
NOT_SUPPORTED: Final = ("SLD", "SLD_BODY", "RULE", "REMOTE_OWS_URL")
_ONCE: Final = frozenset(
    {*SIZES, *PLACES, "BBOX", "LAYERS", "QUERY_LAYERS", "LAYER", "REQUEST", "SERVICE", "VERSION"}
) | {
    "FORMAT",
    "INFO_FORMAT",
    "INFOFORMAT",
    "FEATURE_COUNT",
    "STYLE",
    "SCALE",
    "LANGUAGE",
    "LANG",
}
_VERSION: Final = re.compile(r"\d{1,4}(\.\d{1,4}){0,2}")
_SPELLINGS: Final = {"map": "getmap", "feature_info": "getfeatureinfo", "getmap": "getmap"}
_REQUESTS: Final = frozenset({"getmap", "getfeatureinfo", "gettile", "getlegendgraphic"})

Given = dict[str, str]


def find_fault(query_string: str) -> Problem | None:
    """The first fault of a request; None where there is none, or where the request is none of those that are checked.

    >>> find_fault("REQUEST=GetMap&BBOX=1,2,3&WIDTH=10&HEIGHT=10").parameter
    'bbox'
    >>> find_fault("REQUEST=GetMap&BBOX=1,2,3,4&WIDTH=10&HEIGHT=10") is None
    True
    """
    pairs = [(name.upper(), value) for name, value in parse_qsl(query_string, keep_blank_values=True)]
    given = dict(pairs)
    request = given.get("REQUEST", "").lower()
    request = _SPELLINGS.get(request, request)
    if "VERSION" in given and not _VERSION.fullmatch(given["VERSION"]):
        return _fault("VERSION", f"VERSION must be like 1.3.0, not {given['VERSION'][:40]!r}")
    if request not in _REQUESTS:
        return None
    return next((fault for check in (_repeated(pairs), *_checks(request, given)) for fault in check), None)


def language_of(query_string: str) -> str:
    """The language that a request names by LANGUAGE or LANG, else the first language of the product."""
    given = {name.upper(): value for name, value in parse_qsl(query_string)}
    return "en" if (given.get("LANGUAGE") or given.get("LANG") or "").lower().startswith("en") else "ja"


def is_wmts(query_string: str) -> bool:
    return _is_wmts({name.upper(): value for name, value in parse_qsl(query_string)})


def layers_of(query_string: str) -> list[str]:
    """The layers that a request for a WMS picture shows."""
    given = {name.upper(): value for name, value in parse_qsl(query_string)}
    return given.get("LAYERS", "").split(",")


def completed(query_string: str) -> str:
    """The request with what its standard lets be left out and MapProxy wants said.

    >>> completed("REQUEST=GetFeatureInfo&VERSION=1.1.1")
    'REQUEST=GetFeatureInfo&VERSION=1.1.1&INFO_FORMAT=text%2Fplain'
    """
    given = {name.upper(): value for name, value in parse_qsl(query_string, keep_blank_values=True)}
    is_info = given.get("REQUEST", "").lower() in {"getfeatureinfo", "feature_info"}
    if is_info and not _is_wmts(given) and not given.get("INFO_FORMAT"):
        return f"{query_string}&INFO_FORMAT=text%2Fplain"
    return query_string


def _checks(request: str, given: Given) -> Iterator[Iterator[Problem]]:
    yield _numbers(given)
    yield _unsupported(given)
    yield _language(given)
    if request == "getlegendgraphic":
        yield _legend(given)
    if request == "getfeatureinfo":
        yield _info_format(given)
        yield _feature_count(given)
        if not _is_wmts(given):
            yield _place_within(given)
            yield _query_layers(given)


def _is_wmts(given: Given) -> bool:
    return given.get("SERVICE", "").lower() == "wmts"


def _repeated(pairs: list[tuple[str, str]]) -> Iterator[Problem]:
    """Of two values one would be checked and the other used."""
    names = [name for name, _ in pairs if name in _ONCE]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield _fault(name, f"{name} must be given once, not {names.count(name)} times")


def _numbers(given: Given) -> Iterator[Problem]:
    for name in (*SIZES, *PLACES):
        least = 1 if name in SIZES else 0
        if name in given and not _is_count(given[name], least):
            yield _fault(name, f"{name} must be a whole number, {least} or more, not {given[name][:40]!r}")
    if "BBOX" in given and not _is_bbox(given["BBOX"]):
        yield _fault("BBOX", f"BBOX must be four numbers, the smaller ones first, not {given['BBOX'][:80]!r}")


def _unsupported(given: Given) -> Iterator[Problem]:
    for name in NOT_SUPPORTED:
        if given.get(name):
            yield _fault(name, f"{name} is not supported: layers are drawn in the city's style, as one rule")


def _language(given: Given) -> Iterator[Problem]:
    for name in ("LANGUAGE", "LANG"):
        if given.get(name) and given[name].lower().split("-")[0] not in LANGUAGES:
            yield _fault(name, f"{name} must be one of {', '.join(LANGUAGES)}, not {given[name][:40]!r}")


def _legend(given: Given) -> Iterator[Problem]:
    if "FORMAT" in given and given["FORMAT"] not in LEGEND_FORMATS:
        yield _fault("FORMAT", f"FORMAT must be one of {', '.join(LEGEND_FORMATS)}, not {given['FORMAT'][:40]!r}")
    if given.get("STYLE", "") not in {"", "default"}:
        yield _fault("STYLE", f"STYLE must be default or empty, not {given['STYLE'][:40]!r}")
    if "SCALE" in given and not _is_positive(given["SCALE"]):
        yield _fault("SCALE", f"SCALE must be the denominator of a scale, more than 0, not {given['SCALE'][:40]!r}")


def _info_format(given: Given) -> Iterator[Problem]:
    name = "INFOFORMAT" if _is_wmts(given) else "INFO_FORMAT"
    if given.get(name) and given[name] not in INFO_FORMATS.values():
        yield _fault(name, f"{name} must be one of {', '.join(INFO_FORMATS.values())}, not {given[name][:40]!r}")


def _feature_count(given: Given) -> Iterator[Problem]:
    text = given.get("FEATURE_COUNT")
    if text is not None and not (_is_count(text, 1) and int(text) <= MOST_FEATURES):
        detail = f"FEATURE_COUNT must be a whole number from 1 to {MOST_FEATURES}, not {text[:40]!r}"
        yield _fault("FEATURE_COUNT", detail)


def _place_within(given: Given) -> Iterator[Problem]:
    """The place must be a pixel of the picture (OGC 06-042, 7.4.3.7)."""
    for names, size in ((("I", "X"), "WIDTH"), (("J", "Y"), "HEIGHT")):
        for name in names:
            if name in given and size in given and int(given[name]) >= int(given[size]):
                yield _fault(name, f"{name} must be less than {size} ({given[size]}), not {given[name]}")


def _query_layers(given: Given) -> Iterator[Problem]:
    shown = given.get("LAYERS", "").split(",")
    for name in given.get("QUERY_LAYERS", "").split(","):
        if "QUERY_LAYERS" in given and name not in shown:
            yield _fault("QUERY_LAYERS", f"QUERY_LAYERS must be among LAYERS, but {name[:80]!r} is not")


_CODES: Final = {
    **dict.fromkeys(("I", "J", "X", "Y"), "InvalidPoint"),
    **dict.fromkeys(("FORMAT", "INFO_FORMAT"), "InvalidFormat"),
    "STYLE": "StyleNotDefined",
    "QUERY_LAYERS": "LayerNotDefined",
}


def code_of(problem: Problem) -> str:
    """What WMS calls the fault (OGC 06-042, Table E.1)."""
    return _CODES.get((problem.parameter or "").upper(), "InvalidParameterValue")


def _fault(name: str, detail: str) -> Problem:
    return Problem(400, "bad request", detail, parameter=name.lower())


def _is_count(text: str, least: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= least


def _is_positive(text: str) -> bool:
    return _holds(lambda number: 0 < number < 1e12, text)


def _holds(test: Callable[[float], bool], text: str) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return math.isfinite(number) and test(number)


def _is_bbox(text: str) -> bool:
    parts = text.split(",")
    if len(parts) != 4 or not all(_holds(lambda number: abs(number) < 1e9, part) for part in parts):
        return False
    west, south, east, north = map(float, parts)
    return west < east and south < north
