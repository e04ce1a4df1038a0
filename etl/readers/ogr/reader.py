"""Any GIS file that says where its rows belong by its columns, or whose owner does."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from etl import sources
from etl.contents import Contents
from etl.readers.base import Options, slug
from etl.readers.ogr.municipalities import find_municipalities, municipalities
from etl.readers.ogr.opening import Inside, look_inside
from etl.readers.ogr.reference import find_reference
from etl.readers.ogr.rows import CODES, Rows, first_rows, full_code, middles
from etl.readers.ogr.target import check_mapping, choose
from etl.record import DataSet, Item, Notice

IDS = ("共通ID", "ID", "id", "identifier", "NO")


def open_gis_file(contents: Contents, options: Options) -> DataSet:
    """The rows of one part of a file for one layer.

    Raises:
        UndecidedError: where only the owner can tell which part or which layer.
        UnreadableFileError: where the file is broken, or its reference system cannot be told.
    """
    inside = look_inside(contents, options.encoding)
    try:
        return _data_set(contents, inside, options)
    except BaseException:
        inside.workspace.close()
        raise


def _data_set(contents: Contents, inside: Inside, options: Options) -> DataSet:
    if (part := find_municipalities(inside.parts, options)) is not None:
        return municipalities(part, inside, options)
    choice = choose(inside.parts, options)
    part, layer = choice.part, choice.layer
    check_mapping(part, layer, options)
    table, wkb = first_rows(part)
    elsewhere = _is_elsewhere(table, options)
    reference = find_reference(part.crs, options.srid, middles(wkb), options.city, is_elsewhere=elsewhere)
    key = options.source_key or f"{part.format.lower()}-{slug(contents.path)}"
    id_column = _id_column(table, part.own_id)
    ids = "ids: from the contents of each row"
    if id_column:
        ids = "ids: those of the features" if id_column == part.own_id else f"ids: from the column {id_column}"
    return DataSet(
        source=sources.unnamed(key, contents.path.name),
        columns={layer.name: tuple(dict.fromkeys(choice.names.values()))},
        rows=_rows(Rows(choice, reference, key, id_column), inside, options),
        kind=f"{part.format} → {layer.name}",
        bounds=reference.bounds(part.bounds),
        reasons=(choice.reason, reference.reason, *inside.reasons, ids),
        mapping={layer.name: dict(choice.names)},
        unused=tuple(name for name in part.columns if name not in choice.names and name != id_column),
        row_count=part.row_count,
    )


def _rows(rows: Rows, inside: Inside, options: Options) -> Iterator[Item]:
    try:
        if not options.attribution:
            yield Notice("file", "does not say where it comes from; give --attribution and --licence")
        for text in (*inside.notices, *rows.reference.notices):
            yield Notice("file", text)
        yield from rows
    finally:
        inside.workspace.close()


def _id_column(table: pa.RecordBatch, own_id: str) -> str:
    """The first column that is an id by its name and, in the first rows, by its values: none missing, none twice."""
    for name in (own_id, *IDS):
        if name in table.schema.names:
            values = table.column(name)
            if len(values) and values.null_count == 0 and pc.count_distinct(values).as_py() == len(values):
                return name
    return ""


def _is_elsewhere(table: pa.RecordBatch, options: Options) -> bool:
    """Whether the codes of the first rows, or the caller, name other municipalities alone."""
    name = next((name for name in CODES if name in table.schema.names), None)
    texts = pc.unique(pc.cast(table.column(name), pa.string())).to_pylist() if name else []
    codes = {code for text in [*texts, options.city_code] if (code := full_code(text))}
    return bool(codes) and options.city.code not in codes
