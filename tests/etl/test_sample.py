"""The made-up city: the same for the same seed, connected, and nowhere passed off as real."""

from __future__ import annotations

import hashlib
from collections import defaultdict

import pytest
import shapely
from django.conf import settings
from django.core.management import call_command

from etl.sample import sample_rows
from layers.changes import revisions_of
from layers.raster import Raster
from layers.registry import every


@pytest.fixture(scope="module")
def rows():
    return list(sample_rows(settings.CITY))


def _fingerprint(rows) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr((row.layer, row.id, sorted(row.values.items()))).encode())
        digest.update(shapely.to_wkb(row.geometry))
    return digest.hexdigest()


def _of(rows, layer):
    return [row for row in rows if row.layer == layer]


def test_the_same_seed_gives_the_same_city(rows):
    assert _fingerprint(sample_rows(settings.CITY)) == _fingerprint(rows)


def test_another_seed_gives_another_city(rows):
    assert _fingerprint(sample_rows(settings.CITY, seed=2)) != _fingerprint(rows)


def test_the_walking_network_is_connected_and_its_links_end_at_nodes(rows):
    nodes = {row.id: row.geometry for row in _of(rows, "pedestrian-nodes")}
    neighbours = defaultdict(set)
    for link in _of(rows, "pedestrian-links"):
        start, end = link.values["start_id"], link.values["end_id"]
        assert shapely.equals_exact(nodes[start], shapely.get_point(link.geometry, 0), 2e-7)
        assert shapely.equals_exact(nodes[end], shapely.get_point(link.geometry, -1), 2e-7)
        neighbours[start].add(end)
        neighbours[end].add(start)
    reached, todo = {next(iter(nodes))}, [next(iter(nodes))]
    while todo:
        fresh = neighbours[todo.pop()] - reached
        reached |= fresh
        todo += fresh
    assert reached == set(nodes)


def test_the_network_has_what_profiles_differ_by(rows):
    links = [row.values for row in _of(rows, "pedestrian-links")]
    assert 2_000 < len(links) < 6_000
    assert {1, 3, 4, 6} <= {link["route_type"] for link in links}
    assert {1, 2, 3, 4, 99} <= {link["width_code"] for link in links}
    assert {3, 4, 5, 6} & {link["slope_code"] for link in links}
    assert {2, 3, 4} & {link["signal"] for link in links if link["structure"] == 3}
    assert all(link["step_count"] for link in links if link["route_type"] == 6)


def test_every_site_shelter_and_facility_says_that_it_is_invented(rows):
    for layer in ("evacuation-sites", "shelters", "facilities"):
        assert _of(rows, layer)
        for row in _of(rows, layer):
            assert row.values["name"].startswith("架空")
            assert "架空のサンプル" in row.values["remarks"]
    assert all("架空" in str(row.values) for layer in ("towns", "hazard-zones", "walking-courses", "community-posts",
               "damage-reports", "boundaries", "base-places") for row in _of(rows, layer))  # fmt: skip


def test_sites_differ_by_hazard_and_some_schools_are_not_for_floods(rows):
    sites = [row.values for row in _of(rows, "evacuation-sites")]
    buildings = [site for site in sites if "校舎" in site["name"]]
    yards = [site for site in sites if "校庭" in site["name"]]
    assert any(site["flood"] for site in buildings)
    assert any(not site["flood"] for site in buildings)
    assert all(site["earthquake"] and not site["flood"] for site in yards)
    assert {site["place_number"] for site in yards} <= {site["place_number"] for site in buildings}


def test_the_picture_of_a_disaster_is_empty_at_first(rows):
    assert not _of(rows, "damage-areas")
    assert not _of(rows, "closures")


def test_posts_that_only_staff_may_see_are_among_the_posts(rows):
    assert {row.values["status"] for row in _of(rows, "community-posts")} == {"approved", "pending", "hidden"}


def test_loading_twice_leaves_no_second_change(committed, capsys):
    call_command("load_sample")
    before = revisions_of(layer.name for layer in every())
    call_command("load_sample")
    assert revisions_of(layer.name for layer in every()) == before
    assert "nothing has changed" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_made_up_city_has_heights_and_a_flood_that_say_what_they_are(capsys):
    call_command("load_sample")
    rasters = {raster.kind: raster for raster in Raster.objects.all()}
    assert set(rasters) == {"elevation", "flood_depth"}
    assert all("架空" in raster.title and "架空" in raster.attribution for raster in rasters.values())
    assert 30 < rasters["elevation"].minimum < rasters["elevation"].maximum < 60
    assert 0 < rasters["flood_depth"].minimum < rasters["flood_depth"].maximum < 5
    stored = {raster.file_name for raster in rasters.values()}
    call_command("load_sample")
    assert {raster.file_name for raster in Raster.objects.all()} == stored
