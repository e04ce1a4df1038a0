"""What is asked of every server: the questions, each with the places, filters and ids that a seed gives. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from layers.catalog.facilities import CATEGORIES
from tests.bench.api.data import BUILDINGS, CITY, FACILITIES, Loaded

Bbox = tuple[float, float, float, float]

VARIANTS = 40_000
"""Requests of a question that is varied, less those that chance made twice."""
NEAR = 2_500
"""Features from the beginning within which the pages near it begin."""
_SEED = 132047
_HITS = 300


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, in no server's own words.

    Args:
        layer: the layer's name.
        limit: features at most; None for one feature, which `item` names.
        skipped: features before the page, in the order of ids.
        after: the id of the last of them.
        bbox: west, south, east, north in degrees.
        condition: CQL2 text.
        item: id of the one feature.
    """

    layer: str
    limit: int | None = None
    skipped: int = 0
    after: str = ""
    bbox: Bbox | None = None
    condition: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A row of the table: requests of one kind.

    Args:
        name: what the row is called.
        asks: one request that is asked again and again, or many that are asked in turns.
        goal: the largest share of the best peer's time.
        is_conditional: the request says which state of the answer is known already.
    """

    name: str
    asks: tuple[Ask, ...]
    goal: float = 0.1
    is_conditional: bool = False


def questions(rows: Loaded) -> list[Question]:
    """Every question; the same rows give the same requests, always."""
    first = Ask(FACILITIES, limit=10)
    thousand = Ask(BUILDINGS, limit=1000)
    return [
        Question("limit=10", (first,)),
        Question("limit=10 varied", _varied(rows, _near)),
        Question("limit=1000", (Ask(FACILITIES, limit=1000),)),
        Question("limit=10000", (Ask(FACILITIES, limit=10_000),)),
        *_both("bbox", _varied(rows, _box_of(FACILITIES))),
        *_both("cql2", _varied(rows, _filtered)),
        *_both("item", _varied(rows, _item), goal=0.25),
        *_both("page 900", _varied(rows, _far), goal=0.02),
        Question("304", (Ask(FACILITIES, limit=100),), is_conditional=True),
        Question("polygons limit=1000", (thousand,)),
        *_both("polygons bbox", _varied(rows, _box_of(BUILDINGS))),
    ]


def _both(name: str, asks: tuple[Ask, ...], goal: float = 0.1) -> Iterator[Question]:
    yield Question(name, asks[:1], goal)
    yield Question(f"{name} varied", asks, goal)


Make = Callable[[random.Random, Loaded], Ask]


def _varied(rows: Loaded, make: Make) -> tuple[Ask, ...]:
    """Each request once, in an order without a pattern."""
    chance = random.Random(_SEED)  # noqa: S311 - not for secrets
    return tuple(dict.fromkeys(make(chance, rows) for _ in range(VARIANTS)))


def page(rows: Loaded, limit: int, skipped: int) -> Ask:
    """A page of facilities that begins after so many of them."""
    return Ask(FACILITIES, limit, skipped, rows.id_of(FACILITIES, skipped) if skipped else "")


def _near(chance: random.Random, rows: Loaded) -> Ask:
    """Ten features on average: of so few places each would soon be asked for again."""
    return page(rows, chance.randint(6, 14), chance.randrange(1, min(NEAR, rows.points)))


def _far(chance: random.Random, rows: Loaded) -> Ask:
    """Page 900 of a hundred features, and pages around it; with fewer rows as far towards the end."""
    least = rows.points * 85 // 100
    return page(rows, 100, chance.randrange(least, max(least + 1, rows.points - 100)))


def _item(chance: random.Random, rows: Loaded) -> Ask:
    return Ask(FACILITIES, item=rows.id_of(FACILITIES, chance.randint(1, rows.points)))


def _filtered(chance: random.Random, rows: Loaded) -> Ask:
    """A kind, and telephone numbers of two exchanges of the sixty that there are: one feature of 360."""
    least = chance.randint(20_0000, 77_9999)
    numbers = [f"0422-{number // 10_000}-{number % 10_000:04}" for number in (least, least + 2_0000)]
    kind = chance.choice(list(CATEGORIES))
    condition = f"category='{kind}' AND phone>='{numbers[0]}' AND phone<'{numbers[1]}'"
    return Ask(FACILITIES, limit=1000, condition=condition)


def _box_of(layer: str) -> Make:
    """A box that holds some hundreds of the features, wherever in the city."""

    def box(chance: random.Random, rows: Loaded) -> Ask:
        west, south, east, north = CITY
        share = min(1.0, _HITS / 100_000) ** 0.5
        width, height = (east - west) * share, (north - south) * share
        left, below = chance.uniform(west, east - width), chance.uniform(south, north - height)
        corners = (round(left, 6), round(below, 6), round(left + width, 6), round(below + height, 6))
        return Ask(layer, limit=1000, bbox=corners)

    return box
