"""Out of PostGIS into arrays, in one statement.

Numbers come as the concatenated network-byte-order values of a whole column and shapes as concatenated WKB, so
that tens of thousands of links cost a few large values instead of a million small ones.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from django.db import connection

from gis_server.navigation.geodesy import ELLIPSOID
from gis_server.navigation.graph import (
    CodeArray,
    FloatArray,
    IntArray,
    LinkTable,
    Network,
    build_network,
)
from layers import registry

CODES: Final = (
    "structure",
    "route_type",
    "direction",
    "width_code",
    "slope_code",
    "step_code",
    "signal",
    "elevator_kind",
    "handrail",
    "tactile_paving",
)
MEASURES: Final = ("length_m", "width_min_m", "slope_max_percent", "step_max_cm", "step_count")
TEXTS: Final = ("id", "start_id", "end_id", "name", "surface", "source")
_WKB_HEADER_BYTES: Final = 9


def links_table() -> str:
    """Quoted name of the table that holds the walking links."""
    return str(connection.ops.quote_name(registry.get("pedestrian-links").table))


def network_sql(table: str) -> str:
    """The statement that reads the whole network as one row (`table` is quoted already)."""
    quoted = connection.ops.quote_name
    columns = [
        *(f"array_agg({quoted(name)})" for name in TEXTS),
        *(f"string_agg(int2send({quoted(name)}::int2), ''::bytea)" for name in CODES),
        *(f"string_agg(float8send(coalesce({quoted(name)}::float8, 'NaN')), ''::bytea)" for name in MEASURES),
        "string_agg(int4send(ST_NPoints(geometry)), ''::bytea)",
        "string_agg(ST_AsBinary(geometry, 'NDR'), ''::bytea)",
    ]
    return (
        f"SELECT {', '.join(columns)} FROM (SELECT * FROM {table} WHERE NOT ST_IsEmpty(geometry) ORDER BY id) AS link"
    )


def load_network() -> Network | None:
    """The walking network as it is committed now; None when the city has none."""
    with connection.cursor() as cursor:
        cursor.execute(network_sql(links_table()))
        row = cursor.fetchone()
    return None if row[0] is None else _network(row)


def load_attributions() -> dict[str, str]:
    """By source: the line that it asks to be shown with whatever is made from its links."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, attribution FROM layers_source")
        return dict(cursor.fetchall())


def _network(row: tuple[Any, ...]) -> Network:
    texts = dict(zip(TEXTS, row, strict=False))
    codes: dict[str, Any] = {name: _codes(value) for name, value in zip(CODES, row[len(TEXTS) :], strict=False)}
    rest = row[len(TEXTS) + len(CODES) :]
    measures: dict[str, Any] = {name: _floats(value) for name, value in zip(MEASURES, rest, strict=False)}
    offsets = np.concatenate([[0], np.cumsum(np.frombuffer(rest[-2], dtype=">i4").astype(np.int64))])
    coordinates = _coordinates(bytes(rest[-1]), offsets)
    measures["length_m"] = _sound_lengths(measures["length_m"], coordinates, offsets)
    attributes: dict[str, Any] = {name: tuple(texts[name]) for name in ("id", "name", "surface", "source")}
    links = LinkTable(**attributes, **codes, **measures)
    return build_network(links, texts["start_id"], texts["end_id"], coordinates, offsets)


def _sound_lengths(length_m: FloatArray, coordinates: FloatArray, offsets: IntArray) -> FloatArray:
    """The stated lengths; where one is negative or no number, the length of the shape."""
    sound = length_m.copy()
    for link in np.flatnonzero(~np.isfinite(length_m) | (length_m < 0)):
        shape = coordinates[offsets[link] : offsets[link + 1]]
        sound[link] = ELLIPSOID.line_length(shape[:, 0], shape[:, 1])
    return sound


def _codes(value: bytes) -> CodeArray:
    return np.frombuffer(value, dtype=">i2").astype(np.int16)


def _floats(value: bytes) -> FloatArray:
    return np.frombuffer(value, dtype=">f8").astype(np.float64)


def _coordinates(wkb: bytes, offsets: IntArray) -> FloatArray:
    """The vertices of concatenated little-endian WKB lines: each a header of nine bytes and its doubles."""
    octets = np.frombuffer(wkb, dtype=np.uint8)
    lines = np.arange(len(offsets) - 1)
    headers = lines * _WKB_HEADER_BYTES + offsets[:-1] * 16
    is_header = np.zeros(len(octets), dtype=bool)
    is_header[(headers[:, None] + np.arange(_WKB_HEADER_BYTES)).ravel()] = True
    return octets[~is_header].view("<f8").astype(np.float64).reshape(-1, 2)
