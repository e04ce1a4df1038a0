"""GDAL's OAPIF driver against the running code: all collections, every feature, x = longitude."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys

import pyproj
import pytest

from layers import registry
from layers.spec import Audience
from tests.ogc_api.rasters.files import bring_in, degrees, slope_cells
from tests.ogc_api.rows import add

FEATURES = 25
"""More than two of GDAL's pages of ten."""

pytestmark = pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="GDAL's commands (gdal-bin) are not installed")


@pytest.fixture
def api(site: str) -> str:
    return f"OAPIF:{site}/api"


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr
    return done.stdout


def test_gdal_lists_every_collection(api):
    told = run("ogrinfo", "-ro", "-al", "-so", api)
    listed = {line.removeprefix("Layer name: ") for line in told.splitlines() if line.startswith("Layer name: ")}
    assert listed == {layer.name for layer in registry.visible_to(Audience.PUBLIC)} | {"catalogue"}


def test_gdal_takes_no_raster_for_features_and_reads_it_as_one(api, tmp_path):
    bring_in(tmp_path, "slope", slope_cells(), nodata=-9999, kind="elevation")
    told = run("ogrinfo", "-ro", "-so", api)
    assert "raster." not in told
    address = api.removeprefix("OAPIF:") + "/collections/raster.slope/coverage"
    lon, lat = degrees(5.5, 7.5)
    assert float(run("gdallocationinfo", "-wgs84", "-valonly", f"/vsicurl/{address}", str(lon), str(lat))) == 5 + 2 * 7


def test_gdal_reads_all_features_past_the_first_page_with_longitude_as_x(api):
    layer = registry.get("facilities")
    for number in range(FEATURES):
        add(layer, f"facility-{number:02}", lon=139.5 + number / 1000, lat=35.68)
    rows = list(
        csv.DictReader(
            run("ogr2ogr", "-f", "CSV", "-lco", "GEOMETRY=AS_XY", "/vsistdout/", api, layer.name).splitlines()
        )
    )
    assert [row["id"] for row in rows] == [f"facility-{number:02}" for number in range(FEATURES)]
    assert [float(row["X"]) for row in rows] == pytest.approx([139.5 + number / 1000 for number in range(FEATURES)])
    assert {float(row["Y"]) for row in rows} == {35.68}
    assert {row["name"] for row in rows} == {"見える"}


def test_gdal_counts_and_selects_by_place(api):
    layer = registry.get("damage-areas")
    for number in range(FEATURES):
        add(layer, f"area-{number:02}", lon=139.5 + number / 100)
    assert f"Feature Count: {FEATURES}" in run("ogrinfo", "-ro", "-so", api, layer.name)
    assert "Feature Count: 2" in run(
        "ogrinfo", "-ro", "-so", "-spat", "139.509", "35", "139.525", "36", api, layer.name
    )


@pytest.mark.parametrize("code", [3857, 4326, 6668, 6677])
def test_a_newer_gdal_reads_every_system_in_the_right_place(api, code):
    layer = registry.get("facilities")
    lons = [139.5 + number / 1000 for number in range(FEATURES)]
    for number, lon in enumerate(lons):
        add(layer, f"facility-{number:02}", lon=lon, lat=35.68)
    script = (
        "import json, struct; from pyogrio.raw import read;"
        f"meta, _, shapes, values = read({api!r}, layer={layer.name!r}, CRS='EPSG:{code}', PAGE_SIZE='10', "
        "columns=['id']);"
        "print(json.dumps([meta['crs'], list(values[0]), [struct.unpack('<2d', shape[5:]) for shape in shapes]]))"
    )
    crs, ids, points = json.loads(run(sys.executable, "-c", script))
    assert crs == f"EPSG:{code}" or "CRS84" in crs
    assert ids == [f"facility-{number:02}" for number in range(FEATURES)]
    true = pyproj.Transformer.from_crs(4326, code, always_xy=True)
    for place, lon in zip(points, lons, strict=True):
        assert place == pytest.approx(true.transform(lon, 35.68), abs=0.001 if code in {3857, 6677} else 1e-8)
