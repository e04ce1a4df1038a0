"""`./gis bench tiles`: what is asked, how others are set up, what is judged, and, on few rows, everything together."""

from __future__ import annotations

import doctest
import json
import subprocess
from pathlib import Path

import pytest

from gis_server.command.system_packages import needs_of_bench
from tests.bench.api.data import BUILDINGS, FACILITIES
from tests.bench.api.servers import Place
from tests.bench.running import WorkFailedError
from tests.bench.tiles import asks, fresh, largest, same, servers, statements, stored
from tests.bench.tiles.asks import PNG, ZOOMS, questions, tiles_of_city
from tests.bench.tiles.same import Shown
from tests.running import CHECKOUT
from tile_cache.grid import Tile

HERE = Tile(16, 58174, 25806)


def question(name: str):
    return next(question for question in questions() if question.name == name)


def test_the_same_tiles_are_asked_for_always_and_no_tile_twice_in_turns():
    assert questions() == questions()
    for asked in questions():
        assert len(set(asked.tiles)) == len(asked.tiles)
    assert len(question("many").tiles) == 2_000
    assert len({tile.z for tile in question("many").tiles}) > 1
    assert {question(f"z{zoom}").tiles[0].z for zoom in ZOOMS} == set(ZOOMS)


def test_a_layer_that_is_not_drawn_yet_has_one_with_the_same_rows_in_its_place():
    assert [asks.layer_at(FACILITIES, zoom) for zoom in (8, 14)] == ["bench-points", FACILITIES]
    assert fresh.layers_of("both", 16) == (FACILITIES, BUILDINGS)


def test_nginx_serves_the_very_bytes_and_mapproxy_holds_the_very_pictures(tmp_path: Path):
    places = servers.places_of(tmp_path, "", tmp_path)
    stored.lay_out(places, {("mvt", FACILITIES, HERE): b"tile", (PNG, FACILITIES, HERE): b"picture"})
    root, held = servers.nginx_root(places["nginx"]), servers.mapproxy_tiles(places["MapProxy"])
    assert (root / "tiles/facilities/16/58174/25806.mvt.gz").read_bytes() == b"tile"
    assert (root / "maps/tiles/facilities/webmercator/16/58174/25806.png").read_bytes() == b"picture"
    assert [path.relative_to(held).as_posix() for path in held.rglob("*.png")] == ["16/58174/25806.png"]


def test_nginx_is_set_up_as_its_manual_says_for_files_that_do_not_change():
    settings = servers.nginx_settings(Place(Path("/home/三鷹 市"), "", Path()), 8123)
    for line in ("worker_processes 2;", "access_log off;", "sendfile on;", "open_file_cache ", "gzip_static on;"):
        assert line in settings
    assert "listen 127.0.0.1:8123;" in settings
    assert 'root "/home/三鷹 市/root";' in settings


def test_mapproxy_alone_has_nothing_to_draw_from():
    assert servers.mapproxy_settings(Path("/held"))["caches"]["held"]["sources"] == []
    assert "sources" not in servers.mapproxy_settings(Path("/held"))


@pytest.mark.parametrize("zoom", ZOOMS)
def test_the_whole_city_is_covered_at_every_zoom(zoom):
    tiles = tiles_of_city(zoom)
    assert asks.middle(zoom) in tiles
    assert len(tiles) == len(set(tiles)) <= 2 ** (2 * max(0, zoom - 11)) * 6


def test_features_at_the_edge_may_differ_and_no_others():
    def shown(all_ids: str, within: str) -> same.Tiles:
        return {(FACILITIES, HERE): Shown(frozenset(all_ids), frozenset(within))}

    same.check({"ours": shown("abc", "ab"), "tipg": shown("abx", "ab")})
    with pytest.raises(WorkFailedError, match="tipg lacks 1 features of facilities that ours shows"):
        same.check({"ours": shown("abc", "ab"), "tipg": shown("ac", "a")})
    with pytest.raises(WorkFailedError, match="ours shows nothing"):
        same.check({"ours": shown("", ""), "tipg": shown("", "")})


def test_the_bare_statements_are_one_for_each_part_that_is_drawn():
    assert [len(statements.ours(f"{FACILITIES},{BUILDINGS}", Tile(z, 1, 1))) for z in (8, 13, 16)] == [0, 1, 2]
    assert "staff_contact" not in statements.by_hand(FACILITIES, HERE)[0].sql


def test_rows_stand_beside_files_and_beside_others_each_with_its_goal():
    asked = [question("z16"), question("picture z14")]
    taken = stored.Taken()
    figures = {"ours": 0.2, "nginx": 0.1, "tipg": 4.0, "MapProxy": 1.0, stored.REVISIONED: 0.5}
    for each in asked:
        for name, milliseconds in figures.items():
            taken.times[name, each.name] += [milliseconds, 9.0 * milliseconds, milliseconds]
    del taken.times[stored.REVISIONED, "picture z14"]
    taken.given_up["pygeoapi", "z16"] = "pygeoapi does not answer"
    rows = {row.name: row for row in stored.rows_of(asked, taken)}
    assert list(rows) == [
        "tiles.stored z16", "tiles.stored z16 revisioned", "tiles.stored z16 others",
        "tiles.stored picture z14", "tiles.stored picture z14 others",
    ]  # fmt: skip
    assert [row.met for row in rows.values()] == [True, False, True, True, False]
    assert rows["tiles.stored z16"].peers == {"nginx": 0.1}
    assert rows["tiles.stored z16 others"].peers == {"tipg": 4.0}
    assert rows["tiles.stored z16 others"].note == "pygeoapi does not answer"


def test_a_server_that_failed_leaves_no_figure():
    taken = stored.Taken()
    taken.times["ours", "z16"].append(0.2)
    taken.failures["nginx", "z16"] = "nginx: 403 at /tiles"
    row = next(stored.rows_of([question("z16")], taken))
    assert (row.ours, row.met, row.note) == (None, False, "nginx: 403 at /tiles")


def test_the_programs_are_brought_and_the_examples_hold():
    assert ("nginx",) in {need.debian for need in needs_of_bench()}
    for module in (asks, fresh, servers):
        outcome = doctest.testmod(module)
        assert (outcome.failed, outcome.attempted > 0) == (0, True), module.__name__
    assert largest.MOST_KB == 500


@pytest.mark.heavy
def test_everything_is_measured(tmp_path: Path):
    words = ["bench", "tiles", "--scale", "0.01", "--rounds", "1", "--home", tmp_path, "--json", tmp_path / "rows.json"]
    done = subprocess.run([CHECKOUT / "gis", *words], capture_output=True, text=True, check=False)
    rows = {row["name"]: row for row in json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))}
    for asked in questions():
        assert rows[f"tiles.stored {asked.name}"]["peers"]["nginx"] > 0, done.stdout
        assert rows[f"tiles.stored {asked.name} others"]["ours"] > 0
    for name, zoom in (("points", 8), ("buildings", 16), ("both", 14)):
        assert rows[f"tiles.fresh {name} z{zoom}"]["peers"]["SQL"] > 0
    assert rows["tiles.largest facilities"]["ours"] > 0
