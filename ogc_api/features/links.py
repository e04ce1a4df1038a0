"""The links of a page of features and of one feature. Pure."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from layers.spec import LayerSpec
from ogc_api import words
from ogc_api.answering import GEOJSON, JSON
from ogc_api.asking import Asked
from ogc_api.features import filtering, formats, references


def links_of(asked: Asked, layer: LayerSpec, next_cursor: str | None) -> list[dict[str, str]]:
    """This page, the same in other formats, the collection, and the page at `next_cursor` with the rest as asked."""
    if asked.posted is not None:
        return filtering.links_of_search(layer, asked, next_cursor)
    items_url = f"{asked.base_url}/collections/{layer.name}/items"
    links = [*_same(asked, asked.url, items_url, formats.OF_ITEMS), _collection(asked, layer)]
    links.append(references.profile_link(asked))
    if next_cursor is not None:
        counted = {name: text for name, text in asked.parameters.items() if name != "offset"}
        following = counted | {"cursor": next_cursor}
        if asked.format == formats.JSONFG:
            following["f"] = formats.JSONFG
        title = words.in_language(asked.language).next_page
        links.append({"rel": "next", "type": _own_type(asked), "title": title, "href": _url(items_url, following)})
    return links


def feature_links(layer: LayerSpec, asked: Asked, feature_id: str) -> list[dict[str, str]]:
    """The feature itself, in each format, in the form that was asked for, and its collection."""
    kept = {name: text for name, text in asked.parameters.items() if name != "f"}
    own = f"{asked.base_url}/collections/{layer.name}/items/{quote(feature_id, safe='')}"
    written = formats.JSONFG if asked.format == formats.JSONFG else "json"
    same = _same(asked, _url(own, kept | {"f": written}), own, formats.OF_ITEM)
    return [*same, _collection(asked, layer), references.profile_link(asked)]


def _same(asked: Asked, self_url: str, address: str, offered: formats.Formats) -> list[dict[str, str]]:
    """This document, and the same in other formats."""
    kept = {name: text for name, text in asked.parameters.items() if name != "f"}
    said = words.in_language(asked.language)
    links = [
        {"rel": "self", "type": _own_type(asked), "title": said.this_json, "href": self_url},
        {"rel": "alternate", "type": "text/html", "title": said.this_html, "href": _url(address, kept | {"f": "html"})},
    ]
    if asked.format == formats.JSONFG:
        geojson = _url(address, kept | {"f": "json"})
        links.append({"rel": "alternate", "type": GEOJSON, "title": "GeoJSON", "href": geojson})
    return [*links, *formats.alternates(asked, address, offered)]


def _own_type(asked: Asked) -> str:
    return formats.OF_ITEM[formats.JSONFG][0] if asked.format == formats.JSONFG else GEOJSON


def _collection(asked: Asked, layer: LayerSpec) -> dict[str, str]:
    title = layer.title.in_language(asked.language)
    return {"rel": "collection", "type": JSON, "title": title, "href": f"{asked.base_url}/collections/{layer.name}"}


def _url(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
