"""What flows through an import: raw rows in, records out, and what happened to the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from layers.feature import Source


@dataclass(frozen=True, slots=True)
class RawRow:
    """One feature as its reader found it.

    Args:
        place: where it stands in the file, in words that its publisher understands ("3", "way 4711").
        layer: name of the layer it belongs to.
        id: stable id within the layer.
        values: the publisher's column (or the layer's field) -> value.
        geometry: a GeoJSON geometry, a shapely geometry, or None; x = longitude, degrees.
    """

    place: str
    layer: str
    id: str
    values: Mapping[str, Any]
    geometry: Any
    city_code: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A feature that its layer can take: every value of its column's type, the geometry sound, as WKB."""

    place: str
    layer: str
    id: str
    city_code: str
    values: Mapping[str, Any]
    wkb: bytes


@dataclass(frozen=True, slots=True)
class Repair:
    """A value that was put right on the way in."""

    place: str
    field: str
    before: Any
    after: Any
    why: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that stays outside: which value is at fault, why, and what would be right."""

    place: str
    field: str
    value: Any
    reason: str
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a row or the file that its owner should know, though nothing was changed for it."""

    place: str
    text: str


Item = RawRow | Notice | Rejection | Repair
"""What a reader may yield."""

Checked = Record | Notice | Rejection | Repair
"""What validation yields."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """A file, opened by its reader.

    Args:
        source: key, title, attribution and licence of the rows.
        columns: for each layer that the file fills, the fields that it fills there. Staff's own columns
            (opening status, notes …) are never among them, so that an import leaves them alone.
        rows: read as they are asked for; a reader never holds the whole file where its format can be streamed.
        city_codes: municipalities that the contents name themselves, where they do.
        kind: what the file is, in words for its owner.
        bounds: west, south, east, north of the rows in degrees, where that is known before reading them.
        sources: data sets that the rows name themselves; those not known yet are written down.
        cross_checks: run after the merge, given the source's key; what they notice is reported.
    """

    source: Source
    columns: Mapping[str, tuple[str, ...]]
    rows: Iterator[Item]
    kind: str
    city_codes: frozenset[str] = frozenset()
    bounds: tuple[float, float, float, float] | None = None
    cross_checks: tuple[Callable[[str], Iterable[Notice]], ...] = ()
    sources: tuple[Source, ...] = ()


class UnreadableFileError(Exception):
    """The file as a whole cannot be imported; the message names what is wrong and where, in one line."""
