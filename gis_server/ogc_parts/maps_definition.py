"""The OpenAPI paths of the maps. Pure.

The ends of the ids of operations are those of OGC 20-058, /req/api-operations/operation-id.
"""

from __future__ import annotations

from typing import Any

from gis_server.ogc_parts.asked import layers_of
from gis_server.ogc_parts.defining import collections_parameter, form_parameter, operation, path_parameter
from gis_server.ogc_parts.picture_asked import COLOUR_PATTERN, LARGEST_PX
from gis_server.ogc_parts.pictures import FORMATS, is_drawn
from ogc_api.asking import Asked
from ogc_api.definition.parts import parameters, query, ref
from tile_cache.looks.base_map import BASE_GROUP

Json = dict[str, Any]
TAG = "maps"


def paths(asked: Asked) -> Json:
    """Every address of the maps."""
    drawn = [layer.name for layer in layers_of(asked.audience) if is_drawn(layer)]
    collection = path_parameter("collectionId", {"type": "string", "enum": drawn}, "id of a collection")
    style = path_parameter("styleId", {"type": "string", "enum": ["default"]}, "id of a style")
    own = "/collections/{collectionId}"
    return {
        "/map": _map(asked, f"{TAG}.dataset.getMap", "dataset_map", [collections_parameter([BASE_GROUP, *drawn])]),
        f"{own}/map": _map(asked, f"{TAG}.collection.getMap", "map_of", [collection]),
        f"{own}/styles/{{styleId}}/map": _map(asked, f"{TAG}.collection.style.getMap", "map_of", [collection, style]),
    }


def _map(asked: Asked, operation_id: str, summary: str, given: list[Json]) -> Json:
    common = [*parameters("bbox", "bbox-crs", "crs"), *_OWN, form_parameter([*FORMATS, "html"]), *parameters("lang")]
    found = operation(asked, operation_id, TAG, summary, _ANSWERS, [*given, *common], is_data=True)
    found["get"]["responses"] |= {status: ref("responses", "Problem") for status in ("413", "503")}
    return found


_PIXELS = {"type": "integer", "minimum": 1, "maximum": LARGEST_PX}
_COLOUR = {"type": "string", "pattern": COLOUR_PATTERN}
_OWN = [
    query("width", _PIXELS, "width in pixels; without it, as the shape of bbox asks"),
    query("height", _PIXELS, "height in pixels; without it, as the shape of bbox asks"),
    query("bgcolor", _COLOUR, "colour of the background: 0xRRGGBB, or a colour's name"),
    query("transparent", {"type": "boolean"}, "whether the background is transparent; true without bgcolor"),
    query("void-color", _COLOUR, "colour beyond the limits of crs; no picture reaches there"),
    query("void-transparent", {"type": "boolean"}, "transparency beyond the limits of crs; no picture reaches there"),
]
_TEXT = {"schema": {"type": "string"}}
_ANSWERS = {
    "200": {
        "description": "the map",
        "headers": dict.fromkeys(("ETag", "Content-Crs", "Content-Bbox", "Content-Datetime"), _TEXT),
        "content": {
            **{media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in FORMATS.values()},
            "text/html": {"schema": {"type": "string"}},
        },
    }
}
