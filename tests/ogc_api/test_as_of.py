"""``as-of``: the features as they were at a time, asked for like any others."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from gis_server.accounts.roles import give_role
from layers import registry
from ogc_api.features.formats import FILES
from tests.ogc_api.rows import SECRET, add
from tests.ogc_api.test_formats import body_of, rows_of

FACILITIES = registry.get("facilities")
ITEMS = "/api/collections/facilities/items"
POSTS = "/api/collections/community-posts/items"

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def client() -> Client:
    return Client()


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def now() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0].astimezone(datetime.UTC).isoformat()


def change_all() -> None:
    """Moves, renames and removes, so that the present is another one."""
    table = FACILITIES.table
    execute(f"UPDATE \"{table}\" SET name = '今', geometry = ST_SetSRID(ST_MakePoint(139.6, 35.7), 4326)")
    execute(f"DELETE FROM \"{table}\" WHERE id = 'f1'")


@pytest.fixture
def then() -> str:
    """A time after three facilities were entered and before everything became different."""
    for number, name in enumerate(("うめ", "さくら", "まつ")):
        add(FACILITIES, f"f{number}", lon=139.55 + number / 100, name=name)
    return now()


WAYS = [
    {},
    {"bbox": "139.555,35,139.58,36"},
    {"name": "さくら"},
    {"filter": "name <> 'うめ'"},
    {"q": "さくら"},
    {"sortby": "-name", "limit": "2"},
    {"properties": "name,version,changed_at"},
    {"crs": "http://www.opengis.net/def/crs/EPSG/0/6677"},
    {"skipGeometry": "true"},
]


def features_of(client: Client, **query: str) -> Any:
    response = client.get(ITEMS, query)
    assert response.status_code == 200, response.content
    document = response.json()
    return document["numberMatched"], document["features"]


def test_whatever_is_asked_of_the_past_is_answered_as_it_was_then(client, then):
    before = [features_of(client, **way) for way in WAYS]
    change_all()
    assert [features_of(client, **way, **{"as-of": then}) for way in WAYS] == before
    assert [features_of(client, **way) for way in WAYS] != before


def test_every_format_shows_the_past(client, then, tmp_path):
    change_all()
    for name in FILES:
        response = client.get(ITEMS, {"f": name, "as-of": then})
        assert response.headers["Content-Disposition"].startswith('attachment; filename="facilities-2')
        assert [row["id"] for row in rows_of(response, name, tmp_path)] == ["f0", "f1", "f2"]
    document = client.get(ITEMS, {"f": "jsonfg", "as-of": then}).json()
    assert [feature["properties"]["name"] for feature in document["features"]] == ["うめ", "さくら", "まつ"]


def test_pages_and_formats_of_the_past_are_of_the_past(client, then):
    change_all()
    url, found = client.get(ITEMS, {"as-of": then, "limit": "1"}).wsgi_request.get_full_path(), []
    while url:
        document = client.get(url).json()
        found += [feature["properties"]["name"] for feature in document["features"]]
        assert all(
            "as-of=" in link["href"] for link in document["links"] if link["rel"] not in {"collection", "profile"}
        )
        url = next((link["href"] for link in document["links"] if link["rel"] == "next"), None)
    assert found == ["うめ", "さくら", "まつ"]


def test_one_feature_of_the_past(client, then):
    before = client.get(f"{ITEMS}/f1").json()
    change_all()
    assert client.get(f"{ITEMS}/f1").status_code == 404
    past = client.get(f"{ITEMS}/f1", {"as-of": then}).json()
    assert (past["properties"], past["geometry"]) == (before["properties"], before["geometry"])
    add(FACILITIES, "new")
    missing = client.get(f"{ITEMS}/new", {"as-of": then})
    assert missing.status_code == 404
    assert "at that time" in missing.json()["detail"]


def test_a_search_by_post_takes_it_too(client, then):
    change_all()
    posted = client.post("/api/collections/facilities/search", {"as-of": then}, content_type="application/json")
    assert [feature["id"] for feature in posted.json()["features"]] == ["f0", "f1", "f2"]


def test_an_answer_of_the_past_holds_until_the_layer_changes(client, then):
    for query in ({"as-of": then}, {"as-of": then, "f": "csv"}):
        first = client.get(ITEMS, query)
        body_of(first)
        known = {"If-None-Match": first.headers["ETag"]}
        assert client.get(ITEMS, query, headers=known).status_code == 304
        execute(f"UPDATE \"{FACILITIES.table}\" SET name = name || '!'")
        assert client.get(ITEMS, query, headers=known).status_code == 200
    past, present = client.get(f"{ITEMS}/f0", {"as-of": then}), client.get(f"{ITEMS}/f0")
    assert past.headers["ETag"] != present.headers["ETag"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "2024-01-01", "2024-01-01T00:00:00", "2024-13-01T00:00:00Z", "0000-01-01T00:00:00Z"),
        *("0001-01-01T00:00:00+14:00", "2024-01-01T00:00:00Z/..", "9999-12-31T23:59:59Z", "2024-01-01T00:00:00Z\0"),
        "2024-01-01T24:61:00Z",
    ],
)
def test_what_is_no_time_or_has_not_come_is_refused(text, client):
    for path in (ITEMS, f"{ITEMS}/one"):
        response = client.get(path, {"as-of": text})
        assert (response.status_code, response.json()["parameter"]) == (400, "as-of")


@pytest.mark.parametrize("text", ["1900-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2024-01-01t00:00:00.5+09:00"])
def test_before_anything_was_entered_there_is_nothing(text, client, then):
    assert features_of(client, **{"as-of": text}) == (0, [])


def test_a_page_for_people_says_that_it_is_of_the_past(client, then):
    change_all()
    for path in (ITEMS, f"{ITEMS}/f1"):
        page = client.get(path, {"as-of": then, "f": "html", "lang": "ja"}).content.decode()
        assert "現在の状態ではありません" in page
        assert "さくら" in page
        assert "現在の状態ではありません" not in client.get(path, {"f": "html", "lang": "ja"}).content.decode()
    assert "items/f1?as-of=" in client.get(ITEMS, {"as-of": then, "f": "html"}).content.decode()


def test_a_post_that_was_withdrawn_does_not_come_back_to_the_public(client, staff):
    posts = registry.get("community-posts")
    add(posts, "shown")
    moment = now()
    execute(f'UPDATE "{posts.table}" SET "{posts.rows.field}" = \'rejected\'')
    for path in (POSTS, f"{POSTS}/shown"):
        refused = client.get(path, {"as-of": moment})
        assert refused.status_code == 400
        assert "as-of" not in refused.json()["known"]
        assert "shown" in staff.get(path, {"as-of": moment}).content.decode()
    assert (
        client.post("/api/collections/community-posts/search", {"as-of": moment}, "application/json").status_code == 400
    )
    definition = json.dumps(client.get("/api/openapi").json()["paths"]["/collections/community-posts/items"])
    assert "as-of" not in definition


@pytest.fixture
def staff() -> Iterator[Client]:
    user, client = User.objects.create_user("staff-person"), Client()
    give_role(user, "staff")
    client.force_login(user)
    yield client
    user.delete()


@pytest.mark.parametrize("layer", registry.every(), ids=lambda layer: layer.name)
def test_a_field_that_is_not_for_everybody_is_in_no_past(layer, client):
    add(layer, "one")
    moment = now()
    execute(f'DELETE FROM "{layer.table}"')
    own = f"/api/collections/{layer.name}/items"
    for path in (own, f"{own}/one"):
        text = client.get(path, {"as-of": moment}).content.decode()
        assert SECRET not in text
        assert layer.rows is not None or '"one"' in text
    hidden = [field.name for field in layer.fields if field.read > 0]
    for name in hidden:
        assert client.get(own, {"as-of": moment, "filter": f"{name} IS NULL"}).status_code == 400
