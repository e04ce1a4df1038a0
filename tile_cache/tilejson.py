"""TileJSON 3.0 of a tileset (github.com/mapbox/tilejson-spec, 3.0.0)."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.conf import settings
from django.db import Error

from layers import database, tiling
from layers.query import quoted
from layers.spec import Field, LayerSpec, Text
from tile_cache.content import label_points, thinning, vector
from tile_cache.keeping.memory import TrueMemory
from tile_cache.keeping.truth import EVERYWHERE, Ground, stamps_of
from tile_cache.keeping.watch import WATCH
from tile_cache.looks.base_map import BASE_GROUP
from tile_cache.revisions import Revision
from tile_cache.tilesets import Tileset

LAST_TILE_ZOOM = 16
"""Clients enlarge tiles of this zoom beyond it: a unit of such a tile is 15 cm at a city's latitude."""

WORLD = [-180.0, -85.051129, 180.0, 85.051129]
"""Bounds of every tileset: a feature may be entered anywhere at any time, and a client asks nowhere else."""


def document(tileset: Tileset, root_url: str, language: str = "ja", revision: Revision | None = None) -> dict[str, Any]:
    """The TileJSON document.

    Args:
        root_url: absolute address of ``/tiles/``, with the slash.
        revision: put into the tiles' address, so that they may be kept for ever; None for the address that revalidates.
    """
    layers = tileset.layers
    first, last = zooms(layers)
    state = "" if revision is None else f"{revision}/"
    lon, lat = settings.CITY.centre
    return {
        "tilejson": "3.0.0",
        "name": title(tileset, language),
        "scheme": "xyz",
        "tiles": [f"{root_url}{tileset.name}/{state}{{z}}/{{x}}/{{y}}.mvt"],
        "minzoom": first,
        "maxzoom": last,
        "bounds": WORLD,
        "center": [round(lon, 5), round(lat, 5), min(max(first, 13), last)],
        "attribution": "<br>".join(html.escape(line) for line in attributions(layers, language)),
        "vector_layers": [each for layer in layers for each in _vector_layers(layer, tileset, language)],
        "max_tile_bytes": thinning.MAX_BYTES,
        "revalidating": [f"{root_url}{tileset.name}/{{z}}/{{x}}/{{y}}.mvt"],
        **({} if revision is None else {"revision": revision.number}),
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
    declared = declared_attribution(layer, language)
    try:
        sources = _sources_of(layer)
        found = [line for (line,) in database.fetch(_LINES, [list(sources)])]
    except Error:
        return [declared]  # the database is away: what is declared holds all the same
    sourced = [line for line in found if line]
    return sourced if sourced and None not in found else [declared, *sourced]


_LINES: Final = """
SELECT DISTINCT s.attribution FROM unnest(%s::text[]) t(source) LEFT JOIN layers_source s ON s.key = t.source
 ORDER BY 1"""
_sources: Final[TrueMemory[str, tuple[str, ...]]] = TrueMemory(1_000_000)
WATCH.follow_with(_sources)


def _sources_of(layer: LayerSpec) -> tuple[str, ...]:
    """The sources that a layer's rows name: all rows are looked through, once a revision."""
    found = _sources.find(layer.name) if WATCH.look(settings.TILE_LOOK_SECONDS) else None
    if found is None:
        ground = Ground(stamps_of([layer.name]), EVERYWHERE)
        found = tuple(key for (key,) in database.fetch(f"SELECT DISTINCT source FROM {quoted(layer.table)}"))
        _sources.keep(layer.name, found, sum(map(len, found)), ground)
    return found


def declared_attribution(layer: LayerSpec, language: str) -> str:
    """The line of a layer whose rows name no source."""
    return (layer.open_data.attribution or settings.CITY.name).in_language(language)


def _vector_layers(layer: LayerSpec, tileset: Tileset, language: str) -> Iterator[dict[str, Any]]:
    """The layer itself and, where names are written at points of their own, those points."""
    fields = vector.fields_at(layer, tileset.audience, vector.DETAIL_ZOOM)
    last = max(layer.zooms[0], min(layer.zooms[-1], LAST_TILE_ZOOM))
    described: dict[str, Any] = {
        "id": layer.name,
        "description": layer.title.in_language(language),
        "minzoom": layer.zooms[0],
        "maxzoom": last,
        "fields": _titles(fields, language),
    }
    if tiling.gathered_below(layer):
        described["gathered_below"] = tiling.gathered_below(layer)
        described["fields"] |= _gathered_titles(language)
    yield described
    if vector.has_labels(layer, tileset.audience, vector.DETAIL_ZOOM):
        zooms = range(layer.zooms[0], last + 1)
        yield described | {
            "id": tiling.labels_name(layer),
            "minzoom": next(zoom for zoom in zooms if vector.has_labels(layer, tileset.audience, zoom)),
            "fields": _titles(label_points.label_fields(layer, fields), language),
        }


def _titles(fields: Iterable[Field], language: str) -> dict[str, str]:
    return {"id": "feature id"} | {field.name: field.title.in_language(language) for field in fields}


def _gathered_titles(language: str) -> dict[str, str]:
    titles = {
        tiling.COUNT: Text("まとめた地物の数", "Number of features that are gathered"),
        tiling.SHARE: Text("最も多い種別の割合", "Share of the commonest kind"),
    }
    return {name: title.in_language(language) for name, title in titles.items()}
