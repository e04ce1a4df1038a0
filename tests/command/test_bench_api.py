"""`./gis bench api`: what is asked, what is counted, and, on a hundredth of the rows, everything together."""

from __future__ import annotations

import doctest
import itertools
import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from gis_server.command.system_packages import needs_of_bench
from ogc_api.features.parameters import read_cursor
from tests.bench.api import data, load, requests, servers, sql
from tests.bench.api.asks import NEAR, Ask, questions
from tests.bench.api.data import BUILDINGS, FACILITIES, Loaded
from tests.bench.api.servers import OURS, PEERS, pygeoapi_settings, tipg_settings
from tests.bench.running import WorkFailedError
from tests.running import CHECKOUT

ROWS = Loaded("postgresql://u@/bench?host=/run/pg", 100_000, 50_000, {FACILITIES: "a-", BUILDINGS: "b-"})
PYGEOAPI, TIPG = PEERS
SAID = "  9 requests in 3.00s, 5.00MB read\n{}Requests/sec:      3.00\nTransfer/sec:    1.00MB\n"


def question(name: str):
    return next(question for question in questions(ROWS) if question.name == name)


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_the_same_rows_give_the_same_questions_and_varied_ones_differ_each_time():
    first, again = questions(ROWS), questions(ROWS)
    assert first == again
    for asked in first:
        distinct = len(set(asked.asks))
        assert distinct == len(asked.asks)
        assert distinct >= 2_000 if asked.name.endswith("varied") else distinct == 1, asked.name


def test_every_kind_of_request_that_can_be_varied_is():
    names = {asked.name for asked in questions(ROWS)}
    varied = {name.removesuffix(" varied") for name in names if name.endswith("varied")}
    assert varied == {"limit=10", "bbox", "cql2", "item", "page 900", "polygons bbox"}
    assert names - {f"{name} varied" for name in varied} - varied == {
        "limit=1000", "limit=10000", "304", "polygons limit=1000",
    }  # fmt: skip


def test_pages_begin_where_they_should():
    assert all(0 < ask.skipped < NEAR for ask in question("limit=10 varied").asks)
    assert all(85_000 <= ask.skipped < 99_900 for ask in question("page 900 varied").asks)
    for asked in questions(Loaded("", 30, 10)):
        assert all(0 <= ask.skipped < 30 for ask in asked.asks)


def test_all_servers_are_asked_the_same_in_their_own_words():
    ask = Ask(FACILITIES, 100, 90_000, ROWS.id_of(FACILITIES, 90_000), (139.5, 35.6, 139.6, 35.7), "category='park'")
    ours, *theirs = (query_of(server.address(ask)) for server in (OURS, *PEERS))
    assert read_cursor(ours.pop("cursor")) == "a-F0090000"
    for given in theirs:
        assert given.pop("offset") == "90000"
        assert given == ours
    assert ours == {"limit": "100", "bbox": "139.5,35.6,139.6,35.7", "filter": "category='park'"}


def test_one_feature_is_asked_for_by_its_address():
    addresses = [server.address(Ask(FACILITIES, item="a-F0000001")) for server in (OURS, *PEERS)]
    assert addresses == [
        "/api/collections/facilities/items/a-F0000001",
        "/collections/facilities/items/a-F0000001",
        "/collections/public.layers_facility/items/a-F0000001",
    ]


def test_peers_give_the_fields_that_the_public_sees_from_us_and_read_nothing_else():
    provider = pygeoapi_settings(ROWS.url, 1)["resources"][FACILITIES]["providers"][0]
    assert provider["data"] == "postgresql+psycopg2://u@/bench?host=/run/pg"
    assert {"id", "name", "category"} <= set(provider["properties"])
    assert not {"staff_contact"} & set(provider["properties"])
    assert not {"count", "storage_crs"} & set(provider)
    settings = tipg_settings(ROWS.url)
    assert settings["DATABASE_URL"] == "postgresql://u@%2Frun%2Fpg:5432/bench"
    assert json.loads(settings["TIPG_TABLE_CONFIG__public_layers_facility__PROPERTIES"]) == provider["properties"]
    assert json.loads(settings["TIPG_DB_TABLES"]) == ["public.layers_facility", "public.layers_basebuilding"]


