"""Emergency evacuation sites as the public sees them, and whether one may be sent there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from layers import reading, registry
from layers.city import HAZARDS
from layers.spec import Audience, Text

LAYER: Final = "evacuation-sites"


@dataclass(frozen=True, slots=True)
class Site:
    """A 指定緊急避難場所.

    `place` is longitude and latitude; `as_of` is when its state was observed, or else changed.
    """

    id: str
    name: str
    address: str
    place: tuple[float, float]
    hazards: frozenset[str]
    opening_status: str
    crowding: str
    as_of: str

    @property
    def unavailable(self) -> Text | None:
        """Why nobody is sent there now; None if nothing speaks against it."""
        if self.opening_status == "closed":
            return Text("閉鎖", "closed")
        return Text("満員", "full") if self.crowding == "full" else None


def sites_for(hazard: str) -> list[Site]:
    """The sites designated for `hazard`, and no other."""
    selection = reading.select(registry.get(LAYER), Audience.PUBLIC, equals={hazard: "true"})
    sites = [_site(json.loads(row[1])) for row in reading.rows(reading.features_query(selection))]
    return [site for site in sites if hazard in site.hazards]


def find_site(site_id: str) -> Site | None:
    """The site of this id."""
    query = reading.feature_query(registry.get(LAYER), Audience.PUBLIC, site_id)
    return next((_site(json.loads(row[1])) for row in reading.rows(query)), None)


def hazard_title(hazard: str) -> Text:
    """What the hazard is called."""
    return registry.get(LAYER).get_field(hazard).title


def _site(feature: Mapping[str, Any]) -> Site:
    properties = feature["properties"]
    lon, lat = feature["geometry"]["coordinates"][:2]
    return Site(
        id=feature["id"],
        name=properties["name"],
        address=properties["address"],
        place=(lon, lat),
        hazards=frozenset(hazard for hazard in HAZARDS if properties[hazard]),
        opening_status=properties["opening_status"],
        crowding=properties["crowding"],
        as_of=properties["observed_at"] or properties["changed_at"],
    )
