"""Attributes of a street graph's edges, which OSMnx writes as Python does: "True", "['a', 'b']". Pure."""

from __future__ import annotations

import ast
from collections.abc import Mapping

Attributes = Mapping[str, str]

_LONGEST = 10_000
"""Characters of a list; an edge joined from a hundred ways has some thousand."""
_IMPORTANCE = (
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "road",
    "service", "track", "pedestrian", "cycleway", "path", "footway", "steps",
)  # fmt: skip
_TAKEN = (
    "name",
    "width",
    "est_width",
    "tunnel",
    "bridge",
    "access",
    "foot",
    "sidewalk",
    "surface",
    "incline",
    "service",
)


def values_of(text: str) -> tuple[str, ...]:
    """The values that a text stands for: those of a list, or itself. Nothing is ever executed.

    >>> [values_of(text) for text in ("['road', 'service']", "[238522277, 5]", "平成新道", "[[")]
    [('road', 'service'), ('238522277', '5'), ('平成新道',), ('[[',)]
    """
    if not text.startswith(("[", "{", "(")):
        return (text,) if text else ()
    if len(text) > _LONGEST or sum(text.count(bracket) for bracket in "[{(") > 1:
        return (text,)
    try:
        values = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return (text,)
    return tuple(str(value) for value in values) if isinstance(values, list | tuple | set) else (text,)


def highway_of(values: Attributes) -> tuple[str, ...]:
    """The kinds of way that an edge was joined from, the most important first.

    >>> highway_of({"highway": "['residential', 'tertiary']"}), highway_of({})
    (('tertiary', 'residential'), ('',))
    """
    kinds = values_of(values.get("highway", "")) or ("",)
    return tuple(sorted(kinds, key=lambda kind: _rank(kind.removesuffix("_link"))))


def _rank(kind: str) -> int:
    return _IMPORTANCE.index(kind) if kind in _IMPORTANCE else len(_IMPORTANCE)


def tags_of(values: Attributes) -> dict[str, str]:
    """An edge as the tags of one way: its most important kind, its first name, its least width.

    >>> tags_of({"highway": "primary", "width": "['6.5', '4']", "tunnel": "yes", "oneway": "True"})
    {'highway': 'primary', 'width': '4', 'tunnel': 'yes'}
    """
    tags = {"highway": highway_of(values)[0]}
    for key in _TAKEN:
        found = values_of(values.get(key, ""))
        if found:
            tags[key] = min(found, key=_size) if key.endswith("width") else found[0]
    return tags


def _size(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("inf")
