"""Street graphs as GraphML: what OSMnx writes, what others write, and what nobody should."""

from __future__ import annotations

import pytest
from django.db.models import Count

from etl.record import UndecidedError, UnreadableFileError
from layers.catalog.basemap import BaseRoad
from layers.catalog.pedestrian import PedestrianLink, PedestrianNode
from layers.feature import Source

pytestmark = pytest.mark.django_db

KEYS = ("x", "y", "highway", "name", "geometry", "width", "length")
NODES, LINKS, ROADS = 4_106, 5_612, {"street": 4_271, "secondary": 887, "main": 454}
STREET = "LINESTRING (139.40 35.70, 139.405 35.701, 139.41 35.70)"


def graphml(edges, *, nodes=None, crs="epsg:4326", kind="directed", keys=KEYS, prolog=""):
    """A graph as text: nodes a, b, c unless others are given; edges are (start, end, attributes)."""
    nodes = nodes or {"a": (139.40, 35.70), "b": (139.41, 35.70), "c": (139.41, 35.71)}
    lines = [f'<?xml version="1.0"?>{prolog}<graphml xmlns="http://graphml.graphdrawing.org/xmlns">']
    lines += [f'<key id="k_{key}" for="{"node" if key in "xy" else "edge"}" attr.name="{key}"/>' for key in keys]
    lines.append('<key id="k_crs" for="graph" attr.name="crs"/>')
    lines.append(f'<graph edgedefault="{kind}">')
    lines.append(f'<data key="k_crs">{crs}</data>' if crs else "")
    for key, (x, y) in nodes.items():
        lines.append(f'<node id="{key}"><data key="k_x">{x}</data><data key="k_y">{y}</data></node>')
    for start, end, values in edges:
        data = "".join(f'<data key="k_{name}">{value}</data>' for name, value in values.items())
        lines.append(f'<edge source="{start}" target="{end}">{data}</edge>')
    return "\n".join([*lines, "</graph></graphml>"])


@pytest.fixture
def write(tmp_path):
    def run(edges, **how):
        path = tmp_path / "town.graphml"
        path.write_text(graphml(edges, **how), encoding="utf-8")
        return path

    return run


def test_the_graph_of_tachikawa_comes_in_with_its_counts(real_data, bring_in):
    report = bring_in(real_data / "network" / "tachikawa_drive_2021.graphml")
    assert PedestrianNode.objects.count() == NODES
    assert PedestrianLink.objects.count() == LINKS
    assert dict(BaseRoad.objects.values_list("kind").annotate(Count("id"))) == ROADS
    assert f"10,515 edges are {LINKS:,} streets" in report.text()
    assert "footways and steps are missing" in report.text()
    assert Source.objects.get().licence == "ODbL-1.0"
    named = PedestrianLink.objects.filter(name="平成新道").first()
    assert named.edition == "osm"
    assert named.direction == 1
    assert bring_in(real_data / "network" / "tachikawa_drive_2021.graphml").changed == 0


def test_both_directions_of_a_street_are_one_link_and_parallel_streets_two(write, bring_in):
    backwards = "LINESTRING (139.41 35.70, 139.405 35.701, 139.40 35.70)"
    bring_in(
        write(
            [
                ("a", "b", {"highway": "residential", "geometry": STREET, "name": "['桜通り', '梅通り']"}),
                ("b", "a", {"highway": "residential", "geometry": backwards}),
                ("a", "b", {"highway": "['unclassified', 'tertiary']"}),
                ("b", "c", {"highway": "tertiary"}),
            ]
        )
    )
    assert PedestrianLink.objects.count() == 3
    bent = PedestrianLink.objects.get(name="桜通り")
    assert bent.geometry.num_points == 3
    assert (bent.start_id, bent.end_id) == ("graphml-town-a", "graphml-town-b")
    assert bent.geometry[0] == (139.40, 35.70)
    assert sorted(BaseRoad.objects.values_list("kind", flat=True)) == ["secondary", "secondary", "street"]


