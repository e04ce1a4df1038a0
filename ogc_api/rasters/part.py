"""Rasters as a part of the API: see `ogc_api.parts`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.urls import re_path

from layers.spec import Text
from ogc_api.asking import Asked
from ogc_api.parts import Part
from ogc_api.rasters import coverage, definition, describing, edr, pages, stored

CONFORMANCE: Final = (
    "http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/coveragejson",
    "http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/fieldselection",
    "http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/geotiff",
    "http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/scaling",
    "http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/subsetting",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/core",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/covjson",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/queries",
)
"""EDR's class "collections" asks for queries in every collection of the list, which those of features lack."""

_RASTER: Final = r"collections/(?P<collection>raster\.[^/]+)"


def _collections(asked: Asked) -> Iterator[dict[str, Any]]:
    for one in stored.every():
        yield describing.collection(one, asked)


PART: Final = Part(
    name="rasters",
    title=Text("標高・浸水深などのラスター", "Rasters: elevation, flood depth"),
    conformance=CONFORMANCE,
    urlpatterns=(
        re_path(rf"^{_RASTER}/?$", pages.collection, name="raster"),
        re_path(rf"^{_RASTER}/schema/?$", pages.schema, name="raster-schema"),
        re_path(rf"^{_RASTER}/coverage/?$", coverage.coverage, name="coverage"),
        re_path(rf"^{_RASTER}/position/?$", edr.position, name="position"),
        re_path(rf"^{_RASTER}/trajectory/?$", edr.trajectory, name="trajectory"),
        re_path(rf"^{_RASTER}/area/?$", edr.area, name="area"),
        re_path(rf"^{_RASTER}/(?P<rest>.+)$", pages.nothing_here),
    ),
    collections=_collections,
    paths=definition.paths,
    schemas=definition.SCHEMAS,
)
