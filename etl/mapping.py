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


def find_mapping_fault(overrides: Mapping[str, str], columns: Iterable[str], layer: LayerSpec) -> str | None:
    """What is wrong with columns that the caller maps by hand: one that the file or the layer has not; else None.

    Args:
        overrides: the publisher's column -> field; an empty field leaves the column out.
    """
    present, fields = list(columns), [field.name for field in layer.fields]
    for column, field in overrides.items():
        if column not in present:
            return f"the file has no column {column!r}; it has {'、'.join(present)[:200]}"
        if field and field not in fields:
            return f"{layer.name} has no field {field!r}; it has {', '.join(sorted(fields))}"
    return None
