"""TileJSON 3.0 of a tileset (github.com/mapbox/tilejson-spec, 3.0.0)."""

from __future__ import annotations

import html
from typing import Any

from django.conf import settings

from layers.changes import revisions_of
from layers.reading import Query, quoted, rows
from layers.spec import LayerSpec
from tile_cache import vector
from tile_cache.base_map import BASE_GROUP
from tile_cache.tilesets import Tileset

LAST_TILE_ZOOM = 16
"""Clients enlarge tiles of this zoom beyond it: a unit of such a tile is 15 cm at a city's latitude."""

WORLD = [-180.0, -85.051129, 180.0, 85.051129]
"""Bounds of every tileset: a feature may be entered anywhere at any time, and a client asks nowhere else."""


def document(tileset: Tileset, root_url: str, language: str = "ja") -> dict[str, Any]:
    """The TileJSON document.

    Args:
        root_url: absolute address of ``/tiles/``, with the slash.
    """
    layers = tileset.layers
    revisions = revisions_of(layer.name for layer in layers)
    first, last = zooms(layers)
    lon, lat = settings.CITY.centre
    return {
        "tilejson": "3.0.0",
        "name": title(tileset, language),
        "scheme": "xyz",
        "tiles": [f"{root_url}{tileset.name}/{{z}}/{{x}}/{{y}}.mvt"],
        "minzoom": first,
        "maxzoom": last,
        "bounds": WORLD,
        "center": [round(lon, 5), round(lat, 5), min(max(first, 13), last)],
        "attribution": "<br>".join(html.escape(line) for line in attributions(layers, language)),
        "vector_layers": [_vector_layer(layer, tileset, language) for layer in layers],
        "revision": sum(revisions.values()),
        "revisions": revisions,
    }


def zooms(layers: tuple[LayerSpec, ...]) -> tuple[int, int]:
    """First and last zoom of which tiles are worth asking for."""
    first = min(layer.zooms[0] for layer in layers)
    last = max(min(layer.zooms[-1], LAST_TILE_ZOOM) for layer in layers)
    return first, max(first, last)


def title(tileset: Tileset, language: str) -> str:
    names = []
    for part in tileset.parts:
        if part.name == BASE_GROUP:
            names.append("Base map" if language.startswith("en") else "背景地図")
        else:
            names.append(part.layers[0].title.in_language(language))
    return (", " if language.startswith("en") else "・").join(names)


def attributions(layers: tuple[LayerSpec, ...], language: str) -> list[str]:
    """What must be shown with the layers: the lines of their rows' sources, and the declared line for rows without."""
    lines: dict[str, None] = {}
    for layer in layers:
        lines.update(dict.fromkeys(_layer_attributions(layer, language)))
    return list(lines)


def _layer_attributions(layer: LayerSpec, language: str) -> list[str]:
    query = Query(
        f"SELECT DISTINCT s.attribution FROM (SELECT DISTINCT source FROM {quoted(layer.table)}) t"
        " LEFT JOIN layers_source s ON s.key = t.source ORDER BY 1"
    )
    found = [line for (line,) in rows(query)]
    sourced = [line for line in found if line]
    return sourced if sourced and None not in found else [_declared(layer, language), *sourced]


def _declared(layer: LayerSpec, language: str) -> str:
    return (layer.open_data.attribution or settings.CITY.name).in_language(language)


def _vector_layer(layer: LayerSpec, tileset: Tileset, language: str) -> dict[str, Any]:
    fields = vector.fields_at(layer, tileset.audience, vector.DETAIL_ZOOM)
    return {
        "id": layer.name,
        "description": layer.title.in_language(language),
        "minzoom": layer.zooms[0],
        "maxzoom": max(layer.zooms[0], min(layer.zooms[-1], LAST_TILE_ZOOM)),
        "fields": {"id": "feature id"} | {field.name: field.title.in_language(language) for field in fields},
    }