@pytest.mark.parametrize(
    "fault", ["Socket errors: connect 0, read 1, write 0, timeout 0", "Non-2xx or 3xx responses: 1"]
)
def test_a_figure_with_errors_in_it_is_none(fault):
    with pytest.raises(WorkFailedError, match=fault):
        load.read_count(SAID.format(f"  {fault}\n"))


def test_what_the_load_said_is_counted():
    assert load.read_count("Running 3s test\n" + SAID.format("")) == (9, pytest.approx(1000 / 3))
    with pytest.raises(WorkFailedError, match="nothing that can be counted"):
        load.read_count("Running 3s test")


def test_rows_hold_the_medians_and_the_goals():
    times = {
        server.name: {asked.name: [9.0, factor, 2 * factor] for asked in questions(ROWS)}
        for server, factor in zip((OURS, *PEERS), (0.1, 8.0, 3.0), strict=True)
    }
    taken = requests.Taken(times, {"304": "tipg: of 9 requests 1 were refused"})
    rows = {row.name: row for row in requests.rows_of(questions(ROWS), taken)}
    assert rows["api.bbox"].peers == {"pygeoapi": 9.0, "tipg": 6.0}
    assert rows["api.bbox"].ours == 0.2
    assert rows["api.bbox"].met is True
    assert rows["api.page 900 varied"].met is False
    assert rows["api.item"].goal == 0.25
    assert (rows["api.304"].met, rows["api.304"].note) == (False, "tipg: of 9 requests 1 were refused")


def test_made_up_buildings_are_valid_and_always_the_same(tmp_path: Path):
    from shapely.geometry import box, shape

    files = [data.buildings_file(tmp_path / folder, 300) for folder in "ab"]
    texts = [file.read_text(encoding="utf-8") for file in files]
    assert texts[0] == texts[1]
    features = json.loads(texts[0])["features"]
    assert [feature["id"] for feature in features] == [f"B{number:07}" for number in range(1, 301)]
    city = box(*data.CITY).buffer(0.001)
    for feature in features:
        assert shape(feature["geometry"]).is_valid
        assert city.contains(shape(feature["geometry"]))


def test_the_lock_file_names_no_host_and_every_package_has_a_hash():
    text = (CHECKOUT / "requirements-bench.lock").read_text(encoding="utf-8")
    assert "http" not in text.replace("httptools", "")
    packages = re.split(r"\n(?=[a-zA-Z])", text)
    assert all("--hash=sha256:" in package for package in packages)
    assert {"pygeoapi==0.24.0", "gunicorn", "tipg", "uvicorn"} <= {
        name for package in packages for name in (package.split(" ")[0], package.split("==")[0])
    }


def test_the_load_generator_is_brought_with_the_peers():
    assert ("wrk",) in {need.debian for need in needs_of_bench()}


def test_the_examples_hold():
    for module in (data, load, servers, sql):
        outcome = doctest.testmod(module)
        assert (outcome.failed, outcome.attempted > 0) == (0, True), module.__name__


@pytest.mark.heavy
def test_everything_is_measured(tmp_path: Path):
    words = ["bench", "api", "--scale", "0.01", "--rounds", "1", "--home", tmp_path, "--json", tmp_path / "rows.json"]
    done = subprocess.run([CHECKOUT / "gis", *words], capture_output=True, text=True, check=False)
    assert shutil.which("wrk"), done.stderr
    rows = {row["name"]: row for row in json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))}
    loaded = [f"api.{asked.name}" for asked in questions(ROWS)]
    assert list(rows) == [*loaded, "api.sql", "api.stream csv memory", "api.stream geojson memory"], done.stdout
    for name, peer in itertools.product(loaded, ("pygeoapi", "tipg")):
        assert rows[name]["ours"] > 0
        assert rows[name]["peers"][peer] > 0
    assert rows["api.sql"]["peers"]["SQL"] > 0
    assert all(rows[f"api.stream {form} memory"]["ours"] >= 0 for form in ("csv", "geojson"))
