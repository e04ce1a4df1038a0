"""Which columns of a table go into which fields of its layer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from etl.dates import find_moment
from etl.mapping import column_names, find_mapping_fault, mapped_columns
from etl.readers.base import Options
from etl.readers.tables.header import Header, plain
from etl.readers.tables.hours import hours_columns
from etl.readers.tables.known import DataSetKind
from etl.record import UnreadableFileError
from layers.spec import LayerSpec

_PEOPLE_AT = re.compile(r"^(?:人数|避難者数)[_ (（]?(.+?)[)）]?$")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a table gives to a layer.

    Args:
        columns: name under which validation knows a column (the layer's alias or field) -> column of the table.
        mapping: column of the table -> field, for the owner to read.
        constants: field -> value of every row.
        hours: columns out of which the opening hours are made.
        unused: columns that no field takes.
    """

    columns: Mapping[str, str]
    mapping: Mapping[str, str]
    constants: Mapping[str, str]
    hours: tuple[str, str, str, str] | None
    unused: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.mapping.values(), *self.constants)))


def choose_columns(
    header: Header, layer: LayerSpec, kind: DataSetKind | None, options: Options, taken: Sequence[str]
) -> Taken:
    """The columns of a table by field: as the caller says, else by the layer's declaration, else by the data set.

    Args:
        taken: columns that say where things are.

    Raises:
        UnreadableFileError: where the caller names a column or field that there is not.
    """
    asked = _asked(header, layer, options)
    aliases = _aliases(header, layer)
    columns = {
        alias: aliases[alias]
        for alias, field in mapped_columns(layer, aliases).items()
        if aliases[alias] not in asked and field not in asked.values()
    }
    by_alias = column_names(layer)
    mapping = {column: by_alias[alias] for alias, column in columns.items()}
    _add(columns, mapping, {column: field for column, field in asked.items() if field})
    named = {plain(name): name for name in header.names if name}
    for name, field in kind.names if kind is not None else ():
        if layer.name == "facilities" and field not in mapping.values() and named.get(name, "") not in asked:
            _add(columns, mapping, {named[name]: field})
    hours = None
    if layer.name == "facilities" and "opening_hours" not in asked.values():
        hours = hours_columns(header.names)
    if hours is not None:
        columns = {key: column for key, column in columns.items() if mapping[column] != "opening_hours"}
        mapping |= {column: "opening_hours" for column in hours if column}
    constants = _constants(header, layer, kind, columns, mapping)
    used = {*mapping, *taken, *(column for column, field in asked.items() if not field)}
    unused = tuple(name for name in header.names if name and name not in used)
    return Taken(columns, mapping, constants, hours, unused)


def _add(columns: dict[str, str], mapping: dict[str, str], more: Mapping[str, str]) -> None:
    for column, field in more.items():
        columns[field] = column
        mapping[column] = field


def _asked(header: Header, layer: LayerSpec, options: Options) -> dict[str, str]:
    fault = find_mapping_fault(options.mapping, header.names, layer)
    if fault is not None:
        raise UnreadableFileError(fault)
    return dict(options.mapping)


def _aliases(header: Header, layer: LayerSpec) -> dict[str, str]:
    """The layer's own name of a column -> the table's, however that is spelled (full-width, blanks, capitals)."""
    names = column_names(layer)
    by_plain = {plain(name): name for name in reversed(names)}
    found: dict[str, str] = {}
    for column in header.names:
        alias = column if column in names else by_plain.get(plain(column), "")
        if alias:
            found.setdefault(alias, column)
    return found


def _constants(
    header: Header, layer: LayerSpec, kind: DataSetKind | None, columns: dict[str, str], mapping: dict[str, str]
) -> dict[str, str]:
    """What the table says once for all rows: its category; the moment at which people were counted."""
    if layer.name == "facilities" and "category" not in mapping.values():
        return {"category": kind.category if kind is not None else "other"}
    if layer.name != "shelters" or "evacuees_people" in mapping.values():
        return {}
    for name in header.names:
        found = _PEOPLE_AT.match(name)
        moment = find_moment(found[1]) if found is not None else None
        if moment is not None:
            _add(columns, mapping, {name: "evacuees_people"})
            return {} if "observed_at" in mapping.values() else {"observed_at": moment.isoformat()}
    return {}
