"""Features in every format: the same features and fields as GeoJSON gives, whatever is asked for."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
import pytest

from layers import registry
from layers.spec import Audience
from ogc_api.features.formats import FILES, OF_ITEMS
from tests.formats.reading import crs_of, everything_in, read
from tests.ogc_api.rows import SECRET, add

FACILITIES = registry.get("facilities")
ITEMS = "/api/collections/facilities/items"
CRS = "http://www.opengis.net/def/crs/"
PLANE = f"{CRS}EPSG/0/6677"
NAMES = ["うめ", "=1+1", "さくら", "まつ", "つばき", "もみじ", "かえで"]
MEDIA_TYPES = {name: types[0] for name, types in OF_ITEMS.items() if name in FILES}

pytestmark = pytest.mark.django_db
every_file = pytest.mark.parametrize("name", FILES)
every_layer = pytest.mark.parametrize("layer", registry.every(), ids=lambda layer: layer.name)


@pytest.fixture
def facilities(db: None) -> None:
    for number, name in enumerate(NAMES):
        add(FACILITIES, f"f{number}", lon=139.55 + number / 100, name=name)


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def rows_of(response: Any, name: str, tmp_path: Path) -> list[dict[str, Any]]:
    assert response.status_code == 200, body_of(response)
    path = tmp_path / f"answer.{FILES[name].extension}"
    path.write_bytes(body_of(response))
    return read(path)


SELECTIONS = [
    {"bbox": "139.565,35,139.585,36"},
    {"bbox": "35,139.565,36,139.585", "bbox-crs": f"{CRS}EPSG/0/6668"},
    {"name": "うめ"},
    {"filter": "name = 'まつ' OR name = 'うめ'"},
    {"filter": '{"op":"=","args":[{"property":"name"},"まつ"]}', "filter-lang": "cql2-json"},
    {"filter": "S_INTERSECTS(geometry, POINT(35.68 139.55))", "filter-crs": f"{CRS}EPSG/0/4326"},
    {"q": "さくら,もみじ"},
    {"datetime": "2024-01-01T00:00:00Z/.."},
    {"sortby": "-name", "limit": "3"},
    {"limit": "2"},
    {"properties": "name,version"},
    {"name": "ない"},
]


@every_file
@pytest.mark.parametrize("selection", SELECTIONS, ids=lambda selection: "&".join(selection))
def test_a_file_holds_what_geojson_does(name, selection, client, facilities, tmp_path):
    features = client.get(ITEMS, selection).json()["features"]
    found = rows_of(client.get(ITEMS, {**selection, "f": name}), name, tmp_path)
    assert [row["id"] for row in found] == sorted(feature["id"] for feature in features)
    if features and name != "kml":
        fields = set(found[0]) - {"id", "geometry", "longitude", "latitude"}
        assert fields == set(features[0]["properties"])


@every_file
def test_the_order_that_is_asked_for_is_the_order_of_the_file(name, client, facilities, tmp_path):
    path = tmp_path / f"answer.{FILES[name].extension}"
    path.write_bytes(body_of(client.get(ITEMS, {"f": name, "sortby": "-name", "filter": "name <> '=1+1'"})))
    if name == "csv":
        names = [row["name"] for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))]
    elif name == "parquet":
        names = list(geopandas.read_parquet(path)["name"])
    else:
        names = list(pyogrio.read_dataframe(path, fid_as_index=True).sort_index()["Name" if name == "kml" else "name"])
    assert names == sorted((name for name in NAMES if name != "=1+1"), reverse=True)


@every_file
def test_without_a_limit_a_file_holds_everything_and_names_no_next_page(name, client, db, tmp_path):
    for number in range(120):
        add(FACILITIES, f"f{number:03}")
    response = client.get(ITEMS, {"f": name})
    assert "Link" not in response.headers
    assert len(rows_of(response, name, tmp_path)) == 120


@every_file
@pytest.mark.parametrize("order", [{}, {"sortby": "-name"}], ids=str)
def test_limited_files_follow_one_another_by_the_link_in_the_header(name, order, client, facilities, tmp_path):
    found, url, query = [], ITEMS, {"f": name, "limit": "3", **order}
    while url:
        response = client.get(url, query)
        rows = rows_of(response, name, tmp_path)
        assert len(rows) <= 3
        found.append({row["id"] for row in rows})
        link = re.fullmatch(r'<(.+)>; rel="next"; type="(.+)"', response.headers.get("Link", ""))
        assert link is None or link[2] == MEDIA_TYPES[name]
        url, query = (link[1] if link else None), {}
    assert [len(ids) for ids in found] == [3, 3, 1]
    assert set().union(*found) == {f"f{number}" for number in range(7)}


def test_the_end_of_a_limited_file_that_is_exactly_full_is_the_end(client, facilities):
    assert "Link" not in client.get(ITEMS, {"f": "csv", "limit": "7"}).headers
    assert "Link" in client.get(ITEMS, {"f": "csv", "limit": "6"}).headers
    assert len(body_of(client.get(ITEMS, {"f": "csv", "limit": "99999"})).splitlines()) == 8


@pytest.mark.parametrize("name", ["csv", "gpkg", "fgb", "parquet"])
@pytest.mark.parametrize("crs", [f"{CRS}EPSG/0/{code}" for code in (4326, 3857, 6668, 6677)])
def test_a_file_is_in_the_reference_system_that_is_asked_for(name, crs, client, facilities, tmp_path):
    add(FACILITIES, "far", lon=2.35, lat=88.8)
    response = client.get(ITEMS, {"f": name, "crs": crs})
    assert response.headers["Content-Crs"] == f"<{crs}>"
    path = tmp_path / f"answer.{FILES[name].extension}"
    path.write_bytes(body_of(response))
    if name != "csv":
        assert crs_of(path) == int(crs.rpartition("/")[2])
        far = next(row for row in read(path) if row["id"] == "far")
        assert (far["geometry"] is None) == (crs[-4:] in {"3857", "6677"})
    elif crs == PLANE:
        rows = {row["id"]: row for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))}
        assert (rows["far"]["x_epsg6677"], rows["far"]["y_epsg6677"]) == ("", "")
        assert float(rows["f0"]["y_epsg6677"]) == pytest.approx(-35_470, abs=1_000)


@pytest.mark.parametrize("name", ["csv", "gpkg", "parquet", "kml"])
def test_geometries_that_are_not_wanted_are_not_there(name, client, facilities, tmp_path):
    response = client.get(ITEMS, {"f": name, "skipGeometry": "true"})
    assert response.status_code == 200
    path = tmp_path / f"answer.{FILES[name].extension}"
    path.write_bytes(body_of(response))
    assert "139.5" not in everything_in(path)
    assert "さくら" in everything_in(path)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"f": "kml", "crs": PLANE}, "crs"),
        ({"f": "kml", "crs": f"{CRS}EPSG/0/4326"}, "crs"),
        ({"f": "fgb", "skipGeometry": "true"}, "skipGeometry"),
        ({"f": "csv", "limit": "0"}, "limit"),
        ({"f": "csv", "limit": "many"}, "limit"),
        ({"f": "gpkg", "cursor": "%"}, "cursor"),
        ({"f": "parquet", "properties": "himitsu"}, "properties"),
        ({"f": "csv", "no": "1"}, "no"),
        ({"f": "xlsx"}, "f"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_naming_the_parameter(query, parameter, client, facilities):
    for ask in (client.get, client.head):
        response = ask(ITEMS, query)
        assert response.status_code == 400
        assert response.headers["Content-Type"] == "application/problem+json"
    assert client.get(ITEMS, query).json()["parameter"] == parameter


@every_file
def test_what_cannot_be_computed_is_an_answer_and_no_torn_file(name, client, db):
    field = next(f.name for f in FACILITIES.fields if f.name == "accessible_toilets")
    add(FACILITIES, "one", **{field: 2})
    response = client.get(ITEMS, {"f": name, "filter": f"{field} ^ 5000 > 1"})
    assert response.status_code == 400
    assert response.json()["title"] == "not computable"


@every_file
def test_a_file_has_a_name_and_is_not_sent_twice(name, client, facilities):
    first = client.get(ITEMS, {"f": name})
    body_of(first)
    assert first.headers["Content-Type"].partition(";")[0] == MEDIA_TYPES[name]
    assert first.headers["Content-Disposition"] == f'attachment; filename="facilities.{FILES[name].extension}"'
    assert first.headers["Cache-Control"] == "public, no-cache"
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get(ITEMS, {"f": name}, headers=known).status_code == 304
    others = [other for other in OF_ITEMS if other not in {name, "html"}]
    assert all(client.head(ITEMS, {"f": other}, headers=known).status_code == 200 for other in others)


@every_file
def test_head_tells_the_same_without_reading_a_feature(name, client, facilities, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        head = client.head(ITEMS, {"f": name})
    got = client.get(ITEMS, {"f": name})
    body_of(got)
    assert body_of(head) == b""
    assert "Content-Length" not in head.headers
    for header in ("Content-Type", "ETag", "Content-Crs", "Content-Disposition"):
        assert head.headers[header] == got.headers[header]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        *((media_type, media_type) for media_type in (*MEDIA_TYPES.values(), "application/fg+json")),
        ("*/*", "application/geo+json"),
        ("application/*", "application/geo+json"),
        ("application/geo+json, application/fg+json;q=0.9", "application/geo+json"),
        ("application/fg+json, application/geo+json;q=0.9", "application/fg+json"),
        ("text/csv;q=0.5, application/json", "application/geo+json"),
        ("text/csv, */*;q=0.1", "text/csv"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8", "text/html"),
        ("image/png", "application/geo+json"),
    ],
)
def test_the_media_type_that_is_preferred_decides(accept, media_type, client, facilities):
    response = client.get(ITEMS, headers={"Accept": accept})
    body_of(response)
    assert response.headers["Content-Type"].partition(";")[0] == media_type
    assert "Accept" in response.headers["Vary"]


@every_layer
def test_a_file_holds_no_field_that_the_audience_may_not_read(layer, client, db, tmp_path):
    add(layer, "one")
    for name, known in FILES.items():
        path = tmp_path / f"{layer.name}.{known.extension}"
        path.write_bytes(body_of(client.get(f"/api/collections/{layer.name}/items", {"f": name})))
        assert SECRET not in everything_in(path)
        hidden = {field.name for field in layer.fields if not Audience.PUBLIC.covers(field.read)}
        assert not hidden & set(read(path)[0])


@every_layer
def test_every_layer_is_json_fg_in_every_reference_system(layer, member, db):
    add(layer, "one")
    staff, own = member("admin"), f"/api/collections/{layer.name}/items"
    for code in ("OGC/1.3/CRS84", "EPSG/0/4326", "EPSG/0/3857", "EPSG/0/6668", "EPSG/0/6677"):
        query = {"f": "jsonfg", "crs": CRS + code}
        document, feature = staff.get(own, query).json(), staff.get(f"{own}/one", query).json()
        (among_others,) = document["features"]
        for one in (document, feature):
            assert one["conformsTo"] == [
                f"http://www.opengis.net/spec/json-fg-1/1.0/conf/{c}" for c in ("core", "types-schemas")
            ]
            assert (one["featureType"], one["coordRefSys"]) == (layer.name, CRS + code)
        geojson = staff.get(f"{own}/one", {"crs": CRS + code}).json()
        filled, empty = ("geometry", "place") if code.startswith("OGC") else ("place", "geometry")
        for one in (among_others, feature):
            assert one[empty] is None
            assert one[filled]["type"] == geojson["geometry"]["type"]
            assert flat(one[filled]) == pytest.approx(
                flat(geojson["geometry"]), abs=1e-3 if "3857" in code or "6677" in code else 1e-8
            )
            assert one["properties"] == geojson["properties"]
            assert (one["time"] is None) == (layer.period is None)
        assert (document["numberMatched"], document["numberReturned"]) == (1, 1)
        assert document["timeStamp"].endswith("Z")


def flat(geometry: dict[str, Any]) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", json.dumps(geometry["coordinates"]))]


def test_json_fg_comes_in_pages_and_links_to_all_formats(client, facilities):
    url, found = f"{ITEMS}?f=jsonfg&limit=3&sortby=-name", []
    while url:
        response = client.get(url)
        assert response.headers["Content-Type"] == "application/fg+json"
        document = response.json()
        found += [feature["id"] for feature in document["features"]]
        links = {link["rel"]: link for link in document["links"] if link["rel"] != "alternate"}
        assert links["self"]["type"] == "application/fg+json"
        url = links.get("next", {}).get("href")
    assert len(found) == len(set(found)) == 7


@pytest.mark.parametrize("first", ["json", "jsonfg"])
def test_a_page_links_to_itself_in_every_format_and_each_link_works(first, client, facilities, tmp_path):
    document = client.get(ITEMS, {"f": first, "name": "まつ", "crs": PLANE, "properties": "name"}).json()
    links = {link["type"]: link["href"] for link in document["links"] if link["rel"] == "alternate"}
    assert set(links) == {types[-1 if name == "html" else 0] for name, types in OF_ITEMS.items() if name != first} - {
        "application/json"
    } | ({"application/geo+json"} if first == "jsonfg" else set())
    for media_type, href in links.items():
        response = client.get(href)
        assert response.headers["Content-Type"].partition(";")[0] == media_type
        assert "まつ" in response.content.decode() if not response.streaming else body_of(response)
    without = client.get(ITEMS, {"skipGeometry": "true"}).json()["links"]
    assert "application/flatgeobuf" not in {link.get("type") for link in without}


def test_a_collection_names_its_features_in_every_format(client, facilities):
    links = client.get("/api/collections/facilities").json()["links"]
    found = {link["type"]: link["href"] for link in links if link["rel"] == "items"}
    assert set(found) == {"application/geo+json", "text/html", "application/fg+json", *MEDIA_TYPES.values()}
    for media_type, href in found.items():
        assert client.head(href).headers["Content-Type"].partition(";")[0] == media_type
    classes = client.get("/api/conformance").json()["conformsTo"]
    assert "http://www.opengis.net/spec/json-fg-1/1.0/conf/core" in classes


def test_the_definition_states_the_formats_of_each_address(client):
    paths = client.get("/api/openapi").json()["paths"]
    for path, formats in ((ITEMS, list(OF_ITEMS)), (f"{ITEMS}/{{featureId}}", ["json", "html", "jsonfg"])):
        stated = paths[path.removeprefix("/api")]["get"]
        (f,) = [one for one in stated["parameters"] if one.get("name") == "f"]
        assert f["schema"]["enum"] == formats
        assert len(stated["responses"]["200"]["content"]) == len(formats)


def test_nothing_of_a_file_stays_on_disk_where_the_caller_goes_away(client, facilities, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("gpkg", "fgb", "parquet"):
        response = client.get(ITEMS, {"f": name})
        assert not list(tmp_path.iterdir())
        response.close()
    assert not list(tmp_path.iterdir())
