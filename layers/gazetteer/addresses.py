"""Where an address lies as far as the city's data tell: the block, else the town, else the city. Never its door."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from layers.city import City
from layers.gazetteer.address import Reading, in_words
from layers.gazetteer.asked import Asked
from layers.gazetteer.entry import Entry, Found
from layers.gazetteer.grouping import distance_m
from layers.gazetteer.normalise import search_key
from layers.gazetteer.query import beginning_query, block_extent, entries_of, named_query, neighbour_distance_m
from layers.spec import Certainty

BLOCK_REACH_M: Final = 150
"""How far a block reaches beyond what is known of it: 街区 of 住居表示 measure 3,000 to 5,000 m² in built-up towns
(街区方式による住居表示の実施基準, 自治省告示第117号, 1963), but campuses are several times as long."""

TOWN_NEIGHBOURS: Final = 3
TOWN_REACH_M: Final = (200, 2_000)
"""Bounds of the radius of a town; a town without neighbours gets the upper."""

CITY_REACH_M: Final = 10_000
"""Radius of a city that is known by a point only."""

_CHOME: Final = re.compile(r"[0-9０-９〇一二三四五六七八九十]+丁目$")
_REMARK: Final = re.compile(r"\s*[（(][^（）()]*[）)]$")
_CITY_ENDS: Final = "市区町村"


def accuracy_m(entry: Entry) -> int:
    """How far what an entry names may be from its point, metres.

    A town is known by one point. It ends between that and its neighbours', but need not lie evenly around it: the
    distance to the third nearest is a radius that holds nearly all of it.
    """
    if entry.certainty is Certainty.TOWN:
        least, most = TOWN_REACH_M
        neighbour = neighbour_distance_m(entry, TOWN_NEIGHBOURS)
        return most if neighbour is None else max(least, min(most, round(neighbour)))
    if entry.certainty is Certainty.CITY:
        return entry.extent_m or CITY_REACH_M
    return entry.extent_m


def resolve(asked: Asked, city: City) -> Found | None:
    """The nearest thing to an address that no feature bears itself; None where not even the town is known."""
    code = city.code if asked.address.names_city else None
    if not asked.address.numbers:
        return None
    for reading in asked.address.readings:
        for town in _towns([reading.town + "丁目", reading.town], code):
            return _in_town(asked, reading, town)
    return _in_some_chome(asked, code)


def resolve_city(asked: Asked, city: City) -> Found | None:
    """The city that an address begins with, for want of anything nearer."""
    keys = [search_key(city.name.ja)] if asked.address.names_city else list(_possible_cities(asked.address.key))
    cities = [entry for entry in entries_of(named_query(keys)) if entry.certainty is Certainty.CITY]
    if not cities:
        return None
    best = max(cities, key=lambda entry: len(entry.name_key))
    unmatched = asked.text.partition(best.name)[2].strip() or asked.text.strip()
    return Found(
        best, (best,), Certainty.CITY, accuracy_m(best), best.name, unmatched, ("address", best.name), best.position
    )


def _in_town(asked: Asked, reading: Reading, town: Entry) -> Found | None:
    """The block, where a place is known to lie in it; else the town."""
    if reading.block is None:
        return None
    known = block_extent(reading.town, reading.block, town.city_code)
    if known is None:
        unmatched = in_words(reading.below) + asked.address.rest
        return Found(
            town, (town,), Certainty.TOWN, accuracy_m(town), town.name, unmatched, ("address", town.name), town.position
        )
    position, reach_m = known
    name = town.name + in_words(reading.below[:1])
    below = "-".join(reading.below[1:])
    unmatched = (f"{below}号" if below else "") + asked.address.rest
    accuracy = round(reach_m) + BLOCK_REACH_M
    return Found(town, (town,), Certainty.BLOCK, accuracy, name, unmatched, ("address", name), position)


def _in_some_chome(asked: Asked, code: str | None) -> Found | None:
    """The middle of a town's 丁目, where the address names none of them."""
    town = asked.address.town
    pattern = re.compile(re.escape(town) + r"\d+丁目")
    parts = [
        entry
        for entry in entries_of(beginning_query(town, code))
        if entry.certainty is Certainty.TOWN and pattern.fullmatch(search_key(_bare(entry.name)))
    ]
    if not parts or len({entry.city_code for entry in parts}) > 1:
        return None
    lon, lat = (sum(values) / len(parts) for values in zip(*(entry.position for entry in parts), strict=True))
    reach = max(distance_m((lon, lat), entry.position) + accuracy_m(entry) for entry in parts)
    name = _CHOME.sub("", _bare(parts[0].name))
    unmatched = "-".join(asked.address.numbers) + asked.address.rest
    return Found(parts[0], tuple(parts), Certainty.TOWN, round(reach), name, unmatched, ("address", name), (lon, lat))


def _towns(keys: list[str], code: str | None) -> Iterator[Entry]:
    """The towns of these names, whatever remark a name has behind it."""
    for key in keys:
        for entry in entries_of(beginning_query(key, code)):
            if entry.certainty is Certainty.TOWN and search_key(_bare(entry.name)) == key:
                yield entry


def _bare(name: str) -> str:
    """A name without the remark in brackets behind it.

    >>> _bare("みどり町一丁目（架空）")
    'みどり町一丁目'
    """
    return _REMARK.sub("", name)


def _possible_cities(key: str) -> Iterator[str]:
    """What the key of an address may begin with.

    >>> list(_possible_cities("調布市深大寺元町5-31"))
    ['調布市', '調布市深大寺元町']
    """
    return (key[: index + 1] for index, letter in enumerate(key) if index and letter in _CITY_ENDS)
