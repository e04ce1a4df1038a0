"""A way as GeoJSON in the flavour of OGC's Route Exchange Model: overview, start, segments, end."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gis_server.navigation.directions import Step, build_steps
from gis_server.navigation.geojson import feature, line, point
from gis_server.navigation.notices import Notice, site_warnings, unknowns_of, warnings_of
from gis_server.navigation.phrases import EN, JA, arrival, instruction, length_text
from gis_server.navigation.searching import Found, Situation, Walk
from gis_server.navigation.shapes import walk_coordinates
from gis_server.navigation.sites import Site
from gis_server.navigation.snapping import Snap
from layers.spec import Text

PROFILE_TITLES: Final = {"walk": Text("徒歩", "On foot"), "wheelchair": Text("車いす", "By wheelchair")}


@dataclass(frozen=True, slots=True)
class Context:
    """What an answer states about itself: for whom, in which language, as of when."""

    profile: str
    hazard: str | None
    language: str
    revisions: Mapping[str, int]
    computed_at: datetime
    attributions: Mapping[str, str]

    def members(self) -> dict[str, Any]:
        return {
            "profile": self.profile,
            "hazard": self.hazard,
            "lang": self.language,
            "revisions": dict(self.revisions),
            "computed_at": self.computed_at.isoformat(),
        }

    def attribution(self, situation: Situation, walks: Iterable[Walk]) -> list[str]:
        """Whose data the ways are made from."""
        sources = situation.network.links.source
        used = {sources[piece.link] for walk in walks for piece in walk.pieces}
        return sorted({self.attributions[source] for source in used if source in self.attributions})


def minutes(seconds: float) -> int:
    """Whole minutes, rounded up: nobody is told to be faster than they are.

    >>> minutes(61)
    2
    """
    return max(1, math.ceil(seconds / 60))


def summary(profile: str, length_m: float, duration_s: float) -> Text:
    """A way in a few words, e.g. 「徒歩 8 分（620 m）」."""
    who, whole_minutes = PROFILE_TITLES[profile], minutes(duration_s)
    return Text(
        f"{who.ja} {whole_minutes} 分（{length_text(length_m, JA)}）",
        f"{who.en} {whole_minutes} min ({length_text(length_m, EN)})",
    )


def notices(found: Iterable[Notice], language: str) -> list[dict[str, Any]]:
    """Notices as members of an answer."""
    return [
        {"code": notice.code, "text": notice.text.in_language(language)}
        | ({} if notice.length_m is None else {"length_m": round(notice.length_m, 1)})
        for notice in found
    ]


def route_answer(situation: Situation, found: Found, context: Context, site: Site | None) -> dict[str, Any]:
    """The whole answer of the process ``route``."""
    steps = build_steps(situation.network, situation.costing, found.walk.pieces)
    overview = _overview(situation, found, context, site, steps)
    segments = [_segment(situation, number, step, context) for number, step in enumerate(steps, start=1)]
    last = arrival(site.name if site else None, found.walk.end.distance_m, context.language)
    return {
        "type": "FeatureCollection",
        "status": "route",
        "features": [
            overview,
            _end("start", found.walk.start, {}),
            *segments,
            _end("end", found.walk.end, {"instruction": last} | _site_members(site)),
        ],
    }


def measures(situation: Situation, walk: Walk) -> tuple[float, float]:
    """Length in metres and duration in seconds."""
    lengths, seconds = situation.network.links.length_m, situation.costing.seconds
    length_m = sum(float(lengths[piece.link]) * piece.share for piece in walk.pieces)
    return length_m, sum(float(seconds[piece.arc]) * piece.share for piece in walk.pieces)


def _overview(
    situation: Situation, found: Found, context: Context, site: Site | None, steps: list[Step]
) -> dict[str, Any]:
    length_m, duration_s = measures(situation, found.walk)
    pieces = found.walk.pieces
    unknowns = unknowns_of(situation.costing, situation.network.links.length_m, pieces)
    warnings = site_warnings(site, context.hazard) + warnings_of(situation, found)
    properties = {
        "featureType": "overview",
        "summary": summary(context.profile, length_m, duration_s).in_language(context.language),
        "length_m": round(length_m, 1),
        "duration_s": round(duration_s),
        "minutes": minutes(duration_s),
        "steps": len(steps),
        "warnings": notices(warnings, context.language),
        "unknowns": notices(unknowns, context.language),
        **_site_members(site),
        **context.members(),
        "attribution": context.attribution(situation, [found.walk]),
    }
    return feature("overview", line(walk_coordinates(situation.network, pieces)), properties)


def _segment(situation: Situation, number: int, step: Step, context: Context) -> dict[str, Any]:
    links = situation.network.links
    unknown = unknowns_of(situation.costing, links.length_m, step.pieces)
    properties = {
        "featureType": "segment",
        "number": number,
        "instruction": instruction(step, context.language),
        "kind": step.kind.value,
        "turn": step.turn.value,
        "bearing": round(step.bearing),
        "name": step.name,
        "length_m": round(step.length_m, 1),
        "duration_s": round(step.duration_s),
        "stairs": step.stairs or None,
        "unknown": [notice.code for notice in unknown],
        "links": list(dict.fromkeys(links.id[piece.link] for piece in step.pieces)),
    }
    return feature(f"segment-{number}", line(step.coordinates), properties)


def _end(kind: str, snap: Snap, members: Mapping[str, Any]) -> dict[str, Any]:
    properties = {
        "featureType": kind,
        "asked": list(snap.asked),
        "gap_m": round(snap.distance_m, 1),
        **members,
    }
    return feature(kind, point(snap.point), properties)


def _site_members(site: Site | None) -> dict[str, Any]:
    if site is None:
        return {}
    return {"site": site_members(site)}


def site_members(site: Site) -> dict[str, Any]:
    """What an answer says about a site."""
    return {
        "id": site.id,
        "name": site.name,
        "address": site.address,
        "hazards": sorted(site.hazards),
        "opening_status": site.opening_status,
        "crowding": site.crowding,
        "as_of": site.as_of,
    }
