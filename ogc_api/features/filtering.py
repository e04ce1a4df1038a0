"""The parameters ``filter``, ``filter-lang`` and ``filter-crs``, and the links of a search by POST.

Source: OGC API - Features - Part 3: Filtering (OGC 19-079r2), 7.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from layers.crs import Crs
from layers.reading import Query
from layers.spec import LayerSpec
from ogc_api import words
from ogc_api.asking import Asked
from ogc_api.cql2 import check_language, read_filter
from ogc_api.features import places, references
from ogc_api.features.transforming import to_lon_lat

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
    read = read_filter(given["filter"], given.get("filter-lang"), to_lon_lat(crs))
    return [Query(" AND ") + read.condition(layer, asked.audience, timezone.get_default_timezone())]


def links_of_search(layer: LayerSpec, asked: Asked, next_cursor: str | None) -> list[dict[str, Any]]:
    """The collection, and the page at `next_cursor`: a link that says what is to be posted."""
    said = words.in_language(asked.language)
    collection = f"{asked.base_url}/collections/{layer.name}"
    title = layer.title.in_language(asked.language)
    links: list[dict[str, Any]] = [
        {"rel": "collection", "type": "application/json", "title": title, "href": collection},
        references.profile_link(asked),
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
