"""OGC API - Tiles below ``/api/``: a face over the tilesets at ``/tiles/``, whose bytes are the same.

Source: OGC API - Tiles - Part 1: Core (OGC 20-057). Its addresses name the row before the column.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import re_path
from django.utils.cache import patch_vary_headers

from gis_server.ogc_parts import matrix_sets, tilesets, words
from gis_server.ogc_parts.asked import layers_of, read_collections, read_data
from gis_server.ogc_parts.links import (
    MVT,
    TILESETS,
    TILING_SCHEMES,
    Link,
    in_both_forms,
    to_itself,
)
from gis_server.ogc_parts.tiles_definition import SCHEMAS, paths
from gis_server.ogc_parts.tilesets import Origin
from layers.problems import Problem
from layers.spec import LayerSpec
from ogc_api import asking, parts
from ogc_api.answering import answers, json_response, not_modified, page
from ogc_api.asking import Asked
from tile_cache.answers import takes_gzip
from tile_cache.grid import Grid, Tile, get_grid, grids_of
from tile_cache.looks.base_map import BASE_GROUP
from tile_cache.rendering import Rendered, render
from tile_cache.tilesets import Tileset

CONFORMANCE = tuple(
    f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}"
    for name in (
        "core",
        "tileset",
        "tilesets-list",
        "dataset-tilesets",
        "geodata-tilesets",
        "collections-selection",
        "mvt",
        "oas30",
    )
) + tuple(
    f"http://www.opengis.net/spec/tms/2.0/conf/{name}"
    for name in ("tilematrixset", "tilesetmetadata", "json-tilematrixset", "json-tilesetmetadata")
)
CHOICE = ("collections",)


@answers("GET", "HEAD")
def tile_matrix_sets(request: HttpRequest) -> HttpResponseBase:
    """The ways of dividing the ground that tiles are made in."""
    asked = asking.read(request)
    own = f"{asked.base_url}/tileMatrixSets"
    listed = [
        {
            "id": grid.name,
            "title": words.of_grid(grid, asked.language),
            "uri": matrix_sets.uri(grid, own),
            "crs": grid.crs_uri,
            "links": to_itself(asked, f"{own}/{grid.name}"),
        }
        for grid in grids_of(settings.CITY)
    ]
    document = {"tileMatrixSets": listed, "links": to_itself(asked, own)}
    return _answer(request, asked, document, "tile_matrix_sets.html")


@answers("GET", "HEAD")
def tile_matrix_set(request: HttpRequest, matrix_set: str) -> HttpResponseBase:
    """The definition of one."""
    grid = _grid(matrix_set)
    asked = asking.read(request)
    root = f"{asked.base_url}/tileMatrixSets"
    document = matrix_sets.definition(grid, root) | {
        "title": words.of_grid(grid, asked.language),
        "links": to_itself(asked, f"{root}/{grid.name}"),
    }
    return _answer(request, asked, document, "tile_matrix_set.html")


@answers("GET", "HEAD")
def tileset_list(request: HttpRequest, collection: str | None = None) -> HttpResponseBase:
    """The tilesets of a collection, or of all together."""
    layer = _layer(request, collection)
    asked = asking.read(request, () if layer else CHOICE)
    origin = _origin(asked, layer)
    grids = [{"name": grid.name, "title": words.of_grid(grid, asked.language)} for grid in grids_of(settings.CITY)]
    shown = _frame(origin, asked) | {"grids": grids}
    return _answer(request, asked, tilesets.list_document(origin, asked), "tilesets.html", shown)


@answers("GET", "HEAD")
def tileset(request: HttpRequest, matrix_set: str, collection: str | None = None) -> HttpResponseBase:
    """What is in a tileset, and where its tiles are."""
    layer = _layer(request, collection)
    grid = _grid(matrix_set)
    asked = asking.read(request, () if layer else CHOICE)
    origin = _origin(asked, layer)
    document = tilesets.document(origin, grid, asked)
    shown = _frame(origin, asked) | {"grid_name": grid.name, "grid_title": words.of_grid(grid, asked.language)}
    return _answer(request, asked, document, "tileset.html", shown | _shown(origin, asked, document))


@answers("GET", "HEAD")
def tile(
    request: HttpRequest, matrix_set: str, matrix: str, row: str, col: str, collection: str | None = None
) -> HttpResponseBase:
    """One tile; 204 where nothing is there, 404 outside the tileset."""
    layer = _layer(request, collection)
    grid = _grid(matrix_set)
    asked = read_data(request, () if layer else CHOICE, ("mvt",))
    tileset = _origin(asked, layer).tileset(asked)
    place = read_tile(matrix, row, col, grid)
    first, last = tilesets.zooms(tileset, grid)
    if not first <= place.z <= last:
        raise _outside("tileMatrix", f"this tileset has the tile matrices {first} to {last}, not {place.z}")
    rendered = render(tileset, place)
    if not rendered.gzipped:
        _check_limits(tileset, place, asked)
    return _tile_response(request, tileset, rendered)


def read_tile(matrix: str, row: str, col: str, grid: Grid) -> Tile:
    """The tile of an address.

    Raises:
        Problem: 400 for what is no number, 404 for a tile that the matrix set does not have.
    """
    z = _number("tileMatrix", matrix)
    if z > grid.last_zoom:
        raise _outside("tileMatrix", f"tiles are made for the tile matrices 0 to {grid.last_zoom}, not {z}")
    last = 2**z - 1
    numbers = {name: _number(name, text) for name, text in (("tileRow", row), ("tileCol", col))}
    for name, number in numbers.items():
        if number > last:
            raise _outside(name, f"in tile matrix {z}, {name} is 0 to {last}, not {number}")
    return Tile(z, numbers["tileCol"], numbers["tileRow"], grid)


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise Problem(400, "no such tile", f"{name} is a whole number from 0, not {text[:40]!r}", parameter=name)
    return int(text)


def _outside(name: str, detail: str) -> Problem:
    return Problem(404, "no such tile", detail, parameter=name)


def _check_limits(tileset: Tileset, place: Tile, asked: Asked) -> None:
    """Raises:
    Problem: 404 for a tile beyond the tileset's limits (OGC 20-057, /req/core/tc-error).
    """
    limit = tilesets.limit_at(tileset, place, asked)
    if not matrix_sets.is_within(limit, place.y, place.x):
        rows, cols = (f"{limit[f'minTile{axis}']} to {limit[f'maxTile{axis}']}" for axis in ("Row", "Col"))
        raise _outside("tileRow", f"in tile matrix {place.z}, this tileset has the rows {rows} and the columns {cols}")


def _tile_response(request: HttpRequest, tileset: Tileset, rendered: Rendered) -> HttpResponse:
    """The bytes as they are stored where the caller takes gzip, as ``/tiles/`` sends them."""
    is_gzip = takes_gzip(request.headers.get("Accept-Encoding", ""))
    etag = f'"{rendered.tag}"' if is_gzip else f'"{rendered.tag}-plain"'
    response = not_modified(request, etag) or _content(rendered, is_gzip=is_gzip)
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache" if tileset.is_public else "private, no-store"
    patch_vary_headers(response, ["Accept-Encoding", "Cookie", "Authorization"])
    return response


def _content(rendered: Rendered, *, is_gzip: bool) -> HttpResponse:
    if not rendered.gzipped:
        response = HttpResponse(status=204)
        del response["Content-Type"]
        return response
    response = HttpResponse(rendered.gzipped if is_gzip else gzip.decompress(rendered.gzipped), content_type=MVT)
    if is_gzip:
        response["Content-Encoding"] = "gzip"
    return response


def _layer(request: HttpRequest, collection: str | None) -> LayerSpec | None:
    return None if collection is None else asking.get_layer(request, collection)


def _origin(asked: Asked, layer: LayerSpec | None) -> Origin:
    if layer is not None:
        return Origin(f"{asked.base_url}/collections/{layer.name}", layer)
    return Origin(asked.base_url, None, read_collections(asked, [each.name for each in layers_of(asked.audience)]))


def _grid(name: str) -> Grid:
    return get_grid(name, settings.CITY, "tileMatrixSetId")


def _frame(origin: Origin, asked: Asked) -> dict[str, Any]:
    """What the pages of an origin have in common."""
    title = origin.title(asked)
    return {
        "heading": words.in_language(asked.language).tilesets_of.format(title),
        "address": origin.address,
        "query": f"?{origin.query}" if origin.query else "",
        "layer": origin.layer,
        "layer_title": title,
    }


def _shown(origin: Origin, asked: Asked, document: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of a tileset, with the style of the layer or of the city."""
    links = {given["title"]: given["href"] for given in document["links"]}
    said = words.in_language(asked.language)
    box = document["boundingBox"]
    limits = document["tileMatrixSetLimits"]
    of_layer = f"{origin.address}/styles/default?f=json"
    return {
        "style": f"{asked.base_url}/styles/city?f=json" if origin.layer is None else of_layer,
        "over": origin.layer is not None and origin.layer.group != BASE_GROUP,
        "only": ",".join(origin.chosen or ()),
        "bounds": ",".join(str(degrees) for degrees in (*box["lowerLeft"], *box["upperRight"])),
        "template": links[said.tile],
        "tilejson": links.get(said.tilejson, ""),
        "first": limits[0]["tileMatrix"],
        "last": limits[-1]["tileMatrix"],
    }


