"""The registry as a configuration of MapProxy. Pure.

WMS draws each picture afresh, sharp at any scale and in any reference system; WMTS and TMS go through the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from layers import registry
from layers.city import City
from layers.outside_maps import OutsideMap
from layers.raster import Raster
from layers.spec import Audience, LayerSpec, Text
from tile_cache.looks.base_map import BASE_GROUP, BASE_TITLE, GROUND_COLOUR
from tile_cache.maps import outside, ramps, raster_source
from tile_cache.maps.map_checks import INFO_FORMATS
from tile_cache.maps.mapnik_source import SOURCE_TYPE
from tile_cache.maps.raster_grids import MERCATOR, described, raster_grids

META_TILES = 4
"""Tiles a side that are drawn together, so that few names meet a picture's edge."""

LARGEST_PICTURE_PX = 4096
LEGEND_URL = (
    "{base_url}/service?SERVICE=WMS&amp;VERSION=1.3.0&amp;REQUEST=GetLegendGraphic&amp;FORMAT=image%2Fpng"
    "&amp;LAYER={layer_name}"
)
"""Of a layer's legend in the capabilities of WMTS; MapProxy fills it in, and does not escape it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One layer of the services: what draws it, and what is said of it.

    Args:
        is_drawn: whether it is drawn of symbols, which have a size, rather than coloured cell by cell.
    """

    name: str
    title: Text
    attribution: str
    source: Mapping[str, Any]
    is_transparent: bool = True
    is_drawn: bool = True


def build_config(city: City, store: str, rasters: Sequence[Raster] = ()) -> dict[str, Any]:
    """MapProxy's configuration for all that everybody may see.

    Args:
        store: folder of stored tiles and of locks.
        rasters: the stored rasters that there are.
    """
    shown = [*_vector_layers(city), *map(_raster_layer, rasters)]
    others = city.outside_maps
    return {
        "globals": _globals(store, city),
        "services": {
            "wms": _wms(city),
            "wmts": _wmts(city),
            "tms": {"use_grid_names": True, "origin": "nw"},  # the origin of /maps/tiles: rows as in XYZ
        },
        "grids": {grid.name: described(grid) for grid in raster_grids(city)},
        "sources": _sources(shown, city) | {each.name: _outside(each) for each in others},
        "caches": {
            _tiles(each.name, enlarged): _cache(each, enlarged, grids)
            for each in shown
            for enlarged, grids in _by_size(city).items()
        }
        | {_tiles(each.name): _outside_cache(each) for each in others},
        "layers": [*(_layer(each, city) for each in shown), *map(_outside_layer, others)],
    }


def _by_size(city: City) -> dict[float, list[str]]:
    """The names of the grids, by how large things are drawn in them."""
    found: dict[float, list[str]] = {}
    for grid in raster_grids(city):
        found.setdefault(grid.enlarged, []).append(grid.name)
    return found


def _sources(shown: Iterable[Shown], city: City) -> dict[str, Any]:
    return {
        _sized(each.name, enlarged): {**each.source, **({"enlarged": enlarged} if each.is_drawn else {})}
        for each in shown
        for enlarged in {1.0: None} | _by_size(city)
    }


def _sized(name: str, enlarged: float) -> str:
    return name if enlarged == 1 else f"{name}@{enlarged:g}x"


def _tiles(name: str, enlarged: float = 1.0) -> str:
    """What the cache of a layer is called."""
    return _sized(f"{name}-tiles", enlarged)


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
    return _escaped(f"まちGIS {city.name.ja}")


def _escaped(text: str) -> str:
    """For MapProxy's capabilities, which it fills in as they are."""
    return escape(text, {'"': "&quot;"})


def _wms(city: City) -> dict[str, Any]:
    return {
        "srs": ["EPSG:3857", "EPSG:4326", "CRS:84", "EPSG:6668", f"EPSG:{city.plane_srid}"],
        "versions": ["1.1.1", "1.3.0"],
        "image_formats": ["image/png", "image/jpeg"],
        "featureinfo_types": ["json", "html", "text"],
        "on_source_errors": "raise",
        "max_output_pixels": [LARGEST_PICTURE_PX, LARGEST_PICTURE_PX],
        "md": {"title": _title(city), "abstract": _escaped(f"{city.name.ja}の地図 / Maps of {city.name.en}")},
    }


def _wmts(city: City) -> dict[str, Any]:
    formats = [{"suffix": suffix, "mimetype": media_type} for suffix, media_type in INFO_FORMATS.items()]
    return {"kvp": True, "restful": True, "featureinfo_formats": formats, "md": {"title": _title(city)}}


def _vector_layers(city: City) -> Iterable[Shown]:
    """The base map, and every other layer by itself."""
    for name, layers in [(BASE_GROUP, base_layers()), *((layer.name, (layer,)) for layer in _other_layers())]:
        is_base = name == BASE_GROUP
        source = {"type": SOURCE_TYPE, "layers": [layer.name for layer in layers]}
        yield Shown(
            name,
            BASE_TITLE if is_base else layers[0].title,
            (layers[0].open_data.attribution or city.name).ja,
            source | ({"background": GROUND_COLOUR} if is_base else {}),
            is_transparent=not is_base,
        )


def _raster_layer(raster: Raster) -> Shown:
    source = {"type": raster_source.SOURCE_TYPE, "raster": raster}
    kind = ramps.kind_text(raster)
    title = Text(raster.title, f"{kind.en}: {raster.title}")
    attribution = f"{raster.attribution} ({raster.licence})"
    return Shown(raster_source.layer_name(raster), title, attribution, source, is_drawn=False)


def _cache(shown: Shown, enlarged: float, grids: list[str]) -> dict[str, Any]:
    return {
        "grids": grids,
        "sources": [_sized(shown.name, enlarged)],
        "format": "image/png",
        "image": {"transparent": shown.is_transparent},
        "meta_size": [META_TILES, META_TILES],
        "meta_buffer": 0,
        "cache": {"type": "file", "directory_layout": "tms"},
    }


def _layer(shown: Shown, city: City) -> dict[str, Any]:
    return {
        "name": shown.name,
        "title": _escaped(shown.title.ja),
        "sources": [shown.name],
        "tile_sources": [_tiles(shown.name, enlarged) for enlarged in _by_size(city)],
        "wmts_kvp_legendurl": LEGEND_URL,
        "wmts_rest_legendurl": LEGEND_URL,
        "md": {"abstract": _escaped(shown.title.en), "attribution": {"title": _escaped(shown.attribution)}},
    }


def _outside(declared: OutsideMap) -> dict[str, Any]:
    return {"type": outside.SOURCE_TYPE, "outside": declared}


def _outside_cache(declared: OutsideMap) -> dict[str, Any]:
    return {
        "grids": [MERCATOR],
        "sources": [declared.name],
        "format": "image/jpeg" if declared.is_photo else "image/png",
        "image": {"transparent": True},  # also a photograph: what is missing of it must not hide what lies below
        "meta_size": [1, 1],
        "meta_buffer": 0,
        "upscale_tiles": outside.ENLARGED_ZOOMS,
        "refresh_before": {"days": declared.refresh_days},
        "cache": {"type": "file", "directory_layout": "tms"},
    }


def _outside_layer(declared: OutsideMap) -> dict[str, Any]:
    """WMS shows it from its tiles, whatever the reference system."""
    return {
        "name": declared.name,
        "title": _escaped(declared.title.ja),
        "sources": [_tiles(declared.name)],
        "md": {
            "abstract": _escaped(f"{declared.title.en} ({declared.licence})"),
            "attribution": {"title": _escaped(declared.attribution.ja)},
        },
    }
