"""Tables of places: CSV, TSV, XLSX. The header, the data set, the positions and the layer are found from the contents.

Rows are read in chunks of some thousands and handed on column by column, so a million of them need little memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl import sources
from etl.contents import Contents, find_encoding
from etl.datum import find_accuracy_notice
from etl.readers.base import Options, Reader, slug
from etl.readers.tables.adapting import adapt
from etl.readers.tables.cells import Cells, Chunk, Table
from etl.readers.tables.choosing import Taken, choose_columns
from etl.readers.tables.columns import Placing, find_placing, has_position, row_srid
from etl.readers.tables.delimited import DELIMITERS, find_text_encoding, open_delimited
from etl.readers.tables.header import Header, find_header
from etl.readers.tables.hours import hours_of
from etl.readers.tables.identity import code_repairs, codes_of, find_code_column, find_id_column, ids_of
from etl.readers.tables.known import DataSetKind, find_kind, get_layer
from etl.readers.tables.placing import place
from etl.record import DataSet, Item, Notice, RawBatch, Rejection, Repair, UnreadableFileError
from layers import registry
from layers.formats.table import original
from layers.spec import LayerSpec

_POINTS = {"Point", "MultiPoint", "Geometry"}


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything that is known of a table before its rows are read."""

    table: Table
    header: Header
    placing: Placing
    layer: LayerSpec
    taken: Taken
    key: str
    code_column: str
    id_column: str
    options: Options


def find_reason(contents: Contents) -> str | None:
    """By what a file is known as a table of places."""
    found = _find_table(contents)
    if found is None:
        return None
    _, header = found
    kind = find_kind(header.names)
    shown = "、".join(name for name in header.names if has_position([name])) or "、".join(header.names[:3])
    return f"a table: {kind.title}" if kind is not None else f"a table with the columns {shown}"


def _fits(names: Sequence[str]) -> bool:
    named = [name for name in names if name]
    kind = find_kind(named)
    if kind is not None and not kind.layer and not kind.candidates:
        return True
    return has_position(named) and (kind is not None or len(named) > 2 or all("度" in name for name in named))


def _find_table(contents: Contents) -> tuple[Table, Header] | None:
    """The first table with a header that fits, of a file that has not been looked through yet."""
    if contents.kind == "text":
        encoding = find_encoding(contents.head) or "utf-8-sig"
        return _best_delimiter(contents, encoding, ())
    if contents.kind != "ZIP archive":
        return None
    from etl.readers.tables.workbook import is_workbook, sheets_of  # loads openpyxl, which takes a while

    return _first_sheet(contents, sheets_of(contents.path)) if is_workbook(contents.path) else None


def _best_delimiter(contents: Contents, encoding: str, reasons: tuple[str, ...]) -> tuple[Table, Header] | None:
    """The delimiter that gives a header, the widest where several do."""
    found = []
    for delimiter in DELIMITERS:
        table = open_delimited(contents.path, encoding, delimiter, reasons)
        header = find_header(table, _fits)
        if header is not None:
            found.append((table, header))
    return max(found, key=lambda one: len(one[1].names), default=None)


def _first_sheet(contents: Contents, names: Sequence[str]) -> tuple[Table, Header] | None:
    from etl.readers.tables.workbook import open_sheet

    for name in names:
        table = open_sheet(contents.path, name)
        header = find_header(table, _fits)
        if header is not None:
            return table, header
    return None


