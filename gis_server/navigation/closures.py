"""Which links the damage areas and closures in force touch: one spatial query each, answered by PostGIS.

An *area* blocks every link that it intersects. A *closure* is a line drawn along or across streets, by hand or from
another network, so equality of lines cannot be asked for:

* a link is closed if it **runs along** the closure: more than 8 m of it, or more than 80 % of a shorter one, lie
  within 3 m of the closure's line, and it advances along that line rather than across it;
* a link is closed if the closure **crosses** it, away from the link's ends (3 m, or 45 % of a very short link) and
  not with the mere tip of the closure (0.5 m), as where a closed lane meets a street;
* a street that only meets the closed street's end, or a junction on it, stays open.

Metres are measured on the ellipsoid (``geography``), so that the rule holds wherever the network lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import shapely
from django.db import connection

from gis_server.navigation.blockages import Blockages, Blocker, Hit, build_blockages
from gis_server.navigation.graph import Network
from gis_server.navigation.loading import links_table
from layers import registry
from layers.spec import Text

STRIP_M: Final = 3.0
ALONG_M: Final = 8.0
ALONG_SHARE: Final = 0.8
ADVANCE_SHARE: Final = 0.5
END_M: Final = 3.0
END_SHARE: Final = 0.45
TIP_M: Final = 0.5

AREAS_SQL: Final = """
SELECT id, kind, description, coalesce(observed_at, published_at, changed_at), ST_AsBinary(geometry)
FROM {areas} WHERE status = 'active' AND blocks_walking ORDER BY id
"""

AREA_HITS_SQL: Final = """
SELECT area.id, link.id, coalesce(part.low, 0), coalesce(part.high, 1)
FROM {areas} AS area
JOIN {links} AS link ON ST_Intersects(area.geometry, link.geometry)
LEFT JOIN LATERAL (
    SELECT min(ST_LineLocatePoint(link.geometry, vertex.geom)) AS low,
           max(ST_LineLocatePoint(link.geometry, vertex.geom)) AS high
    FROM ST_DumpPoints(ST_Intersection(link.geometry, area.geometry)) AS vertex
    WHERE NOT ST_IsClosed(link.geometry) AND NOT ST_Covers(area.geometry, link.geometry)
) AS part ON true
WHERE area.id = ANY(%(ids)s)
"""

_IN_FORCE: Final = """
status = 'active' AND applies_to_walkers
AND (starts_at IS NULL OR starts_at <= now()) AND (ends_at IS NULL OR ends_at > now())
"""

CLOSURES_SQL: Final = (
    "SELECT id, road_name, reason, coalesce(observed_at, published_at, changed_at) FROM {closures} WHERE"
    + _IN_FORCE
    + "ORDER BY id"
)

CLOSURE_HITS_SQL: Final = """
WITH part AS (
    SELECT id, (ST_Dump(ST_LineMerge(geometry))).geom AS line FROM {closures} WHERE id = ANY(%(ids)s)
), strip AS MATERIALIZED (
    SELECT id, line, ST_Buffer(line::geography, %(strip_m)s, 'endcap=flat')::geometry AS area FROM part
), met AS (
    SELECT strip.id AS closure_id, link.id AS link_id, link.geometry, strip.line,
           ST_Intersection(link.geometry, strip.area) AS inside,
           ST_Length(link.geometry::geography) AS length_m
    FROM strip JOIN {links} AS link ON ST_Intersects(strip.area, link.geometry)
)
SELECT closure_id, link_id,
       CASE WHEN ST_IsClosed(geometry) THEN 0 ELSE span.low END,
       CASE WHEN ST_IsClosed(geometry) THEN 1 ELSE span.high END
