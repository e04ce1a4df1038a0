"""OGC API - EDR: what is at a point, along a way and within an area; the same as every other part of the city says."""

from __future__ import annotations

import json
import subprocess

import numpy as np
import pytest
import rasterio
import shapely
from django.core.management import call_command
from pyproj import Geod
from rasterio.transform import from_origin

from layers.raster import Raster
from layers.raster_reading import profile, value_at
from ogc_api.rasters import choosing, edr
from tests.ogc_api.rasters.files import COVJSON, CRS84_URI, PLANE, PLANE_URI, SLOPE, bring_in, degrees, slope_cells

pytestmark = pytest.mark.django_db


@pytest.fixture
def depth(tmp_path) -> Raster:
    cells = np.full((60, 80), -1, "float32")
    cells[10:20, 10:30] = 2.5
    return bring_in(tmp_path, "depth", cells, nodata=-1, kind="flood_depth")


def point(lon: float, lat: float) -> str:
    return f"POINT({lon!r} {lat!r})"


def height(client, coords: str, **more: str) -> float | None:
    response = client.get(f"{SLOPE}/position", {"coords": coords, **more})
    assert response.status_code == 200, response.content[:300]
    return response.json()["ranges"]["elevation"]["values"][0]


# Positions


@pytest.mark.parametrize(("column", "row"), [(5.5, 7.5), (5.1, 7.9), (0.01, 0.01), (79.99, 59.99), (31.2, 30.5)])
def test_a_point_has_the_height_that_reading_says(client, slope, column, row):
    lon, lat = degrees(column, row)
    assert height(client, point(lon, lat)) == value_at(slope, lon, lat)


def test_a_height_is_interpolated_and_a_depth_is_that_of_its_cell(client, slope, depth):
    assert height(client, point(*degrees(6.0, 8.0))) == pytest.approx(5.5 + 2 * 7.5, abs=1e-5)
    response = client.get("/api/collections/raster.depth/position", {"coords": point(*degrees(10.1, 10.1))})
    assert response.json()["ranges"]["flood_depth"]["values"] == [2.5]


def test_a_point_is_a_coverage_of_its_own(client, slope):
    lon, lat = degrees(5.5, 7.5)
    response = client.get(f"{SLOPE}/position", {"coords": point(lon, lat)})
    assert response["Content-Type"] == COVJSON
    assert response["Content-Crs"] == f"<{CRS84_URI}>"
    document = response.json()
    assert document["domain"]["domainType"] == "Point"
    assert document["domain"]["axes"] == {"x": {"values": [lon]}, "y": {"values": [lat]}}
    assert document["ranges"]["elevation"] == {
        "type": "NdArray",
        "dataType": "float",
        "values": [value_at(slope, lon, lat)],
    }
    assert "JGD2011" in document["parameters"]["elevation"]["description"]["en"]


def test_several_points_keep_their_order_and_those_without_a_value_are_null(client, slope):
    places = [degrees(5.5, 7.5), degrees(30.5, 30.5), (139.9, 35.5), degrees(20.5, 20.5)]
    coords = "MULTIPOINT(" + ", ".join(f"({lon!r} {lat!r})" for lon, lat in places) + ")"
    document = client.get(f"{SLOPE}/position", {"coords": coords}).json()
    assert document["domain"]["axes"]["composite"]["values"] == [list(place) for place in places]
    values = document["ranges"]["elevation"]["values"]
    assert values == [value_at(slope, *place) for place in places]
    assert values[1] is values[2] is None


