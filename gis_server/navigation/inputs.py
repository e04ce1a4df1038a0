"""What a caller of the processes sends, checked into values. A fault names its parameter and what would be right."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gis_server.navigation.phrases import LANGUAGES
from gis_server.navigation.profiles import PROFILES, Profile
from gis_server.navigation.searching import Place
from layers.city import HAZARDS
from layers.problems import Problem
from layers.spec import Text

MOST_SITES: Final = 20
DEFAULT_SITES: Final = 3
ROUTE_INPUTS: Final = ("from", "to", "profile", "hazard", "lang")
NEAREST_INPUTS: Final = ("from", "profile", "hazard", "count", "lang")
AREA_INPUTS: Final = ("from", "hazard", "profile", "minutes", "shape", "lang")
SHAPES: Final = ("area", "links")
MOST_MINUTES: Final = 60
MOST_BANDS: Final = 6
DEFAULT_MINUTES: Final = (5, 10, 15)


@dataclass(frozen=True, slots=True)
class RouteRequest:
    """From a place to a place, or to an evacuation site by its id."""

    origin: Place
    destination: Place | str
    profile: Profile
    hazard: str | None
    language: str


@dataclass(frozen=True, slots=True)
class NearestSiteRequest:
    """The sites for a hazard that are nearest on foot."""

    origin: Place
    profile: Profile
    hazard: str
    count: int
    language: str


@dataclass(frozen=True, slots=True)
class AreaRequest:
    """How far one comes within so many minutes: from a place, or from each site for a hazard."""

    origin: Place | None
    hazard: str | None
    profile: Profile
    minutes: tuple[int, ...]
    shape: str
    language: str


def fault(parameter: str, detail: Text, language: str) -> Problem:
    """The answer to an input that cannot be used."""
    title = Text("入力が正しくありません", "An input is wrong").in_language(language)
    return Problem(400, title, detail.in_language(language), parameter=parameter)


def read_route(data: object) -> RouteRequest:
    """The inputs of the process ``route``.

    Raises:
        Problem: 400, naming the input.
    """
    inputs, language = _inputs(data, ROUTE_INPUTS)
    origin = _place(inputs, "from", language)
    to = inputs.get("to")
    destination = to if isinstance(to, str) and to else _place(inputs, "to", language)
    if destination == origin:
        raise fault("to", Text("「to」が「from」と同じ地点です。", "“to” is the same point as “from”."), language)
    hazard = _choice(inputs, "hazard", HAZARDS, None, language)
    return RouteRequest(origin, destination, _profile(inputs, language), hazard, language)


def read_nearest_site(data: object) -> NearestSiteRequest:
    """The inputs of the process ``nearest-site``.

    Raises:
        Problem: 400, naming the input.
    """
    inputs, language = _inputs(data, NEAREST_INPUTS)
    origin = _place(inputs, "from", language)
    hazard = _choice(inputs, "hazard", HAZARDS, None, language)
    if hazard is None:
        raise _missing("hazard", _one_of(HAZARDS), language)
    return NearestSiteRequest(origin, _profile(inputs, language), hazard, _count(inputs, language), language)


def read_area(data: object) -> AreaRequest:
    """The inputs of the process ``service-area``.

    Raises:
        Problem: 400, naming the input.
    """
    inputs, language = _inputs(data, AREA_INPUTS)
    if ("from" in inputs) == ("hazard" in inputs):
        detail = Text(
            "「from」（地点）か「hazard」（その災害の避難場所すべて）の、どちらか一つを送ってください。",
            "Send one of the two: “from”, a point, or “hazard”, for each evacuation site for it.",
        )
        raise fault("from", detail, language)
    origin = _place(inputs, "from", language) if "from" in inputs else None
    hazard = _choice(inputs, "hazard", HAZARDS, None, language)
    shape = _choice(inputs, "shape", SHAPES, "area", language)
    return AreaRequest(origin, hazard, _profile(inputs, language), _minutes(inputs, language), str(shape), language)


def _minutes(inputs: Mapping[str, Any], language: str) -> tuple[int, ...]:
    value = inputs.get("minutes", list(DEFAULT_MINUTES))
    is_list = isinstance(value, list) and 1 <= len(value) <= MOST_BANDS
    if not is_list or not all(_is_whole(part) and 1 <= part <= MOST_MINUTES for part in value):
        detail = Text(
            f"「minutes」の値 {_shown(value)} は使えません。1 から {MOST_MINUTES} の整数、{MOST_BANDS} つまでです。",
            f"“minutes” cannot be {_shown(value)}. Send up to {MOST_BANDS} whole numbers from 1 to {MOST_MINUTES}.",
        )
        raise fault("minutes", detail, language)
    return tuple(sorted({int(part) for part in value}))


def _is_whole(value: object) -> bool:
    """A whole number, also one that is written 3.0, which is the same in JSON."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or value.is_integer()


