"""How things stand, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from layers import reading
from layers.catalog.disaster import CLOSURES, DAMAGE_AREAS, EVACUATION_SITES
from layers.spec import Audience, LayerSpec


@dataclass(frozen=True, slots=True)
class Picture:
    """What is active now, as far as the audience may know."""

    damage_areas: int
    closures: int
    open_sites: int


def picture(audience: Audience) -> Picture:
    return Picture(
        damage_areas=_count(audience, DAMAGE_AREAS, status="active"),
        closures=_count(audience, CLOSURES, status="active"),
        open_sites=_count(audience, EVACUATION_SITES, opening_status="open"),
    )


def _count(audience: Audience, layer: LayerSpec, **equals: str) -> int:
    selection = reading.select(layer, audience, equals=equals)
    (row,) = reading.rows(reading.count_query(selection))
    return int(row[0])
