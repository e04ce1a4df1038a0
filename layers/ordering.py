"""Orders of features by their fields, and the place of a feature in such an order.

Fields are those that the audience may read. Texts are in the order of their code points, so that no update of the
system's languages changes it; a missing value counts as greater than any other; ties are broken by the id. So the
order is total, and what comes after a feature can be said by its values (key-set paging).
"""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from typing import Any

from django.db import models

from layers import values
from layers.problems import Problem
from layers.reading import Order, Query, quoted
from layers.spec import Audience, LayerSpec

ID = "id"
MAX_SORTS = 8
_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Sort:
    """One field to sort by, as SQL on the alias ``t``."""

    name: str
    descending: bool
    column: models.Field[Any, Any]
    sql: str

    @property
    def after(self) -> str:
        return "<" if self.descending else ">"

    @property
    def in_words(self) -> str:
        return ("-" if self.descending else "") + self.name


def sortable_names(layer: LayerSpec, audience: Audience) -> tuple[str, ...]:
    return (ID, *(field.name for field in layer.fields_for(audience)))


def read_sorts(layer: LayerSpec, audience: Audience, text: str) -> tuple[Sort, ...]:
    """What ``sortby`` asks for: fields with + (or nothing) for ascending, - for descending.

    Raises:
        Problem: 400, naming the field that is none for this audience, or that comes twice.
    """
    known = sortable_names(layer, audience)
    sorts: list[Sort] = []
    for part in text.split(","):
        name = part[1:] if part[:1] in {"+", "-", " "} else part  # a plus sign may have become a space on its way
        if name not in known or name in {sort.name for sort in sorts} or len(sorts) == MAX_SORTS:
            raise Problem(
                400,
                "invalid parameter",
                f"sortby={part!r:.80} is not a field, with + or - before it, that is given once and among the first"
                f" {MAX_SORTS}; the fields are: {', '.join(known)}",
                parameter="sortby",
                extra={"sortables": list(known)},
            )
        sorts.append(_sort(layer, name, part.startswith("-")))
    return tuple(sorts)


def _sort(layer: LayerSpec, name: str, descending: bool) -> Sort:
    column = layer.model._meta.get_field(name)
    is_text = isinstance(column, models.CharField | models.TextField)
    return Sort(name, descending, column, f"t.{quoted(name)}" + (' COLLATE "C"' if is_text else ""))


def order_of(sorts: tuple[Sort, ...], place: tuple[Any, ...] | None = None) -> Order:
    """The order, from its beginning or after a place in it (a value for each sort, then the id)."""
    by = [sort.sql + (" DESC" if sort.descending else "") for sort in sorts]
    condition = _after(sorts, place) if place is not None else Query("")
    return Order(tuple(sort.sql for sort in sorts), (*by, "t.id"), condition)


def until(sorts: tuple[Sort, ...], place: tuple[Any, ...]) -> Query:
    """The condition for what comes up to a place in the order, that place included, beginning with AND."""
    after = _after(sorts, place)
    return Query(" AND (true") + after + Query(") IS NOT TRUE")


def _after(sorts: tuple[Sort, ...], place: tuple[Any, ...]) -> Query:
    """Greater in the first key, or equal there and greater in the next, and so on to the id."""
    same, ways, ways_params = "", [], []
    same_params: tuple[Any, ...] = ()
    for sort, value in zip(sorts, place, strict=False):
        if (later := _later(sort, value)) is not None:
            ways.append(f"({same}{later.sql})")
            ways_params += [*same_params, *later.params]
        if value is None:
            same += f"{sort.sql} IS NULL AND "
        else:
            same, same_params = same + f"{sort.sql} = %s AND ", (*same_params, value)
    ways.append(f"({same}t.id > %s)")
    return Query(f" AND ({' OR '.join(ways)})", (*ways_params, *same_params, place[-1]))


def _later(sort: Sort, value: Any) -> Query | None:
    """What comes after a value in one key; None where that is nothing. Missing values are the greatest."""
    if value is None:
        return Query(f"{sort.sql} IS NOT NULL") if sort.descending else None
    if sort.column.null and not sort.descending:
        return Query(f"({sort.sql} > %s OR {sort.sql} IS NULL)", (value,))
    return Query(f"{sort.sql} {sort.after} %s", (value,))


def write_place(sorts: tuple[Sort, ...], row: tuple[Any, ...], revision: int | None) -> str:
    """The place of a row (a value for each sort, then the id) as text, with the order that it is a place in.

    Args:
        revision: of the layer, at which the rest of the order is to be read; None for as it is then.
    """
    plain = [value.isoformat() if isinstance(value, datetime.datetime) else value for value in row]
    return json.dumps([_in_words(sorts), revision, *plain], ensure_ascii=False, separators=(",", ":"))


def read_place(sorts: tuple[Sort, ...], text: str) -> tuple[tuple[Any, ...], int | None] | None:
    """The place and the revision that `write_place` wrote; None where the text is none in this order."""
    try:
        written, revision, *given = json.loads(text)
        if written != _in_words(sorts) or len(given) != len(sorts) + 1 or not _is_revision(revision):
            return None
        found = [_value(sort.column, value) for sort, value in zip(sorts, given, strict=False)]
    except (ValueError, TypeError, RecursionError):
        return None
    last_id = given[-1]
    return ((*found, last_id), revision) if isinstance(last_id, str) and _is_storable(last_id) else None


def _is_revision(value: Any) -> bool:
    return value is None or (type(value) is int and 0 <= value < _LARGEST)


def _is_storable(text: str) -> bool:
    """Neither a null character nor half a surrogate pair, which no text of the database holds."""
    return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)


def _in_words(sorts: tuple[Sort, ...]) -> str:
    return ",".join(sort.in_words for sort in sorts)


def _value(column: models.Field[Any, Any], value: Any) -> Any:
    if value is None:
        if column.null:
            return None
        raise ValueError("the column has no missing values")
    kind = values.json_type(column)
    if kind.get("format") == "date-time":
        moment = datetime.datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("a time without its zone")
        return moment.astimezone(datetime.UTC)
    accepted = {"boolean": bool, "integer": int, "number": (int, float), "string": str}[kind["type"]]
    if not isinstance(value, accepted) or (isinstance(value, bool) and kind["type"] != "boolean"):
        raise TypeError(kind["type"])
    if isinstance(value, str) and not _is_storable(value):
        raise ValueError("no text of a database")
    if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        raise ValueError("beyond the range of numbers")
    return value
