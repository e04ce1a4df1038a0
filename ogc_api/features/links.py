"""The links of a page of features and of one feature. Pure."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from layers.spec import LayerSpec
from ogc_api import words
from ogc_api.answering import GEOJSON, JSON
from ogc_api.asking import Asked
from ogc_api.features import filtering


def links_of(asked: Asked, layer: LayerSpec, next_cursor: str | None) -> list[dict[str, str]]:
    """This page, the same as HTML, the collection, and the page at `next_cursor` with all other parameters as asked."""
    if asked.posted is not None:
        return filtering.links_of_search(layer, asked, next_cursor)
    items_url = f"{asked.base_url}/collections/{layer.name}/items"
    own = {name: text for name, text in asked.parameters.items() if name != "f"}
    said = words.in_language(asked.language)
    links = [
        {"rel": "self", "type": GEOJSON, "title": said.this_json, "href": asked.url},
        {
            "rel": "alternate",
            "type": "text/html",
            "title": said.this_html,
            "href": _url(items_url, own | {"f": "html"}),
        },
        {
            "rel": "collection",
            "type": JSON,
            "title": layer.title.in_language(asked.language),
            "href": f"{asked.base_url}/collections/{layer.name}",
        },
    ]
    if next_cursor is not None:
        counted = {name: text for name, text in asked.parameters.items() if name != "offset"}
        following = counted | {"cursor": next_cursor}
        links.append({"rel": "next", "type": GEOJSON, "title": said.next_page, "href": _url(items_url, following)})
    return links


def _url(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query)}"


def feature_links(layer: LayerSpec, asked: Asked, feature_id: str) -> list[dict[str, str]]:
    """The feature itself, as JSON and as HTML, in the form that was asked for, and its collection."""
    kept = {name: text for name, text in asked.parameters.items() if name != "f"}
    said = words.in_language(asked.language)
    collection = f"{asked.base_url}/collections/{layer.name}"
    own = f"{collection}/items/{quote(feature_id, safe='')}"
    title = layer.title.in_language(asked.language)
    return [
        {"rel": "self", "type": GEOJSON, "title": said.this_json, "href": _url(own, kept | {"f": "json"})},
        {"rel": "alternate", "type": "text/html", "title": said.this_html, "href": _url(own, kept | {"f": "html"})},
        {"rel": "collection", "type": JSON, "title": title, "href": collection},
    ]
