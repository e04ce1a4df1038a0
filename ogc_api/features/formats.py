"""The formats of features: which there are, and where each is found. Pure.

Files are downloads of everything that matches; GeoJSON, JSON-FG and pages for people come page by page.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from layers.crs import CRS84
from layers.formats import Format, find_format
from layers.formats.jsonfg import JSON_FG
from layers.spec import LayerSpec
from ogc_api.asking import FORMATS, Asked, Formats

JSONFG = JSON_FG.name
_NAMES = ("csv", "gpkg", "fgb", "parquet", "kml")
FILES: dict[str, Format] = {known.name: known for known in map(find_format, _NAMES) if known is not None}
"""What is sent as a file, by the name that ``f`` takes."""


def media_type_of(known: Format) -> str:
    """Without parameters, as callers name it.

    >>> media_type_of(FILES["csv"])
    'text/csv'
    """
    return known.media_type.partition(";")[0]


OF_ITEM: Formats = {**FORMATS, JSONFG: (media_type_of(JSON_FG),)}
OF_ITEMS: Formats = {**OF_ITEM, **{name: (media_type_of(known),) for name, known in FILES.items()}}


def _title_of(known: Format, asked: Asked) -> str:
    return known.title.in_language(asked.language)


def alternates(asked: Asked, address: str, formats: Formats) -> list[dict[str, str]]:
    """Links to the same features in the other formats that are no page, with all other parameters as asked."""
    own = {name: text for name, text in asked.parameters.items() if name != "f"}
    return [
        {
            "rel": "alternate",
            "type": media_type_of(known),
            "title": _title_of(known, asked),
            "href": f"{address}?{urlencode(given | {'f': known.name})}",
        }
        for known in (JSON_FG, *FILES.values())
        if known.name in formats and known.name != asked.format and (given := _possible(known, own)) is not None
    ]


def _possible(known: Format, given: dict[str, str]) -> dict[str, str] | None:
    """The parameters with which a format can be had; None where it cannot."""
    if known.name == "fgb" and given.get("skipGeometry") == "true":
        return None
    if known.is_lon_lat_only and given.get("crs", CRS84.uri) != CRS84.uri:
        return {name: text for name, text in given.items() if name != "crs"}
    return given


def collection_links(layer: LayerSpec, asked: Asked) -> Iterator[dict[str, str]]:
    """A collection's features in each format besides GeoJSON and the page."""
    for known in (JSON_FG, *FILES.values()):
        yield {
            "rel": "items",
            "type": media_type_of(known),
            "title": _title_of(known, asked),
            "href": f"{asked.base_url}/collections/{layer.name}/items?f={known.name}",
        }
