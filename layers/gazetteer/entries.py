"""Keeps the gazetteer exact: before an answer, whatever changed in a layer since its last reading is entered.

The declarations say what a layer contributes; only rows and fields that everybody may read are taken. Processes need
not know of one another: each compares revisions, the first to come enters what differs while the others wait, and
revisions are read *before* rows, so that what was read is never older than the revision noted for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import connection, transaction

from layers import reading, registry
from layers.changes import revisions_of
from layers.city import City
from layers.crs import LON_LAT_SRID
from layers.gazetteer.address import address_key
from layers.gazetteer.normalise import RULES, grams, search_key
from layers.reading import Query, quoted
from layers.spec import Audience, LayerSpec

BATCH_ROWS: Final = 5_000
_LOCK: Final = 0x706C616365  # "place", the key of the advisory lock
_TEXTS: Final = ("city_code", "name", "kana", "address", "code", "same_place")
_COPIED: Final = (*_TEXTS, "extent_m", "point")
_KEYS: Final = ("name_key", "kana_key", "address_key", "grams")


def current_revisions(city: City) -> dict[str, int]:
    """The revisions of all layers that are searched, at which the gazetteer stands when this returns."""
    revisions = revisions_of(layer.name for layer in registry.searched())
    if stale := _stale(revisions, city):
        _refresh(stale, city)
    return revisions


def _stale(revisions: Mapping[str, int], city: City) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT layer, revision FROM layers_placesread WHERE rules = %s", [_rules(city)])
        read = dict(cursor.fetchall())
    return [name for name, revision in revisions.items() if read.get(name, -1) < revision]


def _rules(city: City) -> str:
    """By what the keys are made: the rules of this edition, and the city whose name is left out of addresses."""
    return f"{RULES} {city.name.ja}"


def _refresh(names: Iterable[str], city: City) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        revisions = revisions_of(names)
        for name in _stale(revisions, city):
            enter(registry.get(name), city)
            cursor.execute(
                "INSERT INTO layers_placesread (layer, revision, rules) VALUES (%s, %s, %s)"
                " ON CONFLICT (layer) DO UPDATE SET revision = excluded.revision, rules = excluded.rules",
                [name, revisions[name], _rules(city)],
            )


def enter(layer: LayerSpec, city: City) -> None:
    """Bring the places of a layer to what its table holds now. Rows that did not change are not touched."""
    contribution = contribution_query(layer, city)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM layers_placesread WHERE layer = %s AND rules <> %s", [layer.name, _rules(city)])
        if cursor.fetchone():
            cursor.execute("DELETE FROM layers_place WHERE layer = %s", [layer.name])
        # All rows of both sides are compared; looking each one up takes for ever where statistics say they are few.
        cursor.execute("SELECT set_config('enable_nestloop', 'off', true)")
    differs = _differs(layer.name, contribution)
    with connection.chunked_cursor() as cursor:
        cursor.execute(differs.sql, differs.params)
        while rows := cursor.fetchmany(BATCH_ROWS):
            _write(layer.name, rows, city)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM layers_place p WHERE p.layer = %s AND NOT EXISTS (SELECT 1 FROM"
            f" ({contribution.sql}) c WHERE c.id = p.feature_id)",
            [layer.name, *contribution.params],
        )


def contribution_query(layer: LayerSpec, city: City) -> Query:
    """What everybody may read of a layer, as id and the columns `_COPIED`.

    A feature that is no point stands there with a point on it, and how far it reaches from that.
    """
    gazetteer = layer.gazetteer
    if gazetteer is None:
        raise ValueError(f"{layer.name} is not searched")
    readable = {field.name for field in layer.fields_for(Audience.PUBLIC)}
    named = (None, gazetteer.name, gazetteer.kana, gazetteer.address, gazetteer.by, gazetteer.same_place)
    columns = ["t.id", "t.city_code"]
    for alias, name in zip(_TEXTS[1:], named[1:], strict=True):
        columns.append((f"t.{quoted(name)}::text" if name in readable else "''::text") + f" AS {alias}")
    is_point = layer.geometry_type == "Point"
    point = "t.geometry" if is_point else "ST_PointOnSurface(t.geometry)"
    srid = int(city.plane_srid)
    reach = f"round(ST_MaxDistance(ST_Transform({point}, {srid}), ST_Transform(t.geometry, {srid})))::int"
    columns += [("0" if is_point else reach) + " AS extent_m", f"{point} AS point"]
    named_rows = f" AND t.{quoted(gazetteer.name)} <> ''"
    query = Query(f"SELECT {', '.join(columns)} FROM {quoted(layer.table)} t WHERE true{named_rows}")
    return query + reading.row_condition(layer, Audience.PUBLIC)


def _differs(layer: str, contribution: Query) -> Query:
    """The contributed rows that are new or not as entered; the point as WKB."""
    columns = ", ".join(f"c.{name}" for name in _COPIED[:-1])
    new, old = (", ".join(f"{alias}.{name}" for name in _COPIED) for alias in "cp")
    return Query(
        f"SELECT c.id, {columns}, ST_AsBinary(c.point) FROM ({contribution.sql}) c"
        f" LEFT JOIN layers_place p ON p.layer = %s AND p.feature_id = c.id WHERE ({new}) IS DISTINCT FROM ({old})",
        (*contribution.params, layer),
    )


def _write(layer: str, rows: list[tuple[Any, ...]], city: City) -> None:
    """Enter rows in one statement. Grams travel as text, parted by spaces, which no key holds."""
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
    names, kana, addresses = columns[2:5]
    keys = [
        [search_key(name) for name in names],
        [search_key(text) for text in kana],
        [address_key(text, city.name.ja) for text in addresses],
    ]
    columns += [*keys, [" ".join(grams(of_row)) for of_row in zip(*keys, strict=True)]]
    types = ["text"] * 7 + ["int", "bytea"] + ["text"] * 4
    arrays = ", ".join(f"%s::{kind}[]" for kind in types)
    targets = ", ".join((*_COPIED, *_KEYS))
    updates = ", ".join(f"{name} = excluded.{name}" for name in (*_COPIED, *_KEYS))
    plain = ", ".join(f"r.{name}" for name in (*_COPIED[:-1],))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO layers_place (layer, feature_id, {targets})"
            f" SELECT %s, r.id, {plain}, ST_GeomFromWKB(r.point, {LON_LAT_SRID}), r.name_key, r.kana_key,"
            f" r.address_key, string_to_array(r.grams, ' ') FROM unnest({arrays})"
            f" r (id, {targets}) ON CONFLICT (layer, feature_id) DO UPDATE SET {updates}",
            [layer, *columns],
        )
