"""Features by HTTP: what is asked for comes, in order, once; what is wrong is said."""

from __future__ import annotations

import gzip
import json

import pytest
from django.db import connection
from django.test import Client

from layers import registry
from tests.ogc_api.rows import add

SITES = registry.get("evacuation-sites")
DAMAGE = registry.get("damage-areas")
ITEMS = "/api/collections/evacuation-sites/items"
DAMAGE_ITEMS = "/api/collections/damage-areas/items"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

pytestmark = pytest.mark.django_db


@pytest.fixture
def sites() -> None:
    """Five sites from west to east, 0.01 degrees apart; every second one is for floods."""
    for number in range(5):
        add(SITES, f"site-{number}", lon=139.50 + number / 100, lat=35.68, name=f"場所{number}", flood=number % 2 == 0)


def ids(client: Client, query: str = "", path: str = ITEMS) -> list[str]:
    response = client.get(f"{path}?{query}")
    assert response.status_code == 200, response.content
    return [feature["id"] for feature in response.json()["features"]]


def problem(client: Client, path: str, status: int = 400) -> dict:
    response = client.get(path)
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    document = response.json()
    assert {"type", "title", "status", "detail"} <= set(document)
    assert document["status"] == status
    return document


def test_features_come_as_geojson_with_longitude_first(client, sites):
    response = client.get(ITEMS)
    assert response.headers["Content-Type"] == "application/geo+json"
    assert response.headers["Content-Crs"] == f"<{CRS84}>"
    document = response.json()
    assert document["type"] == "FeatureCollection"
    assert document["numberMatched"] == document["numberReturned"] == 5
    assert document["timeStamp"].endswith("Z")
    first = document["features"][0]
    assert first["geometry"] == {"type": "Point", "coordinates": [139.5, 35.68]}
    assert first["properties"]["name"] == "場所0"
    assert first["properties"]["flood"] is True


def test_pages_follow_one_another_without_loss_or_repetition(client, sites):
    url, seen = f"{ITEMS}?limit=2&landslide=true", []
    for number_returned in (2, 2, 1):
        document = client.get(url).json()
        assert document["numberReturned"] == number_returned
        assert document["numberMatched"] == 5
        seen += [feature["id"] for feature in document["features"]]
        url = next((link["href"] for link in document["links"] if link["rel"] == "next"), None)
        assert url is None or "landslide=true" in url
    assert url is None
    assert seen == [f"site-{number}" for number in range(5)]


def test_a_full_last_page_has_no_next_link(client, sites):
    document = client.get(f"{ITEMS}?limit=5").json()
    assert {link["rel"] for link in document["links"]} == {"self", "alternate", "collection", "profile"}


def test_links_are_absolute_at_the_host_that_was_asked(client, sites):
    links = client.get(f"{ITEMS}?limit=1", headers={"host": "127.0.0.1:8123"}).json()["links"]
    assert all(link["href"].startswith("http://127.0.0.1:8123/api/") for link in links if link["rel"] != "profile")
    assert "next" in {link["rel"] for link in links}


@pytest.mark.parametrize("limit", ["0", "-1", "ten", "1.5", "", "1e3", "１０"])
def test_a_limit_that_is_no_positive_whole_number_is_refused(client, limit):
    assert problem(client, f"{ITEMS}?limit={limit}")["parameter"] == "limit"


def test_a_limit_above_the_maximum_is_the_maximum(client, sites):
    assert len(ids(client, "limit=99999999")) == 5


@pytest.mark.parametrize(
    ("bbox", "found"),
    [
        ("139.505,35.6,139.525,35.7", ["site-1", "site-2"]),
        ("139.505,35.6,0,139.525,35.7,100", ["site-1", "site-2"]),
        ("35.6,-20,35.7,-10", []),
        ("139.525,-90,-170,90", ["site-3", "site-4"]),
        ("-180,-90,180,90", ["site-0", "site-1", "site-2", "site-3", "site-4"]),
    ],
)
def test_bbox_selects_by_place(client, sites, bbox, found):
    assert ids(client, f"bbox={bbox}") == found
    assert ids(client, f"bbox={bbox}&bbox-crs={CRS84}&crs={CRS84}") == found


@pytest.mark.parametrize(
    "bbox",
    [
        "1,2,3",
        "",
        "a,b,c,d",
        "139,95,140,96",
        "139,36,140,35",
        "139,35,190,36",
        "nan,1,2,3",
        "1,2,9,3,4,5",
        "inf,1,2,3",
    ],
)
def test_a_bbox_that_is_none_is_refused(client, bbox):
    assert problem(client, f"{ITEMS}?bbox={bbox}")["parameter"] == "bbox"


@pytest.fixture
def damage() -> None:
    """One area of January, one of February that is over, one whose time nobody knows."""
    add(DAMAGE, "january", occurred_at="2024-01-01T16:10:00+09:00", resolved_at=None)
    add(DAMAGE, "february", occurred_at="2024-02-01T00:00:00Z", resolved_at="2024-02-03T00:00:00Z")
    add(DAMAGE, "some-day", occurred_at=None, resolved_at=None)


