"""pygeoapi's documents made true for this server: only links that lead somewhere, in the reader's language. Pure."""

from __future__ import annotations

import json
from typing import Any

from ogc_api import words

_NOT_OFFERED_TYPES = ("application/ld+json", "text/csv")
_NOT_OFFERED_RELS = ("/tiling-schemes", "/job-list")


def tidy(text: str, language: str) -> str:
    """pygeoapi's text with its links tidied and its characters as they were (it writes ``<`` as ``&lt;``)."""
    document = json.loads(text.replace("&lt;", "<").replace("&gt;", ">"))
    return json.dumps(_tidied(document, language), ensure_ascii=False)


def _tidied(value: Any, language: str) -> Any:
    if isinstance(value, dict):
        return {
            name: _links(member, language) if name == "links" else _tidied(member, language)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [_tidied(member, language) for member in value]
    return value


def _links(links: list[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    return [link | {"title": _title(link, language)} for link in links if _is_offered(link)]


def _is_offered(link: dict[str, Any]) -> bool:
    return not link.get("type", "").startswith(_NOT_OFFERED_TYPES) and not link.get("rel", "").endswith(
        _NOT_OFFERED_RELS
    )


def _title(link: dict[str, Any], language: str) -> str:
    title = str(link.get("title", ""))
    return words.LINK_TITLES[title].in_language(language) if title in words.LINK_TITLES else title