def test_where_the_raster_holds_nothing_is_null_and_outside_it_is_no_content(client, slope):
    assert height(client, point(*degrees(30.5, 30.5))) is None
    for place in (degrees(-0.5, 5), degrees(80.5, 5), (0.0, 0.0), (-139.5, 35.7)):
        response = client.get(f"{SLOPE}/position", {"coords": point(*place)})
        assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize(
    ("crs", "order"), [("[EPSG:6677]", 1), (PLANE_URI, 1), ("[EPSG:4326]", 1), ("EPSG:6668", 1), ("CRS84", 0)]
)
def test_coordinates_are_in_the_order_of_the_authority(client, slope, crs, order):
    lon, lat = degrees(12.25, 17.75)
    place = PLANE @ (12.25, 17.75) if "6677" in crs else (lon, lat)
    written = place[::-1] if order else place
    found = height(client, f"POINT({written[0]!r} {written[1]!r})", crs=crs)
    assert found == pytest.approx(value_at(slope, lon, lat), abs=1e-6)


def test_points_as_geojson_are_longitude_first_whatever_was_asked_in(client, slope):
    x, y = PLANE @ (5.5, 7.5)
    response = client.get(f"{SLOPE}/position", {"coords": f"POINT({y} {x})", "crs": PLANE_URI, "f": "GeoJSON"})
    assert response["Content-Type"] == "application/geo+json"
    assert response["Content-Crs"] == f"<{CRS84_URI}>"
    feature = response.json()["features"][0]
    assert feature["geometry"]["coordinates"] == pytest.approx(degrees(5.5, 7.5), abs=1e-8)
    assert feature["properties"] == {"elevation": pytest.approx(5 + 2 * 7, abs=1e-5)}


def test_the_form_follows_f_and_then_what_is_accepted(client, slope):
    coords = {"coords": point(*degrees(5.5, 7.5))}
    for f, right in (("CoverageJSON", COVJSON), ("covjson", COVJSON), ("geojson", "application/geo+json")):
        assert client.get(f"{SLOPE}/position", {**coords, "f": f})["Content-Type"] == right
    for accept, right in (
        ("application/geo+json", "application/geo+json"),
        ("*/*", COVJSON),
        ("text/html,*/*", COVJSON),
    ):
        assert client.get(f"{SLOPE}/position", coords, headers={"accept": accept})["Content-Type"] == right


def test_further_bands_are_read_as_they_are(client, tmp_path):
    bands = np.stack([slope_cells(), np.full((60, 80), 7, "float32")])
    bring_in(tmp_path, "slope", bands, nodata=-9999, kind="elevation")
    coords = {"coords": point(*degrees(6.0, 8.0))}
    ranges = client.get(f"{SLOPE}/position", coords).json()["ranges"]
    assert ranges["band_2"]["values"] == [7]
    only = client.get(f"{SLOPE}/position", {**coords, "parameter-name": "band_2"}).json()
    assert list(only["ranges"]) == ["band_2"]


def test_a_raster_in_degrees_and_one_in_an_older_datum_answer_alike(client, tmp_path):
    cells = np.arange(10000, dtype="int16").reshape(100, 100)
    place = from_origin(139.5, 35.8, 0.001, 0.001)
    for key, crs in (("a", "EPSG:4326"), ("b", "EPSG:6668"), ("c", "EPSG:4612")):
        bring_in(tmp_path, key, cells, crs=crs, transform=place)
        response = client.get(f"/api/collections/raster.{key}/position?coords=POINT(139.5255 35.7705)")
        assert response.json()["ranges"]["value"]["values"] == [2925]
        assert response.json()["ranges"]["value"]["dataType"] == "integer"


# Lines


def test_a_profile_is_that_of_reading_and_at_least_as_fine_as_the_cells(client, slope):
    line = shapely.LineString([degrees(5, 5), degrees(40, 7), degrees(41, 50)])
    response = client.get(f"{SLOPE}/trajectory", {"coords": line.wkt, "f": "geojson"})
    features = response.json()["features"]
    right = profile(slope, shapely.from_wkt(line.wkt), slope.resolution_m)
    assert [feature["properties"]["elevation"] for feature in features] == [point.value for point in right]
    assert [feature["properties"]["distance_m"] for feature in features] == pytest.approx(
        [point.distance_m for point in right], abs=1e-3
    )
    steps = np.diff([point.distance_m for point in right])
    assert steps.max() <= slope.resolution_m + 1e-6
    length_m = Geod(ellps="GRS80").geometry_length(line)
    assert features[-1]["properties"]["distance_m"] == pytest.approx(length_m, abs=1e-2)


