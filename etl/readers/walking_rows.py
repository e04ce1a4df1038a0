"""Rows of nodes and links of the walking network: cells read by the specification, lines drawn between nodes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyproj import Geod

from etl.datum import to_lon_lat
from etl.readers.sheets import Shapes, Sheet, Stretch
from etl.record import Item, Notice, RawBatch, Rejection, Repair, UnreadableFileError
from etl.text import find_number
from etl.walking_codes import OLD, READERS, Reading, contradicts, new_slope, new_step, written

MAX_NODES = 2_000_000
"""Nodes that are kept in memory to draw links between them: ten times those of a large city."""
MAX_ID_LENGTH = 120
ELEVATORS_AND_STAIRS = frozenset({4, 5, 6})
"""route_type of ways that go up: longer than they look on a map."""
_GEOD = Geod(ellps="GRS80")
_NUDGE_DEGREES = 1e-7
"""One centimetre: a line needs two different positions."""

Columns = Mapping[str, str]
"""Field -> the publisher's column, in small letters."""


class Nodes:
    """Where the nodes of a file lie, by their ids."""

    def __init__(self) -> None:
        self.index: dict[str, int] = {}
        self.lons: list[float] = []
        self.lats: list[float] = []

    def read(self, sheet: Sheet, srid: int) -> None:
        """Take in every node of a table whose position can be read; the first of equal ids counts."""
        for stretch in sheet.stretches():
            lons, lats = positions(stretch, srid)
            for raw, lon, lat in zip(stretch.columns["node_id"], lons.tolist(), lats.tolist(), strict=True):
                key = written(raw)
                if key and lon == lon and key not in self.index:
                    self.index[key] = len(self.lons)
                    self.lons.append(lon)
                    self.lats.append(lat)
            if len(self.lons) > MAX_NODES:
                raise UnreadableFileError(f"{sheet.name} holds more than {MAX_NODES:,} nodes; split it")

    def places(self, ids: list[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Longitude and latitude of each id; NaN where there is no such node."""
        rows = np.array([self.index.get(key, -1) for key in ids], dtype=np.int64)
        lons, lats = np.array([*self.lons, np.nan]), np.array([*self.lats, np.nan])
        return np.column_stack([lons[rows], lats[rows]])

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        return (min(self.lons), min(self.lats), max(self.lons), max(self.lats)) if self.lons else None


def positions(stretch: Stretch, srid: int) -> tuple[Any, Any]:
    """Longitudes and latitudes of the rows of a table of points; NaN where a row has none."""
    if "lat" in stretch.columns and "lon" in stretch.columns:
        x, y = (_numbers(stretch.columns[name]) for name in ("lon", "lat"))
        inside = np.isfinite(x) & np.isfinite(y) & (np.abs(y) <= 90 if srid in {4326, 6668} else True)
        lons, lats = np.full(len(x), np.nan), np.full(len(x), np.nan)
        lons[inside], lats[inside] = to_lon_lat(x[inside], y[inside], srid)
        return lons, lats
    shapes = stretch.shapes if stretch.shapes is not None else np.full(len(stretch.places), None)
    is_point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    points = np.where(is_point, shapes, None)
    return shapely.get_x(points), shapely.get_y(points)


def _numbers(cells: list[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Cells as numbers, NaN for what is none; quick where all are plainly written."""
    try:
        return np.array(cells, dtype=np.float64)
    except (TypeError, ValueError):
        numbers = (find_number(written(raw) or "x") for raw in cells)
        return np.array([np.nan if number is None else number for number in numbers], dtype=np.float64)


@dataclass(slots=True)
class Rows:
    """The rows of a stretch on their way: what is kept of each field, and what was noticed."""

    places: list[str]
    ids: list[str]
    fields: dict[str, list[Any]]
    shapes: Shapes | None
    told: list[Item]

    def keep(self, kept: list[int]) -> None:
        if len(kept) == len(self.ids):
            return
        self.places = [self.places[i] for i in kept]
        self.ids = [self.ids[i] for i in kept]
        self.fields = {name: [values[i] for i in kept] for name, values in self.fields.items()}
        self.shapes = None if self.shapes is None else self.shapes[kept]

    def batch(self, layer: str, shapes: Shapes) -> RawBatch:
        columns = {name: pa.array(values, _arrow_type(name)) for name, values in self.fields.items()}
        wkb = pa.array(shapely.to_wkb(shapes).tolist(), pa.binary())
        return RawBatch(layer, pa.array(self.places, pa.string()), pa.array(self.ids, pa.string()), columns, wkb)


def _arrow_type(field: str) -> pa.DataType:
    sample = READERS[field]("1").value if field in READERS else ""
    return pa.string() if isinstance(sample, str) else pa.int64() if isinstance(sample, int) else pa.float64()


def read_rows(sheet: Sheet, stretch: Stretch, columns: Columns, id_columns: tuple[str, ...]) -> Rows:
    """The rows whose ids are written, each field read by the specification; the others are refused.

    Args:
        id_columns: the feature's own id first.
    """
    ids = {name: [written(raw) for raw in stretch.columns[name]] for name in id_columns}
    rows = Rows(list(stretch.places), ids[id_columns[0]], {}, stretch.shapes, list(stretch.refused))
    rows.fields = {field: list(stretch.columns[column]) for field, column in columns.items()}
    rows.fields.update({name: ids[name] for name in id_columns[1:]})
    kept = []
    for index, place in enumerate(stretch.places):
        fault = next((name for name in id_columns if not 0 < len(ids[name][index]) <= MAX_ID_LENGTH), None)
        if fault is None:
            kept.append(index)
            continue
        raw = stretch.columns[fault][index]
        reason = "the id is too long" if ids[fault][index] else "the id is blank"
        rows.told.append(Rejection(place, fault, raw, reason, f"1 to {MAX_ID_LENGTH} characters"))
    rows.keep(kept)
    for field, column in columns.items():
        rows.fields[field] = _read_column(rows, field, sheet.spelling[column])
    return rows


def _read_column(rows: Rows, field: str, column: str) -> list[Any]:
    read = READERS.get(field)
    if read is None:
        return [written(raw) for raw in rows.fields[field]]
    known: dict[str, Reading] = {}
    values = []
    for place, raw in zip(rows.places, rows.fields[field], strict=True):
        key = raw if isinstance(raw, str) else f"{raw!r}"
        reading = known.get(key)
        if reading is None:
            reading = known[key] = read(written(raw))
        if reading.why:
            rows.told.append(Repair(place, column, raw, reading.value, reading.why))
        values.append(reading.value)
    return values


def node_items(sheets: Iterable[tuple[Sheet, Columns]], srid: int) -> Iterator[Item]:
    """The nodes of tables."""
    for sheet, columns in sheets:
        for stretch in sheet.stretches():
            lons, lats = positions(stretch, srid)
            placed = Stretch(stretch.places, stretch.columns, shapely.points(lons, lats), stretch.refused)
            rows = read_rows(sheet, placed, columns, ("node_id",))
            assert rows.shapes is not None  # noqa: S101 - given three lines above
            yield from rows.told
            is_placed = np.isfinite(shapely.get_x(rows.shapes)) & np.isfinite(shapely.get_y(rows.shapes))
            for index in np.flatnonzero(~is_placed).tolist():
                value, expected = rows.ids[index], "decimal degrees, latitude -90 to 90"
                yield Rejection(rows.places[index], "lat, lon", value, "no position", expected)
            rows.keep(np.flatnonzero(is_placed).tolist())
            if rows.ids:
                yield rows.batch("pedestrian-nodes", rows.shapes)


def link_items(sheets: Iterable[tuple[Sheet, Columns]], edition: str, nodes: Nodes | None) -> Iterator[Item]:
    """The links of tables, in the codes of 2024.

    Args:
        edition: by which the publisher coded them.
        nodes: between which lines are drawn where a table has no shapes.
    """
    for sheet, columns in sheets:
        for stretch in sheet.stretches():
            rows = read_rows(sheet, stretch, columns, ("link_id", "start_id", "end_id"))
            if edition == OLD:
                _to_new_codes(rows)
            rows.fields["edition"] = [edition] * len(rows.ids)
            if rows.shapes is None:
                assert nodes is not None  # noqa: S101 - walking.py opens no table without shapes or nodes
                shapes = _straight_lines(rows, nodes)
            else:
                shapes = rows.shapes if nodes is None else _from_start_to_end(rows, rows.shapes, nodes)
            shapes = _with_length(rows, shapes)
            lengths = _lengths(shapes)
            _check_lengths(rows, lengths, is_straight=stretch.shapes is None)
            yield from rows.told
            if rows.ids:
                yield rows.batch("pedestrian-links", shapes)


def _to_new_codes(rows: Rows) -> None:
    """Slopes and steps of 2018 as codes of 2024, what was written being kept beside them."""
    nothing = [None] * len(rows.ids)
    old_slopes, old_steps = rows.fields.get("slope_code"), rows.fields.get("step_code")
    percents = rows.fields.get("slope_max_percent", nothing)
    heights = rows.fields.get("step_max_cm", nothing)
    originals: list[dict[str, int]] = [{} for _ in rows.ids]
    if old_slopes is not None:
        for index, old in enumerate(old_slopes):
            originals[index]["vtcl_slope"] = old
        rows.fields["slope_code"] = [new_slope(old, p) for old, p in zip(old_slopes, percents, strict=True)]
    if old_steps is not None:
        for index, old in enumerate(old_steps):
            originals[index]["lev_diff"] = old
            if contradicts(old, heights[index]):
                why = "段差の符号（2cm超）と食い違うため空欄としました"
                rows.told.append(Repair(rows.places[index], "levDif_max", heights[index], None, why))
        rows.fields["step_code"] = [new_step(old, h) for old, h in zip(old_steps, heights, strict=True)]
        if "step_max_cm" in rows.fields:
            rows.fields["step_max_cm"] = [
                None if contradicts(old, h) else h for old, h in zip(old_steps, heights, strict=True)
            ]
    rows.fields["original"] = [json.dumps(original, separators=(",", ":")) for original in originals]


def _straight_lines(rows: Rows, nodes: Nodes) -> Shapes:
    """Lines from start to end; links of which a node is not there are refused."""
    starts, ends = nodes.places(rows.fields["start_id"]), nodes.places(rows.fields["end_id"])
    kept = []
    for index in range(len(rows.ids)):
        lost = "start_id" if np.isnan(starts[index, 0]) else "end_id" if np.isnan(ends[index, 0]) else ""
        if lost:
            value = rows.fields[lost][index]
            rows.told.append(
                Rejection(rows.places[index], lost, value, "no node of this id has a position", "a node_id")
            )
        else:
            kept.append(index)
    rows.keep(kept)
    return np.asarray(shapely.linestrings(np.stack([starts[kept], ends[kept]], axis=1)), dtype=object)


def _from_start_to_end(rows: Rows, shapes: Shapes, nodes: Nodes) -> Shapes:
    """Shapes that run from the end to the start are turned round: slopes and directions are told from the start."""
    lines = np.where(shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING, shapes, None)
    first, last = (
        np.column_stack([shapely.get_x(points), shapely.get_y(points)])
        for points in (shapely.get_point(lines, 0), shapely.get_point(lines, -1))
    )
    starts, ends = nodes.places(rows.fields["start_id"]), nodes.places(rows.fields["end_id"])
    as_told = np.abs(first - starts).sum(axis=1) + np.abs(last - ends).sum(axis=1)
    turned = np.abs(first - ends).sum(axis=1) + np.abs(last - starts).sum(axis=1)
    for index in np.flatnonzero(turned < as_told).tolist():
        shapes[index] = shapely.reverse(shapes[index])
        rows.told.append(
            Repair(rows.places[index], "geometry", "", "", "終点から起点へ描かれていた図形の向きを直しました")
        )
    return shapes


def _with_length(rows: Rows, shapes: Shapes) -> Shapes:
    """Lines whose ends lie above one another (elevators) as lines of a centimetre, for one without length is none."""
    lines = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    flat = np.flatnonzero(lines & (shapely.length(shapes) == 0) & ~shapely.is_empty(shapes))
    for index in flat.tolist():
        lon, lat = shapes[index].coords[0][:2]
        shapes[index] = shapely.LineString([(lon, lat), (lon + _NUDGE_DEGREES, lat)])
        why = "起点と終点が同じ位置のため、図形を約1cmの線としました"
        rows.told.append(Repair(rows.places[index], "geometry", "", "", why))
    return shapes


def _lengths(shapes: Shapes) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Metres on the ellipsoid GRS 80; NaN for what is no shape."""
    positions_of, owner = shapely.get_coordinates(shapes, return_index=True)
    same = owner[1:] == owner[:-1]
    metres = _GEOD.inv(positions_of[:-1, 0], positions_of[:-1, 1], positions_of[1:, 0], positions_of[1:, 1])[2]
    total = np.bincount(owner[:-1][same], np.asarray(metres)[same], minlength=len(shapes))
    return np.where(shapely.is_missing(shapes), np.nan, total)


def _check_lengths(rows: Rows, drawn: np.ndarray[Any, np.dtype[np.float64]], *, is_straight: bool) -> None:
    """A length that is not written is measured; one that cannot be that of its shape is noticed.

    A way may be longer than the straight line between its nodes, and one that goes up longer than it looks.
    """
    stated = rows.fields.get("length_m") or [None] * len(rows.ids)
    kinds = rows.fields.get("route_type") or [0] * len(rows.ids)
    result = []
    for index, (length, metres) in enumerate(zip(stated, drawn.tolist(), strict=True)):
        if length is None or (length == 0 and metres > 1):
            result.append(round(metres, 2) if metres == metres else 0.0)
            if metres == metres:
                why = "延長が書かれていないため図形から計りました"
                rows.told.append(Repair(rows.places[index], "distance", length, result[-1], why))
            continue
        result.append(length)
        may_be_longer = is_straight or kinds[index] in ELEVATORS_AND_STAIRS
        difference = metres - length if may_be_longer else abs(metres - length)
        if difference > 5 or difference > max(0.1 * metres, 1):
            where = f"{rows.places[index]}: {length:g} m, drawn {metres:.1f} m"
            rows.told.append(
                Notice(where, "distance differs from the length of the shape by over 10 % or 5 m; kept as it is")
            )
    rows.fields["length_m"] = result
