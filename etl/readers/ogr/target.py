"""Which layer the rows of a part belong to: by the columns that the layers' declarations know."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from etl.mapping import column_names, find_mapping_fault, mapped_columns
from etl.readers.base import Options
from etl.readers.ogr.parts import Part
from etl.record import UndecidedError, UnreadableFileError
from layers import registry
from layers.spec import LayerSpec
from layers.values import column_of

_CERTAIN_SCORE = 1.5
"""A column that one layer alone knows counts 1, one that n layers know 1/n."""

_CUT_NAME_BYTES = 9
"""Column names of a DBF end after ten bytes, nine where the tenth would be half a character."""

_MOST_CANDIDATES = 4
_FEATURE_WORDS = {"Point": "points", "LineString": "lines", "Polygon": "polygons"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A part, the layer that it goes into, and its columns -> fields."""

    part: Part
    layer: LayerSpec
    names: Mapping[str, str]
    reason: str


def choose(parts: list[Part], options: Options) -> Choice:
    """The part and the layer, by what the caller says, else by the columns.

    Raises:
        UndecidedError: where only the owner can tell.
        UnreadableFileError: where what the caller says is not there.
    """
    wanted = _wanted_parts(parts, options.part)
    if options.layer:
        layer = registry.get(options.layer)
        fitting = [part for part in wanted if fits(part.geometry_type, layer)]
        if not fitting:
            raise UnreadableFileError(f"{layer.name} holds {layer.geometry_type}; the file has {_description(wanted)}")
        if len(fitting) > 1:
            raise UndecidedError(f"{_description(fitting)}; --part PART says which", (layer.name,))
        return Choice(fitting[0], layer, names_for(fitting[0], layer, options), f"into {layer.name}: as asked for")
    certain = [choice for part in wanted if (choice := _certain(part, options)) is not None]
    if len(certain) == 1:
        return certain[0]
    candidates = tuple(dict.fromkeys(name for part in wanted for name in _candidates(part, options)))
    if len(certain) > 1 or len(wanted) > 1:
        raise UndecidedError(f"{_description(wanted)}; --part PART and --layer LAYER say what to read", candidates)
    hint = f"; it may be {' or '.join(candidates[:_MOST_CANDIDATES])}" if candidates else ""
    ask = "--layer LAYER [--set FIELD=VALUE] says it"
    raise UndecidedError(f"{_description(wanted)}; no column says what they are{hint}; {ask}", candidates)


def _wanted_parts(parts: list[Part], name: str) -> list[Part]:
    if not parts:
        raise UnreadableFileError("the file has no features")
    wanted = [part for part in parts if part.name == name] if name else parts
    if not wanted:
        raise UnreadableFileError(f"the file has no part {name!r:.80}; it has {_description(parts)}")
    return wanted


def _description(parts: list[Part]) -> str:
    """Number and kind of the features, and the part that they are in where there are several."""
    texts = []
    for part in parts:
        kind = part.geometry_type.split(" ")[0].removeprefix("Multi")
        words = f"{part.row_count:,} {_FEATURE_WORDS.get(kind, 'features')}"
        texts.append(f"{words} in {part.name[:60]}" if len(parts) > 1 else words)
    return ", ".join(texts)


def fits(geometry_type: str, layer: LayerSpec) -> bool:
    """Whether features of a part can be rows of a layer; single parts are taken as multiple ones and the other way."""
    kind = geometry_type.split(" ")[0].removeprefix("Multi")
    if kind in {"Unknown", "GeometryCollection", ""} or layer.geometry_type == "Geometry":
        return True
    kind = {"CurvePolygon": "Polygon", "Surface": "Polygon", "CompoundCurve": "LineString", "Curve": "LineString"}.get(
        kind, "LineString" if kind == "CircularString" else kind
    )
    return kind == layer.geometry_type.removeprefix("Multi")


def check_mapping(part: Part, layer: LayerSpec, options: Options) -> None:
    """A column that is not there, or a field that is not, is a slip of the caller's.

    Raises:
        UnreadableFileError: naming it.
    """
    fault = find_mapping_fault(options.mapping, part.columns, layer)
    if fault is not None:
        raise UnreadableFileError(fault)


def names_for(part: Part, layer: LayerSpec, options: Options) -> dict[str, str]:
    """The part's columns -> the layer's fields: those that the caller names, exact names, alike ones, cut ones."""
    left = [column for column in part.columns if column not in options.mapping]
    names = mapped_columns(layer, left)
    taken = set(names.values()) | {field for field in options.mapping.values() if field}
    aliases = column_names(layer)
    by_plain: dict[str, str] = {}
    for alias, field in aliases.items():
        by_plain.setdefault(plain(alias), field)
    for column in left:
        field = by_plain.get(plain(column)) or (_find_cut(column, aliases) if part.format == "Shapefile" else None)
        if column not in names and field is not None and field not in taken:
            names[column] = field
            taken.add(field)
    names = {column: field for column, field in names.items() if field not in set(options.mapping.values())}
    return names | {column: field for column, field in options.mapping.items() if field and column in part.columns}


def plain(name: str) -> str:
    """A column's name without what publishers write differently: width, case, blanks.

    >>> plain("ＮＡＭＥ ")
    'name'
    """
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _find_cut(column: str, aliases: Mapping[str, str]) -> str | None:
    if not any(len(column.encode(code, errors="replace")) >= _CUT_NAME_BYTES for code in ("utf-8", "cp932")):
        return None
    found = [alias for alias in aliases if alias.casefold().startswith(column.casefold())]
    # Of several the shortest has lost least: 電話番号 rather than 電話番号の内線番号.
    return aliases[min(found, key=len)] if found else None


@cache
def _known_by() -> Counter[str]:
    """How many layers know a column's name."""
    return Counter(name for layer in registry.every() for name in {plain(alias) for alias in column_names(layer)})


def _score(names: Iterable[str]) -> float:
    return sum(1 / _layers_that_know(plain(name)) for name in names)


def _layers_that_know(name: str) -> int:
    """How many layers know a name, or the shortest name that it may have been cut from."""
    known = _known_by()
    whole = name if name in known else min((n for n in known if n.startswith(name)), key=len, default=name)
    return max(known[whole], 1)


def _scores(part: Part, options: Options) -> list[tuple[float, LayerSpec, dict[str, str]]]:
    found = []
    for layer in registry.every():
        names = names_for(part, layer, options) if fits(part.geometry_type, layer) else {}
        if names:
            found.append((_score(names), layer, names))
    return sorted(found, key=lambda one: -one[0])


def _certain(part: Part, options: Options) -> Choice | None:
    scores = _scores(part, options)
    if not scores or part.geometry_type == "Unknown":
        return None
    best, layer, names = scores[0]
    second = scores[1][0] if len(scores) > 1 else 0.0
    if best < _CERTAIN_SCORE or best < 2 * second or _missing(layer, names, options):
        return None
    shown = "、".join(list(names)[:5])
    return Choice(part, layer, names, f"into {layer.name}: its columns {shown} say so")


def _candidates(part: Part, options: Options) -> list[str]:
    return [layer.name for _, layer, _ in _scores(part, options)][:_MOST_CANDIDATES]


def _missing(layer: LayerSpec, names: Mapping[str, str], options: Options) -> bool:
    filled = {*names.values(), *options.constants}
    columns = ((field.name, column_of(layer, field)) for field in layer.fields)
    return any(not c.null and not c.has_db_default() and name not in filled for name, c in columns)
