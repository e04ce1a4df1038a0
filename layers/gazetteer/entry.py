"""A place as it was found, before it is shown. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from layers.spec import Certainty

Position = tuple[float, float]
"""Longitude and latitude in degrees."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One named feature of a layer.

    Args:
        code: of the field that says more exactly what it is; empty where there is none.
        same_place: equal within a municipality means the same place; empty where that is not known.
        extent_m: how far the feature reaches from its point.
        score: how well it matches, 0 best (see `query.SCORE`).
        distance_m: from the place that was named as near; None where none was.
    """

    layer: str
    feature_id: str
    city_code: str
    name: str
    kana: str
    address: str
    code: str
    same_place: str
    extent_m: int
    position: Position
    name_key: str
    score: int
    distance_m: float | None
    certainty: Certainty
    kind: str


@dataclass(frozen=True, slots=True)
class Found:
    """One place to show.

    Args:
        entry: the feature that it is named after.
        roles: all features that are this place, the entry first.
        certainty: what the position stands for; `EXACT` only for the feature that was named or whose address was.
        accuracy_m: how far the place that was asked for may be from the position.
        name: what stands there; for an address the part of it that is known.
        unmatched: the part of an address that is not known here.
        matched: field ("name", "kana", "address") and text in which the search was found.
    """

    entry: Entry
    roles: tuple[Entry, ...]
    certainty: Certainty
    accuracy_m: int
    name: str
    unmatched: str
    matched: tuple[str, str]
    position: Position
