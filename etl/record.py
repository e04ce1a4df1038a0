"""What flows through an import: raw rows in, records out, and what happened to the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import shapely

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
class RawBatch:
    """Many features of one layer, column by column, from a reader that finds them so. All columns are equally long.

    Args:
        places: where each row stands in the file (strings).
        ids: stable ids within the layer (strings; null where a row has none).
        columns: the publisher's column (or the layer's field) -> values of any Arrow type.
        wkb: geometries as well-known binary, x = longitude, degrees; null where a row has none.
        city_codes: six-digit codes (strings, "" for none); None where no row has one.
    """

    layer: str
    places: pa.Array
    ids: pa.Array
    columns: Mapping[str, pa.Array]
    wkb: pa.Array
    city_codes: pa.Array | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, chosen: Iterable[int] | None = None) -> Iterator[RawRow]:
        """The features one by one: all of them, or those with these indices."""
        names = list(self.columns)
        for index in range(len(self)) if chosen is None else chosen:
            wkb = self.wkb[index].as_py()
            yield RawRow(
                self.places[index].as_py(),
                self.layer,
                self.ids[index].as_py() or "",
                {name: self.columns[name][index].as_py() for name in names},
                _from_wkb(wkb),
                (self.city_codes[index].as_py() or "") if self.city_codes is not None else "",
            )


def _from_wkb(wkb: bytes | None) -> Any:
    """A shapely geometry; None where there is none, or none that can be read."""
    return None if wkb is None else shapely.from_wkb(wkb, on_invalid="ignore")


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
class CheckedBatch:
    """Features that their layer can take, column by column; see `Record`.

    Args:
        columns: field -> values of its type.
        wkb: sound geometries in EPSG:4326, x = longitude, as well-known binary.
    """

    layer: str
    places: pa.Array
    ids: pa.Array
    city_codes: pa.Array
    columns: Mapping[str, pa.Array]
    wkb: pa.Array

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Repair:
    """A value that was put right on the way in."""

    place: str
    field: str
    before: Any
    after: Any
    why: str
    layer: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that stays outside: which value is at fault, why, and what would be right.

    Args:
        wkb: a point that shows where the row lies, in EPSG:4326, where that is known.
    """

    place: str
    field: str
    value: Any
    reason: str
    expected: str = ""
    layer: str = ""
    id: str = ""
    wkb: bytes | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a row or the file that its owner should know, though nothing was changed for it."""

    place: str
    text: str


Item = RawRow | RawBatch | Record | Notice | Rejection | Repair
"""What a reader may yield; records, which are checked already, only of files that we have exported."""

Checked = Record | CheckedBatch | Notice | Rejection | Repair
"""What validation yields."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """A file, opened by its reader.

    Args:
        source: key, title, attribution and licence of the rows.
        columns: for each layer that the file fills, the fields that it fills there. Staff's own columns
            (opening status, notes …) are never among them, so that an import leaves them alone.
        rows: read as they are asked for; a reader never holds the whole file where its format can be streamed. Those of
            our own exports come as records, checked already.
        city_codes: municipalities that the contents name themselves, where they do.
        kind: what the file is, in words for its owner.
        bounds: west, south, east, north of the rows in degrees, where that is known before reading them.
        sources: data sets that the rows name themselves; those not known yet are written down.
        cross_checks: run after the merge, given the source's key; what they notice is reported.
        reasons: how encoding, reference system, layer and the like were found, each in one line for the owner.
        mapping: for each layer, the publisher's columns that are taken -> field; for the owner to check.
        unused: the publisher's columns that no layer takes.
        row_count: how many rows there are, where that is known before reading them; for the progress bar.
    """

    source: Source
    columns: Mapping[str, tuple[str, ...]]
    rows: Iterator[Item]
    kind: str
    city_codes: frozenset[str] = frozenset()
    bounds: tuple[float, float, float, float] | None = None
    cross_checks: tuple[Callable[[str], Iterable[Notice]], ...] = ()
    sources: tuple[Source, ...] = ()
    reasons: tuple[str, ...] = ()
    mapping: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    row_count: int | None = None


class UnreadableFileError(Exception):
    """The file as a whole cannot be imported; the message names what is wrong and where, in one line."""


class NothingUsableError(UnreadableFileError):
    """No row at all is usable: an import that would only remove rows is a mistake."""


class UndecidedError(UnreadableFileError):
    """The file is readable, but only its owner can say which layer its rows belong to.

    Args:
        message: what was found, in one line.
        layers: names of layers that would fit, the likeliest first; empty where none is likelier than another.
    """

    def __init__(self, message: str, layers: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.layers = layers
