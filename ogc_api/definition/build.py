"""The OpenAPI 3.0 definition: every address below ``/api/`` with every parameter and answer. Pure.

Our own instead of pygeoapi's, which refers to schemas on other servers, allows any parameter, and states
parameters that our road to the features does not take.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from layers import ordering, text_search
from layers.city import City
from layers.spec import Audience, LayerSpec, Text
from ogc_api import config, parts, schema
from ogc_api.asking import Asked
from ogc_api.definition import layer_schemas
from ogc_api.definition import writing as openapi_writing
from ogc_api.definition.formats import SCHEMAS, feature_answer, features_answer, format_parameter
from ogc_api.definition.parts import READING, Words, answer, components, every_parameter, parameters, query, ref, said
from ogc_api.definition.processes import process_paths
from ogc_api.features import choosing
from ogc_api.features.choosing import FORM_PARAMETERS
from ogc_api.features.formats import OF_ITEM, OF_ITEMS
from ogc_api.features.parameters import MAX_TEXT

FILTERING = ("filter", "filter-lang", "filter-crs")
API_VERSION = "1.0.0"

_LANDING = Text("入口", "Landing page")
_CONFORMANCE = Text("準拠している規格", "Conformance classes")
_DEFINITION = Text("この定義", "This definition")
_COLLECTIONS = Text("データ一覧", "Collections")
_FUNCTIONS = Text("絞り込みに使える関数", "Functions of filters")
_PROCESSES = Text("処理の一覧", "Processes")


_METHODS = frozenset({"get", "put", "post", "patch", "delete"})
_SHARED_FORM = tuple(name for name in FORM_PARAMETERS if name != "properties")
_OF_ITEMS = ("limit", "offset", "bbox", "bbox-crs", "datetime", "cursor", *_SHARED_FORM, *FILTERING)
_OF_FILTER = frozenset({"type", "format", "enum", "maxLength", "minimum", "maximum"})


def build_definition(
    asked: Asked, city: City, layers: Iterable[LayerSpec], run: Iterable[dict[str, Any]]
) -> dict[str, Any]:
    """The definition for what this caller may read, with the processes as they describe themselves."""
    layers, words = list(layers), Words(asked.language)
    paths, schemas = _service_paths(words), {}
    for layer in layers:
        paths |= _collection_paths(layer, asked, words, every_parameter(city))
        schemas |= layer_schemas.of_layer(layer, asked)
    for process in run:
        paths |= process_paths(process, words)
    for part in parts.every():
        paths |= part.paths(asked)
    licence = {"name": config.DEFAULT_LICENCE, "url": config.LICENCE_URLS[config.DEFAULT_LICENCE]}
    return {
        "openapi": "3.0.3",
        "info": {
            "title": words(config.title_of(city)),
            "description": words(config.description_of(city)),
            "version": API_VERSION,
            "contact": {"name": words(city.name)},
            "license": licence,
        },
        "servers": [{"url": asked.base_url}],
        "tags": [
            {"name": "service"},
            *({"name": layer.name, "description": words(layer.title)} for layer in layers),
            *({"name": part.name, "description": words(part.title)} for part in parts.every()),
        ],
        "security": READING,
        "paths": _guarded(paths),
        "components": components(
            city, SCHEMAS | schemas | {key: one for part in parts.every() for key, one in part.schemas.items()}
        ),
    }


def _guarded(paths: dict[str, Any]) -> dict[str, Any]:
    """Every operation may be answered with 401, where a token is wrong, and 414, by the web server itself."""
    for path in paths.values():
        for method, operation in path.items():
            if method in _METHODS:
                operation["responses"]["401"] = ref("responses", "Unauthorized")
                operation["responses"]["414"] = ref("responses", "TooLong")
    return paths


def _service_paths(words: Words) -> dict[str, Any]:
    return {
        "/": _get("getLandingPage", words(_LANDING), answer("landingPage")),
        "/conformance": _get("getConformance", words(_CONFORMANCE), answer("conformance")),
        "/openapi": _get(
            "getOpenapi", words(_DEFINITION), answer("definition", "application/vnd.oai.openapi+json;version=3.0")
        ),
        "/collections": _get("getCollections", words(_COLLECTIONS), answer("collections")),
        "/functions": _get("getFunctions", words(_FUNCTIONS), answer("functions")),
        "/processes": _get("getProcesses", words(_PROCESSES), answer("processes")),
    }


def _get(
    name: str,
    summary: str,
    answered: dict[str, Any],
    tag: str = "service",
    given: Iterable[Any] = (),
    known: bool = True,
    formats: Iterable[str] = (),
) -> dict[str, Any]:
    """One address that is read. `known`: it exists whatever a caller says, so it is never a 404.

    Args:
        formats: what ``f`` may be, where that is more than JSON and a page.
    """
    own_formats = [format_parameter(formats)] if formats else parameters("f")
    responses = {"200": answered, "304": ref("responses", "NotModified"), "400": ref("responses", "Problem")}
    if not known:
        responses["404"] = ref("responses", "Problem")
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "tags": [tag],
            "parameters": [*given, *own_formats, *parameters("lang", "ifNoneMatch")],
            "responses": responses,
        }
    }


def _collection_paths(layer: LayerSpec, asked: Asked, words: Words, shared: dict[str, Any]) -> dict[str, Any]:
    own, title, tag = f"/collections/{layer.name}", words(layer.title), layer.name
    name = layer_schemas.schema_name(layer)
    fields = [_filter(*field) for field in schema.properties(layer, asked.audience, asked.language).items()]
    own_parameters = [_own(name, layer, asked.audience) for name in choosing.own_parameters(layer, asked.audience)]
    own_parameters += [_wanted(layer, asked.audience), *fields]
    feature_id = [*parameters("featureId", *_SHARED_FORM), _wanted(layer, asked.audience)]
    search_body = layer_schemas.search_body([*(shared[name] for name in _OF_ITEMS), *own_parameters])
    past = [_own(name, layer, asked.audience) for name in choosing.past_parameters(layer, asked.audience)]
    return {
        own: _get(f"get{name}", title, answer("collection"), tag),
        f"{own}/schema": _get(
            f"get{name}Schema", said(words, title, "schema"), answer("jsonSchema", "application/schema+json"), tag
        ),
        f"{own}/queryables": _get(
            f"get{name}Queryables",
            said(words, title, "queryables"),
            answer("jsonSchema", "application/schema+json"),
            tag,
        ),
        f"{own}/sortables": _get(
            f"get{name}Sortables", said(words, title, "sortables"), answer("jsonSchema", "application/schema+json"), tag
        ),
        f"{own}/items": _get(
            f"get{name}Features",
            said(words, title, "items"),
            features_answer(OF_ITEMS, f"{name}Features"),
            tag,
            [*parameters(*_OF_ITEMS), *own_parameters],
            formats=OF_ITEMS,
        )
        | openapi_writing.of_items(layer, asked, name),
        f"{own}/search": {"post": _search(name, said(words, title, "search"), tag, search_body)},
        f"{own}/items/{{featureId}}": _get(
            f"get{name}Feature",
            said(words, title, "item"),
            feature_answer(f"{name}Feature"),
            tag,
            [*feature_id, *past],
            known=False,
            formats=OF_ITEM,
        )
        | openapi_writing.of_item(layer, asked, name),
    }


def _own(name: str, layer: LayerSpec, audience: Audience) -> dict[str, Any]:
    """``sortby`` and ``q``, with the fields that they take here; ``as-of``."""
    if name == "as-of":
        return query(
            name, {"type": "string", "format": "date-time"}, "the features as they were at this time (RFC 3339)"
        )
    if name == "q":
        fields = ", ".join(field.name for field in text_search.searched_fields(layer, audience))
        described = f"terms parted by commas, one of which has to stand in one of: {fields}"
        return query(name, {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}, described)
    names = [sign + field for field in ordering.sortable_names(layer, audience) for sign in ("", "+", "-")]
    listed = {
        "type": "array",
        "minItems": 1,
        "maxItems": ordering.MAX_SORTS,
        "uniqueItems": True,
        "items": {"type": "string", "enum": names},
    }
    return query(name, listed, "fields to sort by: + or nothing ascending, - descending", style="form", explode=False)


def _wanted(layer: LayerSpec, audience: Audience) -> dict[str, Any]:
    """``properties``, with the names that it takes here."""
    names = [field.name for field in layer.fields_for(audience)]
    listed = {"type": "array", "minItems": 1, "items": {"type": "string", "enum": names}}
    described = "the fields that are wanted, parted by commas; without it, all"
    return query("properties", listed, described, style="form", explode=False)


def _crs_named(answered: dict[str, Any]) -> dict[str, Any]:
    """With the header that names the reference system of the coordinates (OGC 18-058r1, 7.5); a page has none."""
    described = {"description": "of the coordinates", "schema": {"type": "string", "pattern": "^<http.+>$"}}
    return answered | {"headers": answered["headers"] | {"Content-Crs": described}}


def _search(name: str, summary: str, tag: str, body: dict[str, Any]) -> dict[str, Any]:
    problems = {status: ref("responses", "Problem") for status in ("400", "404", "413")}
    return {
        "operationId": f"search{name}Features",
        "summary": summary,
        "tags": [tag],
        "parameters": parameters("f", "lang"),
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "200": _crs_named(answer(f"{name}Features", "application/geo+json", is_page=False)),
            **problems,
        },
    }


def _filter(name: str, described: dict[str, Any]) -> dict[str, Any]:
    """A field as a query parameter: features whose field equals the value."""
    kept = {key: value for key, value in described.items() if key in _OF_FILTER}
    return {"name": name, "in": "query", "description": described["title"], "required": False, "schema": kept}
