"""OpenStreetMap's tags of ways for walkers, as the attributes of the MLIT network specification (July 2024). Pure.

What is not tagged is 99 (不明): unknown, never "no".
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from layers.catalog.codes import UNKNOWN

Tags = Mapping[str, str]

EDITION = "osm"

_PATHS = {"footway", "path", "pedestrian", "steps", "corridor", "elevator", "platform", "crossing"}
_QUIET_ROADS = {"living_street", "residential", "service", "track", "unclassified", "road"}
_BUSY_ROADS = {f"{kind}{suffix}" for kind in ("primary", "secondary", "tertiary") for suffix in ("", "_link")}
_ONLY_WITH_FOOT = {"cycleway", "bridleway", "trunk", "trunk_link"}
_YES = {"yes", "designated", "permissive", "official", "public", "customers", "destination"}
_NO = {"no", "private", "use_sidepath", "agricultural", "forestry", "military"}

KEYS_OF_LINKS = (
    "bridge", "button_operated", "conveying", "covered", "crossing", "crossing:signals", "est_width", "foot:oneway",
    "footway", "handrail", "handrail:both", "handrail:left", "handrail:right", "highway", "incline", "indoor", "kerb",
    "kerb:height", "oneway:foot", "path", "ramp", "sidewalk", "step_count", "surface", "tactile_paving", "tunnel",
    "wheelchair", "width",
)  # fmt: skip
"""All that the attributes of a link depend on, its name apart."""


def is_walkable(tags: Tags) -> bool:
    """May the public walk along this way?

    >>> is_walkable({"highway": "steps"}), is_walkable({"highway": "motorway"})
    (True, False)
    >>> is_walkable({"highway": "service", "access": "private"}), is_walkable({"highway": "cycleway", "foot": "yes"})
    (False, True)
    """
    highway, foot = tags.get("highway", ""), tags.get("foot", "")
    if foot in _NO:
        return False
    if foot not in _YES and tags.get("access") in _NO:
        return False
    if highway in _ONLY_WITH_FOOT:
        return foot in _YES or tags.get("sidewalk") in {"both", "left", "right", "yes"}
    return highway in _PATHS or highway in _QUIET_ROADS or highway in _BUSY_ROADS


def link_values(tags: Tags, node_tags: tuple[Tags, ...]) -> dict[str, Any]:
    """Attributes of a link from its way's tags and those of the nodes on it."""
    route_type = _route_type(tags, node_tags)
    slope = find_incline_percent(tags.get("incline", ""))
    width_m = find_metres(tags.get("width", "") or tags.get("est_width", ""), largest=60.0)
    step_cm = _step_cm(tags, node_tags, route_type)
    return {
        "name": tags.get("name", "")[:200],
        "structure": _structure(tags),
        "route_type": route_type,
        "direction": _direction(tags),
        "width_code": UNKNOWN if width_m is None else 1 + sum(width_m >= limit for limit in (1.0, 2.0, 3.0)),
        "width_min_m": width_m,
        "slope_code": UNKNOWN if slope is None or route_type == 6 else _slope_code(slope),
        "slope_max_percent": None if slope is None else abs(slope),
        "step_code": UNKNOWN if step_cm is None else 1 + sum(step_cm > limit for limit in (0.0, 2.0, 5.0, 10.0)),
        "step_max_cm": step_cm if "kerb:height" in tags else None,
        "step_count": _count(tags.get("step_count", "")) if route_type == 6 else None,
        "signal": _signal(tags, node_tags),
        "tactile_paving": _tactile_paving(tags),
        "elevator_kind": _elevator_kind(tags) if route_type == 4 else 1,
        "roof": _roof(tags),
        "handrail": _handrail(tags),
        "surface": tags.get("surface", "")[:50],
        "edition": EDITION,
    }


def is_crossing(tags: Tags) -> bool:
    return tags.get("highway") == "crossing" or "crossing" in {tags.get("footway"), tags.get("path")}


def _structure(tags: Tags) -> int:
    highway = tags.get("highway", "")
    if is_crossing(tags):
        return 4 if tags.get("crossing") == "unmarked" else 3
    if highway == "corridor" or tags.get("indoor") in {"yes", "room", "corridor"}:
        return 7
    if highway in _PATHS or highway in _ONLY_WITH_FOOT:
        if tags.get("tunnel", "no") != "no":
            return 5
        return 6 if tags.get("bridge", "no") != "no" else 1
    if tags.get("sidewalk") in {"both", "left", "right", "yes", "separate"}:
        return 1
    return 2 if highway in _QUIET_ROADS or tags.get("sidewalk") in {"no", "none"} else UNKNOWN


def _route_type(tags: Tags, node_tags: tuple[Tags, ...]) -> int:
    highway = tags.get("highway")
    is_conveying = tags.get("conveying", "no") != "no"
    if highway == "elevator":
        return 4
    if highway == "steps":
        return 5 if is_conveying else 6
    if is_conveying:
        return 2
    if any(node.get("railway") in {"level_crossing", "crossing"} for node in node_tags):
        return 3
    return 7 if tags.get("ramp") == "yes" or tags.get("footway") == "ramp" else 1


