"""A layer to take away: the same file as `./gis export`, for whoever asks, kept by nobody whom it does not concern."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers import registry
from layers.changes import revision_of
from layers.formats import FORMATS, Format
from tests.formats.reading import crs_of, everything_in, read
from tests.formats.rows import SECRET, fill

every_format = pytest.mark.parametrize("chosen", FORMATS, ids=lambda chosen: chosen.name)
SHELTERS = registry.get("shelters")


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def saved(response, path: Path) -> Path:
    path.write_bytes(body(response))
    return path


@every_format
def test_every_format_comes_with_its_name_and_type(chosen: Format, db, client, tmp_path):
    fill(SHELTERS, 4)
    response = client.get(f"/data/shelters.{chosen.extension}")
    assert response.status_code == 200
    assert response["Content-Type"].split(";")[0] == chosen.media_type.split(";")[0]
    assert response["Content-Disposition"] == f'attachment; filename="shelters.{chosen.extension}"'
    assert response["Cache-Control"] == "public, no-cache"
    assert len(read(saved(response, tmp_path / f"shelters.{chosen.extension}"))) == 4


@every_format
def test_the_public_gets_public_fields_and_staff_gets_theirs_uncached(chosen: Format, member, tmp_path):
    fill(SHELTERS, 2)
    name = f"shelters.{chosen.extension}"
    assert SECRET not in everything_in(saved(member("public").get(f"/data/{name}"), tmp_path / name))
    response = member("staff").get(f"/data/{name}")
    assert SECRET in everything_in(saved(response, tmp_path / name))
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


def test_rows_that_are_not_published_are_in_no_download(member):
    posts = registry.get("community-posts")
    fill(posts, 2)
    posts.model.objects.filter(id__startswith="001").update(status="pending", title="まだ")
    assert "まだ" not in body(member("public").get("/data/community-posts.geojson")).decode()
    assert "まだ" in body(member("staff").get("/data/community-posts.geojson")).decode()


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
def test_a_reference_system_can_be_chosen(ending, db, client, tmp_path):
    fill(SHELTERS, 2)
    path = saved(client.get(f"/data/shelters.{ending}?crs=EPSG:6677"), tmp_path / f"a.{ending}")
    assert crs_of(path) == 6677


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/data/nowhere.csv", 404, "there is no data set"),
        ("/data/shelters.dxf", 404, "geojson"),
        ("/data/shelters.csv?crs=EPSG:2451", 400, "EPSG:6677"),
        ("/data/shelters.kml?crs=EPSG:6677", 400, "longitude and latitude"),
        ("/data/shelters.csv?limit=3", 400, "'limit' is not known"),
        ("/data/shelters.csv?crs=CRS84&crs=CRS84", 400, "2 times"),
        ("/data/shelters.public-toilet.csv", 404, "not there as"),
        ("/data/?f=json", 400, "'f' is not known"),
        ("/data/records/nowhere", 404, "no record"),
    ],
)
def test_what_is_not_there_is_a_problem_that_says_what_is(address, status, said, db, client):
    response = client.get(address)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert said in response.json()["detail"]


def test_who_has_the_file_already_gets_nothing_until_the_layer_changes(committed, client):
    fill(SHELTERS, 2)
    etag = client.get("/data/shelters.csv")["ETag"]
    assert client.get("/data/shelters.csv", headers={"if-none-match": etag}).status_code == 304
    revision = revision_of("shelters")
    SHELTERS.model.objects.filter(id__startswith="000").update(name="新しい名前")
    assert revision_of("shelters") > revision
    assert client.get("/data/shelters.csv", headers={"if-none-match": etag}).status_code == 200


def test_asking_for_the_head_makes_no_file(db, client):
    response = client.head("/data/base-buildings.gpkg")
    assert response.status_code == 200
    assert response.content == b""


def test_the_official_table_is_a_download_of_its_own(db, client):
    fill(registry.get("evacuation-sites"), 2)
    response = client.get("/data/evacuation-sites.evacuation-site.csv")
    assert response["Content-Disposition"].endswith('"evacuation-sites.evacuation-site.csv"')
    assert body(response).decode("utf-8-sig").startswith("全国地方公共団体コード,ID,地方公共団体名,名称")


def test_a_reader_who_leaves_early_leaves_no_transaction_behind(committed, client):
    from django.db import connection

    fill(SHELTERS)
    response = client.get("/data/shelters.geojson")
    next(iter(response.streaming_content))
    response.close()
    assert not connection.in_atomic_block
    assert SHELTERS.model.objects.count() > 0
