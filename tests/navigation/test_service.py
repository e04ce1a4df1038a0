"""The network of a process, kept up to date while others write."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO

import pytest
from django.contrib.gis.geos import LineString, MultiLineString, MultiPolygon, Polygon
from django.db import connection
from django.utils.timezone import now

from gis_server.navigation.profiles import WALK
from gis_server.navigation.scipy_engine import ScipyTopology
from gis_server.navigation.searching import Found, find_route
from gis_server.navigation.service import RoutingService, Snapshot
from layers.catalog.disaster import Closure, DamageArea
from layers.catalog.pedestrian import PedestrianLink
from tests.navigation.networks import GOOD, Link, grid, place, save

CHECKOUT = Path(__file__).resolve().parents[2]
OTHER_PROCESS = """
import sys
import django
django.setup()
from gis_server.navigation.service import SERVICE
for line in sys.stdin:
    snapshot = SERVICE.current()
    links = len(snapshot.terrain.network.links) if snapshot.terrain else 0
    print(links, *(blocker.id for blocker in snapshot.blockages.blockers), flush=True)
"""


def damage(key: str, west: float, east: float) -> None:
    ring = [place(west, -20), place(east, -20), place(east, 20), place(west, 20), place(west, -20)]
    DamageArea.objects.create(id=key, geometry=MultiPolygon(Polygon(ring, srid=4326), srid=4326))


def length_m(snapshot: Snapshot) -> float:
    """The way from corner to corner, two blocks east."""
    situation = snapshot.situation(WALK)
    assert situation is not None
    found = find_route(situation, place(0, 0), place(200, 0))
    assert isinstance(found, Found)
    return sum(float(situation.network.links.length_m[piece.link]) * piece.share for piece in found.walk.pieces)


@pytest.fixture
def service(committed: None) -> RoutingService:
    save(*grid(4))
    return RoutingService()


@pytest.fixture
def other_process(service: RoutingService) -> Iterator[subprocess.Popen[str]]:
    """A second process on the same database, which answers each line with what it knows."""
    settings = connection.settings_dict
    url = f"postgresql://{settings['USER']}:{settings['PASSWORD']}@/{settings['NAME']}"
    url += f"?host={settings['HOST']}&port={settings['PORT']}"
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "gis_server.settings"},
    )
    yield process
    process.communicate()
    assert process.returncode == 0


def answer(process: subprocess.Popen[str]) -> list[str]:
    stdin, stdout = process.stdin, process.stdout
    assert isinstance(stdin, IO) or stdin is not None
    assert stdout is not None
    print("?", file=stdin, flush=True)
    return stdout.readline().split()


def test_another_process_notices_every_commit_at_its_next_question(other_process: subprocess.Popen[str]) -> None:
    links = str(PedestrianLink.objects.count())
    assert answer(other_process) == [links]
    damage("d1", 120, 180)
    assert answer(other_process) == [links, "d1"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE layers_damagearea SET status = 'resolved'")
    assert answer(other_process) == [links]
    PedestrianLink.objects.filter(id="e0-0").delete()
    assert answer(other_process) == [str(int(links) - 1)]


def test_only_what_changed_is_read_again(service: RoutingService) -> None:
    first = service.current()
    assert service.current() is first
    damage("d1", 120, 180)
    second = service.current()
    assert second.terrain is first.terrain
    assert first.blockages.blockers == ()
    assert [blocker.id for blocker in second.blockages.blockers] == ["d1"]
    save({"x": (0.0, 0.0), "y": (0.0, -50.0)}, [Link("xy", "x", "y", GOOD)])
    third = service.current()
    assert third.terrain is not first.terrain
    assert [blocker.id for blocker in third.blockages.blockers] == ["d1"]


def test_a_snapshot_in_use_stays_as_it_was(service: RoutingService) -> None:
    before = service.current()
    damage("d1", 120, 180)
    after = service.current()
    assert length_m(before) == pytest.approx(200, abs=1)
    assert length_m(after) == pytest.approx(400, abs=1)


def test_a_closure_that_begins_by_itself_is_noticed_without_a_change(service: RoutingService) -> None:
    line = LineString(place(100, 0), place(200, 0), srid=4326)
    closure = Closure.objects.create(
        id="c1", geometry=MultiLineString(line, srid=4326), starts_at=now() + timedelta(days=1)
    )
    snapshot = service.current()
    assert snapshot.blockages.blockers == ()
    assert snapshot.is_current(snapshot.revisions, closure.starts_at - timedelta(seconds=1))
    assert not snapshot.is_current(snapshot.revisions, closure.starts_at)


def test_while_damage_comes_and_goes_every_answer_is_one_of_the_two(service: RoutingService) -> None:
    lengths: set[int] = set()
    finished = threading.Event()

    def walk() -> None:
        while not finished.is_set():
            lengths.add(round(length_m(service.current()) / 10) * 10)
        connection.close()

    threads = [threading.Thread(target=walk) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(8):
        damage("d1", 120, 180)
        assert length_m(service.current()) == pytest.approx(400, abs=1)
        DamageArea.objects.all().delete()
        assert length_m(service.current()) == pytest.approx(200, abs=1)
    finished.set()
    for thread in threads:
        thread.join()
    assert lengths == {200, 400}


def test_the_network_can_be_loaded_beside_the_start(service: RoutingService) -> None:
    service.warm_in_background().join()
    assert service.current().terrain is not None


def test_without_the_extension_module_scipy_answers_the_same(
    service: RoutingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gis_server.navigation.cch_engine", None)
    snapshot = service.current()
    assert isinstance(snapshot.terrain and snapshot.terrain.topology, ScipyTopology)
    assert length_m(snapshot) == pytest.approx(200, abs=1)
