"""The parameters ``filter``, ``filter-lang`` and ``filter-crs``, and the links of a search by POST.

Source: OGC API - Features - Part 3: Filtering (OGC 19-079r2), 7.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj
from django.utils import timezone

from layers.crs import LON_LAT_SRID, Crs
from layers.reading import Query
from layers.spec import LayerSpec
from ogc_api import words
from ogc_api.asking import Asked
from ogc_api.cql2 import check_language, read_filter, shapes
from ogc_api.features import places

PARAMETERS = ("filter", "filter-lang", "filter-crs")


def conditions_of(layer: LayerSpec, asked: Asked, offered: tuple[Crs, ...]) -> list[Query]:
    """What the filter asks of a feature, as conditions that begin with AND; none without a filter.

    Raises:
        Problem: 400, saying what is wrong with the filter, and for which property.
    """
    given = asked.parameters
    crs = places.read_crs("filter-crs", given.get("filter-crs"), offered)
    if "filter" not in given:
        check_language(given.get("filter-lang"))
        return []
    read = read_filter(given["filter"], given.get("filter-lang"), _to_lon_lat(crs))
    return [Query(" AND ") + read.condition(layer, asked.audience, timezone.get_default_timezone())]


def _to_lon_lat(crs: Crs) -> shapes.ToLonLat:
    """Takes coordinates in the order of the system's authority to longitude and latitude."""
    if crs.is_stored:
        return _turned if crs.north_first else shapes.as_given
    transformer = pyproj.Transformer.from_crs(crs.srid, LON_LAT_SRID, always_xy=True)

    def to_lon_lat(coordinates: Any) -> Any:
        east_first = _turned(coordinates) if crs.north_first else coordinates
        return np.column_stack(transformer.transform(east_first[:, 0], east_first[:, 1]))

    return to_lon_lat


def _turned(coordinates: Any) -> Any:
    return coordinates[:, ::-1]


def links_of_search(layer: LayerSpec, asked: Asked, next_cursor: str | None) -> list[dict[str, Any]]:
    """The collection, and the page at `next_cursor`: a link that says what is to be posted."""
    said = words.in_language(asked.language)
    collection = f"{asked.base_url}/collections/{layer.name}"
    title = layer.title.in_language(asked.language)
    links: list[dict[str, Any]] = [
        {"rel": "collection", "type": "application/json", "title": title, "href": collection}
    ]
    if next_cursor is not None:
        counted = {name: value for name, value in (asked.posted or {}).items() if name != "offset"}
        following = counted | {"cursor": next_cursor}
        links.append(
            {
                "rel": "next",
                "type": "application/geo+json",
                "title": said.next_page,
                "href": f"{collection}/search",
                "method": "POST",
                "body": following,
            }
        )
    return links
