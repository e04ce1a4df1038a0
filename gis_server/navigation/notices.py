"""What a walker must be told beside the steps: weak points, what nobody knows, and why there is no way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from django.utils.timezone import localtime

from gis_server.navigation.approach import Piece
from gis_server.navigation.blockages import Blocker
from gis_server.navigation.graph import LinkTable
from gis_server.navigation.phrases import EN, JA, length_text
from gis_server.navigation.profiles import (
    ELEVATOR,
    STAIRS,
    STEEPEST_BY_CODE,
    Costing,
    Reason,
    Unknown,
)
from gis_server.navigation.searching import Found, Obstacle, Situation
from gis_server.navigation.sites import Site, hazard_title
from layers.spec import Text

FAR_FROM_PATH_M: Final = 50.0
GENTLE_PERCENT: Final = 5.0

REASONS: Final = {
    Reason.STAIRS: Text("階段", "stairs"),
    Reason.ESCALATOR: Text("エスカレーター", "escalator"),
    Reason.MOVING_WALKWAY: Text("動く歩道", "moving walkway"),
    Reason.STEP: Text("段差が大きい", "step too high"),
    Reason.SLOPE: Text("勾配が急", "too steep"),
    Reason.WIDTH: Text("幅員が狭い", "too narrow"),
    Reason.SURFACE: Text("路面が車いすに向かない", "surface not fit for wheelchairs"),
    Reason.ELEVATOR: Text("車いすに対応しないエレベーター", "elevator not fit for wheelchairs"),
    Reason.ONE_WAY: Text("一方通行", "one way only"),
}
UNKNOWNS: Final = {
    Unknown.WIDTH: ("width", Text("幅員不明", "Width not known")),
    Unknown.SLOPE: ("slope", Text("勾配不明", "Slope not known")),
    Unknown.STEP: ("step", Text("段差不明", "Steps not known")),
    Unknown.ELEVATOR: ("elevator", Text("エレベーターの対応不明", "Elevator's fitness not known")),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to be told; `code` is for programs, `text` for people."""

    code: str
    text: Text
    length_m: float | None = None


def clock(moment: datetime) -> Text:
    """A time of day, with the date unless it is today's, in the city's time."""
    local, today = localtime(moment), localtime().date()
    time = f"{local:%H:%M}"
    if local.date() == today:
        return Text(time, time)
    return Text(f"{local.month}月{local.day}日 {time}", f"{local:%Y-%m-%d} {time}")


def warnings_of(situation: Situation, found: Found) -> list[Notice]:
    """Weak points of a way."""
    return [
        *_inside(found),
        *_gaps(found),
        *_weak_links(situation.costing, situation, found.walk.pieces),
    ]


def unknowns_of(costing: Costing, lengths_m: np.ndarray, pieces: Sequence[Piece]) -> list[Notice]:
    """How much of the way nobody has measured, by what is missing."""
    notices = []
    for bit, (code, title) in UNKNOWNS.items():
        length = sum(float(lengths_m[p.link]) * p.share for p in pieces if costing.unknown[p.link] & bit)
        if any(costing.unknown[p.link] & bit for p in pieces):
            ja, en = length_text(length, JA), length_text(length, EN)
            notices.append(Notice(code, Text(f"{title.ja} {ja}", f"{title.en}: {en}"), length))
    return notices


def site_warnings(site: Site | None, hazard: str | None) -> list[Notice]:
    """What speaks against the destination itself."""
    if site is None:
        return [] if hazard is None else [_unchecked(hazard)]
    reason = site.unavailable or (Text("未開設", "not open yet") if site.opening_status == "unopened" else None)
    if reason is None:
        return []
    return [
        Notice(
            f"site-{'full' if site.opening_status not in _NOT_OPEN else site.opening_status}",
            Text(f"{site.name}は「{reason.ja}」と報告されています。", f"{site.name} is reported as {reason.en}."),
        )
    ]


_NOT_OPEN: Final = ("closed", "unopened")


def _unchecked(hazard: str) -> Notice:
    title = hazard_title(hazard)
    return Notice(
        "site-not-checked",
        Text(
            f"目的地は地点で指定されています。「{title.ja}」の避難場所かどうかは確かめていません。",
            f"The destination is a point; nobody checked whether it is a site for: {title.en}.",
        ),
    )


