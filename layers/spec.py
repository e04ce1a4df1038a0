"""The vocabulary in which a layer is declared. Pure: knows neither Django nor SQL.

Columns, types and nullability are the model's; everything else that the API, the tiles, the forms,
the exports and the map need to know about a layer is said here once, beside the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from typing import Any

from layers.tiling import Tiling


class Audience(IntEnum):
    """Who is looking or editing. A higher audience may do all that a lower one may.

    >>> Audience.DISASTER_STAFF.covers(Audience.STAFF)
    True
    """

    PUBLIC = 0
    STAFF = 10
    DISASTER_STAFF = 20
    ADMIN = 30

    def covers(self, needed: Audience) -> bool:
        return self >= needed


class Impact(Enum):
    """What has to be computed anew when a layer changes."""

    TILES = "tiles"
    ROUTING = "routing"


class Certainty(Enum):
    """What the point of a named feature stands for. Whoever shows a place says it; only `EXACT` is a position."""

    EXACT = "exact"
    BLOCK = "block"
    TOWN = "town"
    CITY = "city"


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in each language of the product. Japanese is the first.

    >>> Text("避難所", "Shelter").in_language("en-GB")
    'Shelter'
    """

    ja: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language.startswith("en") else self.ja


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a layer: what it is called, who may read it, what its values mean.

    Args:
        name: the model's column; also the property name in every output.
        source: names of the column in open-data standards and publishers' files, best first.
        unit: UCUM code of a number's unit, one of `layers.units.UNITS` (``m``, ``%``, ``{person}``).
        read: lowest audience that may see the field, filter on it, sort by it or export it.
        edit: lowest audience that may write it; None means the layer's own.
        codes: meaning of each allowed value, where the values are a code list.
        tiled: False keeps the field out of vector tiles; items, exports and forms carry it all the same.
        reference: name of the layer whose features' ids the values are, always.
    """

    name: str
    title: Text
    description: Text | None = None
    source: tuple[str, ...] = ()
    unit: str | None = None
    read: Audience = Audience.PUBLIC
    edit: Audience | None = None
    codes: Mapping[Any, Text] = field(default_factory=dict)
    tiled: bool = True
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class FlagList:
    """A list that filters can name, stored nowhere: those of some true-or-false fields that are true.

    Args:
        name: what filters call it; no field has this name.
        flags: the fields, whose names are the list's codes. A flag that is not known is not in the list.
    """

    name: str
    title: Text
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowRule:
    """Rows that an audience below `everything` may see: those whose `field` holds one of `values`."""

    field: str
    values: tuple[str, ...]
    everything: Audience = Audience.STAFF


@dataclass(frozen=True, slots=True)
class Style:
    """How a layer looks, said once; MapLibre's and Mapnik's styles are derived from it.

    Args:
        kind: ``icon``, ``dot``, ``line``, ``fill`` or ``label``.
        icon: name of a pictogram of the product; of a dot, the one that stands on it where the map is close.
        icons: pictograms by the code of the layer's `kind_field`, instead of `icon`.
        label: field that names the feature on the map.
        by: field whose code decides the colour; `colours` maps codes to colours.
        opacity: of the fill, 0 to 1.
        width_px: of a line at zoom 16, or of a dot.
        pattern: ``hatch``, ``barred``, ``dash`` or ``rail``, so that meaning never rests on colour alone.
        patterns: by the keys of `colours`, patterns of the product that lie on the colours of an area.
        pattern_otherwise: the pattern of areas without such a value.
        safe_colours: by the keys of `colours`, colours that everybody can tell apart, however they see colours.
    """

    kind: str
    colour: str
    outline: str | None = None
    icon: str | None = None
    label: str | None = None
    by: str | None = None
    colours: Mapping[Any, str] = field(default_factory=dict)
    opacity: float = 1.0
    width_px: float = 2.0
    pattern: str | None = None
    icons: Mapping[Any, str] = field(default_factory=dict)
    patterns: Mapping[Any, str] = field(default_factory=dict)
    pattern_otherwise: str | None = None
    safe_colours: Mapping[Any, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OpenData:
    """Licence and attribution of the layer as the city publishes it (each source has its own besides).

    An attribution of None means the city itself, by the name in its city file.
    """

    licence: str
    attribution: Text | None
    standard: str | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """The columns that say when a feature is valid; both may be the same column."""

    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """How the features of a layer are found by name (see `layers.gazetteer`). Only what everybody may read is used.

    Args:
        kind: what a found feature is, as one word for programs ("shelter"); empty where the code of `by` says it.
        name, kana, address: the fields that hold these; None for none.
        by: field with a code list whose words say more exactly what a feature is.
        same_place: field whose equal values, within one municipality, are one place in several layers.
        certainty: what the feature's point stands for.
        areas: codes of `by` for which it stands for something else.
    """

    kind: str
    name: str = "name"
    kana: str | None = None
    address: str | None = None
    by: str | None = None
    same_place: str | None = None
    certainty: Certainty = Certainty.EXACT
    areas: Mapping[str, Certainty] = field(default_factory=dict)

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields that it refers to."""
        return tuple(filter(None, (self.name, self.kana, self.address, self.by, self.same_place)))

    def certainty_of(self, code: str) -> Certainty:
        return self.areas.get(code, self.certainty)


