"""Which links a closure's line closes."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.gis.geos import LineString, MultiLineString
from django.utils.timezone import now

from gis_server.navigation.closures import read_blockages
from gis_server.navigation.loading import load_network
from layers.catalog.disaster import Closure
from tests.navigation.networks import Link, place, save

NODES = {
    "west": (0.0, 0.0),
    "a": (100.0, 0.0),
    "b": (200.0, 0.0),
    "east": (300.0, 0.0),
    "south-a": (100.0, -80.0),
    "north-b": (200.0, 80.0),
    "fork": (280.0, 60.0),
    "stub": (100.0, 4.0),
    "mid": (150.0, 0.0),
    "mid-north": (150.0, 60.0),
}
LINKS = [
    Link("west", "west", "a"),
    Link("main-1", "a", "mid"),
    Link("main-2", "mid", "b"),
    Link("east", "b", "east"),
    Link("side-a", "south-a", "a"),
    Link("side-b", "b", "north-b"),
    Link("fork", "b", "fork"),
    Link("stub", "a", "stub"),
    Link("lane", "mid", "mid-north"),
]


def closed_by(*lines: list[tuple[float, float]], **columns: object) -> set[str]:
    """The links closed by one closure of these lines (metres)."""
    parts = [LineString(*(place(*point) for point in line), srid=4326) for line in lines]
    Closure.objects.create(id="c", geometry=MultiLineString(*parts, srid=4326), **columns)
    network = load_network()
    assert network is not None
    return {network.links.id[link] for link in read_blockages(network).blocks}


@pytest.fixture(autouse=True)
def streets(committed: None) -> None:
    save(NODES, LINKS)


MAIN = {"main-1", "main-2"}


def test_a_street_closed_from_corner_to_corner_leaves_all_that_meet_it_open() -> None:
    assert closed_by([(100, 0), (200, 0)]) == MAIN


def test_a_line_drawn_by_hand_a_little_beside_the_street_closes_the_same() -> None:
    assert closed_by([(99, 1.5), (150, -1.2), (201.5, 1.0)]) == MAIN


def test_a_line_that_overshoots_the_corner_does_not_close_the_next_street() -> None:
    assert closed_by([(97, 0), (204, 0.3)]) == MAIN


def test_a_line_in_several_pieces_closes_all_along_them() -> None:
    assert closed_by([(100, 0), (150, 0)], [(150, 0), (200, 0)]) == MAIN


def test_a_closure_of_part_of_a_street_closes_that_street() -> None:
    assert closed_by([(20, 0), (40, 0)]) == {"west"}


def test_a_barrier_across_a_street_closes_it() -> None:
    assert closed_by([(50, -6), (50, 6)]) == {"west"}


def test_a_barrier_across_two_parallel_ways_closes_both() -> None:
    save({"x": (0.0, 15.0), "y": (100.0, 15.0)}, [Link("parallel", "x", "y")])
    assert closed_by([(50, -6), (50, 20)]) == {"west", "parallel"}


def test_a_line_that_touches_nothing_closes_nothing() -> None:
    assert closed_by([(0, 40), (90, 40)]) == set()


def test_a_closed_lane_that_ends_on_a_street_without_a_node_leaves_the_street_open() -> None:
    assert closed_by([(50, 0), (50, 40)]) == set()


def test_a_closed_lane_leaves_the_street_that_it_leads_to_open() -> None:
    assert closed_by([(150, 0), (150, 60)]) == {"lane"}


def test_a_short_link_along_the_closure_is_closed_with_it() -> None:
    save({"p": (0.0, 50.0), "q": (5.0, 50.0)}, [Link("short", "p", "q")])
    assert closed_by([(-20, 50), (30, 50)]) == {"short"}


def test_a_short_link_that_meets_the_closure_at_its_end_stays_open() -> None:
    save({"p": (0.0, 50.0), "q": (0.0, 53.0)}, [Link("short", "p", "q")])
    assert closed_by([(-20, 50), (30, 50)]) == set()


@pytest.mark.parametrize(
    "columns",
    [
        {"status": "resolved"},
        {"applies_to_walkers": False},
        {"starts_at": now() + datetime.timedelta(hours=1)},
        {"ends_at": now() - datetime.timedelta(hours=1)},
    ],
)
def test_a_closure_that_is_not_in_force_for_walkers_closes_nothing(columns: dict[str, object]) -> None:
    assert closed_by([(100, 0), (200, 0)], **columns) == set()


def test_when_a_closure_will_begin_or_end_by_itself_is_known() -> None:
    begins, ends = now() + datetime.timedelta(hours=1), now() + datetime.timedelta(hours=2)
    closed_by([(100, 0), (200, 0)], starts_at=begins, ends_at=ends)
    network = load_network()
    assert network is not None
    blockages = read_blockages(network)
    assert blockages.valid_until == begins
    assert not blockages.is_outdated(begins - datetime.timedelta(seconds=1))
    assert blockages.is_outdated(begins)


def test_the_stretch_that_is_closed_is_known_along_the_link() -> None:
    assert closed_by([(20, 0), (40, 0)]) == {"west"}
    network = load_network()
    assert network is not None
    ((block,),) = read_blockages(network).blocks.values()
    assert (block.low, block.high) == (pytest.approx(0.2, abs=0.01), pytest.approx(0.4, abs=0.01))
