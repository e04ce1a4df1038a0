"""What only shows once a walking network lies in the layers: links without nodes, nodes without links.

Each check takes the key of the source that was just merged and yields notices; nothing is changed for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.db import connection

from etl.record import Notice
from layers import registry
from layers.reading import quoted

CrossCheck = Callable[[str], Iterator[Notice]]

_EXAMPLES = 20
_SAME_PLACE_M = 20.0
"""Ends of links that share a node lie at the same place, but for how exactly they were drawn."""


def of(layers: Iterable[str]) -> tuple[CrossCheck, ...]:
    """The checks for a data set that fills these layers."""
    filled = set(layers)
    checks: list[CrossCheck] = []
    if "pedestrian-links" in filled:
        checks += [links_without_nodes, nodes_of_two_places]
    if filled >= {"pedestrian-links", "pedestrian-nodes"}:
        checks.append(nodes_without_links)
    return tuple(checks)


def links_without_nodes(source: str) -> Iterator[Notice]:
    """Nodes that links of the source name and that no data set holds."""
    links, nodes = _tables()
    yield from _listed(
        f"SELECT e.id FROM {links} l CROSS JOIN LATERAL (VALUES (l.start_id), (l.end_id)) e(id) WHERE l.source = %s"
        f" EXCEPT SELECT id FROM {nodes}",
        source,
        "a node that links name is in no file so far",
    )


def nodes_without_links(source: str) -> Iterator[Notice]:
    """Nodes of the source that no link begins or ends at."""
    links, nodes = _tables()
    yield from _listed(
        f"SELECT id FROM {nodes} WHERE source = %s"
        f" EXCEPT SELECT start_id FROM {links} EXCEPT SELECT end_id FROM {links}",
        source,
        "an isolated node: no link begins or ends there",
    )


def nodes_of_two_places(source: str) -> Iterator[Notice]:
    """Node ids that lie at two places, one of them in this source: links would be joined that do not touch."""
    links, _ = _tables()
    yield from _listed(
        "WITH ends AS (SELECT e.id, e.place, l.source = %s AS is_own"
        f" FROM {links} l CROSS JOIN LATERAL (VALUES (l.start_id, ST_StartPoint(l.geometry)),"
        " (l.end_id, ST_EndPoint(l.geometry))) e(id, place))"
        " SELECT id FROM ends GROUP BY id HAVING bool_or(is_own)"
        f" AND ST_Length(ST_BoundingDiagonal(ST_Collect(place))::geography) > {_SAME_PLACE_M}",
        source,
        f"links that name this node end more than {_SAME_PLACE_M:g} m apart: two nodes under one id?",
    )


def _tables() -> tuple[str, str]:
    return quoted(registry.get("pedestrian-links").table), quoted(registry.get("pedestrian-nodes").table)


def _listed(query: str, source: str, text: str) -> Iterator[Notice]:
    """One notice for each id, and one that counts the rest."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, count(*) OVER () FROM ({query}) q ORDER BY id LIMIT {_EXAMPLES}", [source])
        rows = cursor.fetchall()
    for key, _ in rows:
        yield Notice(key, text)
    if rows and rows[0][1] > len(rows):
        yield Notice(f"and {rows[0][1] - len(rows):,} more", text)
