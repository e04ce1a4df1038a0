"""What a pack says about itself, for PMTiles as JSON and for MBTiles as rows.

Sources: PMTiles v3, 5 (JSON metadata); MBTiles 1.3 (metadata table, vector_layers). What is ours begins with
``machigis:``.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.conf import settings

from layers import tiling
from layers.spec import Audience, LayerSpec
from tile_cache.content import label_points, vector
from tile_cache.looks import sprites, themes
from tile_cache.packs.contents import Contents
from tile_cache.packs.pack_style import build_pack_style
from tile_cache.packs.pictograms import named_in, pictograms

CENTRE_ZOOM: Final = 13


def build_metadata(
    contents: Contents, first_zooms: Mapping[str, int], last_zooms: Mapping[str, int], address: str
) -> dict[str, Any]:
    """The members of the metadata, apart from what the formats have places of their own for.

    Args:
        first_zooms, last_zooms: of the layers that are in the pack.
        address: of the pack, in its own style.
    """
    style = build_pack_style(address, last_zooms)
    kept = [layer for layer in contents.layers if layer.name in last_zooms]
    city = settings.CITY.name
    return {
        "name": f"{city.ja}の地図 / Map of {city.en}",
        "description": f"{city.ja}の公開レイヤー / The public layers of {city.en}",
        "type": "baselayer",
        "version": "1",
        "attribution": "<br>".join(html.escape(line) for line in _attributions(contents, last_zooms)),
        "vector_layers": [each for layer in kept for each in _vector_layers(layer, first_zooms, last_zooms)],
        "machigis:data_time": contents.data_time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "machigis:revisions": {layer.name: contents.revisions[layer.name] for layer in kept},
        "machigis:licences": [
            {"layer": each.layer, "attribution": each.attribution, "licence": each.licence}
            for each in contents.licences
            if each.layer in last_zooms
        ],
        "machigis:style": style,
        "machigis:pictograms": pictograms(named_in(style)),
        "machigis:sprite": {f"@{ratio}x": _sprite(ratio) for ratio in sprites.RATIOS},
    }


def _sprite(ratio: int) -> dict[str, Any]:
    """The pictograms as MapLibre takes them: the list of the images, and the sheet (PNG in base64)."""
    sheet = sprites.sprite(themes.LIGHT.name, ratio)
    return {"index": sheet.index, "png": base64.b64encode(sheet.png).decode()}


def build_rows(metadata: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, str]:
    """The same as the rows of the table ``metadata`` of MBTiles: texts, the layers in ``json``."""
    members = dict(metadata)
    layers = members.pop("vector_layers")
    rows = {name: value if isinstance(value, str) else _json(value) for name, value in (members | facts).items()}
    return rows | {"json": _json({"vector_layers": layers})}


def centre(contents: Contents, first: int, last: int) -> tuple[float, float, int]:
    """Longitude, latitude and zoom where a map begins: the city's middle, or that of an area that it is not in."""
    west, south, east, north = contents.bounds
    lon, lat = settings.CITY.centre
    if not (west <= lon <= east and south <= lat <= north):
        lon, lat = (west + east) / 2, (south + north) / 2
    return round(lon, 6), round(lat, 6), min(max(first, CENTRE_ZOOM), last)


def _attributions(contents: Contents, last_zooms: Mapping[str, int]) -> list[str]:
    return list(dict.fromkeys(each.attribution for each in contents.licences if each.layer in last_zooms))


def _vector_layers(
    layer: LayerSpec, first_zooms: Mapping[str, int], last_zooms: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    """The layer itself and, where its tiles hold points for names, those."""
    described = _vector_layer(layer, first_zooms, last_zooms)
    if first_zooms[layer.name] < tiling.gathered_below(layer):
        described["fields"] |= {tiling.COUNT: "Number", tiling.SHARE: "Number"}
    yield described
    if vector.has_labels(layer, Audience.PUBLIC, last_zooms[layer.name]):
        names = ("id", *(field.name for field in label_points.label_fields(layer, layer.fields)))
        fields = {name: described["fields"][name] for name in names}
        yield described | {"id": tiling.labels_name(layer), "fields": fields}


def _vector_layer(layer: LayerSpec, first_zooms: Mapping[str, int], last_zooms: Mapping[str, int]) -> dict[str, Any]:
    last = last_zooms[layer.name]
    return {
        "id": layer.name,
        "description": layer.title.ja,
        "minzoom": first_zooms[layer.name],
        "maxzoom": last,
        "fields": {"id": _kind_of("id")}
        | {
            field.name: _kind_of(layer.model._meta.get_field(field.name).get_internal_type())
            for field in vector.fields_at(layer, Audience.PUBLIC, last)
        },
    }


def _kind_of(column: str) -> str:
    """The word of TileJSON and MBTiles for a column's values.

    >>> _kind_of("BooleanField"), _kind_of("FloatField"), _kind_of("CharField")
    ('Boolean', 'Number', 'String')
    """
    if column == "BooleanField":
        return "Boolean"
    return "Number" if column.endswith(("IntegerField", "FloatField", "DecimalField")) else "String"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
