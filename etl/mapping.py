"""From a publisher's columns to a layer's fields, by the layer's own declaration. Pure but for the model's types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from layers.spec import LayerSpec


def column_names(layer: LayerSpec) -> dict[str, str]:
    """Every name under which a field of the layer may come in (its own, and those of `Field.source`) -> field."""
    names: dict[str, str] = {}
    for field in layer.fields:
        for name in (field.name, *field.source):
            names.setdefault(name, field.name)
    return names


def mapped_columns(layer: LayerSpec, columns: Iterable[str]) -> dict[str, str]:
    """The publisher's columns that the layer has a field for -> that field. Of several, the field's best name wins."""
    present = set(columns)
    chosen: dict[str, str] = {}
    for field in layer.fields:
        for name in (*field.source, field.name):
            if name in present:
                chosen[name] = field.name
                break
    return chosen


def unused_columns(layer: LayerSpec, columns: Iterable[str]) -> tuple[str, ...]:
    """Columns of a file that no field of the layer takes, in their order."""
    used = mapped_columns(layer, columns := list(columns))
    return tuple(name for name in columns if name not in used)


def renamed(values: Mapping[str, object], names: Mapping[str, str]) -> dict[str, object]:
    """The values of known columns, by field.

    >>> renamed({"名称": "図書館", "NO": 3}, {"名称": "name"})
    {'name': '図書館'}
    """
    return {names[column]: value for column, value in values.items() if column in names}
