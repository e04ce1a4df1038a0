"""Stored tiles at full load: the same bytes from us and from files, and the same ground from those that render."""

from __future__ import annotations

import shutil
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.bench import databases
from tests.bench.api.load import milliseconds_a_request, warm_up
from tests.bench.api.peers import bring_peers
from tests.bench.api.servers import Place as ServerPlace
from tests.bench.api.servers import Running
from tests.bench.registry import Place, measurement
from tests.bench.rows import Row
from tests.bench.running import WorkFailedError
from tests.bench.tiles.asks import MVT, PNG, Question, questions
from tests.bench.tiles.data import city
from tests.bench.tiles.same import compare
from tests.bench.tiles.servers import (
    ACCEPT,
    ALL,
    MAPPROXY,
    NGINX,
    OURS,
    Address,
    TileServer,
    find_revisioned,
    mapproxy_tiles,
    nginx_root,
    places_of,
)
from tile_cache.grid import Tile

MOST_OF_FILES = 3.33
"""A stored tile at least 0.3 times the requests a second of files."""
MOST_OF_OTHERS = 0.1
REVISIONED = "ours, revisioned"
SECONDS = 3
PATIENCE_S = 10
"""A server that needs longer for one tile is given up: others would wait for minutes for its figure."""
_FULL = 0.1
"""The scale below which the figures mean little and a third of the time is enough for each."""

Contents = dict[tuple[str, str, Tile], bytes]
"""What we answer, by form, layer and tile: vector tiles compressed."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds a request by server and question, one for each round; what went wrong; who was given up."""

    times: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    given_up: dict[tuple[str, str], str] = field(default_factory=dict)


@measurement("tiles.stored")
def stored(place: Place) -> Iterator[Row]:
    """For each question a row beside files, and one beside the other servers."""
    peers = bring_peers(place)
    with city(place) as url:
        places = places_of(place.home, url, peers)
        place.tell("tiles.stored: do all show the same?")
        compare(places)
        place.tell("tiles.stored: storing")
        asked, contents = _fill(places, questions())
        lay_out(places, contents)
        check_files(places[NGINX.name], contents)
        taken = Taken()
        for number in range(place.rounds):
            for server in ALL:
                place.tell(f"tiles.stored: round {number + 1}, {server.name}")
                with server.running(places[server.name]) as running:
                    _ask_all(taken, server, Turn(running, url, place.scale, number), asked)
                databases.end_statements(url)
    yield from rows_of(asked, taken)


def _fill(places: Mapping[str, ServerPlace], asked: Sequence[Question]) -> tuple[list[Question], Contents]:
    """Have us store every tile; those where nothing is are not asked for."""
    shutil.rmtree(places[OURS.name].home / "tiles", ignore_errors=True)
    wanted = list(dict.fromkeys((each.form, each.layer, tile) for each in asked for tile in each.tiles))
    with OURS.running(places[OURS.name]) as running, ThreadPoolExecutor(4) as pool:
        contents = dict(zip(wanted, pool.map(lambda key: _content(running, *key), wanted), strict=True))
    filled = {key: content for key, content in contents.items() if content}
    return [_without_empty(each, filled) for each in asked], filled


def _without_empty(question: Question, filled: Contents) -> Question:
    tiles = tuple(tile for tile in question.tiles if (question.form, question.layer, tile) in filled)
    if not tiles:
        raise WorkFailedError(f"{question.name}: nothing is there")
    return replace(question, tiles=tiles)


def _content(running: Running, form: str, layer: str, tile: Tile) -> bytes:
    address = OURS.addresses[form](layer, tile)
    answer = running.get(address, ACCEPT)
    if answer.status not in {200, 204}:
        raise WorkFailedError(f"ours: {answer.status} for {address}: {answer.content[:200]!r}")
    return answer.content