@pytest.mark.parametrize(
    ("moment", "found"),
    [
        ("2024-01-10T00:00:00Z", ["january", "some-day"]),
        ("2024-02-02T09:00:00%2B09:00", ["february", "january", "some-day"]),
        ("2024-02-02T09:00:00+09:00", ["february", "january", "some-day"]),
        ("../2023-12-31T00:00:00Z", ["some-day"]),
        ("2024-01-15T00:00:00Z/2024-03-01T00:00:00Z", ["february", "january", "some-day"]),
        ("2024-03-01T00:00:00Z/..", ["january", "some-day"]),
        ("2024-03-01T00:00:00Z/", ["january", "some-day"]),
        ("2024-01-01", ["january", "some-day"]),
        ("2023-12-31/2024-01-01", ["january", "some-day"]),
        ("../..", ["february", "january", "some-day"]),
    ],
)
def test_datetime_selects_by_time(client, damage, moment, found):
    assert ids(client, f"datetime={moment}", DAMAGE_ITEMS) == found


@pytest.mark.parametrize(
    "moment",
    [
        "yesterday",
        "2024",
        "2024-13-01",
        "2024-01-01T00:00:00",
        "..",
        "",
        "a/b/c",
        "2024-02-01/2024-01-01",
        "2024-02-30",
    ],
)
def test_a_datetime_that_is_none_is_refused(client, moment):
    assert problem(client, f"{DAMAGE_ITEMS}?datetime={moment}")["parameter"] == "datetime"


def test_fields_filter(client, sites):
    assert ids(client, "flood=true") == ["site-0", "site-2", "site-4"]
    assert ids(client, "flood=false&name=場所3") == ["site-3"]


def test_a_value_that_does_not_fit_its_field_is_refused(client):
    assert problem(client, f"{ITEMS}?flood=perhaps")["parameter"] == "flood"
    assert problem(client, f"{ITEMS}?version=99999999999999999999")["parameter"] == "version"
    assert problem(client, f"{ITEMS}?name=%00")["parameter"] == "name"


def test_an_unknown_parameter_is_refused_and_the_known_ones_are_named(client):
    answer = problem(client, f"{ITEMS}?flod=true")
    assert answer["parameter"] == "flod"
    assert {"flood", "limit", "bbox"} <= set(answer["known"])


def test_a_parameter_given_twice_is_refused(client):
    assert problem(client, f"{ITEMS}?limit=1&limit=2")["parameter"] == "limit"


@pytest.mark.parametrize("cursor", ["x", "!!", "", "YQ==", "AA", "é"])
def test_a_cursor_that_was_never_given_out_is_refused(client, cursor):
    assert problem(client, f"{ITEMS}?cursor={cursor}")["parameter"] == "cursor"


def test_an_unknown_collection_or_feature_is_not_found(client, sites):
    assert "shelters" in problem(client, "/api/collections/nowhere/items", 404)["detail"]
    assert problem(client, "/api/collections/nowhere/items/1", 404)["parameter"] == "collectionId"
    assert problem(client, f"{ITEMS}/nobody", 404)["parameter"] == "featureId"
    problem(client, f"{ITEMS}/%00", 404)


def test_one_feature_has_links_to_itself_and_its_collection(client, sites):
    response = client.get(f"{ITEMS}/site-3")
    assert response.headers["Content-Type"] == "application/geo+json"
    document = response.json()
    assert document["id"] == "site-3"
    assert {link["rel"] for link in document["links"]} == {"self", "alternate", "collection", "profile"}
    own = next(link["href"] for link in document["links"] if link["rel"] == "self")
    assert client.get(own).json()["id"] == "site-3"


def test_an_id_of_any_characters_can_be_asked_for(client):
    strange = "三鷹/1 &?#%"
    add(SITES, strange)
    own = client.get(ITEMS).json()["features"][0]["id"]
    html = client.get(f"{ITEMS}?f=html").content.decode()
    href = html.split('<th scope="row"><a href="')[1].split('"')[0]
    assert own == strange
    assert client.get(href, {"f": "json"}).json()["id"] == strange


def test_characters_of_markup_survive_and_are_harmless_on_the_page(client):
    add(SITES, "a", name="<b>&\"'\\</script>")
    assert client.get(ITEMS).json()["features"][0]["properties"]["name"] == "<b>&\"'\\</script>"
    page = client.get(f"{ITEMS}?f=html").content.decode()
    assert "<b>&" not in page
    assert "&lt;b&gt;" in page


def test_head_has_the_headers_of_get_and_no_body(client, sites):
    head, get = client.head(ITEMS), client.get(ITEMS)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("Content-Type", "ETag", "Cache-Control"):
        assert head.headers[name] == get.headers[name]
    assert client.head(f"{ITEMS}/site-1").status_code == 200


