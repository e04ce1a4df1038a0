"""The steps that a walker is told."""

from __future__ import annotations

from typing import Any

import pytest

from gis_server.navigation.approach import Piece
from gis_server.navigation.directions import Kind, Step, Turn, build_steps
from gis_server.navigation.graph import Network
from gis_server.navigation.phrases import LANGUAGES, arrival, instruction
from gis_server.navigation.profiles import WALK, build_costing
from tests.navigation.networks import Link, network_of

NODES = {
    "a": (0.0, 0.0),
    "b": (0.0, 118.0),
    "c": (80.0, 118.0),
    "d": (90.0, 118.0),
    "e": (170.0, 118.0),
    "f": (170.0, 40.0),
    "side": (0.0, 200.0),
    "side-e": (250.0, 118.0),
}
STREET = {"name": "井の頭通り"}
CROSSING = {"structure": 3, "signal": 2}


def town(**attributes: dict[str, Any]) -> Network:
    ends = {"ab": "ab", "bc": "bc", "cd": "cd", "de": "de", "ef": "ef"}
    links = [Link(key, start, end, attributes.get(key, {})) for key, (start, end) in ends.items()]
    return network_of(NODES, [*links, Link("side", "b", "side"), Link("side-e", "e", "side-e")])


def steps(network: Network, count: int = 5) -> list[Step]:
    """The steps of the way a, b, c, … over the first links."""
    return build_steps(network, build_costing(WALK, network.links), [Piece(link, 0.0, 1.0) for link in range(count)])


def told(network: Network, language: str = "ja", count: int = 5) -> list[str]:
    return [instruction(step, language) for step in steps(network, count)]


def test_a_way_is_told_by_directions_streets_turns_and_crossings() -> None:
    network = town(ab=STREET, cd=CROSSING, ef={"route_type": 6, "step_count": 18})
    assert told(network) == [
        "北へ 120 m 進む（井の頭通り）",
        "右に曲がり、80 m 進む",
        "信号のある横断歩道を渡る（10 m）",
        "そのまま 80 m 進む",
        "右に曲がり、階段を 18 段進む",
    ]


def test_the_same_way_in_english_and_in_plain_japanese() -> None:
    network = town(ab=STREET, cd=CROSSING)
    assert told(network, "en", count=3) == [
        "Head north: walk 120 m (井の頭通り)",
        "Turn right: walk 80 m",
        "Use the crossing with signals (10 m)",
    ]
    assert told(network, "ja-simple", count=2) == [
        "北（きた）へ 120メートル 歩（ある）きます（井の頭通り）",
        "右（みぎ）に まがって、80メートル 歩（ある）きます",
    ]


def test_pieces_of_one_street_are_one_step() -> None:
    (first, second, third) = steps(town(bc=STREET, cd=STREET, de=STREET))
    assert second.length_m == pytest.approx(170)
    assert [step.turn for step in (first, second, third)] == [Turn.DEPART, Turn.RIGHT, Turn.RIGHT]
    assert len(second.pieces) == 3
    assert second.coordinates.shape == (4, 2)


def test_a_short_plain_piece_is_no_step_of_its_own() -> None:
    lengths = [step.length_m for step in steps(town(bc=STREET, cd={"name": "小路"}, de={"name": "学校通り"}))]
    assert len(lengths) == 4
    assert sum(lengths) == pytest.approx(118 + 170 + 78)


def test_consecutive_elevators_are_ridden_once() -> None:
    network = town(bc={"route_type": 4}, cd={"route_type": 4}, de={"route_type": 4})
    assert [step.kind for step in steps(network)] == [Kind.WAY, Kind.ELEVATOR, Kind.WAY]
    assert "エレベーターに乗る" in told(network)[1]


def test_walked_the_other_way_the_turns_are_mirrored() -> None:
    network = town()
    back = [Piece(link, 1.0, 0.0) for link in (4, 3, 2, 1, 0)]
    turns = [step.turn for step in build_steps(network, build_costing(WALK, network.links), back)]
    assert turns == [Turn.DEPART, Turn.LEFT, Turn.LEFT]


def test_where_there_is_only_one_way_on_nothing_is_said() -> None:
    nodes = {"a": (0.0, 0.0), "b": (0.0, 100.0), "c": (100.0, 100.0)}
    network = network_of(nodes, [Link("ab", "a", "b"), Link("bc", "b", "c")])
    assert told(network, count=2) == ["北へ 200 m 進む"]


def test_the_last_sentence_names_the_site_and_says_if_it_is_off_the_path() -> None:
    assert arrival("第一小学校", 4, "ja") == "第一小学校に到着"
    assert arrival("第一小学校", 42, "ja") == "第一小学校に到着（道から約 40 m）"
    assert arrival(None, 0, "en") == "Arrive at your destination"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_words_for_everything(language: str) -> None:
    phrases = LANGUAGES[language]
    assert set(phrases.moves) == set(Kind)
    assert set(phrases.turns) == set(Turn) - {Turn.DEPART}
    assert len(set(phrases.compass)) == 8
