"""What the pages show of a JSON document beside the document itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest

from layers import changes, registry, units, values
from layers.formats import formats_for
from layers.reading import Selection
from layers.spec import SYSTEM_FIELDS, LayerSpec, Text
from ogc_api import config, schema, snippets, words
from ogc_api.asking import Asked
from ogc_api.features.remembering import find_count, last_change_of
from ogc_api.page_words import GEOMETRIES, PROBLEMS
from ogc_api.writing.members import required_names

Context = dict[str, Any]

SUBJECTS = {
    "disaster": Text("災害と避難", "Disasters and evacuation"),
    "alerts": Text("警報・注意報", "Warnings"),
    "hazards": Text("災害の想定", "Hazards"),
    "facilities": Text("施設", "Facilities"),
    "community": Text("まちの声", "Residents"),
    "pedestrian": Text("歩く道", "Walking"),
    "boundaries": Text("区域", "Boundaries"),
    "basemap": Text("背景の地図", "Base map"),
}
"""What the files of the layers' declarations are about."""

_SELF_EVIDENT = {"self", "alternate", "root", "license"}
"""Relations of links that a page shows elsewhere."""


def nothing_more(document: dict[str, Any], asked: Asked) -> Context:
    return {}


def words_with(asked: Asked, name: str, **values: object) -> str:
    """A sentence of the pages with its values."""
    return str(getattr(words.in_language(asked.language), name)).format(**values)


def landing(document: dict[str, Any], asked: Asked) -> Context:
    """The links that no other part of the page leads to."""
    known = {"about", "data", "service-desc", "service-doc", "conformance", "processes", "root", "self", "alternate"}
    others = [link for link in document["links"] if link["rel"].rpartition("/")[2] not in known]
    return {"others": pages_of(others)}


