"""What a raster's collection says of itself: the collection document and the schema of its fields.

Source: OGC API - Coverages - Part 1 (OGC 19-087, draft), requirements class "Core"; OGC API - Common - Part 3: Schemas
(OGC 23-058r2); OGC API - Environmental Data Retrieval 1.1 (OGC 19-086r6), 8.2.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Final

import pyproj

from layers.crs import CRS84, Crs
from layers.raster import KINDS, VERTICAL_DATUMS
from layers.spec import Text
from ogc_api import config, words
from ogc_api.answering import JSON, SCHEMA_JSON
from ogc_api.asking import Asked
from ogc_api.rasters.choosing import MAX_CELLS_AS_TEXT
from ogc_api.rasters.covjson import COVJSON, description_of, parameters_of
from ogc_api.rasters.geotiff import GEOTIFF
from ogc_api.rasters.stored import Band, Stored
from ogc_api.rasters.systems import axes_of, code_of, native_crs, systems_of

REL: Final = "http://www.opengis.net/def/rel/ogc/1.0"
JSON_SCHEMA: Final = "https://json-schema.org/draft/2020-12/schema"
POINT_FORMATS: Final = ("CoverageJSON", "GeoJSON")
AREA_FORMATS: Final = ("CoverageJSON", "GeoTIFF")

QUERIES: Final = {
    "position": (Text("地点の値", "Values at points"), "POINT or MULTIPOINT", POINT_FORMATS),
    "trajectory": (Text("線に沿った値（断面）", "Values along a line (profile)"), "LINESTRING", POINT_FORMATS),
    "area": (Text("区域内のセル", "Cells of an area"), "POLYGON or MULTIPOLYGON", AREA_FORMATS),
}
"""The EDR queries that are offered: title, geometry, formats."""

_SIZE: Final = Text(
    "{kind}のラスター。{width}×{height}セル、1セル約{side:.3g} m。値は{low}～{high} {unit}。",
    "{kind}: a raster of {width} x {height} cells of about {side:.3g} m; values from {low} to {high} {unit}.",
)
_EMPTY: Final = Text(
    "{kind}のラスター。{width}×{height}セル、1セル約{side:.3g} m。値のあるセルはありません。",
    "{kind}: a raster of {width} x {height} cells of about {side:.3g} m; no cell holds a value.",
)
_DATUM: Final = Text("高さの基準: {}。", " Vertical datum: {}.")
_COVERAGE: Final = Text("セル（{}）", "Cells as {}")


def collection(one: Stored, asked: Asked) -> dict[str, Any]:
    """The collection document, for Coverages and EDR alike."""
    raster, grid, native = one.raster, one.facts.grid, native_crs(one)
    datum = VERTICAL_DATUMS[raster.vertical_datum]
    document = {
        "id": one.id,
        "title": raster.title,
        "description": description(one, asked.language),
        "keywords": [KINDS[raster.kind].in_language(asked.language)],
        "attribution": raster.attribution,
        "license": raster.licence,
        "extent": {"spatial": _spatial(one, native)},
        "crs": [crs.uri for crs in systems_of(one)],
        "storageCrs": native.uri,
        "dataType": "coverage",
        "itemType": "coverage",
        "layerDataType": "Coverage",  # without it, GDAL takes any collection for one of features
        "parameter_names": parameters_of(one, one.bands),
        "output_formats": list(dict.fromkeys((*POINT_FORMATS, *AREA_FORMATS))),
        "data_queries": {query: {"link": _query_link(query, one, asked)} for query in QUERIES},
        "cellSize": {"meanMetres": round(raster.resolution_m, 4), "storage": [grid.cell_width, grid.cell_height]},
        "links": [*config.licence_links([raster.licence]), *_links(one, asked)],
    }
    if raster.kind == "elevation":
        document["verticalDatum"] = {"id": raster.vertical_datum, "title": datum.in_language(asked.language)}
    return document


def description(one: Stored, language: str) -> str:
    """A sentence or two: what it is, how large, between which values, above what."""
    raster = one.raster
    pattern = (_EMPTY if raster.minimum is None else _SIZE).in_language(language)
    text = pattern.format(
        kind=KINDS[raster.kind].in_language(language),
        width=raster.width,
        height=raster.height,
        side=raster.resolution_m,
        low=_number(raster.minimum),
        high=_number(raster.maximum),
        unit=raster.unit,
    )
    text = text.replace(" 。", "。").replace(" .", ".")
    if raster.kind == "elevation":
        text += _DATUM.in_language(language).format(VERTICAL_DATUMS[raster.vertical_datum].in_language(language))
    return text


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _spatial(one: Stored, native: Crs) -> dict[str, Any]:
    """The extent in degrees, and as a grid in the raster's own system, axes in the order of its authority."""
    grid, digits = one.facts.grid, native.digits
    west, south, east, north = (round(end, digits) for end in grid.bounds)
    xs, ys = grid.centres()
    x = {"cellsCount": grid.width, "resolution": grid.cell_width, "firstCoordinate": round(float(xs[0]), digits)}
    y = {"cellsCount": grid.height, "resolution": grid.cell_height, "firstCoordinate": round(float(ys[-1]), digits)}
    names = axes_of(native)
    axes = [{"axis": names[0], **x}, {"axis": names[1], **y}]
    box = [west, south, east, north]
    if native.north_first:
        axes, box = axes[::-1], [south, west, north, east]
    return {
        "bbox": [[round(degrees, CRS84.digits) for degrees in one.raster.bounds.extent]],
        "crs": CRS84.uri,
        "storageCrsBbox": [box],
        "grid": axes,
    }


