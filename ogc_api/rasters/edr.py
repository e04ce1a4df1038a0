"""Values at places: ``position``, ``trajectory`` and ``area`` of OGC API - Environmental Data Retrieval.

Points and lines answer what `layers.raster_reading` says of them, so a map, a route and this address never disagree.
Source: OGC API - Environmental Data Retrieval 1.1 (OGC 19-086r6), 8.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import shapely
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from pyproj import Geod
from rasterio.errors import RasterioIOError
from rasterio.features import geometry_mask
from shapely.geometry.base import BaseGeometry

from layers.crs import CRS84, LON_LAT_SRID, Crs
from layers.problems import Problem
from layers.raster_reading import stations, values_at
from ogc_api import asking
from ogc_api.answering import GEOJSON, answers, not_modified, to_text, with_headers
from ogc_api.asking import Asked
from ogc_api.rasters import choosing, stored
from ogc_api.rasters.boxes import Box
from ogc_api.rasters.choosing import Choice, Scale
from ogc_api.rasters.coordinates import in_degrees, read_geometry
from ogc_api.rasters.coverage import cells_response, etag_of, format_of, refuse_dimensions, vanished, with_crs
from ogc_api.rasters.covjson import COVJSON, Values, parameters_of, point_document, points_document
from ogc_api.rasters.geotiff import GEOTIFF
from ogc_api.rasters.stored import Band, Stored
from ogc_api.rasters.systems import native_crs, points_moved, read_crs

PARAMETERS: Final = ("coords", "parameter-name", "crs")
POINT_FORMATS: Final = ("CoverageJSON", "GeoJSON", "covjson", "geojson")
AREA_FORMATS: Final = ("CoverageJSON", "GeoTIFF", "covjson", "geotiff")
GEOD: Final = Geod(ellps="GRS80")
MAX_STATIONS: Final = 10_000
"""Points of one profile."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where values are wanted: x and y in the system of the answer, degrees, and metres along a line."""

    crs: Crs
    points: np.ndarray
    degrees: np.ndarray
    distances_m: Sequence[float] | None = None
    is_single: bool = False


@answers("GET", "HEAD")
def position(request: HttpRequest, collection: str) -> HttpResponseBase:
    """The values at one point or at several."""
    asked, one, form = _read(request, collection, POINT_FORMATS, GEOJSON)
    crs = read_crs("crs", asked.parameters.get("crs"), one, CRS84)
    geometry = read_geometry(asked.parameters.get("coords"), ("Point", "MultiPoint"), crs)
    degrees = in_degrees(geometry, crs, asked.parameters["coords"])
    points = shapely.get_coordinates(geometry), shapely.get_coordinates(degrees)
    return _sampled(request, asked, one, form, Places(crs, *points, is_single=geometry.geom_type == "Point"))


@answers("GET", "HEAD")
def trajectory(request: HttpRequest, collection: str) -> HttpResponseBase:
    """The values along a line: at its vertices, and between them at least every side of a cell."""
    asked, one, form = _read(request, collection, POINT_FORMATS, GEOJSON)
    crs = read_crs("crs", asked.parameters.get("crs"), one, CRS84)
    text = asked.parameters.get("coords")
    line = in_degrees(read_geometry(text, ("LineString",), crs), crs, text or "")
    distances, lons, lats = _stations(line, one.raster.resolution_m)
    degrees = np.column_stack([lons, lats])
    points = np.column_stack(points_moved(degrees[:, 0], degrees[:, 1], LON_LAT_SRID, crs.srid))
    return _sampled(request, asked, one, form, Places(crs, points, degrees, distances))


@answers("GET", "HEAD")
def area(request: HttpRequest, collection: str) -> HttpResponseBase:
    """The cells that an area touches, as they are stored, or in the system that is asked for."""
    asked, one, form = _read(request, collection, AREA_FORMATS, GEOTIFF)
    coords_crs = read_crs("crs", asked.parameters.get("crs"), one, CRS84)
    crs = coords_crs if "crs" in asked.parameters else native_crs(one)
    geometry = read_geometry(asked.parameters.get("coords"), ("Polygon", "MultiPolygon"), coords_crs)
    bands = choosing.read_bands("parameter-name", asked.parameters.get("parameter-name"), one)
    most = choosing.MAX_CELLS if form == "geotiff" else choosing.MAX_CELLS_AS_TEXT
    box = Box(geometry.bounds, coords_crs, "coords")
    choice = choosing.choose(one, crs, box, Scale(), bands, most, "ask for a smaller area, or for fewer parameters")
    choice = None if choice is None else _within(choice, geometry, coords_crs)
    etag = etag_of(asked, one, form)
    if choice is None:
        return with_headers(HttpResponse(status=204), asked, etag)
    response = not_modified(request, etag) or cells_response(request, choice, form)
    return with_headers(with_crs(response, crs), asked, etag)


