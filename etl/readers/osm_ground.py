"""OpenStreetMap's tags as the layers of the base map: which layer, and which kind in it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

Tags = Mapping[str, str]
Place = tuple[str, str]
"""Layer and kind ("" where the layer has none)."""

_ROADS = {
    "motorway": "motorway", "trunk": "main", "primary": "main", "secondary": "secondary", "tertiary": "secondary",
    "residential": "street", "unclassified": "street", "living_street": "street", "road": "street",
    "service": "service", "track": "path", "footway": "path", "path": "path", "pedestrian": "path",
    "cycleway": "path", "bridleway": "path", "steps": "steps",
}  # fmt: skip
_RAILWAYS = {"rail", "light_rail", "subway", "tram", "monorail", "narrow_gauge", "funicular"}
_WATERWAYS = {"river": "river", "canal": "river", "stream": "stream", "ditch": "stream", "drain": "stream"}
_GREEN = {
    ("leisure", "park"): "park", ("leisure", "garden"): "park", ("leisure", "playground"): "park",
    ("landuse", "recreation_ground"): "park", ("landuse", "forest"): "wood", ("natural", "wood"): "wood",
    ("natural", "scrub"): "wood", ("landuse", "grass"): "grass", ("landuse", "meadow"): "grass",
    ("landuse", "village_green"): "grass", ("natural", "grassland"): "grass", ("natural", "heath"): "grass",
    ("leisure", "golf_course"): "grass", ("landuse", "farmland"): "farm", ("landuse", "orchard"): "farm",
    ("landuse", "vineyard"): "farm", ("landuse", "allotments"): "farm", ("leisure", "pitch"): "pitch",
    ("leisure", "track"): "pitch",
}  # fmt: skip
_PLACES = {
    "city": "city", "town": "town", "village": "village", "hamlet": "village", "suburb": "quarter",
    "quarter": "quarter", "neighbourhood": "quarter",
}  # fmt: skip

KEYS_OF_LINES = ("highway", "railway", "waterway")
KEYS_OF_AREAS = ("building", "natural", "landuse", "waterway", "leisure")
"""Who has none of these keys is in no layer of lines, or of areas."""


def find_line(tags: Tags) -> Place | None:
    """The layer of a way that is drawn as a line.

    >>> find_line({"highway": "primary_link"}), find_line({"waterway": "stream"}), find_line({"highway": "proposed"})
    (('base-roads', 'main'), ('base-waterways', 'stream'), None)
    """
    road = _ROADS.get(tags.get("highway", "").removesuffix("_link"))
    if road is not None:
        return None if tags.get("area") == "yes" else ("base-roads", road)
    if tags.get("railway") in _RAILWAYS and tags.get("service") not in {"yard", "spur"}:
        return None if tags.get("tunnel") == "yes" else ("base-railways", "")
    water = _WATERWAYS.get(tags.get("waterway", ""))
    return ("base-waterways", water) if water and tags.get("tunnel") not in {"yes", "culvert"} else None


def areas(tags: Tags) -> Iterator[Place]:
    """The layers of an area: a building that stands in a park tag is in both.

    >>> list(areas({"building": "yes"})), list(areas({"natural": "water"})), list(areas({"landuse": "industrial"}))
    ([('base-buildings', '')], [('base-water', 'area')], [])
    """
    if tags.get("building", "no") != "no":
        yield "base-buildings", ""
    if tags.get("natural") == "water" or tags.get("landuse") in {"reservoir", "basin"}:
        yield "base-water", "river" if tags.get("water") == "river" else "area"
    elif tags.get("waterway") in {"riverbank", "dock"}:
        yield "base-water", "river"
    for key in ("leisure", "landuse", "natural"):
        kind = _GREEN.get((key, tags.get(key, "")))
        if kind is not None:
            yield "base-green", kind
            return


def find_point(tags: Tags) -> Place | None:
    """The layer of a node that names a place.

    >>> find_point({"railway": "station", "name": "Vaduz"}), find_point({"place": "town"})
    (('base-places', 'station'), None)
    """
    if not tags.get("name"):
        return None
    if tags.get("railway") in {"station", "halt"}:
        return "base-places", "station"
    kind = _PLACES.get(tags.get("place", ""))
    return ("base-places", kind) if kind else None