def test_a_long_page_is_compressed_for_who_can_read_it(client):
    for number in range(20):
        add(SITES, f"s{number}")
    response = client.get(ITEMS, headers={"accept-encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(response.content))["features"]) == 20


def test_what_the_public_sees_may_be_kept_and_what_staff_sees_may_not(client, sites, member):
    assert client.get(ITEMS).headers["Cache-Control"] == "public, no-cache"
    staff = member("staff").get(ITEMS)
    assert "no-store" in staff.headers["Cache-Control"]
    assert "public" not in staff.headers["Cache-Control"]
    assert {"Cookie", "Authorization", "Accept"} <= {name.strip() for name in staff.headers["Vary"].split(",")}
    assert staff.headers["ETag"] != client.get(ITEMS).headers["ETag"]


@pytest.mark.parametrize(
    ("accept", "query", "media_type"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "", "text/html; charset=utf-8"),
        ("text/html", "?f=json", "application/geo+json"),
        ("application/geo+json", "?f=html", "text/html; charset=utf-8"),
        ("*/*", "", "application/geo+json"),
        ("application/json", "", "application/geo+json"),
        ("image/png", "", "application/geo+json"),
    ],
)
def test_the_format_is_the_one_that_is_asked_for(client, sites, accept, query, media_type):
    assert client.get(ITEMS + query, headers={"accept": accept}).headers["Content-Type"] == media_type


def test_an_unknown_format_is_refused(client):
    assert problem(client, f"{ITEMS}?f=shp")["parameter"] == "f"


def test_a_browser_gets_problems_as_a_page(client):
    response = client.get(f"{ITEMS}?bbox=1,2,3", headers={"accept": "text/html"})
    assert response.status_code == 400
    assert response.headers["Content-Type"].startswith("text/html")
    assert "bbox" in response.content.decode()


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(
    ("method", "path"), [("put", ITEMS), ("patch", ITEMS), ("delete", ITEMS), ("post", f"{ITEMS}/site-1")]
)
def test_another_method_is_not_offered_and_never_redirected(method, path, slash):
    response = getattr(Client(enforce_csrf_checks=True), method)(path + slash)
    assert response.status_code == 405
    assert "GET, HEAD" in response.headers["Allow"]
    assert response.json()["status"] == 405


def test_a_slash_at_the_end_makes_no_difference(client, sites):
    for path in ("/api", "/api/collections", "/api/collections/evacuation-sites", ITEMS, f"{ITEMS}/site-1"):
        assert client.get(path).status_code == client.get(f"{path}/").status_code == 200


def test_options_says_what_is_offered_to_whom(client, member):
    assert client.options(ITEMS).headers["Allow"] == "GET, HEAD, OPTIONS"
    client = member("admin")
    response = client.options(ITEMS)
    assert response.status_code == 204
    assert response.headers["Allow"] == "GET, HEAD, POST, OPTIONS"
    assert response.headers["Accept-Post"] == "application/geo+json"
    response = client.options(f"{ITEMS}/site-1")
    assert response.headers["Allow"] == "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"
    assert response.headers["Accept-Patch"] == "application/merge-patch+json"


def test_a_large_page_is_sent_while_it_is_read(client):
    SITES.model.objects.bulk_create(
        SITES.model(id=f"{number:05}", name="場所", geometry="SRID=4326;POINT(139.5 35.6)") for number in range(1203)
    )
    response = client.get(f"{ITEMS}?limit=1200")
    assert response.streaming
    document = json.loads(b"".join(response.streaming_content))
    assert document["numberReturned"] == len(document["features"]) == 1200
    assert document["numberMatched"] == 1203
    following = client.get(next(link["href"] for link in document["links"] if link["rel"] == "next"))
    assert [feature["id"] for feature in following.json()["features"]] == ["01200", "01201", "01202"]


LARGE = """
INSERT INTO layers_evacuationsite (id, name, opening_status, geometry)
SELECT 'n' || n, 'site ' || n, CASE n % 10 WHEN 0 THEN 'open' ELSE 'closed' END,
       ST_SetSRID(ST_MakePoint(139.5 + (n % 300) * 0.0005, 35.6 + (n / 300) * 0.0005), 4326)
FROM generate_series(1, 60000) n
"""


def test_features_are_counted_exactly_where_that_is_cheap_and_not_at_all_elsewhere(client, db):
    with connection.cursor() as cursor:
        cursor.execute(LARGE)
        cursor.execute("ANALYZE layers_evacuationsite")
    asked = {
        "the whole layer": ({}, 60000),
        "a box, to which an index leads": ({"bbox": "139.5,35.6,139.51,35.61"}, 440),
        "a condition for which all would be looked through": ({"opening_status": "open"}, None),
        "one whose features fit on the page": ({"opening_status": "open", "bbox": "139.5,35.6,139.501,35.61"}, 0),
    }
    for what, (query, expected) in asked.items():
        document = client.get(ITEMS, query).json()
        if expected:
            assert document["numberMatched"] == expected, what
        elif expected is None:
            assert "numberMatched" not in document, what
            assert document["numberReturned"] == 100
        else:
            assert document["numberMatched"] == document["numberReturned"], what