def test_a_profile_is_a_coverage_along_its_points_in_the_system_that_is_asked_for(client, slope):
    ends = [PLANE @ (5, 5), PLANE @ (15, 5)]
    coords = "LINESTRING(" + ", ".join(f"{y} {x}" for x, y in ends) + ")"
    document = client.get(f"{SLOPE}/trajectory", {"coords": coords, "crs": PLANE_URI}).json()
    points = document["domain"]["axes"]["composite"]["values"]
    assert points[0] == pytest.approx(ends[0], abs=1e-3)  # x is the easting
    assert document["domain"]["referencing"][0]["coordinates"] == ["y", "x"]
    values = document["ranges"]["elevation"]["values"]
    assert values == pytest.approx([x + 4.5 + 9 for x in np.linspace(0, 10, len(values))], abs=1e-3)


def test_a_line_that_leaves_the_raster_has_nulls_and_one_beside_it_no_content(client, slope):
    leaving = shapely.LineString([degrees(75, 5), degrees(85, 5)]).wkt
    values = client.get(f"{SLOPE}/trajectory", {"coords": leaving}).json()["ranges"]["elevation"]["values"]
    assert values[0] is not None
    assert values[-1] is None
    beside = shapely.LineString([degrees(85, 5), degrees(95, 5)]).wkt
    assert client.get(f"{SLOPE}/trajectory", {"coords": beside}).status_code == 204


def test_a_line_around_the_earth_is_refused_with_its_length(client, slope):
    response = client.get(f"{SLOPE}/trajectory", {"coords": "LINESTRING(-170 0, 170 10)"})
    assert response.status_code == 413
    assert response.json()["most"] == edr.MAX_STATIONS


# Areas


def test_an_area_has_the_cells_that_it_touches_as_they_are_stored(client, slope):
    corners = [degrees(*place) for place in ((10.5, 10.5), (14.5, 10.5), (10.5, 14.5))]
    response = client.get(f"{SLOPE}/area", {"coords": shapely.Polygon(corners).wkt})
    assert response["Content-Crs"] == f"<{PLANE_URI}>"
    document = response.json()
    array = document["ranges"]["elevation"]
    assert array["shape"] == [5, 5]
    values = np.array(array["values"], float).reshape(5, 5)
    right = slope_cells()[10:15, 10:15].astype(float)
    assert np.isnan(values[4, 4])  # the far side of the triangle
    held = ~np.isnan(values)
    assert held.sum() >= 15
    np.testing.assert_array_equal(values[held], right[held])


def test_an_area_within_a_cell_has_that_cell(client, slope):
    tiny = shapely.Point(degrees(10.5, 12.5)).buffer(1e-6).wkt
    array = client.get(f"{SLOPE}/area", {"coords": tiny}).json()["ranges"]["elevation"]
    assert (array["shape"], array["values"]) == ([1, 1], [10 + 2 * 12])


