"""OGC API - Tiles in the city's plane grid: described as the standard says, and on the right ground."""

from __future__ import annotations

import pytest
from django.test import Client
from pyproj import CRS, Transformer

from layers import registry
from tests.ogc_api.maps import HERE
from tests.ogc_api.rows import add
from tests.ogc_api.serving import read_tiles
from tests.ogc_api.test_tiles_part import MVT, REL, find
from tests.tile_cache.mvt import decode
from tile_cache.grid import plane_grid, tile_of

PLANE = "JapanPlane09"
SET = f"/api/tileMatrixSets/{PLANE}"
CRS_URI = "http://www.opengis.net/def/crs/EPSG/0/6677"

pytestmark = pytest.mark.usefixtures("committed", "store")


@pytest.fixture
def client() -> Client:
    return Client()


def put(name: str, feature_id: str = "one", at: tuple[float, float] = HERE, /, **given: object) -> None:
    add(registry.get(name), feature_id, lon=at[0], lat=at[1], **given)


def cell_of(matrix: dict, lon: float, lat: float) -> tuple[float, float]:
    """Row and column of a place, computed from the published definition alone, axes in the order of the authority."""
    crs = CRS(CRS_URI)
    assert [axis.direction for axis in crs.axis_info] == ["north", "east"]
    north, east = Transformer.from_crs("OGC:CRS84", crs).transform(lon, lat)
    top, left = matrix["pointOfOrigin"]
    edge = matrix["cellSize"] * matrix["tileWidth"]
    return (top - north) / edge, (east - left) / edge


def test_the_plane_set_is_defined_with_the_axes_of_its_system(client):
    listed = {one["id"]: one for one in client.get("/api/tileMatrixSets").json()["tileMatrixSets"]}[PLANE]
    document = client.get(find(listed["links"], "self")["href"]).json()
    assert document["crs"] == listed["crs"] == CRS_URI
    assert document["orderedAxes"] == ["N", "E"]
    assert document["uri"] == listed["uri"] == f"http://testserver{SET}", "nobody has registered it"
    matrices = document["tileMatrices"]
    assert [matrix["id"] for matrix in matrices] == [str(zoom) for zoom in range(19)]
    for zoom, matrix in enumerate(matrices):
        assert matrix["pointOfOrigin"] == [1_310_720, -1_310_720]
        assert matrix["matrixWidth"] == matrix["matrixHeight"] == 2**zoom
        assert matrix["cellSize"] * 256 * 2**zoom == 2_621_440
        assert matrix["scaleDenominator"] * 0.00028 == pytest.approx(matrix["cellSize"])
    assert matrices[12]["cellSize"] == 2.5


@pytest.mark.parametrize("prefix", ["", "/collections/shelters"])
def test_a_client_that_follows_the_links_reaches_the_feature_in_a_plane_tile(client, prefix):
    put("shelters")
    start = client.get(f"/api{prefix or '/'}").json()
    listed = client.get(find(start["links"], f"{REL}/tilesets-vector")["href"]).json()["tilesets"]
    (summary,) = (one for one in listed if one["crs"] == CRS_URI)
    document = client.get(find(summary["links"], "self")["href"]).json()
    scheme = client.get(find(document["links"], f"{REL}/tiling-scheme")["href"]).json()
    limit = document["tileMatrixSetLimits"][-1]
    matrix = next(one for one in scheme["tileMatrices"] if one["id"] == limit["tileMatrix"])
    row, col = cell_of(matrix, *HERE)
    place = {"tileMatrix": matrix["id"], "tileRow": int(row), "tileCol": int(col)}
    answer = client.get(find(document["links"], "item", MVT)["href"].format(**place))
    assert answer.headers["Content-Type"] == MVT
    (shelter,) = decode(answer.content)["shelters"]
    assert shelter.points == [(pytest.approx(col % 1 * 4096, abs=1), pytest.approx(row % 1 * 4096, abs=1))]
    assert all(link["rel"] != "alternate" or link["type"] == "text/html" for link in document["links"])


def test_the_bytes_are_those_of_the_tiles_with_the_same_grid(client):
    put("shelters")
    tile = tile_of(*HERE, 12, plane_grid(9, HERE[1]))
    ours = client.get(f"/api/collections/shelters/tiles/{PLANE}/12/{tile.y}/{tile.x}")
    theirs = client.get(f"/tiles/shelters/{PLANE}/12/{tile.x}/{tile.y}.mvt")
    assert ours.content == theirs.content != b""
    assert ours.headers["ETag"] == theirs.headers["ETag"]


