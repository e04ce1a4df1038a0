"""What the vector tiles of a layer hold at which zoom, as a layer declares it, and what holds where it says nothing.

Zooms are those of 512-pixel tiles, pixels those of such a tile. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from layers.spec import Field, LayerSpec

LAST_ZOOM: Final = 16
"""From here on every tile holds all there is, whatever is declared: clients enlarge tiles of this zoom."""

LABEL_ZOOM: Final = 13
"""The name that a style writes beside a feature is carried from here on."""

POINTS_APART_ZOOM: Final = 13
"""Points stand for themselves from here on."""

SMALLEST_AREA_PX: Final = 2.0
SMALLEST_LINE_PX: Final = 1.0

COUNT, SHARE = "count", "share"
"""Properties of a gathered feature: of how many it is made, and which part of them has the code that it carries."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a layer becomes less where its features would not be seen one by one. None means what fits its geometry.

    Args:
        detail_zoom: from here on tiles carry every field and shapes as they are stored; `LAST_ZOOM` at most.
        fields: first zoom of single fields, whatever `detail_zoom` says (``{"name": 13, "address": 16}``).
        gather_below: points below this zoom are gathered into cells; 0 means never.
        gather_by: field whose commonest code a gathered feature carries; None means what the style colours by, or
            the kind of a feature.
        smallest_px: shapes smaller than so many pixels (a line's length, the side of a square as large as an area)
            are left out below `detail_zoom`; 0 keeps every one, and draws it however small.
        first: fields by which features stay where a tile would be too large, the most important first; ``-`` before
            a name means the largest value first. Then the largest shapes stay, of points an even choice.
    """

    detail_zoom: int = LAST_ZOOM
    fields: Mapping[str, int] = field(default_factory=dict)
    gather_below: int | None = None
    gather_by: str | None = None
    smallest_px: float | None = None
    first: tuple[str, ...] = ()


def is_gathered(layer: LayerSpec, zoom: int) -> bool:
    """Whether tiles of this zoom hold cells of the layer instead of each of its points."""
    return zoom < gathered_below(layer)


def gathered_below(layer: LayerSpec) -> int:
    """The zoom from which points stand for themselves; 0 where they always do.

    Names (``kind="label"``), what is no point, and layers with fields of their own named like a gathered feature's
    are not gathered unless they say so.
    """
    declared = layer.tiling.gather_below
    if declared is not None:
        return declared if declared > layer.zooms[0] else 0
    has_own = any(one.name in {COUNT, SHARE} for one in layer.fields)
    if layer.geometry_type != "Point" or layer.style.kind == "label" or has_own:
        return 0
    return POINTS_APART_ZOOM if layer.zooms[0] < POINTS_APART_ZOOM else 0


def gathered_by(layer: LayerSpec) -> str | None:
    """The field whose commonest code a gathered feature carries; None where features do not differ by code."""
    return layer.tiling.gather_by or layer.style.by or layer.kind_field


def smallest_px(layer: LayerSpec) -> float:
    """Below this size a shape is left out where it is not looked at closely; points have none."""
    if layer.tiling.smallest_px is not None:
        return layer.tiling.smallest_px
    if layer.geometry_type in {"Polygon", "MultiPolygon"}:
        return SMALLEST_AREA_PX
    return 0.0 if layer.geometry_type in {"Point", "MultiPoint"} else SMALLEST_LINE_PX


def first_zoom_of(layer: LayerSpec, one: Field) -> int:
    """The zoom from which tiles carry a field: codes always, the name from `LABEL_ZOOM`, the rest in detail."""
    declared = layer.tiling.fields.get(one.name)
    if declared is not None:
        return declared
    if one.codes or one.name in {layer.style.by, gathered_by(layer)}:
        return 0
    if one.name == layer.style.label:
        return 0 if layer.style.kind == "label" else min(LABEL_ZOOM, layer.tiling.detail_zoom)
    return layer.tiling.detail_zoom


def has_label_points(layer: LayerSpec) -> bool:
    """Whether names are written once at a point of each feature, as on areas: neither along a line nor at a symbol."""
    return layer.style.kind == "fill" and layer.style.label is not None


def labels_name(layer: LayerSpec) -> str:
    """The name, within a tile, of the layer's points for names."""
    return f"{layer.name}{LABELS_SUFFIX}"


LABELS_SUFFIX: Final = "-labels"
