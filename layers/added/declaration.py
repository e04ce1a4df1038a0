"""The declaration of an added layer: from a JSON object to a checked value. Pure but for `Problem`.

It says less than a file of `layers/catalog/` can, so that nothing in it can be wrong in a way that only shows later.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from layers.problems import Problem
from layers.spec import Audience, Style, Text
from layers.tiling import LABELS_SUFFIX

KINDS: Final = ("text", "integer", "number", "truth", "moment")
GEOMETRIES: Final = ("Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "Geometry")
STYLES: Final = {"Point": "dot", "LineString": "line", "MultiLineString": "line"}
MAX_FIELDS: Final = 60
_OF_EVERY_FEATURE: Final = {"id", "geometry", "city_code", "source", "version", "entered_at", "changed_at"}
_PARAMETERS: Final = {"limit", "bbox", "datetime", "crs", "filter", "cursor", "f", "lang", "q", "sortby", "properties"}
RESERVED: Final = frozenset(_OF_EVERY_FEATURE | _PARAMETERS)
"""Names that every feature has already, or that an address of the API takes for something else."""

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_FIELD: Final = re.compile(r"[a-z][a-z0-9_]*")
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class AddedField:
    """One field: its name, its kind (of `KINDS`), what it is called, in which unit it is, and who may read it."""

    name: str
    kind: str
    title: Text
    unit: str | None = None
    read: Audience = Audience.PUBLIC
    codes: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is said of an added layer."""

    name: str
    title: Text
    description: Text
    geometry: str
    fields: tuple[AddedField, ...]
    style: Style
    licence: str
    attribution: Text | None
    read: Audience
    edit: Audience


def read_declaration(name: str, document: Any) -> Declaration:
    """A declaration as the office writes it.

    Raises:
        Problem: 400, naming the member, what it is and what would be right.
    """
    members = _Members(document, "the declaration")
    if not _NAME.fullmatch(name) or len(name) > 40:
        raise _fault("name", name, "small letters, digits and single hyphens, beginning with a letter, 40 at most")
    if name.endswith(LABELS_SUFFIX):
        raise _fault(
            "name", name, f"free: names ending with {LABELS_SUFFIX} stand for points at which names are written"
        )
    title = members.text_in_both("title")
    geometry = members.one_of("geometry", GEOMETRIES)
    fields = _read_fields(members.take("fields", list, []))
    declaration = Declaration(
        name=name,
        title=title,
        description=members.text_in_both("description", title),
        geometry=geometry,
        fields=fields,
        style=Style(STYLES.get(geometry, "fill"), members.colour("colour"), label=_label(members, fields), opacity=0.6),
        licence=members.take("licence", str, "CC-BY-4.0"),
        attribution=members.text_in_both("attribution", None) if "attribution" in members.document else None,
        read=members.audience("read", Audience.PUBLIC),
        edit=members.audience("edit", Audience.STAFF),
    )
    members.check_all_taken()
    return declaration


def _label(members: _Members, fields: tuple[AddedField, ...]) -> str | None:
    """The field that names a feature on the map; everybody who sees the layer may read it."""
    label: str = members.take("label", str, "")
    if not label:
        return None
    public = [known.name for known in fields if known.read is Audience.PUBLIC]
    if label not in public:
        raise _fault("label", label, f"a field that everybody may read ({', '.join(public) or 'there is none'})")
    return label


def _read_fields(documents: list[Any]) -> tuple[AddedField, ...]:
    if len(documents) > MAX_FIELDS:
        raise _fault("fields", len(documents), f"at most {MAX_FIELDS} fields")
    fields = tuple(_read_field(document, f"fields[{at}]") for at, document in enumerate(documents))
    names = [one.name for one in fields]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise _fault("fields", twice, "given once")
    return fields


def _read_field(document: Any, where: str) -> AddedField:
    members = _Members(document, where)
    name = members.take("name", str)
    if not _FIELD.fullmatch(name) or len(name) > 40 or name in RESERVED:
        right = f"small letters, digits and _, 40 at most, a letter first, and none of {', '.join(sorted(RESERVED))}"
        raise _fault(f"{where}.name", name, right)
    kind = members.one_of("kind", KINDS)
    codes = members.take("codes", dict, {})
    if codes and kind != "text":
        raise _fault(f"{where}.codes", kind, "of a field of kind text")
    read = AddedField(
        name=name,
        kind=kind,
        title=members.text_in_both("title", Text(name, name)),
        unit=members.take("unit", str, "") or None,
        read=members.audience("read", Audience.PUBLIC),
        codes={str(code): _text_in_both(words, f"{where}.codes.{code}") for code, words in codes.items()},
    )
    members.check_all_taken()
    return read


class _Members:
    """The members of an object, taken one by one, so that what nobody asked for is noticed."""

    def __init__(self, document: Any, where: str) -> None:
        if not isinstance(document, dict):
            raise _fault(where, document, "a JSON object")
        self.document, self.where, self._left = document, where, set(document)

    def take(self, name: str, kind: type, default: Any = None) -> Any:
        self._left.discard(name)
        value = self.document.get(name, default)
        if not isinstance(value, kind) or (isinstance(value, str) and "\x00" in value):
            raise _fault(f"{self.where}.{name}", value, f"of type {_JSON_NAMES[kind]}")
        return value

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        value: str = self.take(name, str)
        if value not in known:
            raise _fault(f"{self.where}.{name}", value, f"one of {', '.join(known)}")
        return value

    def text_in_both(self, name: str, default: Text | None = None) -> Text:
        self._left.discard(name)
        if name not in self.document and default is not None:
            return default
        return _text_in_both(self.document.get(name), f"{self.where}.{name}")

    def colour(self, name: str) -> str:
        value: str = self.take(name, str, "#2f6f8f")
        if not _COLOUR.fullmatch(value):
            raise _fault(f"{self.where}.{name}", value, "a colour such as #2f6f8f")
        return value

    def audience(self, name: str, default: Audience) -> Audience:
        value = self.take(name, str, default.name.lower().replace("_", "-"))
        known: Callable[[Audience], str] = lambda audience: audience.name.lower().replace("_", "-")  # noqa: E731
        found = next((audience for audience in Audience if known(audience) == value), None)
        if found is None:
            raise _fault(f"{self.where}.{name}", value, f"one of {', '.join(known(audience) for audience in Audience)}")
        return found

    def check_all_taken(self) -> None:
        if self._left:
            unknown = min(self._left)
            raise _fault(f"{self.where}.{unknown}", self.document[unknown], "known here")


_JSON_NAMES: Final[dict[type, str]] = {str: "string", dict: "object", list: "array"}


def _text_in_both(value: Any, where: str) -> Text:
    """``{"ja": …, "en": …}``, or one text for both."""
    if isinstance(value, str) and value.strip() and "\x00" not in value:
        return Text(value, value)
    if isinstance(value, dict) and set(value) == {"ja", "en"} and all(isinstance(v, str) and v for v in value.values()):
        return Text(value["ja"], value["en"])
    raise _fault(where, value, 'a text, or {"ja": …, "en": …}')


def _fault(where: str, value: Any, right: str) -> Problem:
    return Problem(400, "invalid declaration", f"{where}: {value!r:.80} is not {right}", parameter=where)
