"""OGC API - Coverages: the cells that are stored, the part that is asked for, never more than the server bears."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio
from django.core.management import call_command
from django.test import Client
from rasterio.transform import from_origin

from etl.raster_store import remove
from layers import registry
from layers.raster import Raster
from ogc_api.rasters import choosing
from tests.ogc_api.raster_files import CRS84_URI, PLANE_URI, box_of, bring_in, degrees, slope_cells

pytestmark = pytest.mark.django_db

GEOTIFF = "image/tiff; application=geotiff"
COVJSON = "application/prs.coverage+json"
SLOPE = "/api/collections/raster.slope"
GEOGRAPHIC = from_origin(139.5, 35.8, 0.001, 0.001)


@pytest.fixture
def slope(tmp_path) -> Raster:
    return bring_in(tmp_path, "slope", slope_cells(), nodata=-9999, kind="elevation", vertical_datum="JGD2011")


@pytest.fixture
def lonlat(tmp_path) -> Raster:
    """100 columns and 50 rows of a thousandth of a degree; column + 1000 * row."""
    cells = (np.arange(100)[None, :] + 1000 * np.arange(50)[:, None]).astype("int32")
    return bring_in(tmp_path, "lonlat", cells, crs="EPSG:4326", transform=GEOGRAPHIC, unit="pieces")


@pytest.fixture
def classes(tmp_path) -> Raster:
    """Every value counts: there is none that means nothing."""
    cells = (np.indices((40, 40)).sum(axis=0) % 5).astype("uint8")
    return bring_in(tmp_path, "classes", cells, kind="flood_depth", unit="")


def read_tiff(response) -> tuple[np.ma.MaskedArray, rasterio.DatasetReader]:
    assert response.status_code == 200, response.content[:500]
    assert response["Content-Type"] == GEOTIFF
    content = b"".join(response.streaming_content) if response.streaming else response.content
    source = rasterio.open(io.BytesIO(content))
    return source.read(masked=True), source


def values_of(document: dict, name: str) -> np.ndarray:
    array = document["ranges"][name]
    return np.array(array["values"], float).reshape(array["shape"])


# What the collection says


def test_a_raster_becomes_a_collection_when_it_comes_in_and_is_none_when_it_goes(client, tmp_path):
    def ids() -> list[str]:
        return [one["id"] for one in client.get("/api/collections").json()["collections"] if "raster." in one["id"]]

    assert ids() == []
    bring_in(tmp_path, "slope", slope_cells(), nodata=-9999)
    assert ids() == ["raster.slope"]
    assert client.get(SLOPE).json()["title"] == "slope"
    bring_in(tmp_path, "slope", slope_cells() + 1, nodata=-9999, title="もう一度")
    assert client.get(SLOPE).json()["title"] == "もう一度"
    assert remove("slope")
    assert ids() == []
    for address in ("", "/coverage", "/schema", "/position?coords=POINT(1 1)"):
        assert client.get(SLOPE + address).status_code == 404
    assert "raster." not in client.get("/api/openapi").content.decode()


def test_a_raster_whose_file_is_lost_is_not_there(client, slope):
    slope.path.unlink()
    assert client.get(SLOPE).status_code == 404
    assert client.get(f"{SLOPE}/coverage").status_code == 404
    assert client.get("/api/collections").status_code == 200


def test_no_layer_can_be_called_like_a_raster():
    assert [layer.name for layer in registry.every() if "." in layer.name] == []


def test_the_collection_says_where_what_above_what_and_whose(client, slope):
    document = client.get(f"{SLOPE}?lang=en").json()
    west, south, east, north = document["extent"]["spatial"]["bbox"][0]
    lon, lat = degrees(40, 30)
    assert west < lon < east
    assert south < lat < north
    assert document["storageCrs"] == document["crs"][0] == PLANE_URI
    assert CRS84_URI in document["crs"]
    assert document["extent"]["spatial"]["storageCrsBbox"] == [[-34600.0, -6000.0, -34000.0, -5200.0]]
    grid = document["extent"]["spatial"]["grid"]
    assert [(axis["axis"], axis["cellsCount"], axis["resolution"]) for axis in grid] == [("N", 60, 10), ("E", 80, 10)]
    assert (document["attribution"], document["license"]) == ("架空の測量", "CC0-1.0")
    assert document["verticalDatum"]["id"] == "JGD2011"
    assert "JGD2011" in document["description"]
    parameter = document["parameter_names"]["elevation"]
    assert parameter["unit"]["symbol"] == {"value": "m", "type": "http://www.opengis.net/def/uom/UCUM/"}
    rels = {link["rel"] for link in document["links"]}
    assert {"self", "alternate", "license", "http://www.opengis.net/def/rel/ogc/1.0/coverage"} <= rels
    assert "http://www.opengis.net/def/rel/ogc/1.0/schema" in rels


def test_every_link_of_a_raster_leads_to_what_it_says(client, slope):
    for link in client.get(SLOPE).json()["links"]:
        if link["rel"] != "license":
            response = client.get(link["href"])
            assert response.status_code == 200, link
            assert response["Content-Type"].partition(";")[0] == link["type"].partition(";")[0]


def test_the_schema_has_fields_with_units_and_what_means_nothing(client, slope):
    document = client.get(f"{SLOPE}/schema?lang=en").json()
    field = document["properties"]["elevation"]
    assert (field["type"], field["x-ogc-unit"], field["x-ogc-nullValues"]) == ("number", "m", [-9999])
    assert field["x-ogc-statistics"] == {"min": 0, "max": 197}
    assert "JGD2011" in field["description"]


@pytest.mark.parametrize("address", ["items", "items/1", "queryables", "sortables", "search", "anything/else"])
def test_what_only_features_have_is_refused_saying_what_a_raster_has(client, slope, address):
    response = client.get(f"{SLOPE}/{address}")
    assert response.status_code == 404
    assert "coverage, schema, position" in response.json()["detail"]


@pytest.mark.parametrize("address", ["", "/schema"])
def test_pages_are_there_in_both_languages(client, slope, address):
    for language in ("ja", "en"):
        response = client.get(f"{SLOPE}{address}?lang={language}", headers={"accept": "text/html"})
        assert response["Content-Type"] == "text/html; charset=utf-8"
        assert f'lang="{language}"' in response.content.decode()


# The cells as they are stored


def test_the_whole_is_the_stored_file_itself(client, slope):
    response = client.get(f"{SLOPE}/coverage")
    assert response["Content-Crs"] == f"<{PLANE_URI}>"
    assert b"".join(response.streaming_content) == slope.path.read_bytes()


def test_a_program_may_read_the_file_in_pieces(client, slope):
    content = slope.path.read_bytes()
    etag = client.get(f"{SLOPE}/coverage")["ETag"]
    assert not etag.startswith("W/")
    for asked, right in (("bytes=0-99", content[:100]), ("bytes=50-", content[50:]), ("bytes=-20", content[-20:])):
        response = client.get(f"{SLOPE}/coverage", headers={"range": asked, "accept-encoding": "gzip"})
        assert response.status_code == 206
        assert b"".join(response.streaming_content) == right
        assert int(response["Content-Length"]) == len(right)
    assert client.get(f"{SLOPE}/coverage", headers={"range": "bytes=99999999-"}).status_code == 416
    assert client.get(f"{SLOPE}/coverage", headers={"range": "bytes=0-9", "if-range": '"other"'}).status_code == 200
    assert client.get(f"{SLOPE}/coverage", headers={"range": "pages=1"}).status_code == 200


def test_a_part_keeps_its_cells_its_place_and_what_means_nothing(client, slope):
    address = f"{SLOPE}/coverage?bbox={box_of(25, 28, 35, 32)}&bbox-crs=[EPSG:6677]"
    cells, source = read_tiff(client.get(address))
    assert cells.shape == (1, 4, 10)
    np.testing.assert_array_equal(cells[0].filled(-9999), slope_cells()[28:32, 25:35])
    assert source.nodata == -9999
    assert cells[0].mask.sum() == 1
    assert (source.crs.to_epsg(), source.bounds[:2]) == (6677, (-5750.0, -34320.0))
    assert (source.descriptions, source.units) == (("elevation",), ("m",))
    assert "JGD2011" in source.tags()["VERTICAL_DATUM"]


def test_coverage_json_says_the_same_at_the_centres_of_the_cells(client, slope):
    address = f"{SLOPE}/coverage?bbox={box_of(25, 28, 35, 32)}&bbox-crs=EPSG:6677&f=covjson"
    response = client.get(address)
    assert response["Content-Type"] == COVJSON
    document = response.json()
    axes = document["domain"]["axes"]
    assert axes["x"] == {"start": -5745.0, "stop": -5655.0, "num": 10}
    assert axes["y"] == {"start": -34285.0, "stop": -34315.0, "num": 4}
    assert document["domain"]["referencing"] == [
        {"coordinates": ["y", "x"], "system": {"type": "ProjectedCRS", "id": PLANE_URI}}
    ]
    values = values_of(document, "elevation")
    assert np.isnan(values[2, 5])
    assert values[0, 0] == 25 + 2 * 28


def test_values_come_in_the_fewest_digits_that_are_exact(client, tmp_path):
    bring_in(tmp_path, "slope", np.full((2, 2), 0.1, "float32"))
    text = client.get(f"{SLOPE}/coverage?f=covjson").content.decode()
    assert '"values":[0.1,0.1,0.1,0.1]' in text


def test_the_form_follows_what_is_accepted(client, slope):
    for accept, right in (
        (COVJSON, COVJSON),
        ("image/tiff", GEOTIFF),
        (GEOTIFF, GEOTIFF),
        ("text/html,*/*;q=0.8", GEOTIFF),
        ("*/*", GEOTIFF),
    ):
        assert client.get(f"{SLOPE}/coverage", headers={"accept": accept})["Content-Type"] == right


# Parts


@pytest.mark.parametrize(
    ("box", "shape", "first"),
    [
        ((25.2, 28.3, 25.4, 28.4), (1, 1), (28, 25)),  # within a cell
        ((25, 28, 26, 29), (1, 1), (28, 25)),  # exactly a cell
        ((25, 28, 25, 28), (1, 1), (28, 25)),  # a point on a corner
        ((24.9, 27.9, 26.1, 29.1), (3, 3), (27, 24)),  # a little more than a cell
        ((-50, -50, 2.5, 1.5), (2, 3), (0, 0)),  # partly outside
        ((79.5, 59.5, 200, 200), (1, 1), (59, 79)),
        ((80, 60, 80, 60), (1, 1), (59, 79)),  # the far corner itself
    ],
)
def test_a_box_takes_the_cells_that_it_touches_inside(client, slope, box, shape, first):
    cells, _ = read_tiff(client.get(f"{SLOPE}/coverage?bbox={box_of(*box)}&bbox-crs={PLANE_URI}"))
    assert cells.shape[1:] == shape
    assert cells[0, 0, 0] == first[1] + 2 * first[0]


@pytest.mark.parametrize("crs", [CRS84_URI, "[EPSG:4326]", "http://www.opengis.net/def/crs/EPSG/0/6668"])
def test_a_box_in_degrees_takes_the_cells_around_a_place(client, slope, crs):
    lon, lat = degrees(40.5, 20.5)
    half = 1e-6
    box = [lon - half, lat - half, lon + half, lat + half]
    if "84" not in crs:
        box = [box[1], box[0], box[3], box[2]]
    cells, _ = read_tiff(client.get(f"{SLOPE}/coverage?bbox={','.join(map(str, box))}&bbox-crs={crs}"))
    assert cells.shape == (1, 1, 1)
    assert cells[0, 0, 0] == 40 + 2 * 20


@pytest.mark.parametrize("bbox", ["0,0,1,1", "-170,30,-160,40", "170,30,-170,40", "139.9,35.6,140,35.7"])
def test_a_box_outside_is_answered_with_nothing(client, slope, bbox):
    response = client.get(f"{SLOPE}/coverage?bbox={bbox}")
    assert (response.status_code, response.content) == (204, b"")


def test_a_box_across_the_antimeridian_takes_the_side_that_the_raster_is_on(client, lonlat):
    whole, _ = read_tiff(client.get("/api/collections/raster.lonlat/coverage?bbox=139.55,35,-170,36&f=geotiff"))
    assert whole.shape == (1, 50, 50)
    assert whole[0, 0, 0] == 50


def test_a_raster_of_the_whole_world_is_not_cut_into_two_for_a_box_across_the_antimeridian(client, tmp_path):
    world = from_origin(-180, 90, 10, 10)
    bring_in(tmp_path, "world", np.zeros((18, 36), "uint8"), crs="EPSG:4326", transform=world)
    response = client.get("/api/collections/raster.world/coverage?bbox=170,-10,-170,10")
    assert response.status_code == 400
    assert "one by one" in response.json()["detail"]


def test_a_subset_names_axes_in_any_order_and_in_several_parameters(client, lonlat):
    address = "/api/collections/raster.lonlat/coverage"
    asked = (
        "subset=Lat(35.7605:35.7695),Lon(139.5205:139.5295)",
        "subset=Lon(139.5205:139.5295)&subset=lat(35.7605:35.7695)",
    )
    together, apart = (read_tiff(client.get(f"{address}?{query}"))[0] for query in asked)
    np.testing.assert_array_equal(together, apart)
    assert together.shape == (1, 10, 10)
    assert together[0, 0, 0] == 20 + 1000 * 30


def test_an_asterisk_or_an_axis_that_is_not_named_is_the_rasters_own_end(client, lonlat):
    address = "/api/collections/raster.lonlat/coverage"
    cells, _ = read_tiff(client.get(f"{address}?subset=Lon(139.5905:*)"))
    assert cells.shape == (1, 50, 10)
    cells, _ = read_tiff(client.get(f"{address}?subset=Lat(*:35.7595)"))
    assert cells.shape == (1, 10, 100)
    assert client.get(f"{address}?subset=Lon(139.7:*)").status_code == 204
    assert client.get(f"{address}?subset=Lat(*:10)").status_code == 204


def test_a_single_value_is_one_row_or_column_of_the_axis_it_belongs_to(client, lonlat, slope):
    cells, _ = read_tiff(client.get("/api/collections/raster.lonlat/coverage?subset=Lat(35.7705)"))
    assert cells.shape == (1, 1, 100)
    cells, _ = read_tiff(client.get(f"{SLOPE}/coverage?subset=N(-34105)&subset-crs=[EPSG:6677]"))
    np.testing.assert_array_equal(cells[0, 0], np.arange(80) + 2 * 10)
    refused = client.get(f"{SLOPE}/coverage?subset=Lat(35.69)")
    assert refused.status_code == 400
    assert refused.json()["parameter"] == "crs"
    assert client.get(f"{SLOPE}/coverage?subset=Lat(35.69)&crs=[OGC:CRS84]").status_code == 200


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


def test_the_claimed_classes_are_those_of_the_tests_above(client):
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