FROM met
CROSS JOIN LATERAL (
    SELECT min(ST_LineLocatePoint(geometry, vertex.geom)) AS low,
           max(ST_LineLocatePoint(geometry, vertex.geom)) AS high,
           max(ST_LineLocatePoint(line, vertex.geom)) - min(ST_LineLocatePoint(line, vertex.geom)) AS advance
    FROM ST_DumpPoints(inside) AS vertex
) AS span
CROSS JOIN LATERAL (SELECT ST_Length(inside::geography) AS inside_m) AS measured
WHERE (
    (inside_m > %(along_m)s OR inside_m > %(along_share)s * length_m)
    AND span.advance * ST_Length(line::geography) > %(advance_share)s * inside_m
) OR EXISTS (
    SELECT 1
    FROM ST_Dump(ST_CollectionExtract(ST_Intersection(geometry, line), 1)) AS crossing,
         LATERAL (SELECT ST_LineLocatePoint(geometry, crossing.geom) AS on_link,
                         ST_LineLocatePoint(line, crossing.geom) AS on_line) AS place
    WHERE least(on_link, 1 - on_link) * length_m > least(%(end_m)s, %(end_share)s * length_m)
      AND least(on_line, 1 - on_line) * ST_Length(line::geography) > %(tip_m)s
)
"""

NEXT_CHANGE_SQL: Final = """
SELECT min(moment) FROM {closures}, LATERAL (VALUES (starts_at), (ends_at)) AS times(moment)
WHERE status = 'active' AND applies_to_walkers AND moment > now()
"""

_TABLES: Final = {"areas": "damage-areas", "closures": "closures"}


def read_blockages(network: Network) -> Blockages:
    """What is in the way on `network` as it is committed now."""
    areas = _areas()
    closures = _closures()
    hits = _hits(AREA_HITS_SQL, areas, 0) + _hits(CLOSURE_HITS_SQL, closures, len(areas))
    moments = _rows(NEXT_CHANGE_SQL)
    return build_blockages(network, areas + closures, hits, moments[0][0])


def _areas() -> list[Blocker]:
    layer = registry.get("damage-areas")
    kinds = layer.get_field("kind").codes
    return [
        Blocker(layer.name, key, _title(layer.title, kinds.get(kind), text), as_of, shapely.from_wkb(bytes(wkb)))
        for key, kind, text, as_of, wkb in _rows(AREAS_SQL)
    ]


def _closures() -> list[Blocker]:
    layer = registry.get("closures")
    return [
        Blocker(layer.name, key, _title(layer.title, Text(road, road) if road else None, reason), as_of)
        for key, road, reason, as_of in _rows(CLOSURES_SQL)
    ]


def _title(layer: Text, kind: Text | None, words: str) -> Text:
    """What a blocker is called in a sentence, e.g. 被害範囲「浸水：南側の道路」."""
    ja = "：".join(part for part in (kind.ja if kind else "", words) if part)
    en = ": ".join(part for part in (kind.en if kind else "", words) if part)
    return Text(f"{layer.ja}「{ja}」" if ja else layer.ja, f"{layer.en} “{en}”" if en else layer.en)


def _hits(sql: str, blockers: Sequence[Blocker], first: int) -> list[Hit]:
    """Run the query over the given blockers; the first of them bears the number `first`."""
    if not blockers:
        return []
    numbers = {blocker.id: number for number, blocker in enumerate(blockers, start=first)}
    rows = _rows(
        sql,
        ids=list(numbers),
        strip_m=STRIP_M,
        along_m=ALONG_M,
        along_share=ALONG_SHARE,
        advance_share=ADVANCE_SHARE,
        end_m=END_M,
        end_share=END_SHARE,
        tip_m=TIP_M,
    )
    return [Hit(numbers[blocker], link, low, high) for blocker, link, low, high in rows]


def _rows(sql: str, **parameters: object) -> list[tuple[Any, ...]]:
    quoted = connection.ops.quote_name
    names = {name: quoted(registry.get(layer).table) for name, layer in _TABLES.items()}
    with connection.cursor() as cursor:
        cursor.execute(sql.format(links=links_table(), **names), parameters or None)
        return list(cursor.fetchall())
