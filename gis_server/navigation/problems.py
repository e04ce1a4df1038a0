"""Why there is no route, as problem documents (RFC 9457) with the reasons in words and in data."""

from __future__ import annotations

from typing import Any

from gis_server.navigation.answers import Context
from gis_server.navigation.geojson import line, rounded_point
from gis_server.navigation.notices import REASONS, obstacle_sentences
from gis_server.navigation.phrases import EN, JA, length_text
from gis_server.navigation.searching import Obstacle, OffNetworkError, Refused, Situation
from gis_server.navigation.shapes import walk_coordinates
from gis_server.navigation.sites import Site, hazard_title
from gis_server.navigation.snapping import REACH_M
from layers.problems import Problem
from layers.spec import Text


def off_network(error: OffNetworkError, language: str) -> Problem:
    """A start or end that no usable way is near, such as one at sea."""
    place = Text("出発地", "the start") if error.which == "from" else Text("目的地", "the destination")
    reach_ja, reach_en = length_text(REACH_M, JA), length_text(REACH_M, EN)
    if error.distance_m is None:
        found = Text("30 km 以内にもありません。", "There is none within 30 km either.")
    else:
        ja, en = length_text(error.distance_m, JA), length_text(error.distance_m, EN)
        found = Text(f"一番近い道まで約 {ja} あります。", f"The nearest one is about {en} away.")
    detail = Text(
        f"{place.ja}から {reach_ja} 以内に通れる道がありません。{found.ja}",
        f"There is no usable way within {reach_en} of {place.en}. {found.en}",
    )
    return Problem(
        422,
        Text("近くに道がありません", "No way nearby").in_language(language),
        detail.in_language(language),
        parameter=error.which,
        extra={"reason": "off-network", "distance_m": _whole(error.distance_m), "limit_m": REACH_M},
    )


def no_network(language: str) -> Problem:
    """The city has no walking network yet."""
    detail = Text("歩行空間ネットワークがまだ取り込まれていません。", "No walking network has been imported yet.")
    title = Text("経路を案内できません", "Routes are not available")
    return Problem(503, title.in_language(language), detail.in_language(language), extra={"reason": "no-network"})


def not_designated(site: Site, hazard: str, language: str) -> Problem:
    """The site asked for is not safe for this hazard."""
    titles = {name: hazard_title(name) for name in (hazard, *sorted(site.hazards))}
    safe_ja = "、".join(titles[name].ja for name in sorted(site.hazards)) or "なし"
    safe_en = ", ".join(titles[name].en for name in sorted(site.hazards)) or "none"
    detail = Text(
        f"{site.name}は「{titles[hazard].ja}」の指定緊急避難場所ではありません（指定：{safe_ja}）。",
        f"{site.name} is not designated for: {titles[hazard].en} (designated for: {safe_en}).",
    )
    return Problem(
        422,
        Text("この災害の避難場所ではありません", "Not a site for this hazard").in_language(language),
        detail.in_language(language),
        parameter="to",
        extra={"reason": "not-designated", "site": site.id, "designated_for": sorted(site.hazards)},
    )


def refused(situation: Situation, refusal: Refused, context: Context) -> Problem:
    """No way is left: which links, which areas and closures, and where one would have gone."""
    language = context.language
    extra: dict[str, Any] = {
        "reason": "no-route",
        **context.members(),
        "blockers": [entry for obstacle in refusal.obstacles for entry in blockers(situation, obstacle, language)],
        "geometry": None,
    }
    if refusal.walk is not None:
        extra["geometry"] = line(walk_coordinates(situation.network, refusal.walk.pieces))
        extra["start"] = rounded_point(refusal.walk.start.point)
        extra["end"] = rounded_point(refusal.walk.end.point)
    title = Text("通れる経路がありません", "There is no way through")
    detail = _why(situation, refusal).in_language(language)
    return Problem(422, title.in_language(language), detail, extra=extra)


def _why(situation: Situation, refusal: Refused) -> Text:
    if refusal.walk is None:
        return Text(
            "出発地と目的地の道は、ネットワークの上でつながっていません。",
            "The ways at the start and at the destination are not connected in the network.",
        )
    sentences = list(obstacle_sentences(situation, refusal.obstacles))
    return Text("".join(s.ja for s in sentences), " ".join(s.en for s in sentences))


def blockers(situation: Situation, obstacle: Obstacle, language: str) -> list[dict[str, Any]]:
    """An obstacle as entries: one per damage area or closure on the link, or else one for the link itself."""
    links = situation.network.links
    link = {"link": links.id[obstacle.link], "name": links.name[obstacle.link]}
    entries = [
        link
        | {
            "reason": "blocked",
            "layer": blocker.layer,
            "id": blocker.id,
            "title": blocker.title.in_language(language),
            "as_of": blocker.as_of.isoformat(),
        }
        for blocker in obstacle.blockers
    ]
    own = [
        link
        | {
            "reason": str(reason.name).lower().replace("_", "-"),
            "layer": "pedestrian-links",
            "id": links.id[obstacle.link],
            "title": REASONS[reason].in_language(language),
        }
        for reason in obstacle.reasons
    ]
    return entries + own


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