def _inside(found: Found) -> Iterator[Notice]:
    for blocker in found.leaving:
        at = clock(blocker.as_of)
        yield Notice(
            "start-inside",
            Text(
                f"出発地は{blocker.title.ja}（{at.ja}時点）の中です。足元に気をつけて、まずここから離れてください。",
                f"You start inside {blocker.title.en} (as of {at.en}). Leave it first, with care.",
            ),
        )
    for blocker in found.entering:
        at = clock(blocker.as_of)
        yield Notice(
            "end-inside",
            Text(
                f"目的地は{blocker.title.ja}（{at.ja}時点）の中です。たどり着けないおそれがあります。",
                f"Your destination lies inside {blocker.title.en} (as of {at.en}). You may not get there.",
            ),
        )


def _gaps(found: Found) -> Iterator[Notice]:
    places = (
        ("start-gap", found.walk.start.distance_m, Text("出発地", "your start")),
        ("end-gap", found.walk.end.distance_m, Text("目的地", "your destination")),
    )
    for code, gap_m, place in places:
        if gap_m >= FAR_FROM_PATH_M:
            ja, en = length_text(gap_m, JA), length_text(gap_m, EN)
            yield Notice(
                code,
                Text(f"{place.ja}と道の間は約 {ja} 離れています。", f"From {place.en} to the path is about {en}."),
                gap_m,
            )


def _weak_links(costing: Costing, situation: Situation, pieces: Iterable[Piece]) -> Iterator[Notice]:
    links, on_the_way = situation.network.links, list(pieces)
    stairs = [p for p in on_the_way if links.route_type[p.link] == STAIRS]
    if stairs:
        length = sum(float(links.length_m[p.link]) * p.share for p in stairs)
        text = Text(f"階段が {length_text(length, JA)} あります。", f"Stairs: {length_text(length, EN)}.")
        yield Notice("stairs", text, length)
    if costing.profile.max_slope_percent is None:
        return
    steep = sum(float(links.length_m[p.link]) * p.share for p in on_the_way if _is_steep(links, p.link))
    if steep:
        ja, en = length_text(steep, JA), length_text(steep, EN)
        yield Notice("slope", Text(f"5％を超える坂が {ja} あります。", f"Slopes over 5 %: {en}."), steep)
    if any(links.route_type[p.link] == ELEVATOR for p in on_the_way):
        yield Notice(
            "elevator",
            Text(
                "エレベーターを使います。地震や停電のときは止まります。",
                "Uses an elevator, which stops in an earthquake or a power cut.",
            ),
        )


def _is_steep(links: LinkTable, link: int) -> bool:
    code = int(links.slope_code[link])
    coded = 1 <= code <= 8 and STEEPEST_BY_CODE[code - 1] > GENTLE_PERCENT
    return coded or abs(float(links.slope_max_percent[link])) > GENTLE_PERCENT


def obstacle_sentences(situation: Situation, obstacles: Sequence[Obstacle]) -> Iterator[Text]:
    """Why there is no way, the most telling first: what is damaged or closed, then what the links are."""
    names = situation.network.links.name
    blocked: dict[Blocker, list[int]] = {}
    unfit: dict[Text, list[int]] = {}
    for obstacle in obstacles:
        for blocker in obstacle.blockers:
            blocked.setdefault(blocker, []).append(obstacle.link)
        if not obstacle.blockers:
            for reason in obstacle.reasons:
                unfit.setdefault(REASONS[reason], []).append(obstacle.link)
    for blocker, links in blocked.items():
        where, at = _streets([names[link] for link in links]), clock(blocker.as_of)
        yield Text(
            f"{blocker.title.ja}（{at.ja}時点）が{where.ja}をふさいでいます。",
            f"{blocker.title.en} (as of {at.en}) blocks {where.en}.",
        )
    for words, links in unfit.items():
        where = _streets([names[link] for link in links])
        yield Text(f"{where.ja}は通れません（{words.ja}）。", f"{where.en} cannot be used: {words.en}.")


def _streets(names: Sequence[str]) -> Text:
    """Some links by the names of their streets."""
    count = len(names)
    named = list(dict.fromkeys(name for name in names if name))[:3]
    links = "1 link" if count == 1 else f"{count} links"
    if not named:
        return Text(f"経路上の {count} 区間", f"{links} on the way")
    return Text(f"「{'」「'.join(named)}」の {count} 区間", f"{links} of {', '.join(named)}")
