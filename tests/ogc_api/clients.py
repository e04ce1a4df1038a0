"""What the database holds, to be compared with what clients of other houses read."""

from __future__ import annotations

import json
from typing import Any

import shapely

from layers import registry
from layers.spec import Audience, LayerSpec
from tests.running import RunningCity

PAGE = 7
"""Features of one page: small, so that there are many."""


def public_layers() -> list[LayerSpec]:
    return list(registry.visible_to(Audience.PUBLIC))


def stored(city: RunningCity, layer: LayerSpec, condition: str = "TRUE") -> dict[str, Any]:
    """Id and geometry of each feature that the public may see, past the application."""
    if layer.rows is not None:
        listed = ", ".join(f"'{value}'" for value in layer.rows.values)
        condition = f"({condition}) AND {layer.rows.field} IN ({listed})"
    rows = city.rows(f'SELECT id, ST_AsBinary(geometry) FROM "{layer.table}" WHERE {condition}')
    return {feature_id: shapely.from_wkb(wkb) for feature_id, wkb in rows}


def shape(geometry: dict[str, Any]) -> Any:
    return shapely.from_geojson(json.dumps(geometry))


def assert_same(read: list[tuple[str, Any]], expected: dict[str, Any]) -> None:
    """Every feature exactly once, each where it is, to the millimetre."""
    ids = [feature_id for feature_id, _ in read]
    assert len(ids) == len(set(ids)), "a feature was read twice"
    assert set(ids) == set(expected)
    for feature_id, geometry in read:
        assert shapely.equals_exact(
            shapely.normalize(geometry), shapely.normalize(expected[feature_id]), tolerance=2e-8
        ), feature_id
