"""The one door out: features of a layer, for an audience, as SQL that builds the text itself.

Everything here is a value: `select` checks what is asked for, the `…_query` functions turn it into SQL with
parameters, and whoever needs the rows executes it. Fields are chosen first: a field that the audience may not
read is not in the SQL, so it can be neither returned nor filtered on.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DataError

from layers import database, history, values
from layers.crs import CRS84, LON_LAT_SRID, WEB_MERCATOR_SRID, Crs
from layers.history import Past
from layers.problems import Problem
from layers.query import Query as Query  # as whoever reads knows them
from layers.query import quoted as quoted
from layers.spec import Audience, Field, LayerSpec

Bbox = tuple[float, float, float, float]
"""West, south, east, north in degrees; west > east crosses the antimeridian."""

BOX_STEP_M = 100.0
"""A side of a box in metres is taken as points so far apart: between them it leaves a line of degrees by 0.2 mm."""
MAX_BOX_POINTS = 2_000
"""Points of the longest side of a box; keeps the work bounded where somebody asks for a whole country."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed span of time; None is open."""

    start: datetime.datetime | None
    end: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class Form:
    """How a feature is written.

    Args:
        crs: the system of the coordinates, in its authority's order of axes.
        names: the fields that are wanted; None for all that the audience may read. Others are left out in any case.
        has_geometry: False leaves the geometry empty.
    """

    crs: Crs = CRS84
    names: frozenset[str] | None = None
    has_geometry: bool = True

    def fields(self, layer: LayerSpec, audience: Audience) -> tuple[Field, ...]:
        """What is written of a feature: of the fields that the audience may read, the wanted ones."""
        readable = layer.fields_for(audience)
        return readable if self.names is None else tuple(field for field in readable if field.name in self.names)


@dataclass(frozen=True, slots=True)
class Order:
    """An order of features other than by id (see `layers.ordering`, which makes it).

    Args:
        keys: what is sorted by, as SQL on the alias ``t``; the rows carry their values.
        by: the same with directions, the id last.
        after: the condition for what comes after a certain place in it, beginning with AND, or nothing.
    """

    keys: tuple[str, ...]
    by: tuple[str, ...]
    after: Query


