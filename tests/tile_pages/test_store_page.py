"""The page of the store of tiles: for administrators alone, the map's squares and their twin, the buttons."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from gis_server.accounts.roles import give_role
from tile_cache.keeping import ends, ledger, sweeping
from tile_cache.keeping.ends.place import Place
from tile_cache.measuring import measures
from tile_cache.models import StoredTile

PAGE = "/admin/tiles/"
SQUARES = "/admin/tiles/squares.geojson"
HTML = {"HTTP_ACCEPT": "text/html"}


@pytest.fixture
def stored(db, tmp_path, settings):
    """Two tiles of shelters, one of roads; in the store and in the ledger."""
    settings.TILE_STORE, settings.MEASURES = tmp_path / "tiles", tmp_path / "measures"
    measures.forget()
    ledger.forget_news()
    StoredTile.objects.all().delete()
    for tileset, z, x, hits in (("shelters", 14, 14543, 120), ("shelters", 14, 14544, 0), ("roads", 3, 7, 5)):
        place = Place(tileset, "webmercator", z, x, 6451 if z == 14 else 3, "mvt")
        ends.current().save(place, b"t" * 1000)
        ledger.stored(place, 1000, 0.012)
        ledger.used(place, hits)
    ledger.flush()
    old = timezone.now() - datetime.timedelta(days=3)
    StoredTile.objects.filter(x=14544).update(rendered_at=old)


def signed_in(role: str) -> Client:
    user = get_user_model().objects.create_user(f"a-{role}", password="a long enough one")
    give_role(user, role)
    client = Client(enforce_csrf_checks=False)
    client.force_login(user)
    return client


@pytest.fixture
def admin(stored) -> Client:
    return signed_in("admin")


def test_nobody_but_administrators_looks_in(stored):
    door = Client().get(PAGE, **HTML)
    assert (door.status_code, door["Location"]) == (302, "/sign-in/?next=%2Fadmin%2Ftiles%2F")
    staff = signed_in("disaster-staff")
    for address in (PAGE, SQUARES):
        assert Client().get(address).status_code == 401
        assert staff.get(address).status_code == 403
    for address in (f"{PAGE}sweep", f"{PAGE}clear"):
        assert Client().post(address, {"tileset": "shelters"}).status_code == 401
        assert staff.post(address, {"tileset": "shelters"}).status_code == 403
    assert StoredTile.objects.count() == 3


@pytest.mark.parametrize(("language", "title"), [("ja", "保存タイル"), ("en", "Stored tiles")])
def test_the_page_tells_everything_without_a_map_too(admin, language, title):
    measures.count_request("shelters", 14, "hit_memory", 3)
    measures.count_request("shelters", 14, "miss")
    measures.count_store_error("redis", "load")
    measures.flush()
    answer = admin.get(f"{PAGE}?lang={language}")
    page = answer.content.decode()
    assert f"<h1>{title}</h1>" in page
    assert answer["Cache-Control"] == "private, no-store"
    assert "14/14543/6451" in page
    assert "75 %" in page
    assert "Redis" in page
    assert f'data-features="{SQUARES}?tileset=shelters%2Fwebmercator%2Fmvt&amp;z=14"' in page
    assert "<script>" not in page
    assert "style=" not in page
    assert admin.head(PAGE).status_code == 200


def test_squares_have_their_ground_their_age_and_their_hits(admin):
    features = admin.get(SQUARES, {"tileset": "shelters/webmercator/mvt", "z": 14}).json()["features"]
    hot, old = (feature["properties"] for feature in features)
    assert (hot["tile"], hot["hits"], hot["hits_class"], hot["age_class"]) == ("14/14543/6451", 120, 3, 0)
    assert (old["hits_class"], old["age_class"]) == (0, 2)
    west, south = features[0]["geometry"]["coordinates"][0][0]
    east, north = features[0]["geometry"]["coordinates"][0][2]
    assert west < 139.56 < east
    assert south < 35.68 < north


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("?tileset=no-such", 404, "stored are: shelters/webmercator/mvt, roads/webmercator/mvt"),
        ("?tileset=", 404, "nothing is stored as ''"),
        ("?z=9", 404, "stored are: 14"),
        ("?z=x", 404, "stored are: 14"),
        ("?by=size", 400, "age, hits"),
    ],
)
def test_what_is_not_there_is_a_problem_that_says_what_is(admin, query, status, said):
    answer = admin.get(PAGE + query)
    assert answer.status_code == status
    assert said in answer.json()["detail"]


def test_an_empty_store_and_a_tile_of_another_grid_are_shown_too(admin):
    StoredTile.objects.exclude(x=7).delete()
    StoredTile.objects.update(grid="plane-9")
    page = admin.get(PAGE).content.decode()
    assert "3/7/3" in page
    assert "store-map" not in page
    StoredTile.objects.all().delete()
    assert "まだ何も保存されていません" in admin.get(PAGE).content.decode()
    assert admin.get(SQUARES).status_code == 404


def test_a_tileset_is_cleared_and_the_store_swept(admin, settings):
    answer = admin.post(f"{PAGE}clear", {"tileset": "shelters"}, follow=True)
    assert "shelters の 2 枚を消しました" in answer.content.decode()
    assert {kept.place.tileset for kept in ends.current().places()} == {"roads"}
    settings.TILE_STORE_MB = 0
    answer = admin.post(f"{PAGE}sweep", follow=True)
    assert "1 枚を消しました" in answer.content.decode()
    assert list(ends.current().places()) == []
    assert admin.post(f"{PAGE}clear", {"tileset": "no-such"}).status_code == 404
    assert admin.get(f"{PAGE}clear").status_code == 405


def test_a_store_that_is_away_is_told_so(admin, settings):
    settings.TILE_STORE_ADDRESS = "redis://127.0.0.1:1"
    assert "保存先が応えません" in admin.post(f"{PAGE}sweep", follow=True).content.decode()
    assert StoredTile.objects.count() == 3


def test_a_form_of_another_site_does_nothing(stored):
    client = signed_in("admin")
    client.handler.enforce_csrf_checks = True
    assert client.post(f"{PAGE}clear", {"tileset": "shelters"}).status_code == 403
    assert sweeping.bound_bytes() == 2_000_000_000
    assert StoredTile.objects.count() == 3


def test_the_administration_leads_there(admin):
    assert f'href="{PAGE}"' in admin.get("/admin/").content.decode()
