"""Which evacuation sites for a hazard are nearest on foot, from the sites that one may be sent to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from gis_server.navigation.answers import (
    Context,
    measures,
    minutes,
    notices,
    site_members,
    summary,
)
from gis_server.navigation.geodesy import distances_m
from gis_server.navigation.geojson import feature, line, point
from gis_server.navigation.notices import clock, unknowns_of, warnings_of
from gis_server.navigation.phrases import EN, JA, length_text
from gis_server.navigation.searching import Found, Place, Situation, find_route, seconds_to_sites
from gis_server.navigation.shapes import walk_coordinates
from gis_server.navigation.sites import Site, hazard_title
from layers.spec import Text

NOT_REACHED: Final = {
    "no-network-here": Text("この地点の近くに歩行ネットワークがありません", "No walking network near the start"),
    "site-off-network": Text("避難場所の近くに通れる道がありません", "No usable way near the site"),
    "no-way": Text("通れる経路がありません", "There is no way through"),
}


@dataclass(frozen=True)
class Candidate:
    """A site with how far it is. `found` None means that it cannot be reached on foot, for the reason `why`."""

    site: Site
    straight_m: float
    found: Found | None
    why: str | None


@dataclass(frozen=True)
class Excluded:
    """A site designated for the hazard to which nobody is sent now."""

    site: Site
    reason: Text


def sort_out(situation: Situation | None, sites: Sequence[Site]) -> tuple[list[Site], list[Excluded]]:
    """The sites one may be sent to, and the others with the reason: closed, full, inside a damage area."""
    offered: list[Site] = []
    excluded: list[Excluded] = []
    for site in sites:
        reason = site.unavailable or _inside(situation, site)
        if reason is None:
            offered.append(site)
        else:
            excluded.append(Excluded(site, reason))
    return offered, excluded


def _inside(situation: Situation | None, site: Site) -> Text | None:
    if situation is None:
        return None
    blockers = situation.blockers(situation.blockages.covering(site.place))
    if not blockers:
        return None
    title, at = blockers[0].title, clock(blockers[0].as_of)
    return Text(f"{title.ja}（{at.ja}時点）の中", f"inside {title.en} (as of {at.en})")


def candidates(situation: Situation | None, origin: Place, sites: Sequence[Site], count: int) -> list[Candidate]:
    """The `count` nearest sites: those that can be reached by time on foot, then the others as the crow flies."""
    if not sites:
        return []
    straight = distances_m(origin, np.array([site.place for site in sites]))
    seconds = _seconds(situation, origin, sites)
    order = sorted(range(len(sites)), key=lambda i: (seconds[i] is None, seconds[i] or 0.0, straight[i]))
    return [_candidate(situation, origin, sites[i], float(straight[i]), seconds[i] is not None) for i in order[:count]]


def _seconds(situation: Situation | None, origin: Place, sites: Sequence[Site]) -> list[float | None]:
    starts = situation.snaps(origin) if situation else ()
    if situation is None or not starts:
        return [None] * len(sites)
    return seconds_to_sites(situation, starts, [site.place for site in sites])


def _candidate(situation: Situation | None, origin: Place, site: Site, straight_m: float, reachable: bool) -> Candidate:
    if situation is None or not situation.snaps(origin):
        return Candidate(site, straight_m, None, "no-network-here")
    if not situation.snaps_of_site(site.place):
        return Candidate(site, straight_m, None, "site-off-network")
    found = find_route(situation, origin, site.place) if reachable else None
    if isinstance(found, Found):
        return Candidate(site, straight_m, found, None)
    return Candidate(site, straight_m, None, "no-way")


def nearest_answer(
    situation: Situation | None,
    origin: Place,
    chosen: Sequence[Candidate],
    excluded: Sequence[Excluded],
    context: Context,
) -> dict[str, Any]:
    """The whole answer of the process ``nearest-site``."""
    overview = {
        "featureType": "overview",
        "summary": _headline(chosen, excluded, context).in_language(context.language),
        "found": len(chosen),
        "reachable": sum(candidate.found is not None for candidate in chosen),
        "excluded": [
            {"id": item.site.id, "name": item.site.name, "reason": item.reason.in_language(context.language)}
            for item in excluded
        ],
        **context.members(),
        "attribution": _attribution(situation, chosen, context),
    }
    features = [feature("overview", point(origin), overview)]
    for rank, candidate in enumerate(chosen, start=1):
        features.append(_site_feature(situation, rank, candidate, context))
        if situation is not None and candidate.found is not None:
            features.append(_route_feature(situation, rank, candidate, candidate.found, context))
    return {"type": "FeatureCollection", "status": "sites" if chosen else "no-site", "features": features}


def _attribution(situation: Situation | None, chosen: Sequence[Candidate], context: Context) -> list[str]:
    walks = [candidate.found.walk for candidate in chosen if candidate.found is not None]
    return context.attribution(situation, walks) if situation is not None else []


def _headline(chosen: Sequence[Candidate], excluded: Sequence[Excluded], context: Context) -> Text:
    hazard = hazard_title(context.hazard or "")
    if not chosen and excluded:
        return Text(
            f"「{hazard.ja}」の避難場所 {len(excluded)} か所は、閉鎖・満員または被害範囲の中です。",
            f"All {len(excluded)} sites for: {hazard.en} are closed, full or inside a damage area.",
        )
    if not chosen:
        return Text(
            f"「{hazard.ja}」の指定緊急避難場所がありません。",
            f"There is no designated site for: {hazard.en}.",
        )
    reached = sum(candidate.found is not None for candidate in chosen)
    if not reached:
        return Text(
            f"「{hazard.ja}」の避難場所まで歩く経路を案内できません。直線距離で近い順に示します。",
            f"No way on foot to a site for: {hazard.en}. Sites are listed by straight-line distance.",
        )
    return Text(
        f"「{hazard.ja}」の避難場所を近い順に {len(chosen)} か所示します。",
        f"{len(chosen)} sites for: {hazard.en}, nearest first.",
    )


def _site_feature(situation: Situation | None, rank: int, candidate: Candidate, context: Context) -> dict[str, Any]:
    language = context.language
    properties = {
        "featureType": "site",
        "rank": rank,
        **site_members(candidate.site),
        "straight_m": round(candidate.straight_m),
        "reachable": candidate.found is not None,
        "walking": None,
    }
    if candidate.found is None or situation is None:
        far = Text(
            f"直線で約 {length_text(candidate.straight_m, JA)}",
            f"about {length_text(candidate.straight_m, EN)} in a straight line",
        )
        why = NOT_REACHED[candidate.why or "no-way"]
        properties["not_reachable"] = candidate.why
        properties["summary"] = Text(f"{far.ja}。{why.ja}。", f"{far.en}. {why.en}.").in_language(language)
        return feature(candidate.site.id, point(candidate.site.place), properties)
    length_m, duration_s = measures(situation, candidate.found.walk)
    properties["walking"] = {
        "length_m": round(length_m, 1),
        "duration_s": round(duration_s),
        "minutes": minutes(duration_s),
    }
    properties["summary"] = summary(context.profile, length_m, duration_s).in_language(language)
    return feature(candidate.site.id, point(candidate.site.place), properties)


def _route_feature(
    situation: Situation, rank: int, candidate: Candidate, found: Found, context: Context
) -> dict[str, Any]:
    pieces = found.walk.pieces
    properties = {
        "featureType": "route",
        "rank": rank,
        "site": candidate.site.id,
        "warnings": notices(warnings_of(situation, found), context.language),
        "unknowns": notices(unknowns_of(situation.costing, situation.network.links.length_m, pieces), context.language),
    }
    return feature(f"route-{rank}", line(walk_coordinates(situation.network, pieces)), properties)