@dataclass(frozen=True, slots=True)
class Selection:
    """Which features of a layer an audience asks for. Build it with `select`, which checks it.

    Args:
        as_of: the moment, or the revision, at which the layer is looked at; None for now.
    """

    layer: LayerSpec
    audience: Audience
    bbox: Bbox | None = None
    interval: Interval | None = None
    equals: tuple[tuple[Field, Any], ...] = ()
    after_id: str | None = None
    limit: int | None = None
    bbox_crs: Crs = CRS84
    form: Form = Form()
    conditions: tuple[Query, ...] = ()
    order: Order | None = None
    offset: int = 0
    as_of: Past | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether it asks for less, or for another picture, than the layer as the audience sees it now."""
        has_place_or_time = self.bbox is not None or self.interval is not None or self.as_of is not None
        return has_place_or_time or bool(self.equals or self.conditions)


def select(
    layer: LayerSpec,
    audience: Audience,
    *,
    bbox: Bbox | None = None,
    interval: Interval | None = None,
    equals: Mapping[str, str] | None = None,
    after_id: str | None = None,
    limit: int | None = None,
    bbox_crs: Crs = CRS84,
    form: Form = Form(),
    conditions: Iterable[Query] = (),
    order: Order | None = None,
    offset: int = 0,
    as_of: Past | None = None,
) -> Selection:
    """A checked selection. `equals` maps field names to values as text, as they come in a URL.

    `bbox` is least x, least y, greatest x, greatest y of `bbox_crs`, x being east whatever the authority's order.
    `conditions` are on the alias ``t``, each beginning with AND, made of fields that the audience may read.

    Raises:
        Problem: 400, naming the field that does not exist for this audience, or the value that does not fit it; or
            that the audience may not look back.
    """
    if as_of is not None and not history.is_offered(layer, audience):
        raise Problem(400, "unknown parameter", f"{layer.name} is not shown as of a past time", parameter="as-of")
    readable = {field.name: field for field in layer.fields_for(audience)}
    checked = []
    for name, text in (equals or {}).items():
        if name not in readable:
            raise Problem(
                400,
                "unknown parameter",
                f"{layer.name} has no field {name!r}; its fields are: {', '.join(readable)}",
                parameter=name,
            )
        checked.append((readable[name], values.from_text(layer, readable[name], text)))
    return Selection(
        layer,
        audience,
        bbox,
        interval,
        tuple(checked),
        after_id,
        limit,
        bbox_crs,
        form,
        tuple(conditions),
        order,
        offset,
        as_of,
    )


def features_query(selection: Selection) -> Query:
    """Rows (id, GeoJSON feature as text, the keys of the order, the layer's revision), at most `limit`."""
    return rows_query(selection, keyed(selection, _feature_sql(selection.layer, selection.audience, selection.form)))


def keyed(selection: Selection, *columns: str) -> tuple[str, ...]:
    """The id, some columns, the keys of the order, and the revision of the layer that the very statement sees."""
    keys = selection.order.keys if selection.order else ()
    return ("t.id", *columns, *keys, _revision_sql(selection.layer))


def _revision_sql(layer: LayerSpec) -> str:
    """The layer's revision, as a value within a statement on it."""
    name = layer.name.replace("'", "''")
    return f"coalesce((SELECT r.revision FROM layers_revision r WHERE r.layer = '{name}'), 0)"


def rows_query(selection: Selection, columns: Iterable[str]) -> Query:
    """These SQL expressions on the alias ``t`` for each feature, at most `limit`.

    Without an order they come in the order of id, after `after_id`.
    """
    order = selection.order or Order((), ("t.id",), Query(""))
    query = Query(f"SELECT {', '.join(columns)} FROM ") + source(selection) + where(selection) + order.after
    if selection.after_id is not None and selection.order is None:
        query += Query(" AND t.id > %s", (selection.after_id,))
    query += Query(" ORDER BY " + ", ".join(order.by))
    if selection.limit is not None:
        query += Query(" LIMIT %s", (selection.limit,))
    if selection.offset:
        query += Query(" OFFSET %s", (selection.offset,))
    return query


def feature_query(
    layer: LayerSpec,
    audience: Audience,
    feature_id: str,
    form: Form = Form(),
    *,
    as_of: Past | None = None,
    written: str | None = None,
) -> Query:
    """One row (id, feature as text, version, time of entry, the layer's revision), or none where the audience may not
    see it.

    Args:
        written: the SQL of the text; None for GeoJSON.
    """
    selection = Selection(layer, audience, as_of=as_of)
    feature = written or _feature_sql(layer, audience, form)
    columns = ", ".join(("t.id", feature, "t.version", "t.entered_at", _revision_sql(layer)))
    query = Query(f"SELECT {columns} FROM ") + source(selection, feature_id)
    return query + where(selection) + Query(" AND t.id = %s", (feature_id,))


def count_query(selection: Selection) -> Query:
    """One row with the number of features, whatever page of them is asked for."""
    return Query("SELECT count(*) FROM ") + source(selection) + where(selection)


def source(selection: Selection, feature_id: str | None = None) -> Query:
    """What stands after FROM, with the alias ``t``: the layer's table, or what it was at the moment that is asked for.

    Args:
        feature_id: the only feature that is wanted, if it is only one.
    """
    if selection.as_of is None:
        return Query(f"{quoted(selection.layer.table)} t")
    return history.build_source(selection.layer, selection.as_of, feature_id) + Query(" t")


def where(selection: Selection) -> Query:
    """The condition of a selection on the table alias ``t``, beginning with WHERE."""
    query = Query(" WHERE true") + row_condition(selection.layer, selection.audience)
    if selection.bbox is not None:
        query += _bbox_condition(selection.bbox, selection.bbox_crs)
    if selection.interval is not None:
        query += _time_condition(selection.layer, selection.interval)
    for field, value in selection.equals:
        query += Query(f" AND t.{quoted(field.name)} = %s", (value,))
    for condition in selection.conditions:
        query += condition
    return query


def row_condition(layer: LayerSpec, audience: Audience) -> Query:
    """Which rows of the layer the audience may see, as a condition beginning with AND, or nothing."""
    if layer.rows is None or audience.covers(layer.rows.everything):
        return Query("")
    return Query(f" AND t.{quoted(layer.rows.field)} = ANY(%s)", (list(layer.rows.values),))


def rows(query: Query, *, is_frequent: bool = False) -> Iterator[tuple[Any, ...]]:
    """Execute a query and give its rows (see `database.fetch`).

    Raises:
        Problem: 400, where what a caller asks to be computed leaves the range of numbers.
    """
    try:
        return iter(database.fetch(query.sql, query.params, is_frequent=is_frequent))
    except DataError as error:
        reason = str(error).partition("\n")[0]
        raise Problem(400, "not computable", f"what is asked for cannot be computed: {reason}") from error


def _feature_sql(layer: LayerSpec, audience: Audience, form: Form) -> str:
    columns = ", ".join(f"t.{quoted(field.name)}" for field in form.fields(layer, audience))
    return (
        '\'{"type":"Feature","id":\' || to_json(t.id)::text'
        f" || ',\"geometry\":' || {_geometry_sql(form) if form.has_geometry else "'null'"}"
        f" || ',\"properties\":' || row_to_json((SELECT p FROM (SELECT {columns}) p))::text || '}}'"
    )


def _geometry_sql(form: Form) -> str:
    """The geometry as GeoJSON text, in the axis order of the system's authority; null outside the system's domain."""
    crs = form.crs
    geometry = "t.geometry" if crs.is_stored else f"ST_Transform(t.geometry, {crs.srid:d})"
    if crs.north_first:
        geometry = f"ST_FlipCoordinates({geometry})"
    text = f"ST_AsGeoJSON({geometry}, {crs.digits:d}, 0)"
    if crs.is_stored:
        return text
    return f"CASE WHEN {is_within(crs)} THEN {text} ELSE 'null' END"


def is_within(crs: Crs) -> str:
    """SQL that says whether a feature lies where a system is defined."""
    domain = ", ".join(repr(float(degrees)) for degrees in crs.domain)
    return f"t.geometry @ ST_MakeEnvelope({domain}, {LON_LAT_SRID})"


def _bbox_condition(bbox: Bbox, crs: Crs) -> Query:
    west, south, east, north = bbox
    if west <= east:
        return Query(" AND ") + _meets(bbox, crs)
    least, _, greatest, _ = crs.limits
    two = _meets((west, south, greatest, north), crs) + Query(" OR ") + _meets((least, south, east, north), crs)
    return Query(" AND (") + two + Query(")")


def _meets(box: Bbox, crs: Crs) -> Query:
    """A box is brought to the stored system once, so that the index serves; curved sides as many short ones."""
    envelope = Query("ST_MakeEnvelope(%s, %s, %s, %s, %s)", (*box, crs.srid))
    if not crs.is_stored:
        if crs.srid != WEB_MERCATOR_SRID:  # whose sides are meridians and parallels
            longest = max(box[2] - box[0], box[3] - box[1])
            step = max(BOX_STEP_M, longest / MAX_BOX_POINTS)
            envelope = Query("ST_Segmentize(") + envelope + Query(", %s)", (step,))
        envelope = Query("ST_Transform(") + envelope + Query(", %s)", (LON_LAT_SRID,))
    return Query("ST_Intersects(t.geometry, ") + envelope + Query(")")


def _time_condition(layer: LayerSpec, interval: Interval) -> Query:
    """Overlap of the feature's period with the interval. A feature without a time always matches.

    Source: OGC 17-069r4, 7.15.4.
    """
    if layer.period is None:
        return Query("")
    start, end = (f"t.{quoted(name)}" for name in (layer.period.start, layer.period.end))
    query = Query("")
    if interval.end is not None:
        query += Query(f" AND ({start} IS NULL OR {start} <= %s)", (interval.end,))
    if interval.start is not None:
        query += Query(f" AND ({end} IS NULL OR {end} >= %s)", (interval.start,))
    return query
