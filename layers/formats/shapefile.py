"""Shapefile, zipped: still asked for everywhere. Names of ten characters, texts of 254 bytes, no truth, no time."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from layers.formats.arrow import record_batches, write_gdal
from layers.formats.base import X_FIRST, Export, Format, UnwritableError
from layers.formats.csv_table import lines
from layers.spec import LayerSpec, Text

NAME_LENGTH = 10
MAPPING = "{layer}_columns.csv"


def write(export: Export, path: Path) -> None:
    layer = export.layer
    if layer.geometry_type in {"Geometry", "GeometryCollection"}:
        raise UnwritableError(f"a Shapefile holds one kind of geometry; {layer.name} has several")
    short = short_names(["id", *(field.name for field in export.fields)])
    with TemporaryDirectory(dir=path.parent, prefix=".shapefile-") as folder:
        shapes = Path(folder) / f"{layer.name}.shp"
        with record_batches(export, short, plain=True) as reader:
            write_gdal(export, shapes, "ESRI Shapefile", reader, encoding="UTF-8")
        (Path(folder) / MAPPING.format(layer=layer.name)).write_bytes(b"\xef\xbb\xbf" + _mapping(layer, short))
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Each name and its ten characters, no two alike.

    >>> short_names(["opening_status", "opening_state", "name"])
    {'opening_status': 'opening_st', 'opening_state': 'opening__2', 'name': 'name'}
    """
    short: dict[str, str] = {}
    for name in names:
        candidate, number = name[:NAME_LENGTH], 1
        while candidate in short.values():
            number += 1
            candidate = f"{name[: NAME_LENGTH - 1 - len(str(number))]}_{number}"
        short[name] = candidate
    return short


def _mapping(layer: LayerSpec, short: dict[str, str]) -> bytes:
    """Which column of the file is which field, with its titles."""
    titles = {name: layer.get_field(name).title for name in short if name != "id"} | {"id": Text("ID", "Id")}
    table = [[column, name, titles[name].ja, titles[name].en] for name, column in short.items()]
    return lines([["column", "field", "title_ja", "title_en"], *table])


SHAPEFILE = Format(
    name="shp",
    title=Text("Shapefile（ZIP）", "Shapefile (zipped)"),
    media_type="application/zip",
    extensions=("zip", "shp.zip"),
    axis_order=X_FIRST,
    write=write,
    lacks=Text(
        "254バイトを超える文字列、10文字を超える列名（対応表を同梱）、真偽と日時の型、16桁目以降の数字、末尾の空白、輪の向き",
        "texts over 254 bytes, names over 10 characters (a table of them is enclosed), truth and time as types,"
        " digits after the 15th decimal, blanks at the end, the direction of rings",
    ),
)
