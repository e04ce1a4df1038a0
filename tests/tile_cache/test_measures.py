"""/metrics, as Prometheus' own parser reads it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from tests.tile_cache.servers import stopped
from tile_cache.keeping import ends, ledger
from tile_cache.keeping.ends.place import Place
from tile_cache.measuring import exposition, measures
from tile_cache.models import StoredTile

LABELS = ("layer", "zoom", "outcome", "le", "end", "operation")
CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path, settings):
    settings.MEASURES = tmp_path / "measures"
    settings.TILE_STORE = tmp_path / "tiles"
    measures.forget()
    yield settings.MEASURES
    measures.forget()


def scrape() -> dict[tuple[str, ...], float]:
    """Samples by name and the values of their labels."""
    answer = Client().get("/metrics")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert "no-store" in answer["Cache-Control"]
    families = text_string_to_metric_families(answer.content.decode())
    samples = [sample for family in families for sample in family.samples]
    return {(s.name, *(s.labels[name] for name in LABELS if name in s.labels)): s.value for s in samples}


def test_requests_waits_and_render_times_are_told_by_layer_and_zoom(folder, committed):
    measures.count_request("shelters", 14, "hit_memory", 3)
    measures.count_request("shelters", 14, "hit_memory")
    measures.count_request("shelters", 15, "miss")
    measures.count_wait("base", 10, 0.3)
    measures.observe_render("shelters", 15, 0.004)
    measures.observe_render("shelters", 15, 0.005)
    measures.observe_render("shelters", 15, 60)
    measures.count_log_look(7)
    ends.open_end("redis://127.0.0.1:1").load(Place("shelters", "webmercator", 1, 0, 0, "mvt"))
    told = scrape()
    assert told["machigis_tile_requests_total", "shelters", "14", "hit_memory"] == 4
    assert told["machigis_tile_requests_total", "shelters", "15", "miss"] == 1
    assert told["machigis_tile_waits_total", "base", "10"] == 1
    assert told["machigis_tile_wait_seconds_sum", "base", "10"] == 0.3
    buckets = [told["machigis_tile_render_seconds_bucket", "shelters", "15", le] for le in ("0.0025", "0.005", "10.0")]
    assert buckets == [0, 2, 2]
    assert told["machigis_tile_render_seconds_count", "shelters", "15"] == 3
    assert told["machigis_tile_log_looks_total",] == 7
    assert told["machigis_tile_store_errors_total", "redis", "load"] == 1


def test_what_is_stored_is_told_against_its_bound(folder, committed, settings):
    settings.TILE_STORE_MB = 3
    StoredTile.objects.all().delete()
    ledger.forget_news()
    ledger.stored(Place("shelters", "webmercator", 1, 0, 0, "mvt"), 5000)
    ledger.flush()
    told = scrape()
    StoredTile.objects.all().delete()
    assert told["machigis_tile_store_bytes",] == 2 * 4096
    assert told["machigis_tile_store_tiles",] == 1
    assert told["machigis_tile_store_bound_bytes",] == 3_000_000


def test_with_the_database_away_the_rest_is_told(folder, committed):
    measures.count_request("shelters", 14, "outdated")
    known = connections["default"].settings_dict
    true = {name: known[name] for name in ("HOST", "PORT")}
    connections["default"].close()
    known |= {"HOST": "127.0.0.1", "PORT": "1"}
    try:
        told = scrape()
    finally:
        known |= true
    assert told["machigis_tile_requests_total", "shelters", "14", "outdated"] == 1
    assert ("machigis_tile_store_bytes",) not in told


def test_names_that_not_everybody_may_know_are_one(folder, committed):
    for layer in ("secret-shelters", "no-more", "shelters", "base", "base,shelters", 'with "quotes"\n'):
        measures.count_request(layer, 14, "miss")
        measures.observe_render(layer, 14, 0.1)
    told = scrape()
    assert told["machigis_tile_requests_total", "private", "14", "miss"] == 3
    assert told["machigis_tile_render_seconds_count", "private", "14"] == 3
    layers = {key[1] for key in told if key[0] == "machigis_tile_requests_total"}
    assert layers == {"private", "shelters", "base", "several"}


def test_an_outcome_that_does_not_exist_is_a_fault_of_the_program():
    with pytest.raises(ValueError, match="hit_memory"):
        measures.count_request("shelters", 14, "hit")


COUNTER = """
import sys
from pathlib import Path
from django.conf import settings
settings.configure(MEASURES=Path(sys.argv[1]), TILE_FLUSH_S=0)
from tile_cache.measuring import measures
measures.count_request("shelters", 14, "miss", 5)
measures.observe_render("shelters", 14, 0.1)
measures.set_memory(10, 1000)
measures.flush()
print("counted", flush=True)
sys.stdin.read()
"""


def test_workers_add_up_and_a_dead_ones_counts_stay_while_its_memory_goes(folder, committed):
    argv = [sys.executable, "-c", COUNTER, str(folder)]
    env = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    workers = [
        subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True) for _ in range(2)
    ]
    for worker in workers:
        assert worker.stdout.readline() == "counted\n"
    measures.count_request("shelters", 14, "miss")
    assert what_is_told() == (11, 2, 20)
    stopped(workers[0])
    assert what_is_told() == what_is_told() == (11, 2, 10)
    assert len(list(folder.glob("*-*.json"))) == 2, "the dead one's file is part of the past"
    stopped(workers[1])
    assert what_is_told() == (11, 2, 0)


def what_is_told() -> tuple[float, float, float]:
    told = scrape()
    return (
        told["machigis_tile_requests_total", "shelters", "14", "miss"],
        told["machigis_tile_render_seconds_count", "shelters", "14"],
        told["machigis_tile_memory_tiles",],
    )


def test_a_folder_that_cannot_be_written_stops_nothing(folder, committed):
    folder.write_text("no folder")
    measures.count_request("shelters", 14, "miss")
    assert ("machigis_tile_store_bound_bytes",) in scrape()


def test_only_looking_is_allowed(folder, committed):
    assert Client().head("/metrics").content == b""
    assert Client().post("/metrics").status_code == 405
    assert exposition.MEDIA_TYPE.startswith("text/plain")
