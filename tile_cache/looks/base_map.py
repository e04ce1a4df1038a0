"""How the ground is drawn: from which zoom, how wide and in what order its kinds appear. Pure.

The kinds are the codes of the base layers' field `kind` (see `layers.catalog.basemap`). The tiles leave out
what is not drawn yet, so that a low zoom costs little; both styles use the same table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from layers.spec import LayerSpec, Text

BASE_GROUP: Final = "base"
BASE_TITLE: Final = Text("背景地図", "Base map")
GROUND_COLOUR: Final = "#f6f4ef"


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind is drawn.

    Args:
        zoom: first zoom at which it is drawn.
        width: factor on the layer's line width.
        named_from: first zoom at which its name is written.
        named_until: zoom from which its name is left out again: then it is larger than the map.
        text_px: size of its name.
        dash: lengths of dashes and gaps, in widths of the line.
        cased: whether the line has the layer's outline.
        text_colour: of its name; empty means the layer's own.
    """

    zoom: int = 0
    width: float = 1.0
    named_from: int = 16
    text_px: float = 11.0
    named_until: int | None = None
    dash: tuple[float, ...] = ()
    cased: bool = True
    text_colour: str = ""


KINDS: Final[dict[str, Kind]] = {
    "steps": Kind(15, 0.5, 18, dash=(0.5, 0.35), cased=False),
    "path": Kind(14, 0.34, 18, dash=(2.5, 1.5), cased=False),
    "service": Kind(15, 0.6, 18),
    "street": Kind(13, 1.0, 17),
    "secondary": Kind(11, 1.3, 15),
    "main": Kind(9, 1.7, 14),
    "motorway": Kind(8, 1.9, 14),
    "stream": Kind(13, 0.8, 16),
    "river": Kind(8, 1.6, 14),
    "wood": Kind(10),
    "park": Kind(11),
    "farm": Kind(12),
    "grass": Kind(13),
    "pitch": Kind(14),
    "quarter": Kind(14, named_from=14, text_px=12, text_colour="#77716a"),
    "village": Kind(12, named_from=12, text_px=13),
    "station": Kind(12, named_from=12, text_px=12.5, text_colour="#3f4a5a"),
    "town": Kind(11, named_from=11, text_px=14, named_until=16),
    "city": Kind(8, named_from=8, text_px=17, named_until=13, text_colour="#44403a"),
}
"""From the least to the most: what comes last among the lines lies on top."""


def kinds_of(layer: LayerSpec) -> dict[str, Kind]:
    """The kinds that a base layer's features can have, in drawing order; empty where it does not tell them apart."""
    if layer.group != BASE_GROUP:
        return {}
    declared = next((field.codes for field in layer.fields if field.name == "kind"), {})
    known = {code: kind for code, kind in KINDS.items() if code in declared}
    return known | {code: Kind() for code in declared if code not in known}


def kinds_at(layer: LayerSpec, zoom: int) -> tuple[str, ...] | None:
    """The kinds drawn at a zoom; None where the layer does not tell kinds apart."""
    kinds = kinds_of(layer)
    if not kinds:
        return None
    return tuple(code for code, kind in kinds.items() if kind.zoom <= zoom)
