"""Cells that people understand and a field does not: days in words, and a number of people told in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa
from django.db import models

from etl.dates import find_moment
from etl.mapping import column_names
from etl.record import Notice
from etl.text import find_number, is_no_amount
from layers.spec import LayerSpec
from layers.values import column_of

_TOLD = {"capacity_people"}
"""Fields that lists fill with sentences such as 屋内480人／屋外3,350人: of which no single number is the right one."""


def adapt(values: dict[str, pa.Array], layer: LayerSpec, places: pa.Array) -> Iterator[Notice]:
    """Change the columns in place: moments as ISO 8601; a sentence for a number becomes nothing, with a notice."""
    fields = {field.name: field for field in layer.fields}
    by_name = column_names(layer)
    for name, array in values.items():
        field = fields[by_name[name]]
        if isinstance(column_of(layer, field), models.DateTimeField):
            values[name] = _mapped(array, {text: _moment(text) for text in array.unique().to_pylist()})
        elif field.name in _TOLD:
            told = {text for text in array.unique().to_pylist() if not is_no_amount(text) and find_number(text) is None}
            if told:
                yield from _notices(name, array, told, places)
                values[name] = _mapped(array, {text: None if text in told else text for text in array.to_pylist()})


def _moment(text: str | None) -> str | None:
    found = find_moment(text)
    return found.isoformat() if found is not None else text


def _mapped(array: pa.Array, texts: Mapping[str | None, str | None]) -> pa.Array:
    return pa.array([texts[text] for text in array.to_pylist()], pa.string())


def _notices(name: str, array: pa.Array, told: set[str | None], places: pa.Array) -> Iterator[Notice]:
    for place, text in zip(places.to_pylist(), array.to_pylist(), strict=True):
        if text in told:
            yield Notice(place, f"{name} is told in words, not as one number; it is left empty")
