"""The OpenAPI paths and schemas of the tiles. Pure.

The ends of the ids of operations are those of OGC 20-057, /req/oas30/operation-id.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from gis_server.ogc_parts.defining import (
    an_object,
    collection_parameter,
    collections_parameter,
    document,
    form_parameter,
    list_of,
    operation,
    path_parameter,
)
from gis_server.ogc_parts.links import MVT
from layers import registry
from ogc_api.asking import Asked
from ogc_api.definition.parts import ref
from tile_cache.grid import MAX_ZOOM, grids_of

Json = dict[str, Any]
TAG = "tiles"


def paths(asked: Asked) -> Json:
    """Every address of the tiles."""
    names = [grid.name for grid in grids_of(settings.CITY)]
    matrix_set = path_parameter("tileMatrixSetId", {"type": "string", "enum": names}, "the tile matrix set")
    found = {
        "/tileMatrixSets": operation(
            asked, "getTileMatrixSetsList", TAG, "tile_matrix_sets", document("tileMatrixSets")
        ),
        "/tileMatrixSets/{tileMatrixSetId}": operation(
            asked, "getTileMatrixSet", TAG, "tile_matrix_set", document("tileMatrixSet"), [matrix_set]
        ),
    }
    for origin, prefix, given in (
        ("dataset", "", collections_parameter(layer.name for layer in registry.visible_to(asked.audience))),
        ("collection", "/collections/{collectionId}", collection_parameter(asked)),
    ):
        name = f"{TAG}.{origin}.vector"
        own = f"{prefix}/tiles/{{tileMatrixSetId}}"
        found |= {
            f"{prefix}/tiles": operation(
                asked, f"{name}.getTileSetsList", TAG, "tilesets", document("tileSets"), [given]
            ),
            own: operation(asked, f"{name}.getTileSet", TAG, "tilesets_of", document("tileSet"), [matrix_set, given]),
            f"{own}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": operation(
                asked,
                f"{name}.getTile",
                TAG,
                "tile_of",
                _TILE_ANSWERS,
                [matrix_set, *_PLACE, given, form_parameter(["mvt"])],
                is_data=True,
            ),
        }
    return found


_LAST = 2**MAX_ZOOM - 1
_PLACE = [
    path_parameter("tileMatrix", {"type": "integer", "minimum": 0, "maximum": MAX_ZOOM}, "the zoom level"),
    path_parameter("tileRow", {"type": "integer", "minimum": 0, "maximum": _LAST}, "the row, from the north"),
    path_parameter("tileCol", {"type": "integer", "minimum": 0, "maximum": _LAST}, "the column, from the west"),
]
_TILE_ANSWERS = {
    "200": {
        "description": "the tile (Mapbox Vector Tile 2.1)",
        "headers": {"ETag": {"schema": {"type": "string"}}},
        "content": {MVT: {"schema": {"type": "string", "format": "binary"}}},
    },
    "204": {"description": "nothing is there"},
}

_TEXT = {"type": "string"}
_URI = {"type": "string", "format": "uri"}
_LINKS = list_of(ref("schemas", "link"))
_COUNT = {"type": "integer", "minimum": 0}
_NUMBERS = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_TITLED = {"title": _TEXT, "description": _TEXT, "links": _LINKS}
_TILESET = {
    **_TITLED,
    "dataType": {"type": "string", "enum": ["vector"]},
    "crs": _URI,
    "tileMatrixSetURI": _URI,
    "attribution": _TEXT,
    "license": _TEXT,
    "mediaTypes": list_of(_TEXT),
    "boundingBox": ref("schemas", "boundingBox"),
    "centerPoint": an_object(("coordinates",), coordinates=_NUMBERS, crs=_URI, tileMatrix=_TEXT),
    "tileMatrixSetLimits": list_of(ref("schemas", "tileMatrixLimits")),
    "layers": list_of(ref("schemas", "tileLayer")),
}
SCHEMAS: Json = {
    "tileMatrixSets": an_object(
        ("tileMatrixSets", "links"),
        tileMatrixSets=list_of(an_object(("id", "links"), id=_TEXT, title=_TEXT, uri=_URI, crs=_URI, links=_LINKS)),
        links=_LINKS,
    ),
    "tileMatrixSet": an_object(
        ("id", "crs", "tileMatrices"),
        id=_TEXT,
        title=_TEXT,
        uri=_URI,
        crs=_URI,
        orderedAxes=list_of(_TEXT),
        wellKnownScaleSet=_URI,
        tileMatrices=list_of(ref("schemas", "tileMatrix")),
        links=_LINKS,
    ),
    "tileMatrix": an_object(
        (
            "id",
            "scaleDenominator",
            "cellSize",
            "pointOfOrigin",
            "tileWidth",
            "tileHeight",
            "matrixWidth",
            "matrixHeight",
        ),
        id=_TEXT,
        scaleDenominator={"type": "number"},
        cellSize={"type": "number"},
        cornerOfOrigin={"type": "string", "enum": ["topLeft"]},
        pointOfOrigin=_NUMBERS,
        tileWidth=_COUNT,
        tileHeight=_COUNT,
        matrixWidth=_COUNT,
        matrixHeight=_COUNT,
    ),
    "tileMatrixLimits": an_object(
        ("tileMatrix", "minTileRow", "maxTileRow", "minTileCol", "maxTileCol"),
        tileMatrix=_TEXT,
        minTileRow=_COUNT,
        maxTileRow=_COUNT,
        minTileCol=_COUNT,
        maxTileCol=_COUNT,
    ),
    "boundingBox": an_object(
        ("lowerLeft", "upperRight"), lowerLeft=_NUMBERS, upperRight=_NUMBERS, crs=_URI, orderedAxes=list_of(_TEXT)
    ),
    "tileLayer": an_object(
        ("id", "dataType"),
        **_TITLED,
        id=_TEXT,
        dataType={"type": "string", "enum": ["vector"]},
        geometryDimension={"type": "integer", "minimum": 0, "maximum": 2},
        attribution=_TEXT,
        license=_TEXT,
        crs=_URI,
        minTileMatrix=_TEXT,
        maxTileMatrix=_TEXT,
        boundingBox=ref("schemas", "boundingBox"),
        propertiesSchema={"type": "object"},
    ),
    "tileSets": an_object(("tilesets", "links"), tilesets=list_of(ref("schemas", "tileSet")), links=_LINKS),
    "tileSet": an_object(("dataType", "crs", "links"), **_TILESET),
}