def _inputs(data: object, known: tuple[str, ...]) -> tuple[Mapping[str, Any], str]:
    """The inputs by name, unwrapped from OGC's ``{"value": …}``, and the language of the answer."""
    if not isinstance(data, Mapping):
        raise fault("inputs", Text("「inputs」はオブジェクトで送ってください。", "“inputs” must be an object."), "ja")
    inputs = {key: _unwrapped(value) for key, value in data.items()}
    wanted = inputs.get("lang")
    language = wanted if isinstance(wanted, str) and wanted in LANGUAGES else "ja"
    for key in inputs:
        if key not in known:
            names = ", ".join(known)
            raise fault(
                str(key),
                Text(
                    f"「{key[:60]}」という入力はありません。使えるのは {names} です。",
                    f"No input is called “{key[:60]}”; use {names}.",
                ),
                language,
            )
    _choice(inputs, "lang", tuple(LANGUAGES), "ja", language)
    return inputs, language


def _unwrapped(value: object) -> object:
    return value["value"] if isinstance(value, Mapping) and set(value) == {"value"} else value


def _missing(parameter: str, right: Text, language: str) -> Problem:
    detail = Text(f"「{parameter}」がありません。{right.ja}", f"“{parameter}” is missing. {right.en}")
    return fault(parameter, detail, language)


def _one_of(names: tuple[str, ...]) -> Text:
    listed = ", ".join(names)
    return Text(f"{listed} のいずれかです。", f"It is one of {listed}.")


_POINT: Final = Text(
    "[経度, 緯度] の 2 つの数で送ってください（例 [139.5596, 35.6836]）。",
    "Send two numbers, [longitude, latitude], e.g. [139.5596, 35.6836].",
)


def _place(inputs: Mapping[str, Any], name: str, language: str) -> Place:
    value = inputs.get(name)
    if value is None:
        raise _missing(name, _POINT, language)
    if not isinstance(value, list | tuple) or len(value) != 2 or not all(_is_number(part) for part in value):
        detail = Text(
            f"「{name}」の値 {_shown(value)} は地点ではありません。{_POINT.ja}",
            f"“{name}”: {_shown(value)} is no point. {_POINT.en}",
        )
        raise fault(name, detail, language)
    lon, lat = float(value[0]), float(value[1])
    if not -180 <= lon <= 180:
        raise _out_of_range(name, Text("経度", "longitude"), lon, 180, language)
    if not -90 <= lat <= 90:
        raise _out_of_range(name, Text("緯度", "latitude"), lat, 90, language)
    return lon, lat


def _shown(value: object) -> str:
    """The value as it was sent, as far as it fits into a sentence."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _is_number(value: object) -> bool:
    """A finite number; a whole number too large for a float is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e9 if isinstance(value, int) else math.isfinite(value)


def _out_of_range(name: str, axis: Text, value: float, limit: int, language: str) -> Problem:
    detail = Text(
        f"「{name}」の{axis.ja} {value:g} は -{limit} から {limit} の範囲にありません。順序は [経度, 緯度] です。",
        f"“{name}”: the {axis.en} {value:g} is not between -{limit} and {limit}. The order is [longitude, latitude].",
    )
    return fault(name, detail, language)


def _profile(inputs: Mapping[str, Any], language: str) -> Profile:
    name = _choice(inputs, "profile", tuple(PROFILES), "walk", language)
    return PROFILES[str(name)]


def _choice(
    inputs: Mapping[str, Any], name: str, allowed: tuple[str, ...], default: str | None, language: str
) -> str | None:
    if name not in inputs:
        return default
    value = inputs[name]
    if not isinstance(value, str) or value not in allowed:
        right = _one_of(allowed)
        detail = Text(
            f"「{name}」の値 {_shown(value)} は使えません。{right.ja}",
            f"“{name}” cannot be {_shown(value)}. {right.en}",
        )
        raise fault(name, detail, language)
    return value


def _count(inputs: Mapping[str, Any], language: str) -> int:
    value = inputs.get("count", DEFAULT_SITES)
    if not _is_whole(value) or not 1 <= value <= MOST_SITES:
        detail = Text(
            f"「count」の値 {_shown(value)} は使えません。1 から {MOST_SITES} の整数です。",
            f"“count” cannot be {_shown(value)}. It is a whole number from 1 to {MOST_SITES}.",
        )
        raise fault("count", detail, language)
    return int(value)
