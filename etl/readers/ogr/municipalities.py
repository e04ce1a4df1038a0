"""国土数値情報 N03 as Shapefile, GML, GeoPackage or any other GIS file: the parts of a municipality become one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import shapely

from etl.readers.base import Options
from etl.readers.ogr.opening import Inside
from etl.readers.ogr.parts import Part
from etl.readers.ogr.reference import find_reference
from etl.readers.ogr.rows import Rows, batches_of, first_rows, middles
from etl.readers.ogr.target import Choice, fits
from etl.readers.outlines import Municipality, n03_code, names_of, no_code, outlines_data_set
from etl.record import DataSet, Item, Notice, RawBatch, RawRow, Rejection, UnreadableFileError
from layers import registry

_COLUMNS = ("N03_001", "N03_003", "N03_004", "N03_007")
_NEEDED = {"N03_001", "N03_007"}
MAX_HELD_POSITIONS = 8_000_000
"""Of municipalities whose parts are not all read yet; N03 is sorted by municipality, and one has at most 200,000."""


def find_municipalities(parts: list[Part], options: Options) -> Part | None:
    """The part with the columns of N03; None where there is none, or several, or the caller wants another layer.

    One that is there in two formats under the same name, as 国土数値情報 packs it, is taken once.
    """
    layer = registry.get("boundaries")
    found = {
        part.name: part
        for part in reversed(parts)
        if set(part.columns) >= _NEEDED and fits(part.geometry_type, layer) and options.part in {"", part.name}
    }
    return next(iter(found.values())) if len(found) == 1 and options.layer in {"", "boundaries"} else None


def municipalities(part: Part, inside: Inside, options: Options) -> DataSet:
    """The outlines in `part`, read twice: first which municipality has how many parts, then the parts."""
    _, wkb = first_rows(part)
    reference = find_reference(part.crs, options.srid, middles(wkb), options.city)
    columns = {name: name for name in _COLUMNS if name in part.columns}
    choice = Choice(part, registry.get("boundaries"), columns, "the columns N03_001 … N03_007")
    counts, names = _counted(part, options)
    rows = _joined(Rows(choice, reference, "n03", ""), counts, inside, options)
    data_set = outlines_data_set(frozenset(counts), list(names.values()), rows, reference.bounds(part.bounds))
    return replace(data_set, reasons=(f"into boundaries: {choice.reason}", reference.reason, *inside.reasons))


def _counted(part: Part, options: Options) -> tuple[Counter[str], dict[str, str]]:
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    for table, _ in batches_of(part):
        kept = [name for name in _COLUMNS if name in table.schema.names]
        for properties in table.select(kept).to_pylist():
            code = n03_code(properties["N03_007"])
            if code is not None:
                counts[code] += 1
                names.setdefault(code, names_of(properties, options.city)["name"])
    return counts, names


def _joined(rows: Rows, counts: Counter[str], inside: Inside, options: Options) -> Iterator[Item]:
    try:
        for text in (*inside.notices, *rows.reference.notices):
            yield Notice("file", text)
        collected = _Collected(Counter(counts), options)
        for item in rows:
            if isinstance(item, RawBatch):
                for row in item.rows():
                    yield from collected.take(row)
            elif isinstance(item, Rejection):
                yield item
        yield from (municipality.row(code) for code, municipality in collected.found.items())
    finally:
        inside.workspace.close()


@dataclass(slots=True)
class _Collected:
    """Municipalities of which not all parts are read yet, and how many of each are left."""

    left: Counter[str]
    options: Options
    found: dict[str, Municipality] = field(default_factory=dict)
    held: int = 0

    def take(self, row: RawRow) -> Iterator[Item]:
        """A municipality, as soon as this row is its last part."""
        code = n03_code(row.values.get("N03_007"))
        if code is None:
            yield no_code(row.place, row.values)
            return
        municipality = self.found.setdefault(code, Municipality(row.place, names_of(row.values, self.options.city)))
        municipality.parts.append(row.geometry)
        self.left[code] -= 1
        self.held += _size(row.geometry)
        if self.left[code] == 0:
            self.held -= sum(map(_size, municipality.parts))
            yield self.found.pop(code).row(code)
        elif self.held > MAX_HELD_POSITIONS:
            raise UnreadableFileError("the parts of a municipality lie too far apart; sort the file by N03_007")


def _size(shape: Any) -> int:

    return int(shapely.get_num_coordinates(shape))
