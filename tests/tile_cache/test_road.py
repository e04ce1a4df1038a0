"""The short road gives what the whole site gives, to whom it may be given, and does no work for nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from wsgiref.util import setup_testing_defaults

import pytest

from gis_server import wsgi
from layers import registry
from layers.spec import Audience
from tests.tile_cache.conftest import HERE
from tests.tile_cache.mvt import decode
from tile_cache import rendering
from tile_cache.grid import tile_of

PLACE = tile_of(*HERE, 16)


def ask(name: str, **more: str) -> SimpleNamespace:
    environ: dict = {"PATH_INFO": f"/tiles/{name}/{PLACE.z}/{PLACE.x}/{PLACE.y}.mvt", "SCRIPT_NAME": "", **more}
    setup_testing_defaults(environ)
    begun: list = []
    body = b"".join(wsgi.application(environ, lambda status, headers, exc_info=None: begun.append((status, headers))))
    status, headers = begun[-1]
    return SimpleNamespace(status=int(status[:3]), headers=dict(headers), body=body)


@pytest.fixture
def added():
    """Layers that somebody has added, as they are now."""
    known = {"generation": 0}

    def declare(**specs) -> None:
        known["generation"] += 1
        now = registry.Added(known["generation"], specs)
        registry.consult(lambda is_exact: now)

    yield declare
    registry.consult(lambda is_exact: registry.Added())


def test_a_tile_in_memory_is_not_given_any_more_when_the_layer_is_declared_otherwise(add, added):
    shelters = registry.get("shelters")
    added(mine=replace(shelters, name="mine"))
    add("shelter", "s1", HERE, name="第一小学校", address="架空町1丁目")
    for _ in range(2):
        assert decode(ask("mine").body)["mine"][0].properties["address"] == "架空町1丁目"
    hidden = [replace(each, read=Audience.STAFF) if each.name == "address" else each for each in shelters.fields]
    added(mine=replace(shelters, name="mine", fields=tuple(hidden)))
    assert "address" not in decode(ask("mine").body)["mine"][0].properties
    added()
    assert ask("mine").status == 404


@pytest.mark.parametrize(
    ("header", "is_taken"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("*, gzip;q=0.000", False),
        ("br", False),
    ],
)
def test_who_refuses_gzip_is_not_given_it(add, header, is_taken):
    add("shelter", "s1", HERE, name="a")
    answer = ask("shelters", HTTP_ACCEPT_ENCODING=header)
    assert (answer.headers.get("Content-Encoding") == "gzip") == is_taken
    assert answer.body.startswith(b"\x1f\x8b") == is_taken


def test_a_host_that_is_not_ours_is_refused_as_everywhere(add):
    add("shelter", "s1", HERE, name="a")
    assert ask("shelters", HTTP_HOST="127.0.0.1:8000").status == 200
    assert ask("shelters", HTTP_HOST="elsewhere.example").status == 400


def test_what_is_wrong_is_found_once(add, monkeypatch):
    asked = []

    def slow(*_: object) -> None:
        asked.append(1)
        raise rendering.away()

    monkeypatch.setattr(rendering, "_render_part", slow)
    answer = ask("shelters")
    assert (answer.status, json.loads(answer.body)["title"]) == (503, "not available")
    assert len(asked) == 1


def test_nothing_is_rendered_for_the_public_when_somebody_may_see_more(add, monkeypatch):
    add("shelter", "s1", HERE, name="a")
    seen = []
    plain = rendering.render
    monkeypatch.setattr("tile_cache.answers.render", lambda *given: seen.append(given) or plain(*given))
    assert ask("shelters", HTTP_COOKIE="sessionid=nobody").status == 200
    assert len(seen) == 1


def test_a_fault_for_the_public_is_none_for_somebody(committed, store):
    answer = ask("nothing", HTTP_AUTHORIZATION="Basic x")
    assert answer.status in {401, 404}
    assert ask("nothing").status == 404
