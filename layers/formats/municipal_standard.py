"""CSV of デジタル庁「自治体標準オープンデータセット」: a layer under the official column names, in the official order.

A column is filled by the field that names it among its sources (`Field.source`), by the city file or by the position.
Which layer has which sheet is declared in `layers.catalog.standards`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.db import models

from layers.catalog.standards import STANDARDS, MunicipalStandard
from layers.city import City
from layers.formats import rows
from layers.formats.base import Export, UnwritableError
from layers.formats.csv_table import lines
from layers.formats.table import neutralised
from layers.reading import Query, quoted, source, where
from layers.spec import Field, LayerSpec
from layers.values import column_of

_NUMBERS = frozenset({"緯度", "経度"})


def standards_of(layer: LayerSpec) -> tuple[MunicipalStandard, ...]:
    """The sheets that hold rows of the layer."""
    return tuple(standard for standard in STANDARDS if standard.layer == layer.name)


def get_standard(layer: LayerSpec, name: str) -> MunicipalStandard:
    """The layer's sheet of this name; its only one where no name is given.

    Raises:
        UnwritableError: naming those that there are.
    """
    known = standards_of(layer)
    if not known:
        raise UnwritableError(f"自治体標準オープンデータセット has no sheet for {layer.name} whose columns are known")
    chosen = [standard for standard in known if name in {"", standard.name}]
    if len(chosen) != 1:
        names = ", ".join(standard.name for standard in known)
        raise UnwritableError(f"{layer.name} fills several sheets of the standard; name one of them: {names}")
    return chosen[0]


def standard_chunks(standard: MunicipalStandard, export: Export, city: City) -> Iterator[bytes]:
    """The sheet as CSV: UTF-8 with a byte order mark, CRLF."""
    yield b"\xef\xbb\xbf" + lines([standard.columns])
    expressions = [_column_sql(export, name) for name in standard.columns]
    query = _query(standard, export, city, expressions)
    for batch in rows.batches_of(export, query):
        yield lines(
            [
                value if name in _NUMBERS else neutralised(value or "")
                for name, value in zip(standard.columns, row, strict=True)
            ]
            for row in batch
        )


def write_standard(standard: MunicipalStandard, export: Export, city: City, path: Path) -> None:
    with path.open("wb") as file:
        file.writelines(standard_chunks(standard, export, city))


def _query(standard: MunicipalStandard, export: Export, city: City, expressions: list[str]) -> Query:
    known = Query(
        "WITH publisher AS (SELECT %s::text AS code, %s::text AS prefecture, %s::text AS name)",
        (city.code, city.prefecture.ja, city.name.ja),
    )
    query = known + Query(f" SELECT {', '.join(expressions)} FROM ") + source(export.selection)
    query += Query(" CROSS JOIN publisher p") + where(export.selection)
    if standard.only is not None:
        field, values = standard.only
        query += Query(f" AND t.{quoted(field)} = ANY(%s)", (list(values),))
    return query + Query(" ORDER BY t.id")


def _column_sql(export: Export, name: str) -> str:
    """What fills a column, as text; nothing where nothing is known."""
    if name in _OWN:
        return _OWN[name]
    for field in export.fields:
        if name in field.source:
            return _flag_sql(field, name) if _is_flag(export.layer, field) else rows.text_sql(export.layer, field)
    return "''"


_OWN = {
    "全国地方公共団体コード": "p.code",
    "ID": "t.id",
    "地方公共団体名": "p.prefecture || p.name",
    "所在地_全国地方公共団体コード": "t.city_code",
    "所在地_都道府県": "CASE WHEN t.city_code = p.code THEN p.prefecture ELSE '' END",
    "所在地_市区町村": "CASE WHEN t.city_code = p.code THEN p.name ELSE '' END",
    "緯度": "ST_Y(t.geometry)::text",
    "経度": "ST_X(t.geometry)::text",
}


def _is_flag(layer: LayerSpec, field: Field) -> bool:
    return isinstance(column_of(layer, field), models.BooleanField)


def _flag_sql(field: Field, name: str) -> str:
    """``1`` for yes and nothing for no and for not known; 有 and 無 in the columns that ask for 有無."""
    yes, no = ("有", "無") if name.endswith("有無") else ("1", "")
    return f"CASE WHEN t.{quoted(field.name)} THEN '{yes}' WHEN NOT t.{quoted(field.name)} THEN '{no}' ELSE '' END"
