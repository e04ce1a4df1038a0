"""A route in the Route Exchange Model: overview, start, segments as their last points, end.

Source: OGC Route Exchange Model (OGC 21-001, draft), requirements class rem. The lengths and times of the segments
are rounded first and summed up then, since the model wants the overview to be their sum exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gis_server.navigation.directions import Step, Turn, build_steps
from gis_server.navigation.geojson import feature
from gis_server.navigation.notices import unknowns_of, warnings_of
from gis_server.navigation.phrases import instruction
from gis_server.navigation.searching import Found, Situation
from gis_server.navigation.shapes import joined, walk_coordinates
from layers.spec import Text

Json = dict[str, Any]

LEFT: Final = frozenset({Turn.SLIGHT_LEFT, Turn.LEFT, Turn.SHARP_LEFT})
RIGHT: Final = frozenset({Turn.SLIGHT_RIGHT, Turn.RIGHT, Turn.SHARP_RIGHT})
OBSTACLES: Final = Text("継続中の被害範囲と通行止めを避けています。", "Active damage areas and closures were avoided.")


@dataclass(frozen=True, slots=True)
class Computed:
    """What was found between each two of the places, and what the answer says about itself."""

    name: str
    legs: tuple[Found, ...]
    mode: str
    preference: str
    computed_at: datetime
    revisions: dict[str, int]


def exchange_document(situation: Situation, computed: Computed, language: str) -> Json:
    """The route as a feature collection, without its links.

    Args:
        situation: the network with the times of the profile, whatever the way was chosen by.
    """
    steps = [
        step for leg in computed.legs for step in build_steps(situation.network, situation.costing, leg.walk.pieces)
    ]
    parts = [walk_coordinates(situation.network, leg.walk.pieces) for leg in computed.legs]
    segments = [_segment(number, steps, language) for number in range(len(steps))]
    line = _rounded(joined(parts))
    overview = _overview(situation, computed, segments, language)
    return {
        "type": "FeatureCollection",
        "name": computed.name,
        "status": "successful",
        "features": [
            feature("overview", {"type": "LineString", "coordinates": line}, overview),
            feature("start", {"type": "Point", "coordinates": line[0]}, _kind("start")),
            *segments,
            feature("end", {"type": "Point", "coordinates": line[-1]}, _kind("end")),
        ],
    }


def _kind(name: str) -> Json:
    """The model calls it `featureType` for some features and `type` for others; all have both."""
    return {"featureType": name, "type": name}


def _rounded(line: Any) -> list[list[float]]:
    return [[round(float(lon), 7), round(float(lat), 7)] for lon, lat in line]


def _segment(number: int, steps: Sequence[Step], language: str) -> Json:
    step = steps[number]
    following = steps[number + 1] if number + 1 < len(steps) else None
    properties = {
        **_kind("segment"),
        "length_m": round(step.length_m, 1),
        "duration_s": round(step.duration_s),
        "description": instruction(step, language),
        **({"roadName": step.name} if step.name else {}),
        **({"instructions": _maneuver(following.turn)} if following else {}),
    }
    end = _rounded(step.coordinates[-1:])[0]
    return feature(f"segment-{number + 1}", {"type": "Point", "coordinates": end}, properties)


def _maneuver(turn: Turn) -> str:
    """The three words that the model has."""
    return "left" if turn in LEFT else "right" if turn in RIGHT else "continue"


def _overview(situation: Situation, computed: Computed, segments: Sequence[Json], language: str) -> Json:
    lengths = situation.network.links.length_m
    notices = [
        notice
        for leg in computed.legs
        for notice in (*warnings_of(situation, leg), *unknowns_of(situation.costing, lengths, leg.walk.pieces))
    ]
    comment = " ".join(dict.fromkeys(notice.text.in_language(language) for notice in notices))
    return {
        **_kind("overview"),
        "length_m": round(sum(one["properties"]["length_m"] for one in segments), 1),
        "duration_s": sum(one["properties"]["duration_s"] for one in segments),
        "processingTime": computed.computed_at.isoformat(timespec="seconds"),
        "obstacles": OBSTACLES.in_language(language),
        "mode": computed.mode,
        "preference": computed.preference,
        "revisions": computed.revisions,
        **({"comment": comment} if comment else {}),
    }