def _direction(tags: Tags) -> int:
    """1 both, 2 start to end, 3 end to start. ``oneway`` itself is for vehicles."""
    if tags.get("conveying") in {"forward", "backward"}:
        return 2 if tags["conveying"] == "forward" else 3
    oneway = tags.get("oneway:foot") or tags.get("foot:oneway")
    return {"yes": 2, "1": 2, "true": 2, "-1": 3}.get(oneway or "", 1)


def _slope_code(percent: float) -> int:
    """縦断勾配 as seen from the link's start; uphill is positive."""
    steepness = abs(percent)
    if steepness <= 5.0:
        return 1 if steepness < 1.0 else 2
    base = 3 if steepness <= 8.0 else 5 if steepness <= 18.0 else 7
    return base if percent > 0 else base + 1


def find_incline_percent(text: str) -> float | None:
    """Incline in percent, positive uphill along the way; None for "up" and "down", which name no number.

    >>> find_incline_percent("-8 %"), find_incline_percent("10°"), find_incline_percent("up"), find_incline_percent("0")
    (-8.0, 17.6, None, 0.0)
    """
    match = re.fullmatch(r"\s*([+-]?\d+(?:[.,]\d+)?)\s*(%|°)?\s*", text)
    if match is None:
        return None
    value = float(match[1].replace(",", "."))
    if match[2] == "°":
        value = math.tan(math.radians(value)) * 100 if abs(value) < 45 else math.inf
    return round(value, 1) if abs(value) <= 100 else None


def find_metres(text: str, largest: float) -> float | None:
    """A length in metres from OSM's spellings; None where it is none, or out of reason.

    >>> find_metres("1,5 m", 60), find_metres("80 cm", 60), find_metres("6'", 60), find_metres("wide", 60)
    (1.5, 0.8, 1.83, None)
    """
    match = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*(m|cm|mm|')?\s*", text)
    if match is None:
        return None
    factor = {"cm": 0.01, "mm": 0.001, "'": 0.3048}.get(match[2] or "m", 1.0)
    value = round(float(match[1].replace(",", ".")) * factor, 2)
    return value if 0 < value <= largest else None


_KERBS_CM = {"flush": 0.0, "no": 0.0, "lowered": 3.0, "rolled": 8.0, "raised": 15.0, "yes": 15.0}
"""Heights that stand for OSM's kinds of kerb: lowered is "about 3 cm", raised "over 3 cm", usually 15."""


def _step_cm(tags: Tags, node_tags: tuple[Tags, ...], route_type: int) -> float | None:
    """The highest step on the link: its own, and the kerbs at and between its ends."""
    if route_type == 6:
        return 15.0
    heights = [height for source in (tags, *node_tags) if (height := _kerb_cm(source)) is not None]
    return max(heights, default=None)


def _kerb_cm(tags: Tags) -> float | None:
    height_m = find_metres(tags.get("kerb:height", ""), largest=1.0)
    return round(height_m * 100, 1) if height_m is not None else _KERBS_CM.get(tags.get("kerb", ""))


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def _signal(tags: Tags, node_tags: tuple[Tags, ...]) -> int:
    if not is_crossing(tags):
        return 1
    kinds = [source for source in (tags, *node_tags) if source is tags or source.get("highway") == "crossing"]
    if any(k.get("crossing") == "traffic_signals" or k.get("crossing:signals") == "yes" for k in kinds):
        return 3 if any(k.get("button_operated") == "yes" for k in kinds) else 4
    told = {k.get("crossing") for k in kinds} & {"uncontrolled", "marked", "zebra", "unmarked"}
    return 1 if told or any(k.get("crossing:signals") == "no" for k in kinds) else UNKNOWN


def _tactile_paving(tags: Tags) -> int:
    return {"yes": 2, "contrasted": 2, "no": 1}.get(tags.get("tactile_paving", ""), UNKNOWN)


def _elevator_kind(tags: Tags) -> int:
    return {"yes": 3, "designated": 3, "no": 2}.get(tags.get("wheelchair", ""), UNKNOWN)


def _roof(tags: Tags) -> int:
    if tags.get("covered") == "yes" or tags.get("tunnel") in {"yes", "building_passage"} or tags.get("indoor") == "yes":
        return 2
    return 1 if tags.get("covered") == "no" else UNKNOWN


def _handrail(tags: Tags) -> int:
    if tags.get("handrail:both") == "yes" or {tags.get("handrail:left"), tags.get("handrail:right")} == {"yes"}:
        return 4
    if "yes" in {tags.get("handrail:left"), tags.get("handrail:right")}:
        return 3 if tags.get("handrail:left") == "yes" else 2
    return {"both": 4, "left": 3, "right": 2, "no": 1}.get(tags.get("handrail", ""), UNKNOWN)
