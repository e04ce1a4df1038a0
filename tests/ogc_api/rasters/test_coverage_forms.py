"""OGC API - Coverages: sizes, reference systems and fields of what is asked for, and what is refused."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio
from django.core.management import call_command
from django.test import Client
from rasterio.transform import from_origin

from layers.raster import Raster
from ogc_api.rasters import choosing
from tests.ogc_api.rasters.files import (
    CRS84_URI,
    PLANE_URI,
    SLOPE,
    box_of,
    bring_in,
    degrees,
    read_tiff,
    slope_cells,
    values_of,
)

pytestmark = pytest.mark.django_db


# Sizes


def test_a_factor_divides_the_number_of_cells_and_means_heights(client, slope):
    cells, source = read_tiff(client.get(f"{SLOPE}/coverage?scale-factor=2"))
    assert cells.shape == (1, 30, 40)
    assert source.bounds == (-6000, -34600, -5200, -34000)
    assert cells[0, 0, 0] == pytest.approx(1.5)
    assert cells[0, 15, 15] == pytest.approx(np.mean([31 + 60, 30 + 62, 31 + 62]))  # the empty cell has no weight


def test_classes_are_never_mixed(client, tmp_path):
    cells = np.where(np.indices((64, 64)).sum(axis=0) % 2, 1, 5).astype("uint8")
    bring_in(tmp_path, "slope", cells, kind="flood_depth")
    for factor in ("2", "3.3", "16", "0.5"):
        found, _ = read_tiff(client.get(f"{SLOPE}/coverage?scale-factor={factor}"))
        assert set(np.unique(found)) <= {1, 5}


def test_axes_and_sizes_are_exact(client, slope):
    cells, _ = read_tiff(client.get(f"{SLOPE}/coverage?scale-axes=N(3)"))
    assert cells.shape == (1, 20, 80)
    cells, _ = read_tiff(client.get(f"{SLOPE}/coverage?scale-size=E(7),N(123)"))
    assert cells.shape == (1, 123, 7)
    cells, _ = read_tiff(client.get(f"{SLOPE}/coverage?scale-size=Lon(10),Lat(10)&crs=[OGC:CRS84]"))
    assert cells.shape == (1, 10, 10)


def test_a_size_with_a_box_is_that_of_the_box_also_where_it_lies_outside(client, slope):
    address = f"{SLOPE}/coverage?bbox={box_of(-10, 0, 10, 10)}&bbox-crs=[EPSG:6677]&scale-size=E(4),N(2)"
    cells, source = read_tiff(client.get(address))
    assert cells.shape == (1, 2, 4)
    assert source.bounds == (-6100, -34100, -5900, -34000)
    np.testing.assert_array_equal(cells[0].mask, [[True, True, False, False]] * 2)


# Reference systems


@pytest.mark.parametrize(
    ("name", "code"), [("[OGC:CRS84]", 4326), ("EPSG:4326", 4326), ("EPSG:6668", 6668), ("EPSG:3857", 3857)]
)
def test_every_system_of_the_collection_is_given_and_values_stay_where_they_are(client, slope, name, code):
    response = client.get(f"{SLOPE}/coverage?crs={name}")
    cells, source = read_tiff(response)
    assert source.crs.to_epsg() == code
    lon, lat = degrees(50.5, 10.5)
    x, y = rasterio.warp.transform("EPSG:4326", f"EPSG:{code}", [lon], [lat])
    row, column = source.index(x[0], y[0])
    assert cells[0, row, column] == pytest.approx(50 + 2 * 10, abs=1.6)  # half a cell each way
    assert str(code) in response["Content-Crs"] or code == 4326


def test_the_axes_of_a_document_are_in_the_order_of_the_authority(client, lonlat):
    address = "/api/collections/raster.lonlat/coverage?f=covjson&bbox=139.5,35.79,139.51,35.8&crs="
    for name, order in (("[OGC:CRS84]", ["x", "y"]), ("[EPSG:4326]", ["y", "x"]), ("[EPSG:6668]", ["y", "x"])):
        document = client.get(address + name).json()
        assert document["domain"]["referencing"][0]["coordinates"] == order
        assert document["domain"]["axes"]["x"]["start"] == 139.5005  # x is always the longitude
        assert values_of(document, "value")[0, 3] == 3


def test_whole_numbers_that_all_count_get_room_for_nothing_when_they_are_turned(client, classes):
    lon, lat = degrees(0, 40)
    around = f"bbox={lon - 0.002},{lat - 0.002},{lon + 0.002},{lat + 0.002}&scale-size=Lon(20),Lat(20)"
    cells, source = read_tiff(client.get(f"/api/collections/raster.classes/coverage?crs=[OGC:CRS84]&{around}"))
    assert source.dtypes == ("int16",)
    assert cells.mask.any()
    assert set(np.unique(cells.compressed())) == {0, 1, 2, 3, 4}
    kept, source = read_tiff(client.get("/api/collections/raster.classes/coverage?bbox-crs=[OGC:CRS84]"))
    assert source.dtypes == ("uint8",)
    assert not kept.mask.any()


def test_a_system_that_is_not_made_for_the_place_is_not_offered(client, tmp_path):
    far = from_origin(10, 50, 0.001, 0.001)
    bring_in(tmp_path, "far", np.zeros((5, 5), "float32"), crs="EPSG:4326", transform=far)
    assert PLANE_URI not in client.get("/api/collections/raster.far").json()["crs"]
    refused = client.get(f"/api/collections/raster.far/coverage?crs={PLANE_URI}")
    assert refused.status_code == 400
    assert CRS84_URI in refused.json()["supported"]


# Fields


def test_fields_come_in_the_order_in_which_they_are_named(client, tmp_path):
    bands = np.stack([np.full((3, 3), n, "int16") for n in (10, 20, 30)])
    bring_in(tmp_path, "bands", bands)
    address = "/api/collections/raster.bands/coverage?properties="
    cells, source = read_tiff(client.get(f"{address}band_3,value"))
    assert (source.descriptions, cells[:, 0, 0].tolist()) == (("band_3", "value"), [30, 10])
    document = client.get(f"{address}band_2&f=covjson").json()
    assert list(document["ranges"]) == list(document["parameters"]) == ["band_2"]
    assert client.get(f"{address}band_9").json()["known"] == ["value", "band_2", "band_3"]


# What is refused


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("bbox=1,2,3", "bbox"),
        ("bbox=1,2,3,nan", "bbox"),
        ("bbox=139,36,140,35", "bbox"),
        ("bbox=139,35,140,36&subset=Lat(35)", "subset"),
        ("bbox=139,35,140,36&bbox-crs=EPSG:32654", "bbox-crs"),
        ("subset=Height(1)", "subset"),
        ("subset=E(1)", "subset"),
        ("subset=Lat(35", "subset"),
        ("subset=Lat(35),", "subset"),
        ("subset=", "subset"),
        ("subset=Lat()", "subset"),
        ("subset=Lat(*)", "subset"),
        ("subset=Lat(1:2:3)", "subset"),
        ("subset=Lat(36:35)", "subset"),
        ("subset=Lat(91)", "subset"),
        ("subset=Lon(181)", "subset"),
        ("subset=Lat(1e999)", "subset"),
        ('subset=Lat("35")', "subset"),
        ("subset=Lat(35)&subset=Lat(36)", "subset"),
        ("subset=N(2:1)&subset-crs=EPSG:6677", "subset"),
        ("subset-crs=x", "subset-crs"),
        ("scale-factor=0", "scale-factor"),
        ("scale-factor=-1", "scale-factor"),
        ("scale-factor=inf", "scale-factor"),
        ("scale-factor=2&scale-size=E(3)", "scale-size"),
        ("scale-axes=Lat(2)", "scale-axes"),
        ("scale-size=E(1.5)", "scale-size"),
        ("scale-size=E(0)", "scale-size"),
        ("properties=", "properties"),
        ("properties=elevation,elevation", "properties"),
        ("crs=EPSG:99999", "crs"),
        ("crs=", "crs"),
        ("f=png", "f"),
        ("datetime=2024-01-01", "datetime"),
        ("z=1", "z"),
        ("limit=1", "limit"),
        ("crs=EPSG:4326&crs=EPSG:4326", "crs"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(client, slope, query, parameter):
    response = client.get(f"{SLOPE}/coverage?{query}")
    assert response.status_code == 400, response.content[:300]
    assert response.json()["parameter"] == parameter


def test_too_many_cells_are_refused_with_what_would_do(client, slope):
    refused = client.get(f"{SLOPE}/coverage?scale-factor=0.01")
    assert refused.status_code == 413
    assert refused.json()["most"] == choosing.MAX_CELLS
    assert "bbox" in refused.json()["detail"]
    assert client.get(f"{SLOPE}/coverage?scale-size=E(1000000000),N(1000000000)").status_code == 413


def test_few_cells_that_need_the_whole_file_are_refused_too(client, slope, monkeypatch):
    monkeypatch.setattr(choosing, "MAX_CELLS", 100)
    refused = client.get(f"{SLOPE}/coverage?scale-size=E(1),N(60)")
    assert refused.status_code == 413
    assert "one axis" in refused.json()["detail"]
    assert client.get(f"{SLOPE}/coverage?scale-size=E(8),N(6)").status_code == 200


def test_the_suggested_scale_does(client, slope, monkeypatch):
    monkeypatch.setattr(choosing, "MAX_CELLS", 1000)
    factor = client.get(f"{SLOPE}/coverage?crs=EPSG:3857").json()["scaleFactor"]
    cells, _ = read_tiff(client.get(f"{SLOPE}/coverage?crs=EPSG:3857&scale-factor={factor}"))
    assert 500 < cells.size <= 1000


def test_other_methods_and_other_sites(client, slope):
    assert client.post(f"{SLOPE}/coverage").status_code == 405
    assert client.options(f"{SLOPE}/coverage")["Allow"] == "GET, HEAD, OPTIONS"
    assert client.get(f"{SLOPE}/coverage")["Access-Control-Allow-Origin"] == "*"


# Not asking twice


@pytest.mark.parametrize("query", ["", "?f=covjson", "?scale-factor=2", "?bbox=139,35,140,36&f=covjson"])
def test_nothing_is_sent_twice_until_the_raster_changes(client, slope, tmp_path, query):
    first = client.get(f"{SLOPE}/coverage{query}")
    assert first["Cache-Control"] == "public, no-cache"
    again = client.get(f"{SLOPE}/coverage{query}", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head(f"{SLOPE}/coverage{query}")["ETag"] == first["ETag"]
    bring_in(tmp_path, "slope", slope_cells() + 1, nodata=-9999, kind="elevation")
    changed = client.get(f"{SLOPE}/coverage{query}", headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200


# Claims and definition


def test_the_claimed_classes_are_those_of_the_tests_of_coverages(client):
    claimed = client.get("/api/conformance").json()["conformsTo"]
    named = {uri.rpartition("/")[2] for uri in claimed if "ogcapi-coverages-1/" in uri}
    assert named == {"core", "coveragejson", "crs", "fieldselection", "geotiff", "scaling", "subsetting"}


def test_the_definition_has_every_address_of_a_raster_with_its_own_fields(client, slope):
    document = client.get("/api/openapi").json()
    own = {path: one for path, one in document["paths"].items() if path.startswith("/collections/raster.slope")}
    assert {path.rpartition("/")[2] for path in own} == {
        "raster.slope",
        "schema",
        "coverage",
        "position",
        "trajectory",
        "area",
    }
    given = {
        one["name"]: one for one in own["/collections/raster.slope/coverage"]["get"]["parameters"] if "name" in one
    }
    assert given["properties"]["schema"]["items"]["enum"] == ["elevation"]
    assert given["crs"]["schema"]["default"] == PLANE_URI
    assert all(operation["get"]["tags"] == ["rasters"] for operation in own.values())
    assert client.get("/api/openapi?f=html").status_code == 200


# Other programs


def test_gdal_reads_the_same_file(client, slope, tmp_path):
    part = tmp_path / "part.tif"
    part.write_bytes(client.get(f"{SLOPE}/coverage?bbox={box_of(0, 0, 40, 20)}&bbox-crs={PLANE_URI}").content)
    told = json.loads(subprocess.run(["gdalinfo", "-json", part], capture_output=True, text=True, check=True).stdout)
    assert told["size"] == [40, 20]
    assert told["geoTransform"] == [-6000.0, 10.0, 0.0, -34000.0, 0.0, -10.0]
    assert told["bands"][0]["noDataValue"] == -9999
    assert told["bands"][0]["unit"] == "m"


def test_the_real_heights_are_the_same_in_every_form(client, real_data):
    path = real_data / "hazard" / "dem_fuji_srtm_epsg6676.tif"
    call_command("import_file", str(path), "--yes")
    raster = Raster.objects.get()
    address = f"/api/collections/raster.{raster.key}/coverage"
    with rasterio.open(path) as source:
        real = source.read(1)
    cells, _ = read_tiff(client.get(f"{address}?bbox=138,35,139,36&f=geotiff"))
    np.testing.assert_array_equal(cells[0].filled(0), real)
    document = client.get(f"{address}?f=covjson").json()
    np.testing.assert_array_equal(np.nan_to_num(values_of(document, "elevation")), real)


def test_the_sample_city_has_two(client: Client):
    call_command("load_sample")
    found = {one["id"]: one for one in client.get("/api/collections").json()["collections"]}
    for name in ("raster.sample-elevation", "raster.sample-flood-depth"):
        assert "架空" in found[name]["title"]
    assert Path(Raster.objects.get(key="sample-elevation").path).stat().st_size < 200_000