def test_a_hole_and_several_areas_are_kept(client, slope):
    ring = shapely.Point(degrees(40, 30)).buffer(0.002).difference(shapely.Point(degrees(40, 30)).buffer(0.001))
    values = client.get(f"{SLOPE}/area", {"coords": ring.wkt}).json()["ranges"]["elevation"]
    cells = np.array(values["values"], float).reshape(values["shape"])
    assert np.isnan(cells[cells.shape[0] // 2, cells.shape[1] // 2])
    two = shapely.MultiPolygon([shapely.Point(degrees(c, 5)).buffer(1e-6) for c in (5.5, 15.5)]).wkt
    values = client.get(f"{SLOPE}/area", {"coords": two}).json()["ranges"]["elevation"]["values"]
    assert sum(value is not None for value in values) <= 4


def test_an_area_comes_in_another_system_and_as_a_file(client, slope, tmp_path):
    coords = shapely.box(*degrees(10, 20), *degrees(20, 10))
    document = client.get(f"{SLOPE}/area", {"coords": coords.wkt, "crs": "CRS84"}).json()
    assert document["domain"]["referencing"][0]["system"] == {"type": "GeographicCRS", "id": CRS84_URI}
    response = client.get(f"{SLOPE}/area", {"coords": coords.wkt, "f": "GeoTIFF"})
    (tmp_path / "area.tif").write_bytes(response.content)
    with rasterio.open(tmp_path / "area.tif") as source:
        assert source.crs.to_epsg() == 6677
        assert source.read(1, masked=True).count() >= 100


def test_an_area_outside_has_no_content_and_one_of_too_many_cells_is_refused(client, slope, monkeypatch):
    assert client.get(f"{SLOPE}/area?coords=POLYGON((0 0,1 0,1 1,0 0))").status_code == 204
    monkeypatch.setattr(choosing, "MAX_CELLS_AS_TEXT", 100)
    response = client.get(f"{SLOPE}/area", {"coords": shapely.box(*degrees(0, 60), *degrees(80, 0)).wkt})
    assert response.status_code == 413
    assert "smaller area" in response.json()["detail"]


# What is refused


@pytest.mark.parametrize(
    ("query", "wkt"),
    [
        ("position", None),
        ("position", ""),
        ("position", "POINT EMPTY"),
        ("position", "POINT(139.5)"),
        ("position", "POINT(139.5,35.6)"),
        ("position", "POINT Z (139.5 35.6 10)"),
        ("position", "POINTZ(139.5 35.6 10)"),
        ("position", "POINT(139.5 35.6 10)"),
        ("position", "POINT M (139.5 35.6 10)"),
        ("position", "POINT(nan nan)"),
        ("position", "POINT(inf 35)"),
        ("position", "POINT(35.6 139.5)"),
        ("position", "POINT(181 0)"),
        ("position", "LINESTRING(139 35, 140 36)"),
        ("position", "GEOMETRYCOLLECTION(POINT(1 1))"),
        ("position", "point"),
        ("position", "POINT(139.5 35.6"),
        ("position", "\x00"),
        ("position", "地点"),
        ("position", "MULTIPOINT(" + ",".join(["1 1"] * 1001) + ")"),
        ("trajectory", "POINT(139.5 35.6)"),
        ("trajectory", "LINESTRING(139 35)"),
        ("trajectory", "LINESTRING(139 35, 139 35)"),
        ("trajectory", "LINESTRING EMPTY"),
        ("area", "POINT(139.5 35.6)"),
        ("area", "POLYGON((139 35, 140 36, 140 35, 139 36, 139 35))"),
        ("area", "POLYGON((139 35, 140 36, 140 35))"),
        ("area", "POLYGON((139 35, 139 35, 139 35, 139 35))"),
    ],
)
def test_a_geometry_that_cannot_be_meant_is_refused(client, slope, query, wkt):
    response = client.get(f"{SLOPE}/{query}", {} if wkt is None else {"coords": wkt})
    assert response.status_code == 400, response.content[:300]
    assert response.json()["parameter"] == "coords"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("z=10", "z"),
        ("datetime=2024-01-01T00:00:00Z", "datetime"),
        ("parameter-name=depth", "parameter-name"),
        ("parameter-name=", "parameter-name"),
        ("crs=EPSG:32654", "crs"),
        ("f=csv", "f"),
        ("f=json", "f"),
        ("bbox=1,2,3,4", "bbox"),
        ("coords=POINT(1 1)", "coords"),
    ],
)
@pytest.mark.parametrize("name", ["position", "trajectory", "area"])
def test_other_parameters_are_refused_by_name(client, slope, name, query, parameter):
    coords = {
        "position": "POINT(139 35)",
        "trajectory": "LINESTRING(139 35,139.01 35)",
        "area": "POLYGON((0 0,1 0,1 1,0 0))",
    }
    response = client.get(f"{SLOPE}/{name}?coords={coords[name]}&{query}")
    assert response.status_code == 400
    assert response.json()["parameter"] == parameter


