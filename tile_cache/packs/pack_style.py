"""The style of a pack: the city's style, whose only source is the pack itself. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layers.spec import Audience
from tile_cache.looks import style

SOURCE = "city"


def build_pack_style(address: str, last_zooms: Mapping[str, int], language: str = "ja") -> dict[str, Any]:
    """A MapLibre style (version 8) of the layers in a pack.

    A layer that ends above the pack's last zoom is drawn from a source of the same address that ends there, so that
    the client enlarges its last tiles.

    Args:
        address: of the pack, as its reader's protocol takes it: ``pmtiles://mitaka.pmtiles``.
        last_zooms: of each layer in the pack.
    """
    document = style.build_style("city", Audience.PUBLIC, "", language)
    del document["sprite"]  # it lies on a server; the pack holds the pictograms themselves
    deepest = max(last_zooms.values())
    layers = []
    for layer in document["layers"]:
        name = layer.get("metadata", {}).get("machigis:layer")
        if name in last_zooms:
            layers.append(layer | {"source": source_of(last_zooms[name], deepest)})
        elif "source" not in layer:  # the ground
            layers.append(layer)
    used = {layer["source"] for layer in layers if "source" in layer}
    sources = {source_of(last, deepest): _source(address, last) for last in sorted(set(last_zooms.values()))}
    return document | {"sources": {name: sources[name] for name in sources if name in used}, "layers": layers}


def source_of(last_zoom: int, deepest: int) -> str:
    """The name of the source of the layers that end at a zoom.

    >>> source_of(16, 16), source_of(14, 16)
    ('city', 'city-14')
    """
    return SOURCE if last_zoom == deepest else f"{SOURCE}-{last_zoom}"


def _source(address: str, last_zoom: int) -> dict[str, Any]:
    return {"type": "vector", "url": address, "promoteId": "id", "maxzoom": last_zoom}