def open_table(contents: Contents, options: Options) -> DataSet:
    """The table as a data set.

    Raises:
        UndecidedError: where only its owner can say which layer the rows go into.
        UnreadableFileError: where it is broken, or says nowhere where things are.
    """
    table, header = _opened(contents, options)
    kind = find_kind(header.names)
    layer = registry.get(get_layer(kind, options.layer))
    placing = find_placing(header, options)
    if placing is None:
        raise UnreadableFileError(f"no column says where the rows lie; there are: {_shown(header.names)}")
    if placing.way != "wkt" and layer.geometry_type not in _POINTS:
        raise UnreadableFileError(f"a table of places is for points; {layer.name} holds {layer.geometry_type}")
    taken = choose_columns(header, layer, kind, options, placing.columns)
    plan = _Plan(
        table, header, placing, layer, taken, options.source_key or f"table-{slug(contents.path)}",
        find_code_column(header.names), find_id_column(header.names), options,
    )  # fmt: skip
    sample = _sample(plan)
    return DataSet(
        source=sources.unnamed(plan.key, contents.path.name),
        columns={layer.name: taken.fields},
        rows=_rows(plan),
        kind=f"{table.kind} → {layer.name}",
        city_codes=sample.codes,
        bounds=sample.bounds,
        reasons=_reasons(plan, kind),
        mapping={layer.name: taken.mapping},
        unused=tuple(name for name in taken.unused if name not in {*placing.columns, plan.code_column, plan.id_column}),
    )


def _opened(contents: Contents, options: Options) -> tuple[Table, Header]:
    if contents.kind == "ZIP archive":
        from etl.readers.tables.workbook import sheets_of

        names = sheets_of(contents.path)
        if options.part and options.part not in names:
            raise UnreadableFileError(f"no sheet is called {options.part!r}; there are: {'、'.join(names)}")
        found = _first_sheet(contents, (options.part,) if options.part else names)
    else:
        encoding, how = find_text_encoding(contents, options.encoding)
        found = _best_delimiter(contents, encoding, (how,))
    if found is None:
        raise UnreadableFileError(
            "no header with columns of latitude and longitude (or X, Y, WKT, MGRS) among the first 30 rows"
        )
    return found


def _shown(names: Sequence[str]) -> str:
    named = [name for name in names if name]
    return "、".join(named[:12]) + ("…" if len(named) > 12 else "")


def _reasons(plan: _Plan, kind: DataSetKind | None) -> tuple[str, ...]:
    what = "as asked for" if plan.options.layer else "from its columns"
    title = kind.title if kind is not None else "a table of places"
    return (
        *plan.table.reasons,
        f"header in {plan.table.word} {plan.header.place}",
        f"{title} → {plan.layer.name}, {what}",
        plan.placing.reason,
    )


@dataclass(frozen=True, slots=True)
class _Sample:
    codes: frozenset[str]
    bounds: tuple[float, float, float, float] | None


def _sample(plan: _Plan) -> _Sample:
    """Municipalities and outline of the first rows."""
    rows = list(plan.header.sample)
    if not rows:
        return _Sample(frozenset(), None)
    cells = _Columns(plan.header.names, rows)
    codes: set[str] = set()
    if plan.code_column:
        codes = set(codes_of(cells[plan.code_column])[0].to_pylist()) - {""}
    placed = place({name: cells[name] for name in plan.placing.columns}, plan.placing, plan.options.city.bounds)
    usable = np.isfinite(placed.lon) & np.isfinite(placed.lat)
    if not usable.any():
        return _Sample(frozenset(codes), None)
    lon, lat = placed.lon[usable], placed.lat[usable]
    bounds = float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
    return _Sample(frozenset(codes), bounds)


class _Columns:
    """The columns of a chunk as Arrow arrays of text, made when they are asked for."""

    def __init__(self, names: Sequence[str], rows: Sequence[Cells]) -> None:
        self._index = {name: index for index, name in enumerate(names) if name}
        self._cells = list(zip(*rows, strict=True))
        self._made: dict[str, pa.Array] = {}

    def __getitem__(self, name: str) -> pa.Array:
        if name not in self._made:
            self._made[name] = pa.array(self._cells[self._index[name]], pa.string())
        return self._made[name]


def _rows(plan: _Plan) -> Iterator[Item]:
    yield from _file_notices(plan)
    for chunk in plan.table.chunks(plan.header.place):
        yield from chunk.faults
        yield from _even(chunk, plan)
        if chunk.rows:
            yield from _batch(chunk, plan)


