"""The shorter way to public features answers as the whole site does, and never with what was true before a change."""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client

from gis_server import fast_road, wsgi
from gis_server.accounts.roles import give_role
from gis_server.kept_answers import Kept, KeptAnswers
from layers import registry
from tests.ogc_api.rows import SECRET, add

SHELTERS = registry.get("shelters")
ITEMS = "/api/collections/shelters/items"
pytestmark = pytest.mark.usefixtures("committed")


@dataclass(frozen=True)
class Answer:
    status: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    def without_time(self) -> tuple[str, dict[str, str], bytes]:
        """What two answers of different moments have in common; compression adds bytes at random."""
        body = gzip.decompress(self.body) if self.headers.get("Content-Encoding") == "gzip" else self.body
        headers = {name: value for name, value in self.headers.items() if name != "Content-Length"}
        return self.status, headers, re.sub(rb'"timeStamp":"[^"]*"', b"", body)


def ask(application: Any, address: str, method: str = "GET", **headers: str) -> Answer | None:
    path, _, query = address.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "HTTP_HOST": "testserver",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        **headers,
    }
    begun: list[tuple[str, list[tuple[str, str]]]] = []
    body = application(environ, lambda status, headers, exc_info=None: begun.append((status, headers)))
    if body is None:
        return None
    content = b"".join(body)
    if hasattr(body, "close"):
        body.close()
    return Answer(begun[0][0], dict(begun[0][1]), content)


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> KeptAnswers:
    answers = KeptAnswers()
    monkeypatch.setattr(fast_road, "_kept", answers)
    return answers


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {}),
        ("?limit=2", {}),
        ("?limit=2", {"HTTP_ACCEPT_ENCODING": "gzip"}),
        ("?limit=5000", {}),
        ("?limit=5000", {"HTTP_ACCEPT_ENCODING": "gzip"}),
        ("?f=json&lang=en", {}),
        ("", {"HTTP_ACCEPT_LANGUAGE": "en-GB,ja;q=0.5", "HTTP_ACCEPT": "application/geo+json"}),
        ("?crs=http://www.opengis.net/def/crs/EPSG/0/6677&sortby=-name", {}),
        ("/三鷹-1", {}),
        ("/三鷹-1", {"HTTP_ACCEPT_ENCODING": "gzip, br"}),
        ("/三鷹-1/?skipGeometry=true", {}),
    ],
)
def test_answers_every_header_and_byte_as_the_whole_site_does(query, headers):
    for number in range(1, 5):
        add(SHELTERS, f"三鷹-{number}")
    expected = ask(wsgi._django, ITEMS + query, **headers)
    for _ in ("made", "kept"):
        answer = ask(fast_road.find_answer, ITEMS + query, **headers)
        assert answer.without_time() == expected.without_time()


@pytest.mark.parametrize("query", ["", "/s-1"])
def test_the_head_of_an_answer_is_that_of_get(query):
    add(SHELTERS, "s-1")
    got = ask(wsgi.application, ITEMS + query)
    head = ask(wsgi.application, ITEMS + query, "HEAD")
    assert head.status == "200 OK"
    assert head.headers == got.headers


@pytest.mark.parametrize("query", ["?limit=1", "/s-1"])
@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_who_has_the_answer_is_told_so_whether_it_is_kept_here_or_not(query, encoding, nothing_kept):
    add(SHELTERS, "s-1")
    tag = ask(wsgi.application, ITEMS + query, HTTP_ACCEPT_ENCODING=encoding).headers["ETag"]
    expected = ask(wsgi._django, ITEMS + query, HTTP_IF_NONE_MATCH=tag)
    kept = ask(wsgi.application, ITEMS + query, HTTP_IF_NONE_MATCH=tag, HTTP_ACCEPT_ENCODING=encoding)
    nothing_kept.__init__()
    made = ask(wsgi.application, ITEMS + query, HTTP_IF_NONE_MATCH=tag, HTTP_ACCEPT_ENCODING=encoding)
    for answer in (kept, made):
        assert answer.status == expected.status == "304 Not Modified"
        assert answer.body == b""
        assert {"ETag", "Cache-Control", "Vary"} <= set(answer.headers)


def test_what_is_kept_is_given_again_without_reading_a_feature():
    add(SHELTERS, "s-1", name="前")
    first = ask(wsgi.application, ITEMS)
    change_past_the_log("後")
    assert ask(wsgi.application, ITEMS).body == first.body
    assert ask(wsgi.application, ITEMS + "?limit=5").document["features"][0]["properties"]["name"] == "後"


