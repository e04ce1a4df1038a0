"""OGC API - Coverages: the cells that are stored, the part that is asked for, never more than the server bears."""

from __future__ import annotations

import numpy as np
import pytest
from rasterio.transform import from_origin

from etl.raster_store import remove
from layers import registry
from tests.ogc_api.rasters.files import (
    COVJSON,
    CRS84_URI,
    GEOTIFF,
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