SYSTEM_FIELDS = (
    Field("city_code", Text("全国地方公共団体コード", "Municipality code"), reference="boundaries"),
    Field("source", Text("出典", "Source")),
    Field("version", Text("版", "Version")),
    Field("changed_at", Text("更新日時", "Last changed")),
)
"""Fields that every layer has and everybody may read."""


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """One layer: the declaration from which collections, tiles, styles, forms and exports are derived.

    Args:
        name: public name, as in ``/api/collections/{name}``.
        model: the Django model (a `layers.feature.Feature`) that holds the rows.
        zooms: zoom levels at which the layer is drawn and tiled.
        period: the columns of time that ``datetime`` filters on.
        rows: which rows a lower audience may see; None means all.
        gazetteer: how its features are found by name; None for a layer whose features are not searched for.
        kind_field: the field of text whose code says what kind of thing a feature is.
        lists: lists that filters can name, made of the layer's flags.
        tiling: what its vector tiles hold at which zoom; a layer that says nothing has what fits its geometry.
    """

    name: str
    model: Any
    title: Text
    description: Text
    fields: tuple[Field, ...]
    style: Style
    open_data: OpenData
    zooms: range = range(8, 19)
    read: Audience = Audience.PUBLIC
    edit: Audience = Audience.STAFF
    period: Period | None = None
    rows: RowRule | None = None
    gazetteer: Gazetteer | None = None
    impacts: frozenset[Impact] = frozenset({Impact.TILES})
    group: str = "city"
    kind_field: str | None = None
    lists: tuple[FlagList, ...] = ()
    tiling: Tiling = field(default_factory=Tiling)

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    @property
    def geometry_type(self) -> str:
        """The model's geometry type in GeoJSON spelling, e.g. ``MultiPolygon``."""
        return _GEOMETRY_NAMES[self.model._meta.get_field("geometry").geom_type]

    def fields_for(self, audience: Audience) -> tuple[Field, ...]:
        """The layer's fields that `audience` may read, system fields last. Empty if it may not see the layer."""
        if not audience.covers(self.read):
            return ()
        own = tuple(f for f in self.fields if audience.covers(f.read))
        return own + SYSTEM_FIELDS

    def editable_fields_for(self, audience: Audience) -> tuple[Field, ...]:
        """The fields that `audience` may write."""
        return tuple(f for f in self.fields if audience.covers(f.edit or self.edit))

    def lists_for(self, audience: Audience) -> tuple[FlagList, ...]:
        """The lists, of the flags that `audience` may read; a list of none does not exist."""
        readable = {field.name for field in self.fields_for(audience)}
        kept = (replace(one, flags=tuple(name for name in one.flags if name in readable)) for one in self.lists)
        return tuple(one for one in kept if one.flags)

    def get_field(self, name: str) -> Field:
        for candidate in self.fields + SYSTEM_FIELDS:
            if candidate.name == name:
                return candidate
        raise KeyError(f"{self.name} has no field {name}")


_GEOMETRY_NAMES = {
    "POINT": "Point",
    "LINESTRING": "LineString",
    "POLYGON": "Polygon",
    "MULTIPOINT": "MultiPoint",
    "MULTILINESTRING": "MultiLineString",
    "MULTIPOLYGON": "MultiPolygon",
    "GEOMETRYCOLLECTION": "GeometryCollection",
    "GEOMETRY": "Geometry",
}