def pages_of(links: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of links to the same thing in several formats the page, where there is one."""
    links = [link for link in links if link.get("rel") not in _SELF_EVIDENT]
    found = {link["rel"]: link for link in links if link.get("type") == "text/html"}
    return [link for link in links if link["rel"] not in found or link is found[link["rel"]]]


def collections(document: dict[str, Any], asked: Asked) -> Context:
    """The collections by their subjects, the layers with the number of their features."""
    layers = {layer.name: layer for layer in registry.visible_to(asked.audience)}
    revisions = changes.revisions_of(list(layers))
    groups: dict[str, list[Context]] = {}
    for collection in document["collections"]:
        layer = layers.get(collection["id"])
        count = None if layer is None else find_count(Selection(layer, asked.audience), revisions[layer.name])
        card = {"document": collection, "count": count, "layer": layer}
        groups.setdefault(_subject(layer, asked), []).append(card)
    ordered = [text.in_language(asked.language) for text in SUBJECTS.values()]
    rank = {title: place for place, title in enumerate(ordered)}
    titles = sorted(groups, key=lambda title: rank.get(title, len(rank) - 1.5))
    return {"groups": [{"title": title, "cards": groups[title]} for title in titles]}


def _subject(layer: LayerSpec | None, asked: Asked) -> str:
    said = words.in_language(asked.language)
    if layer is None:
        return str(said.other_data)
    subject = SUBJECTS.get(layer.model.__module__.rpartition(".")[2])
    return str(said.city_data) if subject is None else subject.in_language(asked.language)


def collection(document: dict[str, Any], asked: Asked) -> Context:
    """Rights and links; of a layer also its fields, its freshness, and how to connect to it."""
    layer = next((one for one in registry.visible_to(asked.audience) if one.name == document["id"]), None)
    shown: Context = {
        "licence_url": config.LICENCE_URLS.get(document.get("license", "")),
        "links": pages_of(document.get("links", ())),
        "box": next(iter(document.get("extent", {}).get("spatial", {}).get("bbox", ())), None),
        "city_bounds": settings.CITY.bounds,
    }
    return shown if layer is None else shown | _layer(layer, document, asked)


def _layer(layer: LayerSpec, document: dict[str, Any], asked: Asked) -> Context:
    revision = changes.revision_of(layer.name)
    url = f"{asked.base_url}/collections/{layer.name}"
    fields = schema.returnables(layer, asked, required_names(layer))
    return {
        "layer": layer,
        "geometry_kind": geometry_in_words(layer.geometry_type, asked.language),
        "count": find_count(Selection(layer, asked.audience), revision),
        "changed_at": last_change_of(layer, asked.audience, revision),
        "revision": revision,
        "rows": field_rows(layer, fields, asked),
        "snippets": snippets.of_collection(
            url, layer.name, document["attribution"], layer.title.in_language(asked.language), asked.language
        ),
        "files": [
            {"title": known.title.in_language(asked.language), "extension": known.extension}
            for known in formats_for(layer)
        ],
    }


_TYPES = ("number", "integer", "string", "boolean", "date-time", "uri-reference")


def field_rows(layer: LayerSpec, document: Mapping[str, Any], asked: Asked) -> list[Context]:
    """The fields of a schema as rows of a table, in words; what can only be read is said to who may write something."""
    said, properties = words.in_language(asked.language), document["properties"]
    may_write = any(not described.get("readOnly") for described in properties.values())
    return [
        {
            "name": name,
            "title": described.get("title") or getattr(said, name, ""),
            "description": described.get("description", ""),
            "type": _type_in_words(described.get("format") or described.get("type") or "", asked),
            "unit": units.shown(described.get("x-ogc-unit"), asked.language),
            "codes": [(one["const"], one["title"]) for one in described.get("items", described).get("oneOf", ())],
            "refers_to": described.get("x-ogc-collectionId"),
            "may_be_missing": _may_be_missing(layer, name),
            "read_only": may_write and described.get("readOnly", False),
        }
        for name, described in properties.items()
    ]


def _may_be_missing(layer: LayerSpec, name: str) -> bool:
    """Whether features can be without a value in a field; lists, the id and the geometry are always there."""
    field = next((one for one in (*layer.fields, *SYSTEM_FIELDS) if one.name == name), None)
    if field is None:
        return False
    column = values.column_of(layer, field)
    return bool(column.null or (column.blank and column.empty_strings_allowed))


def _type_in_words(written: str, asked: Asked) -> str:
    if written in _TYPES:
        return str(getattr(words.in_language(asked.language), written.replace("-", "_")))
    return geometry_in_words(written.removeprefix("geometry-"), asked.language)


def geometry_in_words(kind: str, language: str) -> str:
    """A kind of geometry as people call it.

    >>> geometry_in_words("MultiPolygon", "en")
    'area (MultiPolygon)'
    """
    plain = kind.lower().removeprefix("multi")
    return f"{GEOMETRIES[plain].in_language(language)} ({kind})" if plain in GEOMETRIES else kind


_EXAMPLES = {"boolean": "true", "integer": "1", "number": "1"}


def schema_page(layer: LayerSpec, address: str, document: dict[str, Any], asked: Asked) -> Context:
    """The fields as rows of a table, and the other tables of the same layer."""
    said = words.in_language(asked.language)
    url = f"{asked.base_url}/collections/{layer.name}"
    return {
        "layer": layer.name,
        "heading": getattr(said, address),
        "lead": getattr(said, f"{address}_lead").format(example=_example(document["properties"])),
        "document_url": f"{url}/{address}",
        "siblings": [
            {"title": getattr(said, name), "href": f"{url}/{name}", "is_here": name == address}
            for name in ("schema", "queryables", "sortables")
        ],
        "rows": field_rows(layer, document, asked),
    }


def _example(properties: Mapping[str, Mapping[str, Any]]) -> str:
    for name, described in properties.items():
        if described.get("enum"):
            return f"{name}={next((code for code in described['enum'] if code != ''), '')}"
        if described.get("type") in _EXAMPLES:
            return f"{name}={_EXAMPLES[described['type']]}"
    return "name=…"


def openapi(document: dict[str, Any], asked: Asked) -> Context:
    """The operations below the heading of their tag; parameters that many share are told once."""
    shared = document["components"]["parameters"]
    titles = {tag["name"]: tag.get("description", tag["name"]) for tag in document["tags"]}
    titles["service"] = words.in_language(asked.language).service
    groups: dict[str, list[Context]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append(_operation(path, method, operation, asked))
    ground = {layer.name for layer in registry.every() if layer.group == "base"}
    return {
        "groups": [
            {"name": tag, "title": titles.get(tag, tag), "operations": groups[tag]}
            for tag in sorted(groups, key=lambda tag: tag in ground)
        ],
        "shared": [{"key": key, **given} for key, given in shared.items()],
    }


def _operation(path: str, method: str, operation: dict[str, Any], asked: Asked) -> Context:
    given = operation.get("parameters", [])
    return {
        "path": path,
        "method": method.upper(),
        "summary": operation.get("summary", ""),
        "shared": [one["$ref"].rpartition("/")[2] for one in given if "$ref" in one],
        "own": [one for one in given if "$ref" not in one],
        "bodies": list(operation.get("requestBody", {}).get("content", {})),
        "href": f"{asked.base_url}{path}" if method == "get" and "{" not in path else "",
    }


def problem(request: HttpRequest, document: Mapping[str, Any], language: str) -> Context:
    """What a reader can do about a problem."""
    said = words.in_language(language)
    parameter = document.get("parameter")
    known = {"type", "title", "status", "detail", "parameter", "known"}
    without = urlencode([(name, text) for name, text in request.GET.items() if name != parameter])
    return {
        "headline": getattr(said, f"problem_{document['status']}", said.problem),
        "said": PROBLEMS[document["title"]].in_language(language) if document["title"] in PROBLEMS else "",
        "listed": document.get("known") if isinstance(document.get("known"), list) else None,
        "members": {name: value for name, value in document.items() if name not in known},
        "without": f"{request.path}?{without}" if parameter in request.GET else None,
        "without_said": said.problem_without.format(parameter=parameter),
    }
