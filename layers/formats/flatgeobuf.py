"""FlatGeobuf: one file with a spatial index, to be read in parts over HTTP."""

from __future__ import annotations

from pathlib import Path

from layers.formats.arrow import record_batches, write_gdal
from layers.formats.base import X_FIRST, Export, Format
from layers.spec import Text


def write(export: Export, path: Path) -> None:
    layer = export.layer
    options = {"TITLE": layer.title.ja, "DESCRIPTION": f"{layer.description.ja} {layer.open_data.licence}"}
    if not _can_be_indexed(export):
        options["SPATIAL_INDEX"] = "NO"
    with record_batches(export) as reader:
        write_gdal(export, path, "FlatGeobuf", reader, layer_options=options)


def _can_be_indexed(export: Export) -> bool:
    """The index puts features into its own order, and takes none without a geometry."""
    return export.selection.order is None and (export.wanted is None or export.crs.is_stored)


FLATGEOBUF = Format(
    name="fgb",
    title=Text("FlatGeobuf", "FlatGeobuf"),
    media_type="application/flatgeobuf",
    extensions=("fgb",),
    axis_order=X_FIRST,
    write=write,
    lacks=Text("地物の順序、ミリ秒より細かい時刻", "the order of features, times finer than a millisecond"),
)
