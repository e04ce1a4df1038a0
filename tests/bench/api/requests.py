"""Requests at full load: every question to every server, each server alone, in turns."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.api.asks import Ask, Question, questions
from tests.bench.api.data import POINTS, POLYGONS, Loaded, loaded, scaled
from tests.bench.api.load import milliseconds_a_request, warm_up
from tests.bench.api.peers import bring_peers
from tests.bench.api.servers import OURS, PEERS, Running, Server
from tests.bench.api.servers import Place as ServerPlace
from tests.bench.registry import Place, measurement
from tests.bench.rows import Row
from tests.bench.running import WorkFailedError

Times = dict[str, list[float]]
"""Milliseconds a request by the name of the question, one for each round."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was measured: the times of each server by its name; of questions that failed, what went wrong."""

    times: dict[str, Times] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    failures: dict[str, str] = field(default_factory=dict)


SECONDS = 3
_CHECKED = 3
"""Requests of each question whose answers are compared before anything is measured."""
_FULL = 0.1
"""The scale below which the figures mean little and a third of the time is enough for each."""


@measurement("api.requests")
def requests(place: Place) -> Iterator[Row]:
    """One row for each question."""
    peers = bring_peers(place)
    with loaded(place, scaled(POINTS, place), scaled(POLYGONS, place)) as rows:
        asked, places = questions(rows), _places(place, rows, peers)
        compare(places, asked)
        taken = Taken()
        for number in range(place.rounds):
            for server in (OURS, *PEERS):
                place.tell(f"api.requests: round {number + 1}, {server.name}")
                with server.running(places[server.name]) as running:
                    for question in asked:
                        _take(taken, server, running, question, place, number)
    yield from rows_of(asked, taken)


def _take(taken: Taken, server: Server, running: Running, question: Question, place: Place, number: int) -> None:
    """What one server cannot do is a row without a figure; the others are measured all the same."""
    try:
        milliseconds = _time(server, running, question, place, number)
    except WorkFailedError as error:
        taken.failures[question.name] = f"{server.name}: {error}"
    else:
        taken.times[server.name][question.name].append(milliseconds)


def _places(place: Place, rows: Loaded, peers: Path) -> Mapping[str, ServerPlace]:
    folder = place.home / "servers"
    return {server.name: ServerPlace(folder / server.name, rows.url, peers) for server in (OURS, *PEERS)}


def rows_of(asked: Sequence[Question], taken: Taken) -> Iterator[Row]:
    """The medians, beside one another."""
    for question in asked:
        name = f"api.{question.name}"
        if question.name in taken.failures:
            yield Row(name, "ms", None, note=taken.failures[question.name], has_failed=True)
            continue
        medians = {server: statistics.median(times[question.name]) for server, times in taken.times.items()}
        ours = medians.pop(OURS.name)
        yield Row(name, "ms", ours, medians, question.goal)


def _time(server: Server, running: Running, question: Question, place: Place, number: int) -> float:
    """Warmed up first, with other requests than those that are measured, where there are many."""
    addresses = [server.address(ask) for ask in question.asks]
    headers = known_state(running, addresses[0]) if question.is_conditional else {}
    seconds = SECONDS if place.scale >= _FULL else 1
    warm_up(running.base, addresses[len(addresses) * 3 // 4 :], headers=headers)
    measured = addresses[: len(addresses) * 3 // 4] or addresses
    return milliseconds_a_request(running.base, measured, seconds, begin=number * 997, headers=headers)


def known_state(running: Running, address: str) -> dict[str, str]:
    """The header of a caller who has the answer already; whoever gives no ETag is asked with another."""
    return {"If-None-Match": running.get(address).etag or '"none"'}


def compare(places: Mapping[str, ServerPlace], asked: Sequence[Question]) -> None:
    """See that all servers give the same features for the same requests, and ours a 304 where it should.

    Raises:
        WorkFailedError: one does not, so that a comparison would say nothing.
    """
    given = {server.name: _features(server, places[server.name], asked) for server in (OURS, *PEERS)}
    for (question, ask), ids in given[OURS.name].items():
        if not ids:
            raise WorkFailedError(f"{question}: nothing fits {ask}")
        for name, of_server in given.items():
            if of_server[question, ask] != ids:
                found = of_server[question, ask]
                raise WorkFailedError(f"{question}: {name} gives {len(found)} features, ours {len(ids)}, for {ask}")


Features = dict[tuple[str, Ask], list[str]]


def _features(server: Server, place: ServerPlace, asked: Sequence[Question]) -> Features:
    """The ids that a server gives for some requests of each question."""
    found: Features = {}
    with server.running(place) as running:
        for question in asked:
            for ask in question.asks[:_CHECKED]:
                address = server.address(ask)
                if server is OURS and question.is_conditional:
                    _check_304(running, address)
                found[question.name, ask] = _ids(running, address)
    return found


def _ids(running: Running, address: str) -> list[str]:
    answer = running.get(address)
    if answer.status != 200:
        raise WorkFailedError(f"{running.service.name}: {answer.status} for {address}: {answer.content[:200]!r}")
    document = json.loads(answer.content)
    return sorted(str(feature["id"]) for feature in document.get("features", [document]))


def _check_304(running: Running, address: str) -> None:
    status = running.get(address, known_state(running, address)).status
    if status != 304:
        raise WorkFailedError(f"ours answers {status} to whoever has the answer already: {address}")
