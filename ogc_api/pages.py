"""What the pages show of a JSON document beside the document itself."""

from __future__ import annotations

import json
import shlex
from typing import Any

from layers import registry
from layers.spec import LayerSpec
from ogc_api import config, parts, words
from ogc_api.asking import Asked


def nothing_more(document: dict[str, Any], asked: Asked) -> dict[str, Any]:
    return {}


def landing(document: dict[str, Any], asked: Asked) -> dict[str, Any]:
    return {"doors": _pages(parts.landing_links(asked))}


def collection(document: dict[str, Any], asked: Asked) -> dict[str, Any]:
    layer = next((layer for layer in registry.visible_to(asked.audience) if layer.name == document["id"]), None)
    links = parts.collection_links(layer, asked) if layer is not None else []
    return {"licence_url": config.LICENCE_URLS.get(document["license"]), "doors": _pages(links)}


def _pages(links: list[dict[str, str]]) -> list[dict[str, str]]:
    """The links of the standards beside the features that lead to pages."""
    return [link for link in links if link.get("type") == "text/html"]


def schema(layer: LayerSpec, address: str, heading: str, document: dict[str, Any], asked: Asked) -> dict[str, Any]:
    """The fields as rows of a table."""
    said = words.in_language(asked.language)
    return {
        "layer": layer.name,
        "heading": getattr(said, heading),
        "document_url": f"{asked.base_url}/collections/{layer.name}/{address}",
        "rows": [
            {
                "name": name,
                "title": described.get("title") or getattr(said, name, ""),
                "type": described.get("format") or described.get("type"),
                "unit": described.get("x-ogc-unit", ""),
                "codes": list(described.get("x-enum-titles", {}).items()),
            }
            for name, described in document["properties"].items()
        ],
    }


def process(document: dict[str, Any], asked: Asked) -> dict[str, Any]:
    """The process' own example as a command line."""
    if "example" not in document:
        return {"curl": None}
    body = json.dumps(document["example"], ensure_ascii=False)
    url = f"{asked.base_url}/processes/{document['id']}/execution"
    return {"curl": f"curl -H 'Content-Type: application/json' -d {shlex.quote(body)} {url}"}


def openapi(document: dict[str, Any], asked: Asked) -> dict[str, Any]:
    """The operations below the heading of their tag."""
    shared = document["components"]["parameters"]
    titles = {tag["name"]: tag.get("description", tag["name"]) for tag in document["tags"]}
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append(
                {
                    "path": path,
                    "method": method.upper(),
                    "summary": operation["summary"],
                    "parameters": [_resolved(given, shared) for given in operation["parameters"]],
                }
            )
    titles["service"] = words.in_language(asked.language).service
    return {"groups": [{"title": titles[tag], "operations": operations} for tag, operations in groups.items()]}


def _resolved(given: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    resolved: dict[str, Any] = shared[given["$ref"].rpartition("/")[2]] if "$ref" in given else given
    return resolved
