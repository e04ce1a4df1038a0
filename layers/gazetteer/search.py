"""The search: what the layers name, and where an address lies as far as it is known."""

from __future__ import annotations

from typing import Final

from layers.city import City
from layers.gazetteer.addresses import accuracy_m, resolve, resolve_city
from layers.gazetteer.asked import Asked, understand
from layers.gazetteer.entry import Entry, Found, Position
from layers.gazetteer.grouping import grouped
from layers.gazetteer.normalise import search_key
from layers.gazetteer.query import candidates_query, entries_of, same_places_query

SPARE: Final = 4
"""How many more candidates are read than shown, as several of them may be one place."""


def find(text: str, city: City, *, near: Position | None = None, limit: int = 10) -> list[Found]:
    """The places that `text` names, best first, then nearest first; at most `limit`.

    Call `entries.current_revisions` before: it brings the gazetteer up to the layers.
    """
    asked = understand(text, city.name.ja)
    if asked is None:
        return []
    entries = entries_of(candidates_query(asked, near, limit * SPARE))
    found = _by_address(asked, city, entries)
    others = entries_of(same_places_query(entries)) if entries else []
    for roles in grouped(entries, others):
        if len(found) >= limit:
            break
        if not any(place.entry == roles[0] for place in found):
            found.append(_as_found(asked, roles))
    return found


def _by_address(asked: Asked, city: City, entries: list[Entry]) -> list[Found]:
    """What an address comes to. Nothing, where a feature bears just this address or name."""
    if entries and entries[0].score == 0:
        return []
    place = resolve(asked, city) or (None if entries else resolve_city(asked, city))
    return [place] if place else []


def _as_found(asked: Asked, roles: tuple[Entry, ...]) -> Found:
    entry = roles[0]
    reach = accuracy_m(entry)
    return Found(entry, roles, entry.certainty, reach, entry.name, "", _matched(asked, entry), entry.position)


def _matched(asked: Asked, entry: Entry) -> tuple[str, str]:
    """The field of the entry in which the search was found, and its text."""
    words = {word.key for form in asked.forms for word in form}
    for field, text in (("name", entry.name), ("kana", entry.kana)):
        if any(word in search_key(text) for word in words):
            return field, text
    return "address", entry.address