def test_infinite_coordinates_of_a_plane_are_refused(client, slope):
    for place in ("1e300 1e300", "2000000 0"):
        assert client.get(f"{SLOPE}/position", {"coords": f"POINT({place})", "crs": PLANE_URI}).status_code == 400


# Around it


def test_the_collection_states_exactly_what_is_offered(client, slope):
    document = client.get(SLOPE).json()
    assert set(document["data_queries"]) == {"position", "trajectory", "area"}
    for name, query in document["data_queries"].items():
        link = query["link"]
        assert link["href"] == f"http://testserver{SLOPE}/{name}"
        assert link["variables"]["query_type"] == name
        assert link["variables"]["default_output_format"] == "CoverageJSON"
        assert {one["crs"] for one in link["variables"]["crs_details"]} == set(document["crs"])
        assert set(link["variables"]["output_formats"]) <= set(document["output_formats"])
        assert client.get(link["href"]).json()["parameter"] == "coords"
    for name in ("cube", "radius", "corridor", "items", "locations", "instances"):
        assert client.get(f"{SLOPE}/{name}").status_code == 404


def test_nothing_is_sent_twice_until_the_raster_changes(client, slope, tmp_path):
    address = f"{SLOPE}/position?coords={point(*degrees(5.5, 7.5))}"
    first = client.get(address)
    assert first["Cache-Control"] == "public, no-cache"
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
    assert client.head(address)["ETag"] == first["ETag"]
    bring_in(tmp_path, "slope", slope_cells() + 100, nodata=-9999, kind="elevation", vertical_datum="JGD2011")
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert again.json()["ranges"]["elevation"]["values"][0] == pytest.approx(119, abs=1e-4)


def test_the_claimed_classes_are_those_of_the_tests_above(client):
    claimed = client.get("/api/conformance").json()["conformsTo"]
    named = {uri.rpartition("/")[2] for uri in claimed if "ogcapi-edr-1/1.1/" in uri}
    assert named == {"core", "covjson", "geojson", "oas30", "queries"}


def test_the_definition_names_coords_as_needed(client, slope):
    paths = client.get("/api/openapi").json()["paths"]
    for name in ("position", "trajectory", "area"):
        given = {
            one["name"]: one for one in paths[f"/collections/raster.slope/{name}"]["get"]["parameters"] if "name" in one
        }
        assert given["coords"]["required"]
        assert set(given) == {"coords", "parameter-name", "crs", "f"}
        assert {"200", "204", "304", "400", "404"} <= set(
            paths[f"/collections/raster.slope/{name}"]["get"]["responses"]
        )


def test_the_real_heights_are_those_that_gdal_tells(client, real_data):
    path = real_data / "hazard" / "dem_fuji_srtm_epsg6676.tif"
    call_command("import_file", str(path), "--yes")
    raster = Raster.objects.get()
    with rasterio.open(path) as source:
        rows, columns = np.nonzero(source.read(1) > 100)
        for index in range(0, len(rows), len(rows) // 5):
            x, y = source.xy(rows[index], columns[index])
            told = subprocess.run(
                ["gdallocationinfo", "-valonly", "-geoloc", path, str(x), str(y)],
                capture_output=True,
                text=True,
                check=True,
            )
            answer = client.get(
                f"/api/collections/raster.{raster.key}/position",
                {"coords": f"POINT({y} {x})", "crs": "http://www.opengis.net/def/crs/EPSG/0/6676"},
            )
            assert answer.json()["ranges"]["elevation"]["values"] == pytest.approx([float(told.stdout)], abs=1e-3)
    assert json.loads(answer.content)["type"] == "Coverage"
