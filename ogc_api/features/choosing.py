"""The query parameters that choose the order, the members and the words of features, checked for the audience."""

from __future__ import annotations

import datetime

from layers import history, ordering, text_search
from layers.ordering import Sort
from layers.problems import Problem
from layers.reading import Query, Selection
from layers.spec import Audience, LayerSpec
from ogc_api.features.parameters import decoded_cursor, encoded_cursor, fault

FORM_PARAMETERS = ("crs", "properties", "skipGeometry", "profile")
"""What changes only how a feature is written."""

SORTED_MARK = "~"
"""Before the cursor of a sorted page: no letter of the others' alphabet, so that neither is taken for the other."""


def own_parameters(layer: LayerSpec, audience: Audience) -> tuple[str, ...]:
    """Those that a collection has by its fields: words can be looked for only where there are texts."""
    words = ("q",) if text_search.searched_fields(layer, audience) else ()
    return ("sortby", *words, *past_parameters(layer, audience))


def past_parameters(layer: LayerSpec, audience: Audience) -> tuple[str, ...]:
    """``as-of``, where the audience may look back."""
    return ("as-of",) if history.is_offered(layer, audience) else ()


def read_properties(layer: LayerSpec, audience: Audience, text: str | None) -> frozenset[str] | None:
    """The wanted fields; None for all.

    Raises:
        Problem: 400, naming the one that is none for this audience.
    """
    if text is None:
        return None
    known = [field.name for field in layer.fields_for(audience)]
    for name in text.split(","):
        if name not in known:
            raise Problem(
                400,
                "invalid parameter",
                f"properties names {name!r:.80}, which is no field of {layer.name}; its fields are: {', '.join(known)}",
                parameter="properties",
                extra={"known": known},
            )
    return frozenset(text.split(","))


def read_flag(parameter: str, text: str | None) -> bool:
    """True or false; false where nothing is said."""
    if text not in {None, "true", "false"}:
        raise fault(parameter, str(text), "true or false")
    return text == "true"


def read_words(layer: LayerSpec, audience: Audience, text: str | None) -> tuple[Query, ...]:
    """The condition of ``q``, if it is given."""
    if text is None:
        return ()
    terms = text_search.read_terms(text)
    if not terms:
        right = f"one to {text_search.MAX_TERMS} words, parted by commas, of {text_search.MAX_LETTERS} letters at most"
        raise fault("q", text, right)
    return (text_search.condition(text_search.searched_fields(layer, audience), terms),)


def read_sorted_cursor(sorts: tuple[Sort, ...], text: str | None) -> tuple[tuple[object, ...] | None, int | None]:
    """The place in an order after which the page begins, and the revision of the layer that was seen before.

    Raises:
        Problem: 400, where the token was not given out for this order.
    """
    if text is None:
        return None, None
    written = decoded_cursor(text[1:]) if text.startswith(SORTED_MARK) else None
    place = ordering.read_place(sorts, written) if written else None
    if place is None:
        raise fault("cursor", text, "a token taken from a next link with the same sortby")
    return place


def write_sorted_cursor(sorts: tuple[Sort, ...], row: tuple[object, ...], revision: int | None) -> str:
    """The token of the page after a row: its id, and a value for each sort."""
    return SORTED_MARK + encoded_cursor(ordering.write_place(sorts, (*row[1:], row[0]), revision))


def revision_to_keep(selection: Selection, revision: int) -> int | None:
    """At which revision the following pages of an order are to be read, so that nothing moves between two of them.

    None where the address says a time, and where the caller may not look back: there what is withdrawn is gone at once.
    """
    if isinstance(selection.as_of, datetime.datetime) or not history.is_offered(selection.layer, selection.audience):
        return None
    return revision if selection.as_of is None else selection.as_of
