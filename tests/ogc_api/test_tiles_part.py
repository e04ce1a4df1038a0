"""OGC API - Tiles: true descriptions, the very tiles of /tiles/, and nothing that the caller may not see."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from layers import registry, tiling
from tests.ogc_api.maps import HERE
from tests.ogc_api.rows import SECRET, add
from tests.ogc_api.serving import read_tiles
from tests.tile_cache.mvt import decode
from tile_cache.grid import tile_of

MVT = "application/vnd.mapbox-vector-tile"
QUAD = "WebMercatorQuad"
REL = "http://www.opengis.net/def/rel/ogc/1.0"

pytestmark = pytest.mark.usefixtures("committed", "store")


@pytest.fixture
def client() -> Client:
    return Client()


def place(zoom: int = 14) -> str:
    """A tile's address in the order of the standard: matrix, row, column."""
    tile = tile_of(*HERE, zoom)
    return f"{tile.z}/{tile.y}/{tile.x}"


def xyz(zoom: int = 14) -> str:
    tile = tile_of(*HERE, zoom)
    return f"{tile.z}/{tile.x}/{tile.y}"


def put(name: str, feature_id: str = "one", /, **given: object) -> None:
    add(registry.get(name), feature_id, lon=HERE[0], lat=HERE[1], **given)


def find(links: list[dict], rel: str, media_type: str = "application/json") -> dict:
    return next(link for link in links if (link["rel"], link["type"]) == (rel, media_type))


def test_the_tile_matrix_set_is_the_registered_one(client):
    listed = client.get("/api/tileMatrixSets").json()["tileMatrixSets"]
    assert (listed[0]["id"], listed[0]["uri"]) == (
        QUAD,
        "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad",
    )
    document = client.get(find(listed[0]["links"], "self")["href"]).json()
    matrices = document["tileMatrices"]
    assert [matrix["id"] for matrix in matrices] == [str(zoom) for zoom in range(25)]
    # The numbers of OGC 17-083r4, Annex D.1.
    assert matrices[0]["scaleDenominator"] == pytest.approx(559082264.028717)
    assert matrices[10]["cellSize"] == pytest.approx(152.874056570353)
    assert matrices[24]["scaleDenominator"] == pytest.approx(33.3238997477434)
    assert matrices[3]["pointOfOrigin"] == pytest.approx([-20037508.342789244, 20037508.342789244])
    assert (matrices[24]["matrixWidth"], matrices[24]["tileHeight"]) == (16777216, 256)
    assert document["crs"] == "http://www.opengis.net/def/crs/EPSG/0/3857"


@pytest.mark.parametrize("prefix", ["", "/collections/shelters"])
def test_a_client_that_follows_the_links_reaches_a_tile(client, prefix):
    put("shelters")
    start = client.get(f"/api{prefix or '/'}").json()
    listed = client.get(find(start["links"], f"{REL}/tilesets-vector")["href"]).json()["tilesets"]
    assert (listed[0]["dataType"], listed[0]["crs"]) == ("vector", "http://www.opengis.net/def/crs/EPSG/0/3857")
    document = client.get(find(listed[0]["links"], "self")["href"]).json()
    assert client.get(find(document["links"], f"{REL}/tiling-scheme")["href"]).json()["id"] == QUAD
    template = find(document["links"], "item", MVT)
    assert template["templated"] is True
    tile = tile_of(*HERE, 14)
    address = template["href"].format(tileMatrix=tile.z, tileRow=tile.y, tileCol=tile.x)
    answer = client.get(address)
    assert answer.headers["Content-Type"] == MVT
    assert len(decode(answer.content)["shelters"]) == 1


def test_the_bytes_are_those_of_tiles(client):
    for name in ("shelters", "facilities"):
        put(name)
    every = client.get(f"/api/tiles/{QUAD}").json()
    all_of_it = find([link for link in every["links"] if link["title"] == "TileJSON"], "alternate")["href"]
    pairs = {
        f"/api/collections/shelters/tiles/{QUAD}/{place()}": f"/tiles/shelters/{xyz()}.mvt",
        f"/api/tiles/{QUAD}/{place()}?collections=facilities,shelters": f"/tiles/facilities,shelters/{xyz()}.mvt",
        f"/api/tiles/{QUAD}/{place()}": f"{all_of_it.removesuffix('.json')}/{xyz()}.mvt",
    }
    for ours, theirs in pairs.items():
        for encoding in ("gzip", "identity"):
            one, other = (client.get(path, headers={"accept-encoding": encoding}) for path in (ours, theirs))
            assert one.status_code == 200
            assert one.content == other.content, ours
            assert one.headers["ETag"] == other.headers["ETag"]


