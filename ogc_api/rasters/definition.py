"""The addresses of rasters in the OpenAPI definition: one set for each raster, since their fields differ."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from layers.crs import CRS84, Crs
from layers.spec import Text
from ogc_api.asking import Asked
from ogc_api.definition.parts import Words, answer, parameters, query, ref
from ogc_api.features.parameters import MAX_TEXTS
from ogc_api.rasters import coverage, edr, stored
from ogc_api.rasters.choosing import LARGEST
from ogc_api.rasters.covjson import COVJSON
from ogc_api.rasters.describing import QUERIES
from ogc_api.rasters.geotiff import GEOTIFF
from ogc_api.rasters.stored import Stored
from ogc_api.rasters.systems import axes_of, code_of, native_crs, systems_of

TAG: Final = "rasters"
_NUMBER: Final = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"
_TEXT: Final = {"type": "string"}
_SUMMARIES: Final = {
    "collection": Text("{}", "{}"),
    "schema": Text("{}の項目", "Fields of {}"),
    "coverage": Text("{}のセル", "Cells of {}"),
}

SCHEMAS: Final[dict[str, Any]] = {
    "coverageJson": {
        "type": "object",
        "required": ["type", "domain", "parameters", "ranges"],
        "properties": {
            "type": {"type": "string", "enum": ["Coverage"]},
            "domain": {
                "type": "object",
                "required": ["type", "domainType", "axes", "referencing"],
                "properties": {
                    "type": {"type": "string", "enum": ["Domain"]},
                    "domainType": {"type": "string", "enum": ["Grid", "Point", "MultiPoint"]},
                    "axes": {"type": "object"},
                    "referencing": {"type": "array", "items": {"type": "object"}},
                },
            },
            "parameters": {"type": "object"},
            "ranges": {"type": "object"},
        },
    },
    "valuesAtPoints": {
        "type": "object",
        "required": ["type", "features", "parameters"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "parameters": {"type": "object"},
            "features": {"type": "array", "items": {"$ref": "#/components/schemas/feature"}},
        },
    },
}


def paths(asked: Asked) -> dict[str, Any]:
    """The addresses of every raster that is there now."""
    words = Words(asked.language)
    return {path: operations for one in stored.every() for path, operations in _paths_of(one, words).items()}


def _paths_of(one: Stored, words: Words) -> dict[str, Any]:
    own = f"/collections/{quote(one.id)}"
    schema = answer("anything", "application/schema+json")
    paths = {
        own: _get(one, words, "collection", _SUMMARIES["collection"], [], {"200": answer("collection")}, pages=True),
        f"{own}/schema": _get(one, words, "schema", _SUMMARIES["schema"], [], {"200": schema}, pages=True),
        f"{own}/coverage": _get(
            one,
            words,
            "coverage",
            _SUMMARIES["coverage"],
            [*_coverage_parameters(one), _format(coverage.FORMATS), _range_header()],
            _coverage_answers(),
        ),
    }
    for name, (title, geometry, _) in QUERIES.items():
        summary = Text("{}: " + title.ja, "{}: " + title.en)
        given = [*_query_parameters(one, geometry), _format(edr.AREA_FORMATS if name == "area" else edr.POINT_FORMATS)]
        paths[f"{own}/{name}"] = _get(one, words, name, summary, given, _query_answers(name))
    return paths


def _get(
    one: Stored,
    words: Words,
    what: str,
    summary: Text,
    given: list[dict[str, Any]],
    answers: dict[str, Any],
    *,
    pages: bool = False,
) -> dict[str, Any]:
    problems = {status: ref("responses", "Problem") for status in ("400", "404")}
    return {
        "get": {
            "operationId": f"get{what.capitalize()}_{one.id}",
            "summary": words(summary).format(one.raster.title),
            "tags": [TAG],
            "parameters": [*given, *parameters(*(("f", "lang") if pages else ("lang",)))],
            "responses": {**answers, "304": ref("responses", "NotModified"), **problems},
        }
    }


def _format(formats: tuple[str, ...]) -> dict[str, Any]:
    return query(
        "f", {"type": "string", "enum": list(formats)}, "form of the answer; without it, the Accept header decides"
    )


def _crs(name: str, one: Stored, default: Crs, what: str) -> dict[str, Any]:
    systems = systems_of(one)
    curies = ["[OGC:CRS84]" if crs.uri == CRS84.uri else f"[EPSG:{code_of(crs)}]" for crs in systems]
    schema = {"type": "string", "enum": [*(crs.uri for crs in systems), *curies], "default": default.uri}
    return query(name, schema, f"{what}; the axes are in its authority's order")


def _names(name: str, one: Stored, what: str) -> dict[str, Any]:
    names = [band.name for band in one.bands]
    schema = {
        "type": "array",
        "minItems": 1,
        "maxItems": len(names),
        "uniqueItems": True,
        "items": {"type": "string", "enum": names},
    }
    return query(name, schema, what, style="form", explode=False)


def _coverage_parameters(one: Stored) -> list[dict[str, Any]]:
    native = native_crs(one)
    axes = sorted({axis for crs in systems_of(one) for axis in axes_of(crs)})
    axis, end = f"({'|'.join(axes)})", rf"({_NUMBER}|\*)"
    interval = rf"{axis}\({end}(:{end})?\)"
    subset = {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": f"^{interval}(,{interval})?$"}}
    each = rf"{axis}\({_NUMBER}\)"
    factor = {"type": "number", "minimum": 1 / LARGEST, "maximum": LARGEST}
    return [
        *parameters("bbox"),
        _crs("bbox-crs", one, CRS84, "reference system of bbox"),
        query("subset", subset, "low:high, or one value, of an axis of subset-crs; * is the raster's own end"),
        _crs("subset-crs", one, CRS84, "reference system of subset"),
        query("scale-factor", factor, "by what the number of cells of each axis is divided"),
        query("scale-axes", {**_TEXT, "pattern": f"^{each}(,{each})?$"}, "the same for single axes of crs"),
        query("scale-size", {**_TEXT, "pattern": f"^{each}(,{each})?$"}, "how many cells along axes of crs"),
        _names("properties", one, "the fields that are wanted, in this order"),
        _crs("crs", one, native, "reference system of the answer"),
    ]


def _query_parameters(one: Stored, geometry: str) -> list[dict[str, Any]]:
    coords = query("coords", {**_TEXT, "maxLength": MAX_TEXTS["coords"]}, f"{geometry} in Well-Known Text")
    return [
        {**coords, "required": True},
        _names("parameter-name", one, "the fields that are wanted"),
        _crs("crs", one, CRS84, "reference system of coords and of the answer"),
    ]


def _range_header() -> dict[str, Any]:
    described = "one range of bytes of the whole GeoTIFF (RFC 9110, 14)"
    return {"name": "Range", "in": "header", "required": False, "description": described, "schema": _TEXT}


def _headers() -> dict[str, Any]:
    return {name: {"schema": _TEXT} for name in ("ETag", "Content-Crs")}


def _file() -> dict[str, Any]:
    return {GEOTIFF: {"schema": {"type": "string", "format": "binary"}}}


def _coverage_answers() -> dict[str, Any]:
    content = {**_file(), COVJSON: {"schema": ref("schemas", "coverageJson")}}
    return {
        "200": {"description": "the cells", "headers": _headers(), "content": content},
        "204": {"description": "the part that is asked for lies outside the raster"},
        "206": {"description": "the range of bytes", "headers": _headers(), "content": _file()},
        "413": ref("responses", "Problem"),
        "416": ref("responses", "Problem"),
    }


def _query_answers(name: str) -> dict[str, Any]:
    others = _file() if name == "area" else {"application/geo+json": {"schema": ref("schemas", "valuesAtPoints")}}
    content = {COVJSON: {"schema": ref("schemas", "coverageJson")}, **others}
    answers = {
        "200": {"description": "the values", "headers": _headers(), "content": content},
        "204": {"description": "nothing that is asked for lies in the raster"},
    }
    return answers if name == "position" else {**answers, "413": ref("responses", "Problem")}