def _within(choice: Choice, geometry: BaseGeometry, crs: Crs) -> Choice | None:
    """The cells that the geometry touches; None where it touches none."""
    grid, extent = choice.grid, max(np.ptp(geometry.bounds[::2]), np.ptp(geometry.bounds[1::2]))
    fine = geometry if crs.srid == grid.srid else shapely.segmentize(geometry, extent / 50)
    there = shapely.transform(fine, lambda at: np.column_stack(points_moved(at[:, 0], at[:, 1], crs.srid, grid.srid)))
    outside = geometry_mask([there], (grid.height, grid.width), grid.transform, all_touched=True)
    return None if outside.all() else replace(choice, outside=outside)


def _read(request: HttpRequest, collection: str, formats: tuple[str, ...], other: str) -> tuple[Asked, Stored, str]:
    """What is asked, of which raster, in which form (in small letters)."""
    refuse_dimensions(request)
    asked = asking.read(request, PARAMETERS, formats)
    one = stored.get(collection)
    form = format_of(request, asked, formats, other).lower()
    return asked, one, "covjson" if form == "coveragejson" else form


def _stations(line: BaseGeometry, step_m: float) -> tuple[list[float], list[float], list[float]]:
    """Metres along the line, longitudes and latitudes.

    Raises:
        Problem: 413 for a line of too many points.
    """
    length_m = GEOD.geometry_length(line)
    if length_m / step_m + shapely.get_num_points(line) > MAX_STATIONS:
        detail = (
            f"a line of {length_m:,.0f} m has more than {MAX_STATIONS:,} points with one at least every {step_m:.3g} m"
            " (the side of a cell); ask for it in parts"
        )
        raise Problem(413, "too much at once", detail, parameter="coords", extra={"most": MAX_STATIONS})
    return stations(line, step_m)


def _sampled(request: HttpRequest, asked: Asked, one: Stored, form: str, places: Places) -> HttpResponseBase:
    """The answer for points: 204 where none of them lies in the raster, null where a cell holds nothing."""
    bands = choosing.read_bands("parameter-name", asked.parameters.get("parameter-name"), one)
    etag = etag_of(asked, one, form)
    if not _is_any_inside(one, places.degrees):
        return with_headers(HttpResponse(status=204), asked, etag)
    crs = CRS84 if form == "geojson" else places.crs
    response = not_modified(request, etag)
    if response is None:
        values = _values(one, bands, places.degrees)
        if form == "geojson":
            response = HttpResponse(to_text(_features(one, bands, places, values)), content_type=GEOJSON)
        else:
            response = HttpResponse(to_text(_covjson(one, bands, places, values)), content_type=COVJSON)
    return with_headers(with_crs(response, crs), asked, etag)


def _is_any_inside(one: Stored, degrees: np.ndarray) -> bool:
    xs, ys = points_moved(degrees[:, 0], degrees[:, 1], LON_LAT_SRID, one.raster.srid)
    west, south, east, north = one.facts.grid.bounds
    return bool(((xs >= west) & (xs <= east) & (ys >= south) & (ys <= north)).any())


def _values(one: Stored, bands: Sequence[Band], degrees: np.ndarray) -> list[Values]:
    """Of each band, the values at the points.

    Raises:
        Problem: 404 where the raster has just been removed.
    """
    lons, lats = degrees[:, 0].tolist(), degrees[:, 1].tolist()
    try:
        return [values_at(one.raster, lons, lats, band.number) for band in bands]
    except RasterioIOError as error:
        if one.raster.path.is_file():
            raise
        raise vanished(one) from error


def _covjson(one: Stored, bands: Sequence[Band], places: Places, values: Sequence[Values]) -> dict[str, Any]:
    points = [(float(x), float(y)) for x, y in places.points]
    if places.is_single:
        return point_document(one, places.crs, *points[0], bands, [own[0] for own in values])
    return points_document(one, places.crs, points, bands, values)


def _features(one: Stored, bands: Sequence[Band], places: Places, values: Sequence[Values]) -> dict[str, Any]:
    """The points as GeoJSON, longitude first, each with its values and, along a line, its distance."""
    features = []
    for number, degrees in enumerate(places.degrees.tolist()):
        properties: dict[str, Any] = {band.name: own[number] for band, own in zip(bands, values, strict=True)}
        if places.distances_m is not None:
            properties = {"distance_m": round(places.distances_m[number], 3), **properties}
        geometry = {"type": "Point", "coordinates": degrees}
        features.append({"type": "Feature", "id": str(number + 1), "geometry": geometry, "properties": properties})
    return {"type": "FeatureCollection", "parameters": parameters_of(one, bands), "features": features}