def test_a_shape_drawn_from_its_end_is_turned_round(write, bring_in):
    bring_in(write([("b", "a", {"highway": "residential", "geometry": STREET})]))
    assert PedestrianLink.objects.get().geometry[0] == (139.41, 35.70)


def test_motorways_and_what_was_joined_with_one_are_not_walked(write, bring_in):
    edges = [
        ("a", "b", {"highway": "motorway_link"}),
        ("b", "c", {"highway": "['trunk', 'residential']"}),
        ("a", "c", {"highway": "residential"}),
    ]
    bring_in(write(edges))
    assert BaseRoad.objects.count() == 3
    assert PedestrianLink.objects.count() == 1


def test_an_undirected_graph_in_metres_with_defaults_is_read(write, bring_in, tmp_path):
    nodes = {"a": (-20000.0, -33000.0), "b": (-19900.0, -33000.0)}
    path = write([("a", "b", {})], nodes=nodes, crs="EPSG:6677", kind="undirected")
    text = path.read_text(encoding="utf-8").replace(
        '<key id="k_highway" for="edge" attr.name="highway"/>',
        '<key id="k_highway" for="edge" attr.name="highway"><default>footway</default></key>',
    )
    path.write_text(text, encoding="utf-8")
    report = bring_in(path)
    link = PedestrianLink.objects.get()
    assert link.length_m == pytest.approx(100.0, abs=0.1)
    assert link.geometry[0] == pytest.approx((139.6121, 35.7024), abs=1e-3)
    assert link.structure == 1
    assert "footways and steps are missing" not in report.text()


def test_coordinates_in_degrees_need_no_reference_system_and_metres_do(write, bring_in):
    bring_in(write([("a", "b", {"highway": "residential"})], crs=""))
    metres = {"a": (-20000.0, -33000.0), "b": (-19900.0, -33000.0)}
    path = write([("a", "b", {"highway": "residential"})], crs="", nodes=metres)
    with pytest.raises(UnreadableFileError, match="names no reference system"):
        bring_in(path)
    bring_in(path, srid=6677)
    assert PedestrianLink.objects.get().geometry[0] == pytest.approx((139.6121, 35.7024), abs=1e-3)


def test_edges_that_do_not_say_what_they_are_need_their_owners_word(write, bring_in):
    path = write([("a", "b", {})], keys=("x", "y", "name"))
    with pytest.raises(UndecidedError, match="no highway") as caught:
        bring_in(path)
    assert caught.value.layers == ("pedestrian-links", "base-roads")
    bring_in(path, layer="pedestrian-links")
    assert (PedestrianLink.objects.count(), BaseRoad.objects.count()) == (1, 0)


def test_a_bad_edge_never_stops_a_good_one(write, bring_in):
    edges = [
        ("a", "b", {"highway": "residential"}),
        ("a", "nowhere", {"highway": "residential"}),
        ("b", "c", {"highway": "residential", "geometry": "LINESTRING (139"}),
        ("c", "c", {"highway": "residential"}),
        ("b", "a", {"highway": "[" * 5000}),
    ]
    report = bring_in(write(edges))
    assert PedestrianLink.objects.count() == 1
    assert "a node of it has no coordinates" in report.text()
    assert "refused ×2  geometry" in report.text()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (graphml([], nodes={"a": ("", "")}), "a graph without coordinates"),
        (graphml([("a", "b", {})])[:-200], "broken XML"),
        (graphml([("a", "b", {})], crs="a plane of our own"), "a reference system that is not known"),
        (graphml([("a", "b", {})], nodes={"a": (35.7, 139.4), "b": (35.8, 139.4)}), "are x and y swapped"),
        (graphml([], prolog='<!DOCTYPE g [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'), "declares a document type"),
        (graphml([], prolog='<!DOCTYPE g SYSTEM "file:///etc/passwd">'), "declares a document type"),
    ],
)
def test_a_graph_that_cannot_be_read_is_one_line(tmp_path, bring_in, text, reason):
    path = tmp_path / "town.graphml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFileError, match=reason):
        bring_in(path)
    assert not PedestrianLink.objects.exists()