def _links(one: Stored, asked: Asked) -> list[dict[str, str]]:
    """CoverageJSON of a raster that is too large for one text is linked at a scale that fits."""
    url, covjson = one.url(asked.base_url), f"{one.url(asked.base_url)}/coverage?f=covjson"
    grid = one.facts.grid
    cells = grid.width * grid.height * len(one.bands)
    if cells > MAX_CELLS_AS_TEXT:
        covjson += f"&scale-factor={math.ceil(math.sqrt(cells / MAX_CELLS_AS_TEXT) * 10 + 1) / 10:g}"
    said = words.in_language(asked.language)
    title = _COVERAGE.in_language(asked.language)
    return [
        {"rel": "self", "type": JSON, "title": said.this_json, "href": f"{url}?f=json"},
        {"rel": "alternate", "type": "text/html", "title": said.this_html, "href": f"{url}?f=html"},
        {"rel": "root", "type": JSON, "title": said.root, "href": f"{asked.base_url}?f=json"},
        {
            "rel": f"{REL}/coverage",
            "type": GEOTIFF,
            "title": title.format("GeoTIFF"),
            "href": f"{url}/coverage?f=geotiff",
        },
        {"rel": f"{REL}/coverage", "type": COVJSON, "title": title.format("CoverageJSON"), "href": covjson},
        {"rel": f"{REL}/schema", "type": SCHEMA_JSON, "title": said.schema, "href": f"{url}/schema?f=json"},
        {"rel": f"{REL}/schema", "type": "text/html", "title": said.schema, "href": f"{url}/schema?f=html"},
    ]


def _query_link(query: str, one: Stored, asked: Asked) -> dict[str, Any]:
    title, geometry, formats = QUERIES[query]
    variables = {
        "title": title.in_language(asked.language),
        "description": f"coords: {geometry}",
        "query_type": query,
        "coords": {"description": f"WKT {geometry}"},
        "output_formats": list(formats),
        "default_output_format": "CoverageJSON",
        "crs_details": [{"crs": crs.uri, "wkt": _wkt(code_of(crs), crs.uri)} for crs in systems_of(one)],
    }
    href = f"{one.url(asked.base_url)}/{query}"
    return {"href": href, "rel": "data", "type": COVJSON, "title": variables["title"], "variables": variables}


@lru_cache(maxsize=64)
def _wkt(code: int, uri: str) -> str:
    system = pyproj.CRS.from_authority("OGC", "CRS84") if uri == CRS84.uri else pyproj.CRS.from_epsg(code)
    return str(system.to_wkt())


def schema(one: Stored, asked: Asked) -> dict[str, Any]:
    """The fields of a raster, with units and what stands for nothing."""
    return {
        "$schema": JSON_SCHEMA,
        "$id": f"{one.url(asked.base_url)}/schema",
        "type": "object",
        "title": one.raster.title,
        "description": description(one, asked.language),
        "properties": {band.name: _field(one, band, asked.language) for band in one.bands},
        "additionalProperties": False,
    }


def _field(one: Stored, band: Band, language: str) -> dict[str, Any]:
    raster = one.raster
    field: dict[str, Any] = {
        "type": "integer" if band.is_whole else "number",
        "title": band.title.in_language(language),
        "description": description_of(raster, band).in_language(language),
        "x-ogc-propertySeq": band.number,
    }
    if band.unit:
        field["x-ogc-unit"] = band.unit
        field |= {} if band.is_ucum else {"x-ogc-unitLang": "as written by the publisher"}
    if raster.nodata is not None:
        field["x-ogc-nullValues"] = [int(raster.nodata) if band.is_whole else raster.nodata]
    if band.number == 1 and raster.minimum is not None:
        field["x-ogc-statistics"] = {"min": raster.minimum, "max": raster.maximum}
    return field
