"""Many people who edit the same few features at once, over HTTP, against the whole product."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from layers import registry
from tests.ogc_api.writers import GEOJSON, PATCH
from tests.running import RunningCity

pytestmark = pytest.mark.server

LAYER = "facilities"
ITEMS = f"/api/collections/{LAYER}/items"
PEOPLE = ("many-hanako", "many-taro")
PATIENCE_S = 60
"""Nobody waits longer for an answer; who has to has found a fault."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change that somebody asked for, and what became of it.

    Args:
        version: of the feature, as If-Match named it.
        seen: the remarks that were read; the change adds `mark` to them.
        began, ended: moments of one clock around the request.
        answered: the version that the answer names: the new one, or the one that is there instead.
    """

    feature: str
    person: str
    mark: str
    version: int
    seen: str
    began: float
    ended: float
    status: int
    answered: int


class Client:
    """A person's program with one connection that is kept."""

    def __init__(self, city: RunningCity, person: str, token: str) -> None:
        where = urlsplit(city.url)
        self.person, self.token = person, token
        self.connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=PATIENCE_S)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str, Any]:
        """Status, ETag and document of the answer."""
        given = {"Authorization": f"Bearer {self.token}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        content = None if body is None else json.dumps(body)
        self.connection.request(method, path, content, given)
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, answer.headers.get("ETag", ""), json.loads(text) if text else None

    def read(self, feature: str) -> tuple[str, str]:
        status, etag, document = self.ask("GET", f"{ITEMS}/{feature}")
        assert status == 200, document
        return etag, document["properties"]["remarks"]

    def add_mark(self, feature: str, mark: str, known: tuple[str, str]) -> Edit:
        """Add a mark to the remarks as they were read."""
        etag, seen = known
        change = {"properties": {"remarks": f"{seen}{mark} "}}
        began = time.monotonic()
        status, tag, document = self.ask("PATCH", f"{ITEMS}/{feature}", change, If_Match=etag, Content_Type=PATCH)
        ended = time.monotonic()
        answered = version_of(tag) if status == 204 else (document or {}).get("version", 0)
        return Edit(feature, self.person, mark, version_of(etag), seen, began, ended, status, answered)


def version_of(etag: str) -> int:
    return int(etag.strip('"').partition("-")[0])


@pytest.fixture(scope="module")
def tokens(city: RunningCity) -> dict[str, str]:
    for person in PEOPLE:
        city.gis("user", "add", person, "--role", "admin")
    return {person: city.gis("user", "token", person).split()[-1] for person in PEOPLE}


@pytest.fixture
def features(city: RunningCity, tokens: dict[str, str], request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """New features; the city is shared with other tests, so they are gone afterwards."""
    client = Client(city, *next(iter(tokens.items())))
    names = [f"many-{number}" for number in range(request.param)]
    for name in names:
        body = {
            "type": "Feature",
            "id": name,
            "geometry": {"type": "Point", "coordinates": [139.56, 35.68]},
            "properties": {"name": name, "remarks": ""},
        }
        assert client.ask("POST", ITEMS, body, Content_Type=GEOJSON)[0] == 201
    client.connection.close()  # a server gives up one that nobody uses for long; the next request makes another
    yield names
    for name in names:
        assert client.ask("DELETE", f"{ITEMS}/{name}", If_Match="*")[0] == 204


Goes = Callable[[int], bool]
"""Whether somebody who has made so many edits makes another."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of it all: every edit, and whether the log ever had a hole while it grew."""

    first_revision: int
    edits: list[Edit]
    looks: list[bool]


def edit_together(city: RunningCity, tokens: dict[str, str], features: list[str], people: int, goes: Goes) -> Seen:
    """Everybody edits one feature after another. The first time all have read before the first of them writes."""
    revision = revision_of(city)
    start, over, looks = threading.Barrier(people, timeout=PATIENCE_S), threading.Event(), list[bool]()

    def work(number: int) -> list[Edit]:
        person = PEOPLE[number % len(PEOPLE)]
        client, edits = Client(city, person, tokens[person]), list[Edit]()
        while goes(len(edits)):
            turn = len(edits)
            feature = features[(number + turn) % len(features)]
            known = client.read(feature)
            if turn == 0:
                client.connection.close()  # whoever came first has waited for the last
                start.wait()
            edits.append(client.add_mark(feature, f"{number}.{turn}", known))
        client.connection.close()
        return edits

    watcher = threading.Thread(target=watch, args=(city, revision, over, looks))
    watcher.start()
    try:
        with ThreadPoolExecutor(people) as pool:
            edits = [edit for of_one in pool.map(work, range(people)) for edit in of_one]
    finally:
        over.set()
        watcher.join()
    return Seen(revision, edits, looks)


def watch(city: RunningCity, first_revision: int, over: threading.Event, looks: list[bool]) -> None:
    """Look again and again whether all revisions up to the newest one are there."""
    query = "SELECT count(*), max(revision) FROM layers_change WHERE layer = %s AND revision > %s"
    with psycopg.connect(city.database_url, autocommit=True) as connection:
        while not over.wait(0.02):
            count, newest = connection.execute(query, [LAYER, first_revision]).fetchone() or (0, None)
            looks.append(count == (newest or first_revision) - first_revision)


def revision_of(city: RunningCity) -> int:
    rows = city.rows("SELECT revision FROM layers_revision WHERE layer = %s", LAYER)
    return int(rows[0][0]) if rows else 0


def check_nothing_is_lost(city: RunningCity, features: list[str], seen: Seen) -> None:
    kept = [edit for edit in seen.edits if edit.status == 204]
    refused = [edit for edit in seen.edits if edit.status != 204]
    assert Counter(edit.status for edit in refused) == {412: len(refused)}
    assert all(edit.answered == edit.version + 1 for edit in kept)
    assert all(edit.answered > edit.version for edit in refused)
    of_feature = defaultdict(list)
    for edit in sorted(kept, key=lambda edit: edit.version):
        of_feature[edit.feature].append(edit)
    table = registry.get(LAYER).table
    stored = {name: rest for name, *rest in city.rows(f'SELECT id, version, remarks FROM "{table}"')}
    for name in features:
        edits = of_feature[name]
        assert [edit.version for edit in edits] == list(range(1, len(edits) + 1))
        assert stored[name] == [len(edits) + 1, "".join(f"{edit.mark} " for edit in edits)]


def check_the_log(city: RunningCity, seen: Seen) -> None:
    """Each edit that was kept is one entry with what was before and after, in the order of the commits."""
    kept = {edit.mark: edit for edit in seen.edits if edit.status == 204}
    logged = city.rows(
        "SELECT c.revision, c.operation, c.actor, c.row_count, r.feature_id, r.before, r.after"
        " FROM layers_change c JOIN layers_changedrow r ON r.change_id = c.id"
        " WHERE c.layer = %s AND c.revision > %s ORDER BY c.revision",
        *(LAYER, seen.first_revision),
    )
    last = seen.first_revision + len(kept)
    assert [row[0] for row in logged] == list(range(seen.first_revision + 1, last + 1))
    assert revision_of(city) == last
    assert city.rows("SELECT id FROM layers_change WHERE revision IS NULL") == []
    latest_beginning = 0.0
    for _, operation, actor, row_count, feature, before, after in logged:
        edit = kept.pop(after["remarks"].split()[-1])
        assert (operation, actor, row_count, feature) == ("update", edit.person, 1, edit.feature)
        assert (before["version"], after["version"]) == (edit.version, edit.version + 1)
        assert (before["remarks"], after["remarks"]) == (edit.seen, f"{edit.seen}{edit.mark} ")
        # Who had been answered before another one asked comes first.
        assert edit.ended >= latest_beginning
        latest_beginning = max(latest_beginning, edit.began)
    assert kept == {}
    assert seen.looks
    assert all(seen.looks)


def check(city: RunningCity, features: list[str], people: int, seen: Seen) -> None:
    check_nothing_is_lost(city, features, seen)
    check_the_log(city, seen)
    statuses = Counter(edit.status for edit in seen.edits)
    assert statuses[204] >= len(features)
    assert statuses[412] >= people - len(features)  # of those who had read the same, one was first


@pytest.mark.parametrize("features", [10], indirect=True)
def test_twenty_people_on_ten_features_lose_nothing(city, tokens, features):
    seen = edit_together(city, tokens, features, 20, lambda made: made < 8)
    assert len(seen.edits) == 160
    check(city, features, 20, seen)


@pytest.mark.heavy
@pytest.mark.parametrize("features", [50], indirect=True)
def test_two_hundred_people_on_fifty_features_lose_nothing_for_a_minute(city, tokens, features):
    until = time.monotonic() + 60
    seen = edit_together(city, tokens, features, 200, lambda made: made == 0 or time.monotonic() < until)
    check(city, features, 200, seen)