def change_past_the_log(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{SHELTERS.table}" DISABLE TRIGGER USER')
        cursor.execute(f'UPDATE "{SHELTERS.table}" SET name = %s', [name])
        cursor.execute(f'ALTER TABLE "{SHELTERS.table}" ENABLE TRIGGER USER')


def test_no_answer_is_older_than_the_last_change_whoever_made_it():
    add(SHELTERS, "s-1", name="0")
    for number in range(1, 6):
        with connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{SHELTERS.table}" SET name = %s', [str(number)])
        for address in (ITEMS, ITEMS + "?limit=2000", ITEMS + "/s-1"):
            for encoding in ("", "gzip"):
                answer = ask(wsgi.application, address, HTTP_ACCEPT_ENCODING=encoding)
                body = gzip.decompress(answer.body) if answer.headers.get("Content-Encoding") else answer.body
                document = json.loads(body)
                feature = document.get("features", [document])[0]
                assert feature["properties"]["name"] == str(number)


def test_a_change_of_another_layer_leaves_it_kept():
    add(SHELTERS, "s-1", name="前")
    first = ask(wsgi.application, ITEMS)
    change_past_the_log("後")
    add(registry.get("facilities"), "f-1")
    assert ask(wsgi.application, ITEMS).body == first.body


def test_who_has_a_name_is_never_answered_with_what_was_kept_for_everybody_nor_the_reverse():
    add(SHELTERS, "s-1")
    user = User.objects.create_user("staff-person")
    give_role(user, "staff")
    client = Client()
    client.force_login(user)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    assert ask(fast_road.find_answer, ITEMS, HTTP_COOKIE=cookie) is None
    assert ask(fast_road.find_answer, ITEMS, HTTP_AUTHORIZATION="Bearer x") is None
    assert ask(wsgi.application, ITEMS, HTTP_AUTHORIZATION="Bearer x").status.startswith("401")
    for _ in range(2):
        assert SECRET.encode() in ask(wsgi.application, ITEMS, HTTP_COOKIE=cookie).body
        assert SECRET.encode() not in ask(wsgi.application, ITEMS).body
    user.delete()


@pytest.mark.parametrize(
    "address",
    [ITEMS + "?limit=0", ITEMS + "?nothing=1", ITEMS + "/none", "/api/collections/none/items", ITEMS + "?f=x"],
)
def test_what_goes_wrong_is_left_to_the_whole_site(address):
    assert ask(fast_road.find_answer, address) is None
    assert ask(wsgi.application, address).without_time() == ask(wsgi._django, address).without_time()


@pytest.mark.parametrize("path", [ITEMS + "/\xff", "/api/collections/shelters/items\n", "/api/", "/tiles/"])
def test_other_addresses_are_left_to_the_whole_site(path):
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path}
    assert fast_road.find_answer(environ, lambda *_: None) is None


def test_browsers_are_left_to_the_whole_site():
    assert ask(fast_road.find_answer, ITEMS, HTTP_ACCEPT="text/html,*/*;q=0.8") is None
    for written in ("f=html", "f=%68tml", "%66=html"):
        assert ask(fast_road.find_answer, f"{ITEMS}?{written}") is None
    assert ask(fast_road.find_answer, ITEMS, HTTP_ACCEPT="TEXT/HTML") is None


def test_a_lost_connection_is_opened_again():
    add(SHELTERS, "s-1")
    ask(wsgi.application, ITEMS)
    end_this_connection()
    assert ask(wsgi.application, ITEMS).status == "200 OK"
    end_this_connection()
    assert ask(wsgi.application, ITEMS + "?limit=7").status == "200 OK"


def end_this_connection() -> None:
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_what_is_too_large_is_not_kept(monkeypatch, nothing_kept):
    monkeypatch.setattr(fast_road, "LARGEST_BYTES", 10)
    add(SHELTERS, "s-1")
    ask(wsgi.application, ITEMS + "?limit=5000")
    assert nothing_kept._bytes == 0


def test_the_store_never_holds_more_than_it_may():
    answers = KeptAnswers(most_bytes=41_000)
    for number in range(500):
        answers.keep((str(number % 50),), Kept("shelters", number, [], b"x" * (number % 300)))
        assert answers._bytes == sum(kept.size_bytes for kept in answers._answers.values()) <= 41_000


def test_what_is_left_to_the_whole_site_reaches_it_as_it_came():
    answer = ask(wsgi.application, f"{ITEMS}/三鷹にない")
    assert answer.status.startswith("404")
    assert "三鷹にない" in answer.document["detail"]