def _answer(
    request: HttpRequest, asked: Asked, document: dict[str, Any], template: str, shown: dict[str, Any] | None = None
) -> HttpResponseBase:
    if asked.html:
        said = words.in_language(asked.language)
        return page(request, asked, f"parts/{template}", {"document": document, "said": said, **(shown or {})})
    return json_response(request, asked, document)


def _landing_links(asked: Asked) -> Iterable[Link]:
    said = words.in_language(asked.language)
    yield from in_both_forms(TILESETS, said.tilesets, f"{asked.base_url}/tiles")
    yield from in_both_forms(TILING_SCHEMES, said.tile_matrix_sets, f"{asked.base_url}/tileMatrixSets")


def _collection_links(layer: LayerSpec, asked: Asked) -> Iterable[Link]:
    said = words.in_language(asked.language)
    yield from in_both_forms(TILESETS, said.tilesets, f"{asked.base_url}/collections/{layer.name}/tiles")


_SET = r"(?P<matrix_set>[^/]+)"
_TILE = rf"{_SET}/(?P<matrix>[^/]+)/(?P<row>[^/]+)/(?P<col>[^/]+)"
_COLLECTION = r"collections/(?P<collection>[^/]+)"

TILES_PART = parts.Part(
    name="tiles",
    title=words.text("tiles"),
    conformance=CONFORMANCE,
    urlpatterns=(
        re_path(r"^tileMatrixSets/?$", tile_matrix_sets, name="tile_matrix_sets"),
        re_path(rf"^tileMatrixSets/{_SET}/?$", tile_matrix_set, name="tile_matrix_set"),
        *(
            pattern
            for prefix in ("", f"{_COLLECTION}/")
            for pattern in (
                re_path(rf"^{prefix}tiles/?$", tileset_list),
                re_path(rf"^{prefix}tiles/{_SET}/?$", tileset),
                re_path(rf"^{prefix}tiles/{_TILE}/?$", tile),
            )
        ),
    ),
    landing_links=_landing_links,
    collection_links=_collection_links,
    paths=paths,
    schemas=SCHEMAS,
)
