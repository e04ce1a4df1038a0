"""When something made of layers is still true: what it rests on, and whether a later change touches that.

The log of changes is the only judge. It is asked through an index on layer, area and revision, so the answer costs the
same however long the log is and however much of it came since.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from layers import database
from layers.crs import LON_LAT_SRID
from layers.query import Query
from tile_cache.degrees import Bounds


@dataclass(frozen=True, slots=True)
class Stamp:
    """How far a layer's log had come: its revision, and when that revision was written.

    The time tells apart equal numbers of two databases, or of one before and after it was restored.
    """

    layer: str
    revision: int
    at: str


Stamps = tuple[Stamp, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a thing rests on: how far its layers' logs had come, and the part of the world that it shows.

    Args:
        lon_lat: west, south, east, north in degrees, with the margin within which a feature still matters.
    """

    stamps: Stamps
    lon_lat: Bounds


EVERYWHERE: Final[Bounds] = (-180.0, -90.0, 180.0, 90.0)


AT_SQL = "coalesce(extract(epoch FROM {}.at)::text, '')"
_STAMPS = f"""
SELECT n.layer, coalesce(r.revision, 0) AS revision, {AT_SQL.format("c")} AS at
  FROM unnest(%s::text[]) WITH ORDINALITY n(layer, number)
  LEFT JOIN layers_revision r ON r.layer = n.layer
  LEFT JOIN layers_change c ON c.layer = r.layer AND c.revision = r.revision
 ORDER BY n.number"""
_AS_LISTS = f", (SELECT jsonb_agg(jsonb_build_array(s.layer, s.revision, s.at))::text FROM ({_STAMPS}) s)"


def stamps_of(layers: Iterable[str]) -> Stamps:
    """How far the log of each layer has come, read in one statement and so at one moment."""
    return tuple(Stamp(*row) for row in database.fetch(_STAMPS, [list(layers)], is_frequent=True))


def with_stamps(query: Query, layers: Iterable[str]) -> Query:
    """One row: the query's one value, and the layers' stamps of the very same moment (see `read_stamps`)."""
    return Query("SELECT (") + query + Query(")" + _AS_LISTS, (list(layers),))


def read_stamps(text: str | None) -> Stamps:
    """The stamps of a row of `with_stamps`: a list as JSON."""
    return tuple(Stamp(*members) for members in json.loads(text or "[]"))


# The sum is that of the index (layers/changes.py).
_TOUCHES = f"""later.layer = s.layer AND later.revision + 0 > s.revision
       AND ST_Intersects(later.area, ST_MakeEnvelope(%s, %s, %s, %s, {LON_LAT_SRID}))"""

CHECK_SQL: Final = f"""
SELECT s.layer, coalesce(r.revision, 0), {AT_SQL.format("now")},
       coalesce(r.revision, 0) >= s.revision AND {AT_SQL.format("known")} = s.at
       AND (r.revision IS NOT DISTINCT FROM s.revision
            OR NOT EXISTS (SELECT 1 FROM layers_change later WHERE {_TOUCHES}))
  FROM unnest(%s::text[], %s::bigint[], %s::text[]) WITH ORDINALITY s(layer, revision, at, number)
  LEFT JOIN layers_revision r ON r.layer = s.layer
  LEFT JOIN layers_change now ON now.layer = r.layer AND now.revision = r.revision
  LEFT JOIN layers_change known ON known.layer = s.layer AND known.revision = s.revision
 ORDER BY s.number"""


def check_params(ground: Ground) -> list[Any]:
    """What the question in `CHECK_SQL` is asked with."""
    return [*ground.lon_lat, *_columns(ground.stamps)]


def renewed(ground: Ground) -> Ground | None:
    """The ground with stamps of now, where nothing since touches it; None where it is true no more."""
    if not ground.stamps:
        return ground
    found = database.fetch(CHECK_SQL, check_params(ground), is_frequent=True)
    if not all(is_true for *_, is_true in found):
        return None
    return Ground(tuple(Stamp(layer, revision, at) for layer, revision, at, _ in found), ground.lon_lat)


_FIRST_TOUCH = f"""
SELECT extract(epoch FROM clock_timestamp() - min(later.at))
  FROM unnest(%s::text[], %s::bigint[], %s::text[]) s(layer, revision, at)
  JOIN layers_change later ON {_TOUCHES}"""


def seconds_untrue(ground: Ground) -> float | None:
    """How long ago the first change was written that touches the ground; None where none does.

    A change is written before it is committed, so it has been visible for less than that.
    """
    ((seconds,),) = database.fetch(_FIRST_TOUCH, [*_columns(ground.stamps), *ground.lon_lat])
    return None if seconds is None else float(seconds)


def _columns(stamps: Stamps) -> list[list[Any]]:
    return [[s.layer for s in stamps], [s.revision for s in stamps], [s.at for s in stamps]]
