"""The registry as a configuration of MapProxy. Pure.

WMS draws each picture afresh, sharp at any scale and in any reference system; WMTS and TMS go through the store.
"""

from __future__ import annotations

from typing import Any

from layers import registry
from layers.city import City
from layers.spec import Audience, LayerSpec
from tile_cache.base_map import BASE_GROUP, GROUND_COLOUR
from tile_cache.mapnik_source import SOURCE_TYPE
from tile_cache.raster_grids import described, raster_grids

META_TILES = 4
"""Tiles a side that are drawn together, so that few names meet a picture's edge."""

LARGEST_PICTURE_PX = 4096


def build_config(city: City, store: str) -> dict[str, Any]:
    """MapProxy's configuration for all that everybody may see.

    Args:
        store: folder of stored tiles and of locks.
    """
    named = {BASE_GROUP: base_layers()} | {layer.name: (layer,) for layer in _other_layers()}
    return {
        "globals": _globals(store, city),
        "services": {
            "wms": _wms(city),
            "wmts": {"kvp": True, "restful": True, "md": {"title": _title(city)}},
            "tms": {"use_grid_names": True, "origin": "nw"},  # the origin of /maps/tiles: rows as in XYZ
        },
        "grids": {grid.name: described(grid) for grid in raster_grids(city)},
        "sources": {
            _source_name(name, enlarged): _source(name, layers, enlarged)
            for name, layers in named.items()
            for enlarged in {1.0: None} | _by_size(city)
        },
        "caches": {
            _cache_name(name, enlarged): _cache(name, enlarged, grids)
            for name in named
            for enlarged, grids in _by_size(city).items()
        },
        "layers": [_layer(name, layers, city) for name, layers in named.items()],
    }


def _by_size(city: City) -> dict[float, list[str]]:
    """The names of the grids, by how large things are drawn in them."""
    found: dict[float, list[str]] = {}
    for grid in raster_grids(city):
        found.setdefault(grid.enlarged, []).append(grid.name)
    return found


def _source_name(name: str, enlarged: float) -> str:
    return name if enlarged == 1 else f"{name}@{enlarged:g}x"


def _cache_name(name: str, enlarged: float) -> str:
    return f"{name}-tiles" if enlarged == 1 else f"{name}-tiles@{enlarged:g}x"


def _globals(store: str, city: City) -> dict[str, Any]:
    locks = f"{store}/locks"
    return {
        "cache": {"base_dir": store, "lock_dir": locks, "tile_lock_dir": locks, "concurrent_tile_creators": 1},
        "image": {"paletted": False},
        "srs": {"axis_order_ne": [f"EPSG:{city.plane_srid}"]},
    }


def base_layers() -> tuple[LayerSpec, ...]:
    return tuple(layer for layer in registry.visible_to(Audience.PUBLIC) if layer.group == BASE_GROUP)


def _other_layers() -> tuple[LayerSpec, ...]:
    return tuple(layer for layer in registry.visible_to(Audience.PUBLIC) if layer.group != BASE_GROUP)


def _title(city: City) -> str:
    return f"まちGIS {city.name.ja}"


def _wms(city: City) -> dict[str, Any]:
    return {
        "srs": ["EPSG:3857", "EPSG:4326", "CRS:84", "EPSG:6668", f"EPSG:{city.plane_srid}"],
        "versions": ["1.1.1", "1.3.0"],
        "image_formats": ["image/png", "image/jpeg"],
        "on_source_errors": "raise",
        "max_output_pixels": [LARGEST_PICTURE_PX, LARGEST_PICTURE_PX],
        "md": {"title": _title(city), "abstract": f"{city.name.ja}の地図 / Maps of {city.name.en}"},
    }


def _source(name: str, layers: tuple[LayerSpec, ...], enlarged: float) -> dict[str, Any]:
    members = {"type": SOURCE_TYPE, "layers": [layer.name for layer in layers], "enlarged": enlarged}
    return members | ({"background": GROUND_COLOUR} if name == BASE_GROUP else {})


def _cache(name: str, enlarged: float, grids: list[str]) -> dict[str, Any]:
    return {
        "grids": grids,
        "sources": [_source_name(name, enlarged)],
        "format": "image/png",
        "image": {"transparent": name != BASE_GROUP},
        "meta_size": [META_TILES, META_TILES],
        "meta_buffer": 0,
        "cache": {"type": "file", "directory_layout": "tms"},
    }


def _layer(name: str, layers: tuple[LayerSpec, ...], city: City) -> dict[str, Any]:
    title, abstract = ("背景地図", "Base map") if name == BASE_GROUP else (layers[0].title.ja, layers[0].title.en)
    return {
        "name": name,
        "title": title,
        "sources": [name],
        "tile_sources": [_cache_name(name, enlarged) for enlarged in _by_size(city)],
        "md": {"abstract": abstract, "attribution": {"title": (layers[0].open_data.attribution or city.name).ja}},
    }
