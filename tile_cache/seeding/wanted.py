"""What somebody wants to have seeded or packed, as one value that is checked and can be kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from layers.problems import Problem
from layers.spec import Audience, LayerSpec
from tile_cache import tilejson, tilesets
from tile_cache.grid import MAX_ZOOM
from tile_cache.seeding.area import CITY, get_area
from tile_cache.tilesets import Tileset

_ZOOMS = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tiles. Build it with `wanted`, which checks it.

    Args:
        names: of tilesets; empty means every public one.
        zooms: None means those that a tileset's TileJSON offers.
        area: as `area.get_area` reads it.
        maps: the pictures of MapProxy as well.
    """

    names: tuple[str, ...] = ()
    zooms: range | None = None
    area: str = CITY
    maps: bool = False

    def document(self) -> dict[str, Any]:
        """The same as JSON."""
        zooms = None if self.zooms is None else [self.zooms[0], self.zooms[-1]]
        return {"names": list(self.names), "zooms": zooms, "area": self.area, "maps": self.maps}

    def tilesets(self) -> list[Tileset]:
        """The public tilesets that are meant, each once.

        Raises:
            Problem: 404 for a layer that everybody may not see, or that does not exist.
        """
        if not self.names:
            return list(tilesets.every(Audience.PUBLIC))
        return [tilesets.get(name, Audience.PUBLIC) for name in dict.fromkeys(self.names)]

    def zooms_of(self, layers: tuple[LayerSpec, ...]) -> range:
        """The zooms of a tileset's layers that are wanted; an empty range where they have none of them."""
        first, last = tilejson.zooms(layers)
        if self.zooms is None:
            return range(first, last + 1)
        end = max(layer.zooms.stop for layer in layers)
        return range(max(first, self.zooms.start), min(end, self.zooms.stop))


def wanted(names: Iterable[str] = (), zooms: range | None = None, area: str = CITY, *, maps: bool = False) -> Wanted:
    """What is asked for, checked.

    Raises:
        Problem: 400 or 404, naming the parameter and what would be right.
    """
    asked = Wanted(tuple(names), zooms, area, maps)
    get_area(area)
    if not any(asked.zooms_of(tileset.layers) for tileset in asked.tilesets()):
        detail = f"none of these tilesets has tiles at zooms {zooms[0]} to {zooms[-1]}" if zooms else "no zooms"
        raise Problem(400, "no such zooms", detail, parameter="zooms")
    return asked


def from_document(document: Mapping[str, Any]) -> Wanted:
    """The value of a kept document, checked once more: a layer may have gone since.

    >>> from_document(Wanted(("base",), range(8, 17)).document()).zooms
    range(8, 17)
    """
    zooms = document.get("zooms")
    return Wanted(
        tuple(document.get("names", ())),
        None if zooms is None else range(zooms[0], zooms[1] + 1),
        document.get("area", CITY),
        bool(document.get("maps", False)),
    )


def get_zooms(text: str) -> range:
    """Zooms as people write them.

    >>> get_zooms("8-16"), get_zooms("14")
    (range(8, 17), range(14, 15))

    Raises:
        Problem: 400 where the text is none.
    """
    match = _ZOOMS.fullmatch(text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if not first <= last <= MAX_ZOOM:
        detail = f"{text!r:.40} is no zoom (as 14) and no span of zooms (as 8-16) from 0 to {MAX_ZOOM}"
        raise Problem(400, "invalid zooms", detail, parameter="zooms")
    return range(first, last + 1)
