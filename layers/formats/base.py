"""What a format is, and what is written in it. Values; the formats themselves have one file each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from layers.crs import CRS84, LON_LAT_SRID, Crs
from layers.reading import Selection
from layers.spec import Audience, Field, LayerSpec, Text

KEPT_BY_THE_DATABASE = frozenset({"version", "changed_at"})
"""How often and when a row changed in this database: true here only, so no file carries a whole layer with them.

Whoever selects features selects their fields too, and gets these as well."""

DEGREE_DIGITS = 15
"""Decimals that give back every double between -180 and 180 as it was; the shortest such text is written."""

METRE_DIGITS = 4
"""A tenth of a millimetre: finer than any transformation between reference systems."""


class UnwritableError(Exception):
    """The features cannot be written in this format or to this place; one line says why."""


def _silent(rows: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Export:
    """Which features go out, and how.

    Args:
        audience: decides the fields and the rows; what it may not see is in no query and so in no file.
        srid: EPSG code of the coordinates. x is longitude or easting in every format but JSON-FG.
        on_rows: told now and then how many features have been read.
        wanted: which features, in which order, with which fields; None for the whole layer.
    """

    layer: LayerSpec
    audience: Audience
    srid: int = LON_LAT_SRID
    on_rows: Callable[[int], None] = field(default=_silent, compare=False)
    wanted: Selection | None = None

    @classmethod
    def of(cls, selection: Selection, srid: int) -> Export:
        """The selected features; `srid` is the EPSG code of the system in which the selection wants them."""
        return cls(selection.layer, selection.audience, srid, wanted=selection)

    @property
    def selection(self) -> Selection:
        """Which features: all that the audience may see, where nothing was selected."""
        return self.wanted or Selection(self.layer, self.audience)

    @property
    def fields(self) -> tuple[Field, ...]:
        """The layer's fields that go into the file, in the order of their declaration."""
        if self.wanted is not None:
            return self.wanted.form.fields(self.layer, self.audience)
        return exchanged_fields(self.layer, self.audience)

    @property
    def has_geometry(self) -> bool:
        return self.selection.form.has_geometry

    @property
    def crs(self) -> Crs:
        """The system that was selected, with its order of axes and its domain."""
        return CRS84 if self.wanted is None else self.wanted.form.crs

    @property
    def is_lon_lat(self) -> bool:
        return is_degrees(self.srid)

    @property
    def digits(self) -> int:
        return DEGREE_DIGITS if self.is_lon_lat else METRE_DIGITS


def exchanged_fields(layer: LayerSpec, audience: Audience) -> tuple[Field, ...]:
    """What files carry of a layer: the fields that the audience may read, but for the database's own counters."""
    return tuple(known for known in layer.fields_for(audience) if known.name not in KEPT_BY_THE_DATABASE)


def is_degrees(srid: int) -> bool:
    """Whether coordinates are degrees: WGS 84 or JGD2011; all others are metres."""
    return srid in {LON_LAT_SRID, 6668}


Write = Callable[[Export, Path], None]
Chunks = Callable[[Export], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Format:
    """One file format.

    Args:
        extensions: how its files' names end, without the leading dot, the usual one first.
        axis_order: what comes first in a position.
        lacks: what it cannot hold, or nothing.
        write: writes a file; memory stays bounded whatever the number of features.
        chunks: the same as bytes one after the other, where a format can be written without seeking back.
        is_lon_lat_only: it knows no coordinates but degrees on WGS 84.
    """

    name: str
    title: Text
    media_type: str
    extensions: tuple[str, ...]
    axis_order: Text
    write: Write
    chunks: Chunks | None = None
    lacks: Text | None = None
    is_lon_lat_only: bool = False

    @property
    def extension(self) -> str:
        return self.extensions[0]


X_FIRST = Text("経度（東）が先", "longitude (easting) first")


def written_by(chunks: Chunks) -> Write:
    """Writing a file, for a format that comes as chunks."""

    def write(export: Export, path: Path) -> None:
        with path.open("wb") as file:
            file.writelines(chunks(export))

    return write