def test_the_limits_hold_what_is_there_wherever_it_is(client):
    def limits() -> dict[int, dict]:
        document = client.get(f"/api/collections/shelters/tiles/{PLANE}").json()
        assert document["layers"][0]["minTileMatrix"] == document["tileMatrixSetLimits"][0]["tileMatrix"]
        assert document["layers"][0]["maxTileMatrix"] == document["tileMatrixSetLimits"][-1]["tileMatrix"] == "12"
        return {int(limit["tileMatrix"]): limit for limit in document["tileMatrixSetLimits"]}

    put("shelters")
    for zoom, limit in limits().items():
        tile = tile_of(*HERE, zoom, plane_grid(9, HERE[1]))
        assert limit["minTileRow"] <= tile.y <= limit["maxTileRow"] <= limit["minTileRow"] + 1
        assert limit["minTileCol"] <= tile.x <= limit["maxTileCol"] <= limit["minTileCol"] + 1
    own = f"/api/collections/shelters/tiles/{PLANE}/12"
    last = limits()[12]["maxTileRow"]
    assert client.get(f"{own}/{last}/{limits()[12]['maxTileCol']}").status_code in {200, 204}
    assert client.get(f"{own}/{last + 1}/{limits()[12]['maxTileCol']}").status_code == 404
    put("shelters", "wrong", (-60.0, -80.0))
    for zoom, limit in limits().items():
        tile = tile_of(*HERE, zoom, plane_grid(9, HERE[1]))
        assert limit["minTileRow"] <= tile.y <= limit["maxTileRow"] < 2**zoom
        assert limit["minTileCol"] <= tile.x <= limit["maxTileCol"] < 2**zoom


@pytest.mark.parametrize(
    ("address", "status", "parameter"),
    [
        (f"{PLANE}/12/x/1", 400, "tileRow"),
        (f"{PLANE}/12/1/4096", 404, "tileCol"),
        (f"{PLANE}/19/1/1", 404, "tileMatrix"),
        (f"{PLANE}/13/1/1", 404, "tileMatrix"),
        ("JapanPlane10/12/1/1", 404, "tileMatrixSetId"),
        ("japanplane09/12/1/1", 404, "tileMatrixSetId"),
    ],
)
def test_a_wrong_plane_tile_is_a_problem_that_names_what_is_wrong(client, address, status, parameter):
    answer = client.get(f"/api/collections/shelters/tiles/{address}")
    assert answer.status_code == status
    assert answer.json()["parameter"] == parameter


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_pages_tell_the_grids_apart(client, language):
    title = "平面直角座標系（第9系）" if language == "ja" else "plane rectangular system, zone 9"
    listed = ["/api/tileMatrixSets", "/api/tiles", "/api/collections/shelters/tiles"]
    own = [SET, f"/api/tiles/{PLANE}", f"/api/collections/shelters/tiles/{PLANE}"]
    for path in (*listed, *own):
        answer = client.get(path, {"lang": language}, headers={"accept": "text/html"})
        assert answer.status_code == 200
        assert title in answer.content.decode(), path
    for path in listed:
        assert "WebMercatorQuad" in client.get(path, headers={"accept": "text/html"}).content.decode()


def test_the_definition_names_both(client):
    paths = client.get("/api/openapi").json()["paths"]
    for path in ("/tileMatrixSets/{tileMatrixSetId}", "/collections/{collectionId}/tiles/{tileMatrixSetId}"):
        (given,) = (one for one in paths[path]["get"]["parameters"] if one.get("name") == "tileMatrixSetId")
        assert given["schema"]["enum"] == ["WebMercatorQuad", PLANE]


def test_gdal_reads_the_plane_tiles(site):
    put("shelters", name="第一小学校")
    (feature,) = read_tiles(f"{site}/api/collections/shelters", HERE, 6677, 12, TILEMATRIXSET=PLANE)
    assert feature["properties"]["name"] == "第一小学校"
    assert feature["geometry"]["coordinates"] == pytest.approx(list(HERE), abs=1e-5)
