"""The statements of the search. What is compared are keys; values are always parameters."""

from __future__ import annotations

from typing import Any, Final

from layers import reading, registry
from layers.crs import LON_LAT_SRID
from layers.gazetteer.asked import Asked, Word
from layers.gazetteer.entry import Entry, Position
from layers.gazetteer.normalise import needed_grams
from layers.reading import Query

_COLUMNS: Final = (
    "p.layer, p.feature_id, p.city_code, p.name, p.kana, p.address, p.code, p.same_place, p.extent_m,"
    " ST_X(p.point), ST_Y(p.point), p.name_key"
)
_FOUND: Final = f"SELECT {_COLUMNS}, 5 AS score, NULL::float8 AS distance FROM layers_place p"
_IN_ORDER: Final = " ORDER BY p.layer, p.feature_id"

SCORE: Final = (
    "CASE WHEN p.name_key = ANY(%s) OR p.kana_key = ANY(%s) OR p.address_key = %s THEN 0"
    " WHEN p.name_key ^@ ANY(%s) OR p.kana_key ^@ ANY(%s) OR p.address_key ^@ %s THEN 1"
    " WHEN EXISTS (SELECT FROM unnest(%s::text[]) n WHERE strpos(p.name_key, n) > 0 OR strpos(p.kana_key, n) > 0)"
    " THEN 2 WHEN p.address_key ^@ %s THEN 3 WHEN strpos(p.address_key, %s) > 0 THEN 4 ELSE 5 END"
)
"""0 the whole; 1 the beginning (of an address: up to a whole number); 2 within a name; 3, 4 within an address;
5 all its words."""


def candidates_query(asked: Asked, near: Position | None, limit: int) -> Query:
    """The places that hold what is asked, best first, then nearest first where a place is given."""
    names, key = list(asked.names), asked.address.key
    distance = Query("NULL::float8")
    if near is not None:
        point = f"ST_SetSRID(ST_MakePoint(%s, %s), {LON_LAT_SRID})::geography"
        distance = Query(f"ST_Distance(p.point::geography, {point})", near)
    score = Query(SCORE, (names, names, key, names, names, key + "-", names, key, key))
    query = Query(f"SELECT {_COLUMNS}, ") + score + Query(" AS score, ") + distance + Query(" AS distance")
    query += Query(" FROM layers_place p WHERE ") + _any_form(asked.forms)
    order = " ORDER BY score, distance NULLS LAST, length(p.name_key), p.name_key, p.layer, p.feature_id LIMIT %s"
    return query + Query(order, (limit,))


def same_places_query(entries: list[Entry]) -> Query:
    """What may be the same places: of the same number in a municipality, or of the same name."""
    numbered = [entry for entry in entries if entry.same_place]
    return Query(
        f"{_FOUND} WHERE p.name_key = ANY(%s)"
        " OR (p.same_place, p.city_code) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
        (
            sorted({entry.name_key for entry in entries}),
            [entry.same_place for entry in numbered],
            [entry.city_code for entry in numbered],
        ),
    )


def named_query(keys: list[str]) -> Query:
    """What bears one of these names."""
    return Query(f"{_FOUND} WHERE p.name_key = ANY(%s)", (keys,)) + Query(_IN_ORDER)


def beginning_query(key: str, city_code: str | None) -> Query:
    """What bears a name that begins so."""
    return Query(f"{_FOUND} WHERE p.name_key ^@ %s", (key,)) + _of_city(city_code) + Query(_IN_ORDER)


def _of_city(city_code: str | None) -> Query:
    return Query("") if city_code is None else Query(" AND p.city_code IN (%s, '')", (city_code,))


def entries_of(query: Query) -> list[Entry]:
    """Execute a query of places."""
    return [_entry(row) for row in reading.rows(query)]


def neighbour_distance_m(entry: Entry, rank: int) -> float | None:
    """How far the `rank`-th nearest other place of the entry's layer is, or the farthest that there is.

    Metres along the ellipsoid; None where the layer has no other.
    """
    point = f"ST_SetSRID(ST_MakePoint(%s, %s), {LON_LAT_SRID})"
    # The index knows degrees, of which those of longitude are shorter: it brings more than are needed.
    query = Query(
        f"SELECT max(d) FROM (SELECT d FROM (SELECT p.point <-> {point} AS degrees,"
        f" ST_Distance(p.point::geography, {point}::geography) AS d FROM layers_place p"
        " WHERE p.layer = %s AND p.feature_id <> %s ORDER BY degrees LIMIT %s) near ORDER BY d LIMIT %s) nearest",
        (*entry.position, *entry.position, entry.layer, entry.feature_id, 4 * rank, rank),
    )
    (metres,) = next(reading.rows(query))
    return None if metres is None else float(metres)


def block_extent(town: str, block: str, city_code: str) -> tuple[Position, float] | None:
    """The middle of what is known to have an address in this block, and how far from it that lies, metres."""
    beginning = f"{town}-{block}"
    query = Query(
        "WITH known AS MATERIALIZED (SELECT p.point FROM layers_place p WHERE p.grams @> %s"
        " AND (p.address_key = %s OR p.address_key ^@ %s) AND p.city_code IN (%s, '')),"
        " middle AS (SELECT ST_Centroid(ST_Collect(point)) AS point FROM known)"
        " SELECT ST_X(middle.point), ST_Y(middle.point),"
        " (SELECT max(ST_Distance(known.point::geography, middle.point::geography)) FROM known)"
        " FROM middle WHERE middle.point IS NOT NULL",
        (needed_grams(beginning), beginning, beginning + "-", city_code),
    )
    row = next(reading.rows(query), None)
    return None if row is None else ((row[0], row[1]), float(row[2]))


def _any_form(forms: tuple[tuple[Word, ...], ...]) -> Query:
    """Whether a place holds all words of one of the forms."""
    query = Query("")
    for words in forms:
        # The index knows a single letter only at the beginning; that is asked for where there is nothing longer.
        all_short = all(len(word.key) == 1 for word in words)
        conditions = [_holds(word, is_indexed=all_short or len(word.key) > 1) for word in words]
        form = conditions[0]
        for condition in conditions[1:]:
            form += Query(" AND ") + condition
        query += Query(" OR (" if query.sql else "(") + form + Query(")")
    return Query("(") + query + Query(")")


def _holds(word: Word, *, is_indexed: bool) -> Query:
    """Whether a word is in the names or the address; the index finds the pairs of letters, the rest is compared."""
    in_names = Query("(strpos(p.name_key, %s) > 0 OR strpos(p.kana_key, %s) > 0)", (word.key, word.key))
    in_address = Query("strpos(p.address_key, %s) > 0", (word.number_key,))
    if is_indexed:
        in_names = _indexed(word.key) + in_names
        in_address = _indexed(word.number_key) + in_address
    return Query("((") + in_names + Query(") OR (") + in_address + Query("))")


def _indexed(key: str) -> Query:
    return Query("p.grams @> %s AND ", (needed_grams(key),))


def _entry(row: tuple[Any, ...]) -> Entry:
    layer, feature_id, city_code, name, kana, address, code, same_place, extent_m, lon, lat, key, score, distance = row
    gazetteer = registry.get(layer).gazetteer
    if gazetteer is None:
        raise ValueError(f"{layer} is not searched")
    return Entry(
        layer, feature_id, city_code, name, kana, address, code, same_place, extent_m, (lon, lat), key, score,
        distance, gazetteer.certainty_of(code), gazetteer.kind or code,
    )  # fmt: skip
