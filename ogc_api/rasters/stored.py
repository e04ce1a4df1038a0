"""The stored rasters as collections: their ids, and what their bands are called. Read from the database each time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import numpy as np

from layers.problems import Problem
from layers.raster import KINDS, Raster
from layers.raster_cells import Facts, facts_of
from layers.spec import Text

PREFIX: Final = "raster."
"""Names of layers have no full stop, so no layer is ever called so."""

_UCUM: Final = frozenset({"m", "cm", "mm", "km", "%", "deg", "s", "min", "h", "d", "m/s", "m2", "m3", "Cel", "K", "1"})
_VALUE: Final = Text("値", "Value")


@dataclass(frozen=True, slots=True)
class Band:
    """A field of a coverage: the band's name in addresses, its number from 1, and what it is.

    Args:
        unit: as the raster's owner says it; empty where nobody does.
        type: of numpy, as ``float32``.
    """

    name: str
    number: int
    title: Text
    unit: str
    type: str

    @property
    def is_ucum(self) -> bool:
        return self.unit in _UCUM

    @property
    def is_whole(self) -> bool:
        return np.dtype(self.type).kind in "iu"


@dataclass(frozen=True, slots=True)
class Stored:
    """A raster that is there, with what its file says."""

    raster: Raster
    facts: Facts

    @property
    def id(self) -> str:
        return f"{PREFIX}{self.raster.key}"

    @property
    def bands(self) -> tuple[Band, ...]:
        """The first band is what the raster is about; nothing says what further ones mean."""
        types = self.facts.types
        title = KINDS[self.raster.kind] if self.raster.kind != "other" else _VALUE
        name = self.raster.kind if self.raster.kind != "other" else "value"
        others = (
            Band(f"band_{number}", number, Text(f"バンド{number}", f"Band {number}"), "", types[number - 1])
            for number in range(2, len(types) + 1)
        )
        return (Band(name, 1, title, self.raster.unit, types[0]), *others)

    @property
    def state(self) -> str:
        """Changes with the file and with everything that is said of it."""
        raster = self.raster
        said = (raster.file_name, raster.sha256, raster.title, raster.kind, raster.unit, raster.vertical_datum)
        parts = "\0".join((*said, raster.attribution, raster.licence))
        return hashlib.sha256(parts.encode()).hexdigest()[:32]

    def url(self, base_url: str) -> str:
        return f"{base_url}/collections/{quote(self.id)}"


def every() -> Iterator[Stored]:
    """All rasters whose file is there, in the order of their keys."""
    for raster in Raster.objects.order_by("key"):
        stored = _with_facts(raster)
        if stored is not None:
            yield stored


def get(collection: str) -> Stored:
    """The raster of a collection's address.

    Raises:
        Problem: 404, naming those that there are.
    """
    raster = Raster.objects.filter(key=collection.removeprefix(PREFIX)).first() if "\0" not in collection else None
    stored = None if raster is None else _with_facts(raster)
    if stored is None:
        known = ", ".join(one.id for one in every()) or "none"
        detail = f"there is no raster {collection!r:.140}; there are: {known}"
        raise Problem(404, "unknown collection", detail, parameter="collectionId")
    return stored


def _with_facts(raster: Raster) -> Stored | None:
    try:
        return Stored(raster, facts_of(raster))
    except FileNotFoundError:
        return None  # removed a moment ago, or replaced: the row that names the new file is read by the next request