def lay_out(places: Mapping[str, ServerPlace], contents: Contents) -> None:
    """The very bytes as files of nginx, and the pictures in the cache of MapProxy."""
    root, held = nginx_root(places[NGINX.name]), mapproxy_tiles(places[MAPPROXY.name])
    for folder in (root, held):
        shutil.rmtree(folder, ignore_errors=True)
    for (form, layer, tile), content in contents.items():
        ending = ".gz" if form == MVT else ""
        _write(root / (OURS.addresses[form](layer, tile).lstrip("/") + ending), content)
        if form == PNG:
            _write(held / str(tile.z) / str(tile.x) / f"{tile.y}.png", content)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def check_files(place: ServerPlace, contents: Contents) -> None:
    """See that nginx answers with what we answer.

    Raises:
        WorkFailedError: it does not.
    """
    with NGINX.running(place) as running:
        for (form, layer, tile), content in list(contents.items())[::100]:
            if running.get(NGINX.addresses[form](layer, tile), ACCEPT).content != content:
                raise WorkFailedError(f"nginx gives other bytes for {layer} {tile}")


@dataclass(frozen=True, slots=True)
class Turn:
    """A running server, the database that it reads, the scale, and the number of the round."""

    running: Running
    url: str
    scale: float
    number: int

    def milliseconds(self, addresses: Sequence[str]) -> float:
        """Warmed up first. Each round begins at another address, where there are many."""
        seconds, base = SECONDS if self.scale >= _FULL else 1, self.running.base
        warm_up(base, addresses, headers=ACCEPT)
        return milliseconds_a_request(base, addresses, seconds, begin=self.number * 997, headers=ACCEPT)


def _ask_all(taken: Taken, server: TileServer, turn: Turn, asked: Sequence[Question]) -> None:
    for question in asked:
        if question.form in server.addresses:
            _take(taken, server.name, question, server.addresses[question.form], turn)
        if server is OURS and question.form == MVT and (address := find_revisioned(turn.running, question.layer)):
            _take(taken, REVISIONED, question, address, turn)


def _take(taken: Taken, name: str, question: Question, address: Address, turn: Turn) -> None:
    """What one server cannot do is a row without a figure; the others are measured all the same."""
    key, addresses = (name, question.name), [address(question.layer, tile) for tile in question.tiles]
    if key in taken.given_up:
        return
    try:
        if _answers(turn.running, addresses[0]):
            taken.times[key].append(turn.milliseconds(addresses))
        else:
            taken.given_up[key] = f"{name} does not answer one request within {PATIENCE_S} s"
            databases.end_statements(turn.url)
    except WorkFailedError as error:
        taken.failures[key] = f"{name}: {error}"
    databases.wait_until_idle(turn.url)


def _answers(running: Running, address: str) -> bool:
    """Whether a tile comes in good time."""
    try:
        answer = running.get(address, ACCEPT, PATIENCE_S)
    except WorkFailedError as error:
        if isinstance(error.__cause__, TimeoutError):
            return False
        raise
    if answer.status != 200:
        raise WorkFailedError(f"{answer.status} at {address}")
    return True


def rows_of(asked: Sequence[Question], taken: Taken) -> Iterator[Row]:
    """The medians, beside one another."""
    for question in asked:
        others = [
            server.name
            for server in ALL
            if server.name not in {OURS.name, NGINX.name} and question.form in server.addresses
        ]
        yield _row(question, "", OURS.name, [NGINX.name], MOST_OF_FILES, taken)
        if (REVISIONED, question.name) in {*taken.times, *taken.failures}:
            yield _row(question, " revisioned", REVISIONED, [NGINX.name], MOST_OF_FILES, taken)
        yield _row(question, " others", OURS.name, others, MOST_OF_OTHERS, taken)


def _row(question: Question, which: str, ours: str, peers: Sequence[str], goal: float, taken: Taken) -> Row:
    name = f"tiles.stored {question.name}{which}"
    for each in (ours, *peers):
        if failure := taken.failures.get((each, question.name)):
            return Row(name, "ms", None, note=failure, has_failed=True)
    medians = {each: statistics.median(times) for each in (ours, *peers) if (times := taken.times[each, question.name])}
    slow = [said for each in peers if (said := taken.given_up.get((each, question.name)))]
    return Row(name, "ms", medians.pop(ours), medians, goal if medians else None, "; ".join(slow))
