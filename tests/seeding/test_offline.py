"""The city's packs for everybody: made when data have changed, downloaded whole or in ranges."""

from __future__ import annotations

import datetime
import io

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pmtiles.reader import Reader

from gis_server.seeding import kept_packs
from gis_server.seeding.models import SeedRun
from gis_server.seeding.upkeep import keep_packs
from layers import registry
from tests.seeding.conftest import HERE, do_all
from tile_cache.grid import tile_of
from tile_cache.seeding.wanted import Wanted


@pytest.fixture
def made(town):
    return kept_packs.make(Wanted(), on_done=lambda done, total: None, is_stopped=lambda: False)


def content(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_before_there_is_a_pack_the_page_says_so(town):
    assert Client().get("/offline/").json() == {"packs": []}
    page = Client(headers={"Accept": "text/html"}).get("/offline/?lang=en")
    assert "Not there yet" in page.content.decode()
    missing = Client().get("/offline/mitaka-city.pmtiles")
    assert missing.status_code == 404
    assert "none yet" in missing.json()["detail"]


def test_the_page_tells_what_there_is_and_its_links_lead_to_the_files(made):
    told = Client().get("/offline/").json()
    assert [pack["href"].rsplit("/", 1)[1] for pack in told["packs"]] == ["mitaka-city.pmtiles", "mitaka-city.mbtiles"]
    for pack in told["packs"]:
        answer = Client().get(pack["href"])
        assert answer.headers["Content-Type"] == pack["type"]
        assert len(content(answer)) == pack["bytes"]
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{pack["href"].rsplit("/", 1)[1]}"'
    for language in ("ja", "en"):
        page = Client(headers={"Accept": "text/html"}).get(f"/offline/?lang={language}").content.decode()
        assert registry.get("shelters").title.in_language(language) in page
        assert f'<time datetime="{timezone.localtime(made.data_time).isoformat()}">' in page
        assert 'href="/offline/mitaka-city.pmtiles"' in page


def test_a_reader_reads_the_pack_by_ranges_alone(made):
    client, sizes = Client(headers={"Accept-Encoding": "gzip"}), []

    def fetch(offset: int, length: int) -> bytes:
        answer = client.get("/offline/mitaka-city.pmtiles", headers={"Range": f"bytes={offset}-{offset + length - 1}"})
        assert answer.status_code == 206
        assert "Content-Encoding" not in answer.headers
        body = content(answer)
        sizes.append(len(body))
        return body

    reader = Reader(fetch)
    assert reader.metadata()["machigis:data_time"]
    header, tile = reader.header(), tile_of(*HERE, 14)
    assert reader.get(tile.z, tile.x, tile.y) is not None
    assert header["max_zoom"] == 16
    assert max(sizes) < made.files[0].size


@pytest.mark.parametrize(
    ("asked", "status", "span"),
    [
        ("bytes=0-6", 206, (0, 7)),
        ("bytes=-5", 206, (-5, None)),
        ("bytes=10-", 206, (10, None)),
        ("bytes=0-99999999999", 206, (0, None)),
        ("bytes=9-3", 200, (0, None)),
        ("bytes=0-1,4-5", 200, (0, None)),
        ("lines=0-6", 200, (0, None)),
        ("bytes=99999999999-", 416, None),
        ("bytes=-0", 416, None),
    ],
)
def test_ranges_are_answered_as_http_says(made, asked, status, span):
    whole = made.files[0].path.read_bytes()
    answer = Client().get("/offline/mitaka-city.pmtiles", headers={"Range": asked})
    assert answer.status_code == status
    if span is not None:
        body = content(answer)
        assert body == whole[slice(*span)]
        assert answer.headers["Content-Length"] == str(len(body))
    if status == 206:
        assert answer.headers["Content-Range"].endswith(f"/{len(whole)}")


def test_a_pack_that_is_known_is_304_and_a_range_of_another_is_the_whole(made):
    tag = Client().head("/offline/mitaka-city.mbtiles").headers["ETag"]
    assert not tag.startswith("W/")
    known = Client().get("/offline/mitaka-city.mbtiles", headers={"If-None-Match": tag})
    assert (known.status_code, known.content) == (304, b"")
    ranged = {"Range": "bytes=0-3"}
    assert Client().get("/offline/mitaka-city.mbtiles", headers={"If-Range": tag, **ranged}).status_code == 206
    assert Client().get("/offline/mitaka-city.mbtiles", headers={"If-Range": '"old"', **ranged}).status_code == 200
    head = Client().head("/offline/mitaka-city.mbtiles")
    assert (head.headers["Accept-Ranges"], int(head.headers["Content-Length"])) == ("bytes", made.files[1].size)
    assert content(head) == b""


def test_pages_of_other_sites_may_read_ranges(made):
    answer = Client().get(
        "/offline/mitaka-city.pmtiles", headers={"Origin": "https://example.org", "Range": "bytes=0-3"}
    )
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Range" in answer.headers["Access-Control-Expose-Headers"]
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    allowed = Client().options("/offline/mitaka-city.pmtiles", headers=asked)
    assert allowed.status_code == 204
    assert "Range" in allowed.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("get", "/offline/other.pmtiles", 404),
        ("get", "/offline/packs.json", 404),
        ("get", "/offline/..%2f..%2fsecret.pmtiles", 404),
        ("get", "/offline/mitaka-city.pmtiles?x=1", 400),
        ("get", "/offline/?x=1", 400),
        ("post", "/offline/mitaka-city.pmtiles", 405),
        ("post", "/offline/", 405),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(made, method, address, status):
    answer = getattr(Client(), method)(address)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def age_changes(minutes: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE layers_change SET at = at - %s * interval '1 minute'", [minutes])


def test_the_worker_makes_packs_once_data_have_come_to_rest_and_again_when_they_change(town):
    assert not keep_packs(), "the data have just come in"
    age_changes(11)
    assert keep_packs()
    assert not keep_packs(), "one is under way"
    (run,) = do_all()
    assert (run.state, run.kind, run.actor) == ("done", "packs", "")
    first = kept_packs.find_kept()
    assert not keep_packs(), "nothing has changed"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE layers_shelter SET name = 'b'")
    assert not kept_packs.is_due(timezone.now() + datetime.timedelta(minutes=30)), "at most every hour"
    assert kept_packs.is_due(timezone.now() + datetime.timedelta(minutes=61))
    again = kept_packs.make(Wanted(), on_done=lambda done, total: None, is_stopped=lambda: False)
    assert {file.digest for file in again.files}.isdisjoint({file.digest for file in first.files})
    assert {path.name for path in kept_packs.folder().iterdir()} == {"packs.json", *(f.file for f in again.files)}


def test_a_making_that_failed_is_not_tried_again_at_once(town):
    age_changes(11)
    run = SeedRun.objects.create(kind="packs", state="failed", ended_at=timezone.now())
    assert not keep_packs()
    SeedRun.objects.filter(pk=run.pk).update(ended_at=timezone.now() - datetime.timedelta(hours=2))
    assert keep_packs()


def test_a_download_that_has_begun_ends_whole_though_a_new_pack_takes_its_place(made):
    answer = Client().get("/offline/mitaka-city.pmtiles")
    whole = made.files[0].path.read_bytes()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE layers_shelter SET name = 'b'")
    kept_packs.make(Wanted(), on_done=lambda done, total: None, is_stopped=lambda: False)
    assert content(answer) == whole


def test_packs_of_when_more_was_public_are_not_given_out_any_more(made, monkeypatch):
    assert Client().get("/offline/mitaka-city.pmtiles").status_code == 200
    note = kept_packs.folder() / "packs.json"
    note.write_text(note.read_text().replace(kept_packs._declared(), "another declaration"))
    assert Client().get("/offline/mitaka-city.pmtiles").status_code == 404
    assert kept_packs.is_due(timezone.now() + datetime.timedelta(minutes=11))


def test_a_pack_for_everybody_holds_no_phone_numbers(made):
    for file in made.files:
        assert b"0422-00-0000" not in file.path.read_bytes()
    reader = Reader(lambda offset, length: io.BytesIO(made.files[0].path.read_bytes()[offset : offset + length]).read())
    assert "contact_phone" not in str(reader.metadata()["vector_layers"])
