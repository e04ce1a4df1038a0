"""What the pages show of a JSON document beside the document itself. Pure."""

from __future__ import annotations

import json
import shlex
from typing import Any

from layers import units
from layers.spec import LayerSpec
from ogc_api import config, words
from ogc_api.asking import Asked


def nothing_more(document: dict[str, Any], asked: Asked) -> dict[str, Any]:
    return {}


def collection(document: dict[str, Any], asked: Asked) -> dict[str, Any]:
    return {"licence_url": config.LICENCE_URLS.get(document["license"])}


def schema(layer: LayerSpec, address: str, document: dict[str, Any], asked: Asked) -> dict[str, Any]:
    """The fields as rows of a table."""
    said = words.in_language(asked.language)
    return {
        "layer": layer.name,
        "heading": getattr(said, address),
        "document_url": f"{asked.base_url}/collections/{layer.name}/{address}",
        "rows": [
            {
                "name": name,
                "title": described["title"],
                "type": described.get("format") or described["type"],
                "unit": units.shown(described.get("x-ogc-unit"), asked.language),
                "codes": [(one["const"], one["title"]) for one in _coded(described).get("oneOf", ())],
                "refers_to": described.get("x-ogc-collectionId"),
                "notes": _notes(name, document, said),
            }
            for name, described in document["properties"].items()
        ],
    }


def _coded(described: dict[str, Any]) -> dict[str, Any]:
    """Where the codes stand: with a list, in what it is a list of."""
    coded: dict[str, Any] = described.get("items", described)
    return coded


def _notes(name: str, document: dict[str, Any], said: Any) -> list[str]:
    noted = {
        said.required: name in document.get("required", ()),
        said.read_only: document["properties"][name].get("readOnly", False),
    }
    return [word for word, holds in noted.items() if holds]


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
