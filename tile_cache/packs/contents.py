"""What a pack is made of, read from the database at one moment.

All statements run in one transaction with one snapshot (PostgreSQL: REPEATABLE READ), past the store, whose tiles may
be younger. So a pack never shows half of a change, and the time that it names is that of every tile.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.db import connection, transaction

from layers.changes import revisions_of
from layers.problems import Problem
from layers.reading import Query, quoted, row_condition, rows
from layers.spec import Audience, LayerSpec
from tile_cache.content import thinning
from tile_cache.degrees import Bounds
from tile_cache.grid import Tile
from tile_cache.packs.spool import Spool
from tile_cache.seeding.area import get_area
from tile_cache.seeding.walking import tiles_with_features
from tile_cache.seeding.wanted import Wanted
from tile_cache.tilejson import declared_attribution


@dataclass(frozen=True, slots=True)
class Licence:
    """What must be said with the rows of a layer."""

    layer: str
    attribution: str
    licence: str


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a pack says about its tiles.

    Args:
        data_time: when the data were read, UTC: every change that was committed before it is in the pack.
        revisions: of each layer at that moment.
        bounds: west, south, east, north in degrees of the area that was asked for.
    """

    layers: tuple[LayerSpec, ...]
    data_time: datetime.datetime
    revisions: Mapping[str, int]
    bounds: Bounds
    licences: tuple[Licence, ...]


class Stopped(Exception):  # noqa: N818 - not an error
    """Somebody wants the work to end."""


def layers_of(wanted: Wanted) -> tuple[LayerSpec, ...]:
    """The public layers of a pack, each once, in the order in which a tile holds them."""
    return tuple({layer.name: layer for tileset in wanted.tilesets() for layer in tileset.layers}.values())


def collect(
    wanted: Wanted, spool: Spool, on_done: Callable[[int, int], None], is_stopped: Callable[[], bool]
) -> Contents:
    """Render every tile of every layer into the spool.

    Args:
        on_done: told how many tiles are done, of how many.

    Raises:
        Stopped: after the tile in hand.
        Problem: 400 where there are too many tiles, or none that holds anything.
    """
    layers = layers_of(wanted)
    with one_moment() as moment:
        contents = Contents(
            layers,
            moment,
            revisions_of(layer.name for layer in layers),
            get_area(wanted.area).bounds,
            tuple(licence for layer in layers for licence in _licences(layer)),
        )
        work = list(_work(wanted))
        if not work:
            raise Problem(400, "nothing to pack", "no layer has features in this area", parameter="area")
        for done, (layer, tile) in enumerate(work, 1):
            if is_stopped():
                raise Stopped
            spool.add(layer.name, tile, render_afresh(layer, tile))
            on_done(done, len(work))
    return contents


def render_afresh(layer: LayerSpec, tile: Tile) -> bytes:
    """A layer's part of a tile as everybody may see it, from the rows themselves; empty where nothing is there."""
    return thinning.render_within((layer,), tile, Audience.PUBLIC, lambda query: bytes(next(rows(query))[0]))


@contextlib.contextmanager
def one_moment() -> Iterator[datetime.datetime]:
    """All that is read within is as it was at the moment that is given."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # The snapshot is taken by this statement, after the time that it tells.
        cursor.execute("SELECT statement_timestamp()")
        yield cursor.fetchone()[0].astimezone(datetime.UTC)


def _work(wanted: Wanted) -> Iterator[tuple[LayerSpec, Tile]]:
    area = get_area(wanted.area)
    for layer in layers_of(wanted):
        if zooms := wanted.zooms_of((layer,)):
            yield from ((layer, tile) for tile in tiles_with_features((layer,), area, zooms))


def _licences(layer: LayerSpec) -> Iterator[Licence]:
    """The lines of the sources of the rows that everybody may see, and the declared line for rows without a source."""
    query = Query(f"SELECT DISTINCT s.attribution, s.licence FROM {quoted(layer.table)} t")
    query += Query(" LEFT JOIN layers_source s ON s.key = t.source WHERE TRUE")
    for attribution, licence in rows(query + row_condition(layer, Audience.PUBLIC) + Query(" ORDER BY 1, 2")):
        if attribution:
            yield Licence(layer.name, attribution, licence)
        else:
            yield Licence(layer.name, declared_attribution(layer, "ja"), layer.open_data.licence)
