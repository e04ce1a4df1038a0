"""KML 2.3: for virtual globes. Degrees on WGS 84 only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.db import models

from layers.formats import rows
from layers.formats.base import DEGREE_DIGITS, X_FIRST, Export, Format, written_by
from layers.spec import Field, LayerSpec, Text
from layers.values import column_of

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def chunks(export: Export) -> Iterator[bytes]:
    layer, fields = export.layer, export.fields
    yield _head(export).encode()
    shape = f"ST_AsKML(t.geometry, {DEGREE_DIGITS})" if export.has_geometry else "''"
    columns = ["t.id", shape, *(rows.text_sql(layer, field) for field in fields)]
    names = ["machigis_id", *(field.name for field in fields)]
    label = names.index(layer.style.label) if layer.style.label in names else 0
    for batch in rows.batches(export, columns):
        yield "".join(_placemark(layer.name, names, row, label) for row in batch).encode()
    yield b"</Folder>\n</Document>\n</kml>\n"


def _head(export: Export) -> str:
    layer = export.layer
    lines = [f"{source.attribution}（{source.licence}）" for source in rows.sources(export)]
    schema = "".join(
        f'<SimpleField type="{_kind(layer, field)}" name={quoteattr(field.name)}/>' for field in export.fields
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n'
        f'<Document id="machigis"><name>{_text(layer.title.ja)}</name>\n'
        f"<description>{_text(chr(10).join([layer.description.ja, layer.open_data.licence, *lines]))}</description>\n"
        f"<Schema name={quoteattr(layer.name)} id={quoteattr(layer.name)}>"
        f'<SimpleField type="string" name="machigis_id"/>{schema}</Schema>\n'
        f"<Folder><name>{_text(layer.name)}</name>\n"
    )


def _kind(layer: LayerSpec, field: Field) -> str:
    column = column_of(layer, field)
    if isinstance(column, models.BooleanField):
        return "bool"
    if isinstance(column, models.IntegerField):
        return "int"
    return "double" if isinstance(column, models.FloatField) else "string"


def _placemark(layer: str, names: list[str], row: tuple[Any, ...], label: int) -> str:
    key, shape, *values = row
    cells = [key, *values]
    data = "".join(
        f"<SimpleData name={quoteattr(name)}>{_text(value)}</SimpleData>"
        for name, value in zip(names, cells, strict=True)
        if value is not None
    )
    return (
        f"<Placemark><name>{_text(cells[label] or key)}</name><ExtendedData>"
        f"<SchemaData schemaUrl={quoteattr('#' + layer)}>{data}</SchemaData></ExtendedData>{shape}</Placemark>\n"
    )


def _text(value: str) -> str:
    """Text of an element; XML cannot hold control characters, and would read a carriage return as a line feed."""
    return escape(_NOT_XML.sub("", value), {"\r": "&#13;"})


KML = Format(
    name="kml",
    title=Text("KML", "KML"),
    media_type="application/vnd.google-earth.kml+xml",
    extensions=("kml",),
    axis_order=X_FIRST,
    write=written_by(chunks),
    chunks=chunks,
    lacks=Text("WGS 84 以外の座標、制御文字", "coordinates other than WGS 84, control characters"),
    is_lon_lat_only=True,
)
