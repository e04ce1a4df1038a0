"""The page of a process: a form made from what it says of its inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from ogc_api import snippets
from ogc_api.asking import Asked

_KINDS = {"number": "number", "integer": "number", "boolean": "truth", "string": "text"}


def process(document: dict[str, Any], asked: Asked) -> dict[str, Any]:
    """The form, filled with the process' own example, and the command that sends the same."""
    example: dict[str, Any] = document.get("example", {}).get("inputs", {})
    example = _in_language(document.get("inputs", {}), asked.language) | example
    url = f"{asked.base_url}/processes/{document['id']}/execution"
    inputs = [_input(name, said, example) for name, said in document.get("inputs", {}).items()]
    return {
        "inputs": inputs,
        "has_place": any(one["kind"] in {"point", "place"} for one in inputs),
        "execution_url": url,
        "curl": snippets.of_process(url, example, asked.language),
        "bounds": settings.CITY.bounds,
    }


def _in_language(inputs: Mapping[str, Any], language: str) -> dict[str, str]:
    """The reader's language for an input ``lang`` that can say it."""
    known = inputs.get("lang", {}).get("schema", {}).get("enum", ())
    return {"lang": language} if language in known else {}


def _input(name: str, said: Mapping[str, Any], example: Mapping[str, Any]) -> dict[str, Any]:
    schema = said.get("schema", {})
    kind = kind_of(schema)
    value = example.get(name, schema.get("default"))
    return {
        "name": name,
        "title": said.get("title") or name,
        "description": said.get("description", ""),
        "kind": kind,
        "is_required": said.get("minOccurs", 1) > 0,
        "options": schema.get("enum", ()),
        "value": _written(kind, value),
        "minimum": schema.get("minimum"),
        "maximum": schema.get("maximum"),
        "step": 1 if schema.get("type") == "integer" else "any",
    }


def kind_of(schema: Mapping[str, Any]) -> str:
    """By which control an input is filled in.

    >>> kind_of({"oneOf": [{"type": "array", "minItems": 2, "maxItems": 2}, {"type": "string"}]})
    'place'
    >>> kind_of({"type": "string", "enum": ["walk"]}), kind_of({"type": "object"})
    ('choice', 'json')
    """
    if "enum" in schema:
        return "choice"
    if _is_point(schema):
        return "point"
    ways = schema.get("oneOf", [])
    if any(_is_point(way) for way in ways) and any(way.get("type") == "string" for way in ways):
        return "place"
    return _KINDS.get(str(schema.get("type")), "json")


def _is_point(schema: Mapping[str, Any]) -> bool:
    return (schema.get("type"), schema.get("minItems"), schema.get("maxItems")) == ("array", 2, 2)


def _written(kind: str, value: Any) -> str:
    """A value as it stands in its control."""
    if value is None:
        return ""
    if kind in {"point", "place"} and isinstance(value, list):
        return ", ".join(str(degrees) for degrees in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