def test_the_row_comes_before_the_column(client):
    put("shelters")
    tile = tile_of(*HERE, 14)
    assert client.get(f"/api/collections/shelters/tiles/{QUAD}/14/{tile.y}/{tile.x}").status_code == 200
    assert client.get(f"/api/collections/shelters/tiles/{QUAD}/14/{tile.x}/{tile.y}").status_code == 404


def test_the_limits_hold_what_is_there_and_no_more(client):
    put("shelters")
    document = client.get(f"/api/collections/shelters/tiles/{QUAD}").json()
    limits = {int(limit["tileMatrix"]): limit for limit in document["tileMatrixSetLimits"]}
    assert list(limits) == list(range(min(limits), max(limits) + 1))
    for zoom, limit in limits.items():
        tile = tile_of(*HERE, zoom)
        assert limit["minTileRow"] <= tile.y <= limit["maxTileRow"]
        assert limit["minTileCol"] <= tile.x <= limit["maxTileCol"]
        assert limit["maxTileRow"] - limit["minTileRow"] <= 1
    assert document["boundingBox"]["lowerLeft"] == list(HERE)
    own = f"/api/collections/shelters/tiles/{QUAD}"
    limit = limits[max(limits)]
    row, col = limit["maxTileRow"], limit["maxTileCol"]
    assert client.get(f"{own}/{max(limits)}/{row}/{col}").status_code in {200, 204}
    assert client.get(f"{own}/{max(limits)}/{row + 1}/{col}").status_code == 404
    assert client.get(f"{own}/{max(limits) + 1}/{2 * row}/{2 * col}").status_code == 404


def test_a_tile_between_two_features_is_empty_not_missing(client):
    add(registry.get("shelters"), "west", lon=139.50, lat=35.685)
    add(registry.get("shelters"), "east", lon=139.62, lat=35.685)
    answer = client.get(f"/api/collections/shelters/tiles/{QUAD}/{place()}")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    ("address", "status", "parameter"),
    [
        ("14/x/1", 400, "tileRow"),
        ("14/1/-1", 400, "tileCol"),
        ("fourteen/1/1", 400, "tileMatrix"),
        ("14/1/1.5", 400, "tileCol"),
        ("14/１/1", 400, "tileRow"),
        ("99999999999/1/1", 400, "tileMatrix"),
        ("14/16384/1", 404, "tileRow"),
        ("14/1/16384", 404, "tileCol"),
        ("23/1/1", 404, "tileMatrix"),
        ("0/0/0", 404, "tileMatrix"),
        (f"{place()}?f=png", 400, "f"),
        (f"{place()}?colour=red", 400, "colour"),
        (f"{place()}?collections=shelters", 400, "collections"),
    ],
)
def test_a_wrong_tile_is_a_problem_that_names_what_is_wrong(client, address, status, parameter):
    answer = client.get(f"/api/collections/shelters/tiles/{QUAD}/{address}")
    assert answer.status_code == status
    assert answer.json()["parameter"] == parameter


def test_what_is_not_there_is_not_found(client):
    for path in ("/api/tileMatrixSets/Other", "/api/tiles/Other", f"/api/tiles/Other/{place()}"):
        assert client.get(path).json()["detail"].endswith(f"there are: {QUAD}, JapanPlane09")
        assert client.get(path).status_code == 404
    assert client.get("/api/collections/nothing/tiles").status_code == 404
    assert client.get(f"/api/tiles/{QUAD}?collections=shelters,nothing").json()["parameter"] == "collections"
    assert client.get(f"/api/tiles/{QUAD}?collections=").status_code == 400


def test_collections_are_chosen_by_id_or_address_in_the_order_given(client):
    chosen = "http://testserver/api/collections/facilities,shelters,shelters"
    document = client.get(f"/api/tiles/{QUAD}", {"collections": chosen}).json()
    assert [layer["id"] for layer in document["layers"]] == ["facilities", "shelters"]
    assert "collections=facilities,shelters" in find(document["links"], "item", MVT)["href"]
    assert "collections=facilities,shelters" in find(document["links"], "self")["href"]


