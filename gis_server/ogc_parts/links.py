"""Links and relation types of these parts. Pure."""

from __future__ import annotations

from typing import Any, Final

from gis_server.ogc_parts import words
from ogc_api.asking import Asked

_REL: Final = "http://www.opengis.net/def/rel/ogc/1.0"
TILESETS: Final = f"{_REL}/tilesets-vector"
TILING_SCHEMES: Final = f"{_REL}/tiling-schemes"
TILING_SCHEME: Final = f"{_REL}/tiling-scheme"
GEODATA: Final = f"{_REL}/geodata"
STYLES: Final = f"{_REL}/styles"
MAP: Final = f"{_REL}/map"

JSON: Final = "application/json"
HTML: Final = "text/html"
MVT: Final = "application/vnd.mapbox-vector-tile"
STYLE_JSON: Final = "application/vnd.mapbox.style+json"

Link = dict[str, Any]


def link(rel: str, media_type: str, title: str, href: str, **more: Any) -> Link:
    return {"rel": rel, "type": media_type, "title": title, "href": href, **more}


def in_both_forms(rel: str, title: str, address: str, query: str = "") -> list[Link]:
    """To a document and to its page; `query` is what the address has besides ``f``."""
    return [
        link(
            rel, JSON, f"{title}（JSON）" if not title.isascii() else f"{title} as JSON", _with(address, query, "json")
        ),
        link(rel, HTML, title, _with(address, query, "html")),
    ]


def to_itself(asked: Asked, address: str, query: str = "", media_type: str = JSON) -> list[Link]:
    """The document itself, and its page."""
    said = words.in_language(asked.language)
    return [
        link("self", media_type, said.this_json, _with(address, query, "json")),
        link("alternate", HTML, said.this_html, _with(address, query, "html")),
    ]


def _with(address: str, query: str, form: str) -> str:
    return f"{address}?{query}{'&' if query else ''}f={form}"
