"""Route definitions as they are sent to ``/routes``, checked into a value.

Source: OGC API - Routes - Part 1: Core (OGC 21-000, draft), requirements classes Core, Modes, Intermediate waypoints.
Members that this server does not take into account (obstacles, maximum weight, departure …) are refused rather than
ignored: whoever sends them relies on them.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from gis_server.navigation.profiles import PROFILES, Profile
from gis_server.navigation.searching import Place
from layers.problems import Problem

MOST_BYTES: Final = 100_000
MOST_WAYPOINTS: Final = 10
LONGEST_NAME: Final = 200
PREFERENCES: Final = ("fastest", "shortest")
INPUTS: Final = ("name", "waypoints", "preference", "mode")

_POSITION: Final = {
    "type": "array",
    "minItems": 2,
    "maxItems": 2,
    "items": {"type": "number", "minimum": -180, "maximum": 180},
    "description": "longitude, latitude",
}
_MULTI_POINT: Final = {
    "type": "object",
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"type": "string", "enum": ["MultiPoint"]},
        "coordinates": {"type": "array", "minItems": 2, "maxItems": MOST_WAYPOINTS, "items": _POSITION},
    },
    "additionalProperties": False,
}
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["inputs"],
    "properties": {
        "inputs": {
            "type": "object",
            "required": ["waypoints"],
            "properties": {
                "name": {"type": "string", "maxLength": LONGEST_NAME},
                "waypoints": {
                    "oneOf": [
                        _MULTI_POINT,
                        {
                            "type": "object",
                            "required": ["value"],
                            "properties": {"value": _MULTI_POINT},
                            "additionalProperties": False,
                        },
                    ]
                },
                "preference": {"type": "string", "enum": list(PREFERENCES), "default": PREFERENCES[0]},
                "mode": {"type": "string", "enum": list(PROFILES), "default": "walk"},
            },
            "additionalProperties": False,
        }
    },
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Definition:
    """From the first place over the others to the last."""

    name: str
    places: tuple[Place, ...]
    preference: str
    profile: Profile


def read_definition(content: bytes) -> tuple[str, Definition]:
    """The text of a definition, and what it says.

    Raises:
        Problem: 413 where it is too large, 400 naming the member that is wrong.
    """
    if len(content) > MOST_BYTES:
        raise Problem(413, "too large", f"the definition is larger than {MOST_BYTES} bytes")
    try:
        text = content.decode()
        document = json.loads(text)
        json.dumps(document, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise _fault("body", f'JSON such as {{"inputs": {{"waypoints": …}}}}: {error}') from error
    inputs = _object("body", document, ("inputs",)).get("inputs")
    given = _object("inputs", inputs, INPUTS)
    return text, Definition(
        _name(given.get("name", "")),
        _places(given.get("waypoints")),
        _choice("preference", given, PREFERENCES),
        PROFILES[_choice("mode", given, tuple(PROFILES))],
    )


def _object(name: str, value: Any, known: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _fault(name, f"a JSON object with {', '.join(known)}")
    for member in value:
        if member not in known:
            raise _fault(member[:80], f"known here; known are: {', '.join(known)}")
    return value


def _name(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_NAME or "\x00" in value:
        raise _fault("name", f"a text of at most {LONGEST_NAME} letters")
    return value


def _choice(name: str, given: dict[str, Any], allowed: tuple[str, ...]) -> str:
    value = given.get(name, allowed[0])
    if not isinstance(value, str) or value not in allowed:
        raise _fault(name, f"one of {', '.join(allowed)}")
    return value


def _places(value: Any) -> tuple[Place, ...]:
    right = f"a MultiPoint of 2 to {MOST_WAYPOINTS} positions, [longitude, latitude]"
    if isinstance(value, dict) and set(value) == {"value"}:
        value = value["value"]
    if not isinstance(value, dict) or set(value) != {"type", "coordinates"} or value["type"] != "MultiPoint":
        raise _fault("waypoints", right)
    positions = value["coordinates"]
    if not isinstance(positions, list) or not 2 <= len(positions) <= MOST_WAYPOINTS:
        raise _fault("waypoints", right)
    places = tuple(_place(position, right) for position in positions)
    for number, (before, after) in enumerate(pairwise(places), start=1):
        if before == after:
            raise _fault("waypoints", f"made of places that differ: numbers {number} and {number + 1} are the same")
    return places


def _place(position: Any, right: str) -> Place:
    if not isinstance(position, list) or len(position) != 2 or not all(_is_number(part) for part in position):
        raise _fault("waypoints", right)
    lon, lat = float(position[0]), float(position[1])
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise _fault("waypoints", f"{right}: {lon:g}, {lat:g} lies nowhere")
    return lon, lat


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e9 if isinstance(value, int) else math.isfinite(value)


def _fault(name: str, right: str) -> Problem:
    return Problem(400, "invalid route definition", f"{name} is not {right}"[:500], parameter=name)
