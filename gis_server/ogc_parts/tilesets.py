"""Documents that describe tilesets: whose layers, which fields, which tiles there are.

Source: OGC API - Tiles - Part 1: Core (OGC 20-057), 8 and 9; OGC 17-083r4, 8.3 (tile set metadata).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings

from gis_server.ogc_parts import matrix_sets, words
from gis_server.ogc_parts.asked import tiles_root
from gis_server.ogc_parts.links import (
    GEODATA,
    JSON,
    MVT,
    TILING_SCHEME,
    Link,
    in_both_forms,
    link,
    to_itself,
)
from layers import tiling
from layers.changes import revisions_of
from layers.crs import CRS84_URI
from layers.spec import LayerSpec
from ogc_api import config, schema
from ogc_api.asking import Asked
from ogc_api.features.remembering import extent_of
from tile_cache import tilejson as tilejsons
from tile_cache import tilesets
from tile_cache.content import label_points, vector
from tile_cache.degrees import Bounds
from tile_cache.grid import Grid, Tile, grids_of
from tile_cache.tilesets import Tileset

Json = dict[str, Any]
DIMENSIONS = {"Point": 0, "MultiPoint": 0, "LineString": 1, "MultiLineString": 1, "Polygon": 2, "MultiPolygon": 2}
"""Geometry dimension by type; a layer of any geometry has none."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a tileset is found: below the landing page, or below one collection.

    Args:
        address: absolute, without a slash at its end; ``/tiles`` follows.
        layer: the collection; None for the whole dataset.
        chosen: the collections that ``collections`` names; None for all.
    """

    address: str
    layer: LayerSpec | None = None
    chosen: tuple[str, ...] | None = None

    @property
    def query(self) -> str:
        """The parameter that keeps the choice in an address, or nothing."""
        return urlencode({"collections": ",".join(self.chosen)}, safe=",") if self.chosen else ""

    def name(self, asked: Asked) -> str:
        """The name of the tileset below ``/tiles/``."""
        if self.layer is not None:
            return self.layer.name
        if self.chosen is not None:
            return ",".join(self.chosen)
        return ",".join(each.name for each in tilesets.every(asked.audience))

    def tileset(self, asked: Asked) -> Tileset:
        return tilesets.get(self.name(asked), asked.audience)

    def title(self, asked: Asked) -> str:
        if self.layer is not None:
            return self.layer.title.in_language(asked.language)
        if self.chosen is not None:
            return tilejsons.title(self.tileset(asked), asked.language)
        return str(words.in_language(asked.language).whole)


def list_document(origin: Origin, asked: Asked) -> Json:
    """The tilesets of an origin: one for each tile matrix set."""
    return {
        "links": to_itself(asked, f"{origin.address}/tiles", origin.query),
        "tilesets": [_summary(origin, grid, asked) for grid in grids_of(settings.CITY)],
    }


def _summary(origin: Origin, grid: Grid, asked: Asked) -> Json:
    own = f"{origin.address}/tiles/{grid.name}"
    return {
        "title": origin.title(asked),
        "dataType": "vector",
        "crs": grid.crs_uri,
        "tileMatrixSetURI": matrix_sets.uri(grid, f"{asked.base_url}/tileMatrixSets"),
        "links": [*to_itself(asked, own, origin.query), _scheme(grid, asked), _tiles(origin, grid, asked)],
    }


def document(origin: Origin, grid: Grid, asked: Asked) -> Json:
    """The whole metadata of a tileset, as this caller may see it."""
    tileset = origin.tileset(asked)
    extents = extents_of(tileset.layers, asked)
    around = _around(extents.values())
    lon, lat = settings.CITY.centre
    first, last = zooms(tileset, grid)
    return _summary(origin, grid, asked) | {
        "description": _description(origin, asked),
        "attribution": " / ".join(tilejsons.attributions(tileset.layers, asked.language)),
        "license": ", ".join(dict.fromkeys(layer.open_data.licence for layer in tileset.layers)),
        "mediaTypes": [MVT],
        "boundingBox": _bounding_box(around),
        "centerPoint": {
            "coordinates": [round(lon, 5), round(lat, 5)],
            "crs": CRS84_URI,
            "tileMatrix": str(min(max(first, grid.zoom_of(13)), last)),
        },
        "tileMatrixSetLimits": limits_of(tileset, grid, around),
        "layers": [each for layer in tileset.layers for each in _layers(layer, grid, asked, extents[layer.name])],
        "links": _links(origin, grid, asked, tileset),
    }


def zooms(tileset: Tileset, grid: Grid) -> tuple[int, int]:
    """The first and the last matrix of which there are tiles."""
    first, last = tilejsons.zooms(tileset.layers)
    return grid.zoom_of(first), grid.zoom_of(last)


def limits_of(tileset: Tileset, grid: Grid, around: Bounds) -> list[Json]:
    """The tiles of each matrix that can hold something now."""
    first, last = zooms(tileset, grid)
    margin = vector.buffer_units(tileset.layers)
    return [matrix_sets.limits(around, zoom, margin, grid) for zoom in range(first, last + 1)]


def limit_at(tileset: Tileset, tile: Tile, asked: Asked) -> Json:
    """The limits of the matrix that a tile is of."""
    around = _around(extents_of(tileset.layers, asked).values())
    return matrix_sets.limits(around, tile.z, vector.buffer_units(tileset.layers), tile.grid)


def extents_of(layers: tuple[LayerSpec, ...], asked: Asked) -> dict[str, Bounds | None]:
    """West, south, east, north of what the caller may see of each layer; None where that is nothing."""
    revisions = revisions_of(layer.name for layer in layers)
    return {layer.name: extent_of(layer, asked.audience, revisions[layer.name]) for layer in layers}


def _around(extents: Any) -> Bounds:
    """The box around all extents; the city where there is none."""
    boxes = [extent for extent in extents if extent is not None] or [settings.CITY.bounds]
    west, south = (min(box[side] for box in boxes) for side in (0, 1))
    east, north = (max(box[side] for box in boxes) for side in (2, 3))
    return west, south, east, north


def _bounding_box(extent: Bounds) -> Json:
    west, south, east, north = (round(degrees, 8) for degrees in extent)
    return {
        "lowerLeft": [west, south],
        "upperRight": [east, north],
        "crs": CRS84_URI,
        "orderedAxes": ["Lon", "Lat"],
    }


def _layers(layer: LayerSpec, grid: Grid, asked: Asked, extent: Bounds | None) -> Iterator[Json]:
    """The layer itself and, where its tiles hold points for names, those."""
    described = _layer(layer, grid, asked, extent)
    yield described
    if vector.has_labels(layer, asked.audience, vector.DETAIL_ZOOM):
        told = described["propertiesSchema"]["properties"]
        names = ("id", *(field.name for field in label_points.label_fields(layer, layer.fields)))
        yield described | {
            "id": tiling.labels_name(layer),
            "title": words.in_language(asked.language).label_points.format(layer.title.in_language(asked.language)),
            "geometryDimension": 0,
            "propertiesSchema": {"type": "object", "properties": {name: told[name] for name in names}},
        }


def _gathered(layer: LayerSpec) -> Json:
    """What a feature carries that stands for several."""
    if not tiling.gathered_below(layer):
        return {}
    count = {"type": "integer", "minimum": 2}
    return {tiling.COUNT: count, tiling.SHARE: {"type": "number", "minimum": 0, "maximum": 1}}


def _layer(layer: LayerSpec, grid: Grid, asked: Asked, extent: Bounds | None) -> Json:
    carried = {field.name for field in vector.fields_at(layer, asked.audience, vector.DETAIL_ZOOM)}
    described = schema.properties(layer, asked.audience, asked.language)
    first, last = tilejsons.zooms((layer,))
    members: Json = {
        "id": layer.name,
        "title": layer.title.in_language(asked.language),
        "description": layer.description.in_language(asked.language),
        "dataType": "vector",
        "attribution": config.attribution_of(layer, settings.CITY).in_language(asked.language),
        "license": layer.open_data.licence,
        "crs": grid.crs_uri,
        "minTileMatrix": str(grid.zoom_of(first)),
        "maxTileMatrix": str(grid.zoom_of(last)),
        "propertiesSchema": {
            "type": "object",
            "properties": {"id": {"type": "string", "x-ogc-role": "id"}}
            | {name: one for name, one in described.items() if name in carried}
            | _gathered(layer),
        },
        "links": in_both_forms(
            GEODATA, layer.title.in_language(asked.language), f"{asked.base_url}/collections/{quote(layer.name)}"
        ),
    }
    if layer.geometry_type in DIMENSIONS:
        members["geometryDimension"] = DIMENSIONS[layer.geometry_type]
    if extent is not None:
        members["boundingBox"] = _bounding_box(extent)
    return members


def _description(origin: Origin, asked: Asked) -> str:
    if origin.layer is not None:
        return origin.layer.description.in_language(asked.language)
    return str(words.in_language(asked.language).tilesets_lead)


def _links(origin: Origin, grid: Grid, asked: Asked, tileset: Tileset) -> list[Link]:
    said = words.in_language(asked.language)
    own = f"{origin.address}/tiles/{grid.name}"
    found = [*to_itself(asked, own, origin.query), _tiles(origin, grid, asked), _scheme(grid, asked)]
    if grid.is_mercator:  # TileJSON knows no other
        found.append(link("alternate", JSON, said.tilejson, f"{tiles_root(asked)}{tileset.name}.json"))
    if origin.layer is not None:
        found += in_both_forms(GEODATA, origin.title(asked), origin.address)
    return found


def _tiles(origin: Origin, grid: Grid, asked: Asked) -> Link:
    """The address of a tile, with row before column."""
    template = f"{origin.address}/tiles/{grid.name}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    title = words.in_language(asked.language).tile
    return link("item", MVT, title, template + (f"?{origin.query}" if origin.query else ""), templated=True)


def _scheme(grid: Grid, asked: Asked) -> Link:
    title = words.of_grid(grid, asked.language)
    return link(TILING_SCHEME, JSON, title, f"{asked.base_url}/tileMatrixSets/{grid.name}?f=json")
