"""OpenStreetMap extracts of a few nodes: how ways are cut into links, and what is made of what does not fit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import osmium
import pytest
import shapely
from osmium.osm.mutable import Node, Way

from etl.contents import open_contents
from etl.readers import osm_columns, osm_network
from etl.readers.base import Options
from etl.readers.osm import EXTRACT
from etl.readers.osm_tags import KEYS_OF_LINKS, link_values
from etl.record import Item, Notice, RawBatch, RawRow, Rejection
from layers.catalog.codes import UNKNOWN
from layers.city import City

NODES = {n: (139.5 + (n % 10) / 1000, 35.7 + (n // 10) / 1000) for n in range(1, 40)}
PATH = {"highway": "footway"}


def extract(
    folder: Path, ways: dict[int, tuple[list[int], dict[str, str]]], tags: dict[int, dict[str, str]] | None = None,
    nodes: dict[int, tuple[float, float]] = NODES, *, nodes_last: bool = False,
) -> Path:  # fmt: skip
    path = folder / "extract.osm.pbf"
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(path)) as writer:

        def write_nodes() -> None:
            for number, place in nodes.items():
                writer.add_node(Node(id=number, location=place, tags=(tags or {}).get(number, {})))

        if not nodes_last:
            write_nodes()
        for number, (numbers, way_tags) in ways.items():
            writer.add_way(Way(id=number, nodes=numbers, tags=way_tags))
        if nodes_last:
            write_nodes()
    return path


def read(path: Path, city: City) -> list[Item]:
    return list(EXTRACT.open(open_contents(path), Options(city)).rows)


def rows(items: Iterable[Item], layer: str) -> dict[str, RawRow]:
    return {
        row.id: row for batch in items if isinstance(batch, RawBatch) and batch.layer == layer for row in batch.rows()
    }


@pytest.fixture
def city(settings: Any) -> City:
    return settings.CITY


def test_ways_are_cut_where_they_meet(tmp_path: Path, city: City):
    items = read(extract(tmp_path, {7: ([1, 2, 3], PATH), 8: ([12, 2, 22], PATH)}), city)
    links = rows(items, "pedestrian-links")
    ends = {key: (row.values["start_id"], row.values["end_id"]) for key, row in links.items()}
    assert ends == {
        "osm-7-1": ("osm-n1", "osm-n2"),
        "osm-7-2": ("osm-n2", "osm-n3"),
        "osm-8-1": ("osm-n12", "osm-n2"),
        "osm-8-2": ("osm-n2", "osm-n22"),
    }
    assert list(rows(items, "pedestrian-nodes")) == ["osm-n1", "osm-n2", "osm-n3", "osm-n12", "osm-n22"]
    assert links["osm-7-1"].geometry.equals(shapely.LineString([NODES[1], NODES[2]]))
    assert links["osm-7-1"].values["length_m"] == pytest.approx(90.5, abs=0.5)
    assert rows(items, "base-roads")["osm-w7"].geometry.equals(shapely.LineString([NODES[n] for n in (1, 2, 3)]))


def test_a_way_is_cut_where_it_meets_itself(tmp_path: Path, city: City):
    links = rows(read(extract(tmp_path, {7: ([1, 2, 12, 2, 3], PATH)}), city), "pedestrian-links")
    assert [row.values["start_id"] for row in links.values()] == ["osm-n1", "osm-n2", "osm-n2"]


def test_a_way_that_leaves_the_extract_goes_on_where_it_comes_back(tmp_path: Path, city: City):
    items = read(extract(tmp_path, {7: ([1, 2, 99, 3, 4], PATH), 8: ([98, 99], PATH)}), city)
    assert list(rows(items, "pedestrian-links")) == ["osm-7-1", "osm-7-2"]
    assert list(rows(items, "base-roads")) == ["osm-w7", "osm-w7-2"]
    rejected = [item for item in items if isinstance(item, Rejection)]
    assert [item.place for item in rejected] == ["way 8"]


def test_a_node_at_the_place_of_the_one_before_is_left_out(tmp_path: Path, city: City):
    nodes = NODES | {2: NODES[1]}
    links = rows(read(extract(tmp_path, {7: ([1, 2, 3], PATH)}, nodes=nodes), city), "pedestrian-links")
    assert [len(row.geometry.coords) for row in links.values()] == [2]


def test_a_kerb_at_a_junction_is_on_every_link_that_ends_there(tmp_path: Path, city: City):
    ways = {7: ([1, 2, 3, 4], PATH), 8: ([3, 13], PATH), 9: ([4, 5], PATH)}
    links = rows(read(extract(tmp_path, ways, {3: {"kerb": "raised"}}), city), "pedestrian-links")
    codes = {key: row.values["step_code"] for key, row in links.items()}
    assert codes == {"osm-7-1": 5, "osm-7-2": 5, "osm-8-1": 5, "osm-9-1": UNKNOWN}


@pytest.mark.parametrize("disorder", ["nodes after ways", "ways"])
def test_a_file_in_disorder_gives_the_same_rows_and_says_so(disorder: str, tmp_path: Path, city: City):
    ways = {7: ([1, 2, 3], PATH), 8: ([12, 2, 22], PATH)}
    in_order = read(extract(tmp_path, ways), city)
    if disorder == "ways":
        path = extract(tmp_path, dict(reversed(ways.items())))
    else:
        path = extract(tmp_path, ways, nodes_last=True)
    notice, *others = read(path, city)
    assert isinstance(notice, Notice)
    assert others == in_order


def test_rows_go_on_before_there_are_too_many(tmp_path: Path, city: City, monkeypatch: pytest.MonkeyPatch):
    ways = {n: ([n, n + 1, n + 11], PATH) for n in range(1, 20)}
    at_once = read(extract(tmp_path, ways), city)
    monkeypatch.setattr(osm_columns, "_MOST_ROWS", 4)
    monkeypatch.setattr(osm_network, "_MOST_VERTICES", 10)
    bit_by_bit = read(extract(tmp_path, ways), city)
    assert len(bit_by_bit) > len(at_once)
    for layer in ("pedestrian-nodes", "pedestrian-links", "base-roads"):
        assert rows(bit_by_bit, layer) == rows(at_once, layer)


class Asked(dict[str, str]):
    """Tags that remember what they were asked for."""

    keys_asked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.keys_asked.add(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self.keys_asked.add(str(key))
        return super().__contains__(key)


def test_the_attributes_of_a_link_depend_on_no_tag_that_is_not_listed():
    ways = [
        {"highway": value, "conveying": conveying, "footway": footway, "width": "2"}
        for value in ("footway", "steps", "elevator", "residential", "primary", "corridor", "cycleway")
        for conveying in ("no", "forward")
        for footway in ("", "crossing", "ramp")
    ]
    for tags in [{}, *ways]:
        link_values(Asked(tags), ())
    assert Asked.keys_asked - {"name"} <= set(KEYS_OF_LINKS)
    assert len(Asked.keys_asked) > 20
