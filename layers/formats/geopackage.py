"""GeoPackage (OGC 12-128): one SQLite file for desktop GIS."""

from __future__ import annotations

from pathlib import Path

from layers.formats import rows
from layers.formats.arrow import record_batches, write_gdal
from layers.formats.base import X_FIRST, Export, Format
from layers.spec import Text


def write(export: Export, path: Path) -> None:
    layer = export.layer
    lines = [f"{source.attribution}（{source.licence}）" for source in rows.sources(export)]
    description = "\n".join([layer.description.ja, layer.open_data.licence, *lines])
    options = {"IDENTIFIER": layer.title.ja, "DESCRIPTION": description}
    with record_batches(export) as reader:
        write_gdal(export, path, "GPKG", reader, layer_options=options)


GEOPACKAGE = Format(
    name="gpkg",
    title=Text("GeoPackage", "GeoPackage"),
    media_type="application/geopackage+sqlite3",
    extensions=("gpkg",),
    axis_order=X_FIRST,
    write=write,
    lacks=Text("ミリ秒より細かい時刻", "times finer than a millisecond"),
)