def _file_notices(plan: _Plan) -> Iterator[Notice]:
    if not plan.options.attribution:
        yield Notice("file", "does not say where it comes from; give --attribution and --licence")
    for name in plan.header.repeated:
        yield Notice("file", f"several columns are called {name}; the first is taken")
    srids = {plan.placing.srid}
    if plan.placing.systems:
        named = [plan.header.column(name) for name in plan.placing.systems]
        srids = {srid for texts in set(zip(*named, strict=True)) if (srid := row_srid(texts, plan.placing)) is not None}
    for notice in sorted({text for srid in srids if (text := find_accuracy_notice(srid)) is not None}):
        yield Notice("file", notice)


def _even(chunk: Chunk, plan: _Plan) -> Iterator[Rejection]:
    """Rows as wide as the header stay in the chunk; empty cells at the end are nothing, others are a fault."""
    width = len(plan.header.names)
    if all(len(cells) == width for cells in chunk.rows):
        return
    is_sheet = plan.table.word == "row"
    starts, rows = [], []
    for start, cells in zip(chunk.starts, chunk.rows, strict=True):
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            cells = cells[:width]
        elif len(cells) < width and is_sheet:
            cells = cells + [""] * (width - len(cells))
        if len(cells) != width:
            yield Rejection(
                f"{plan.table.word} {start}", "line", "", "the number of cells is not that of the header",
                f"{width} cells, not {len(cells)}",
            )  # fmt: skip
            continue
        starts.append(start)
        rows.append(cells)
    chunk.starts, chunk.rows = starts, rows


def _batch(chunk: Chunk, plan: _Plan) -> Iterator[Item]:
    cells = _Columns(plan.header.names, chunk.rows)
    places = pc.binary_join_element_wise(plan.table.word, pa.array(chunk.starts).cast(pa.string()), " ")
    placed = place({name: cells[name] for name in plan.placing.columns}, plan.placing, plan.options.city.bounds)
    label = plan.placing.label
    for index, (reason, expected) in placed.faults.items():
        value = ", ".join(cells[name][index].as_py() for name in dict.fromkeys((plan.placing.y, plan.placing.x)))
        yield Rejection(places[index].as_py(), label, value[:60], reason, expected, plan.layer.name)
    for index, (before, after, why) in placed.repairs.items():
        yield Repair(places[index].as_py(), label, before, after, why, plan.layer.name)
    codes = None
    if plan.code_column:
        codes, repairs = codes_of(cells[plan.code_column])
        yield from code_repairs(places, [repair for repair in repairs if repair[0] not in placed.faults])
    values = _values(cells, plan, len(chunk.rows))
    yield from adapt(values, plan.layer, places)
    id_cells = cells[plan.id_column] if plan.id_column else None
    batch = RawBatch(
        plan.layer.name,
        places,
        ids_of(plan.key, plan.header.names, chunk.rows, id_cells),
        values,
        placed.wkb,
        codes,
    )
    yield _without(batch, placed.faults) if placed.faults else batch


def _values(cells: _Columns, plan: _Plan, count: int) -> dict[str, pa.Array]:
    values = {key: _restored(cells[name]) for key, name in plan.taken.columns.items()}
    if plan.taken.hours is not None:
        values["opening_hours"] = hours_of({n: _restored(cells[n]) for n in plan.taken.hours if n}, plan.taken.hours)
    constants = {name: pa.array([value] * count, pa.string()) for name, value in plan.taken.constants.items()}
    return values | constants


def _restored(column: pa.Array) -> pa.Array:
    """Texts as they were before an export of ours kept spreadsheets from taking them for formulas."""
    is_marked = pc.starts_with(column, "'")
    if not pc.any(is_marked).as_py():
        return column
    return pa.array([original(cell) if cell else cell for cell in column.to_pylist()], pa.string())


def _without(batch: RawBatch, faults: dict[int, tuple[str, str]]) -> RawBatch:
    kept = pa.array([index for index in range(len(batch)) if index not in faults], pa.int64())
    return RawBatch(
        batch.layer,
        batch.places.take(kept),
        batch.ids.take(kept),
        {name: array.take(kept) for name, array in batch.columns.items()},
        batch.wkb.take(kept),
        batch.city_codes.take(kept) if batch.city_codes is not None else None,
    )


TABLE = Reader("csv", "表 (CSV, TSV, XLSX)", find_reason, open_table)
