"""CoverageJSON: grids, points and lines of points as text. Pure.

Source: CoverageJSON 1.0 (OGC 21-069r2), 6 (domains), 9 (coverages) and Annex A (common domain types). Values are at the
centres of cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from layers.crs import Crs
from layers.raster import VERTICAL_DATUMS, Raster
from layers.raster_cells import Grid
from layers.spec import Text
from ogc_api.answering import to_text
from ogc_api.rasters.stored import Band, Stored
from ogc_api.rasters.systems import referencing

COVJSON: Final = "application/prs.coverage+json"
UCUM: Final = "http://www.opengis.net/def/uom/UCUM/"

_ROWS: Final = 64
"""That become text at a time."""

Values = Sequence[float | None]


def parameters_of(stored: Stored, bands: Sequence[Band]) -> dict[str, Any]:
    """What the values are, as CoverageJSON and EDR say it; texts in both languages."""
    return {band.name: _parameter(stored.raster, band) for band in bands}


def _parameter(raster: Raster, band: Band) -> dict[str, Any]:
    parameter = {
        "type": "Parameter",
        "description": _both(description_of(raster, band)),
        "observedProperty": {"id": band.name, "label": _both(band.title)},
    }
    if band.unit:
        symbol = {"value": band.unit, "type": UCUM} if band.is_ucum else band.unit
        parameter["unit"] = {"label": {"en": band.unit}, "symbol": symbol}
    return parameter


def description_of(raster: Raster, band: Band) -> Text:
    """What a value is counted from, where it is a height."""
    if band.number == 1 and raster.kind == "elevation":
        datum = VERTICAL_DATUMS[raster.vertical_datum]
        return Text(f"{raster.title}。高さの基準: {datum.ja}", f"{raster.title}. Vertical datum: {datum.en}")
    return Text(raster.title, raster.title)


def _both(text: Text) -> dict[str, str]:
    return {"ja": text.ja, "en": text.en}


def grid_text(stored: Stored, crs: Crs, grid: Grid, bands: Sequence[Band], cells: np.ma.MaskedArray) -> Iterator[str]:
    """A coverage on a grid; `cells` are (band, row, column), rows from the north."""
    xs, ys = grid.centres()
    axes = {"x": _axis(xs, crs.digits), "y": _axis(ys, crs.digits)}
    head = _coverage("Grid", axes, [referencing(crs)], parameters_of(stored, bands))
    yield to_text(head)[:-1] + ',"ranges":{'
    for position, band in enumerate(bands):
        values = cells[position]
        array = {
            "type": "NdArray",
            "dataType": "integer" if band.is_whole else "float",
            "axisNames": ["y", "x"],
            "shape": list(values.shape),
        }
        yield ("," if position else "") + f'{to_text(band.name)}:{to_text(array)[:-1]},"values":['
        yield from _values_text(values)
        yield "]}"
    yield "}}"


def _axis(places: np.ndarray, digits: int) -> dict[str, Any]:
    if len(places) == 1:
        return {"values": [round(float(places[0]), digits)]}
    ends = [round(float(place), digits) for place in (places[0], places[-1])]
    return {"start": ends[0], "stop": ends[1], "num": len(places)}


def _values_text(values: np.ma.MaskedArray) -> Iterator[str]:
    """Each number in the fewest digits that say exactly what is stored."""
    for first in range(0, values.shape[0], _ROWS):
        part = values[first : first + _ROWS].ravel()
        written = np.where(np.ma.getmaskarray(part), "null", part.filled(0).astype(str))
        yield ("," if first else "") + ",".join(written.tolist())


def point_document(
    stored: Stored, crs: Crs, x: float, y: float, bands: Sequence[Band], values: Sequence[float | None]
) -> dict[str, Any]:
    """A coverage at one point: a value of each band."""
    axes = {"x": {"values": [x]}, "y": {"values": [y]}}
    ranges = {band.name: _range(band, [], [], [value]) for band, value in zip(bands, values, strict=True)}
    return _coverage("Point", axes, [referencing(crs)], parameters_of(stored, bands)) | {"ranges": ranges}


def points_document(
    stored: Stored, crs: Crs, points: Sequence[tuple[float, float]], bands: Sequence[Band], values: Sequence[Values]
) -> dict[str, Any]:
    """A coverage at several points in their order: the values of each band."""
    composite = {"dataType": "tuple", "coordinates": ["x", "y"], "values": [list(point) for point in points]}
    ranges = {
        band.name: _range(band, ["composite"], [len(points)], own) for band, own in zip(bands, values, strict=True)
    }
    document = _coverage("MultiPoint", {"composite": composite}, [referencing(crs)], parameters_of(stored, bands))
    return document | {"ranges": ranges}


def _range(band: Band, names: list[str], shape: list[int], values: Values) -> dict[str, Any]:
    """What is interpolated is no whole number, whatever the cells are."""
    is_whole = band.is_whole and all(value is None or value == int(value) for value in values)
    written = [int(value) if is_whole and value is not None else value for value in values]
    array: dict[str, Any] = {"type": "NdArray", "dataType": "integer" if is_whole else "float"}
    if names:
        array |= {"axisNames": names, "shape": shape}
    return array | {"values": written}


def _coverage(kind: str, axes: dict[str, Any], systems: list[Any], parameters: dict[str, Any]) -> dict[str, Any]:
    domain = {"type": "Domain", "domainType": kind, "axes": axes, "referencing": systems}
    return {"type": "Coverage", "domain": domain, "parameters": parameters}