def test_a_tile_is_not_sent_twice_and_may_be_kept(client):
    put("shelters")
    path = f"/api/collections/shelters/tiles/{QUAD}/{place()}"
    answer = client.get(path, headers={"origin": "https://elsewhere.example"})
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    again = client.get(path, headers={"if-none-match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    put("shelters", "two")
    assert client.get(path, headers={"if-none-match": answer.headers["ETag"]}).status_code == 200
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert client.post(path).status_code == 405
    assert client.options(path).headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("layer", registry.every(), ids=lambda layer: layer.name)
@pytest.mark.parametrize("role", ["public", "staff", "admin"])
def test_fields_are_those_of_the_audience_and_those_that_the_tiles_carry(layer, role, signed_in):
    put(layer.name)
    client = signed_in(role)
    document = client.get(f"/api/collections/{layer.name}/tiles/{QUAD}").json()
    described = document["layers"][0]["propertiesSchema"]["properties"]
    readable = set(client.get(f"/api/collections/{layer.name}/schema").json()["properties"])
    assert set(described) - ({tiling.COUNT, tiling.SHARE} if tiling.gathered_below(layer) else set()) <= readable
    tile = client.get(f"/api/collections/{layer.name}/tiles/{QUAD}/{place(16)}")
    carried = {name for one in decode(tile.content).get(layer.name, []) for name in one.properties}
    assert carried <= set(described)
    if role == "public":
        assert SECRET.encode() not in tile.content
        assert SECRET not in json.dumps(document)


def test_what_only_staff_see_is_kept_nowhere(signed_in):
    put("facilities")
    answer = signed_in("staff").get(f"/api/collections/facilities/tiles/{QUAD}/{place(16)}")
    assert SECRET.encode() in answer.content
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_layer_for_staff_is_unknown_to_the_public_and_there_for_staff(for_staff, signed_in):
    put("facilities")
    for_staff("facilities")
    public, staff = signed_in("public"), signed_in("staff")
    for path in ("/api/", f"/api/tiles/{QUAD}", "/api/tiles", "/api/openapi", "/api/collections"):
        for form in ("json", "html"):
            assert "facilities" not in public.get(f"{path}?f={form}").content.decode(), path
    for path in ("tiles", f"tiles/{QUAD}", f"tiles/{QUAD}/{place()}"):
        answers = [public.get(f"/api/collections/{name}/{path}") for name in ("facilities", "nothing")]
        assert [answer.status_code for answer in answers] == [404, 404]
        told = [answer.json()["detail"].partition("; there are")[2] for answer in answers]
        assert told[0] == told[1]
        assert staff.get(f"/api/collections/facilities/{path}").status_code == 200, path
    for path in (f"/api/tiles/{QUAD}", f"/api/tiles/{QUAD}/{place()}"):
        assert public.get(f"{path}?collections=facilities").status_code == 400
    assert public.get(f"/api/tiles/{QUAD}/{place()}").status_code == 204
    assert "facilities" in decode(staff.get(f"/api/tiles/{QUAD}/{place()}").content)


def test_rows_for_staff_do_not_widen_the_box_of_the_public(signed_in):
    hidden = registry.get("damage-reports")
    add(hidden, "secret", lon=140.5, lat=36.5, status="new")
    put("damage-reports")
    documents = [
        signed_in(role).get(f"/api/collections/{hidden.name}/tiles/{QUAD}").json() for role in ("public", "staff")
    ]
    assert [document["boundingBox"]["upperRight"] for document in documents] == [list(HERE), [140.5, 36.5]]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "/api/tiles",
        f"/api/tiles/{QUAD}",
        "/api/collections/shelters/tiles",
        f"/api/collections/shelters/tiles/{QUAD}",
        "/api/tileMatrixSets",
        f"/api/tileMatrixSets/{QUAD}",
    ],
)
def test_every_document_is_a_page_too(client, path, language):
    answer = client.get(path, {"lang": language}, headers={"accept": "text/html"})
    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == language
    assert ("タイル" in answer.content.decode()) is (language == "ja")


def test_the_claims_are_those_that_are_tested_here(client):
    claimed = client.get("/api/conformance").json()["conformsTo"]
    assert {name.rpartition("/")[2] for name in claimed if "ogcapi-tiles" in name} == {
        "core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets", "collections-selection",
        "mvt", "oas30",
    }  # fmt: skip
    operations = {
        path: methods["get"]["operationId"]
        for path, methods in client.get("/api/openapi").json()["paths"].items()
        if "get" in methods
    }
    own = "/tiles/{tileMatrixSetId}"
    assert operations[own + "/{tileMatrix}/{tileRow}/{tileCol}"].endswith(".vector.getTile")
    assert operations["/collections/{collectionId}" + own].endswith(".collection.vector.getTileSet")
    assert operations["/tiles"].endswith(".vector.getTileSetsList")


def test_gdal_reads_the_tiles(site):
    put("shelters", name="第一小学校")
    (feature,) = read_tiles(f"{site}/api/collections/shelters", HERE, 3857, 14)
    assert feature["properties"]["name"] == "第一小学校"
    assert feature["geometry"]["coordinates"] == pytest.approx(list(HERE), abs=1e-5)
