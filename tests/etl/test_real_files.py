"""Every reader on the publishers' real files, with the counts that their owner states."""

from __future__ import annotations

import pytest
from django.contrib.gis.db.models.functions import Length, Transform
from django.core.management import call_command

from layers.catalog.alerts import Alert
from layers.catalog.boundaries import Boundary, Town
from layers.catalog.disaster import EvacuationSite, Shelter
from layers.catalog.facilities import Facility
from layers.catalog.pedestrian import PedestrianLink, PedestrianNode, WalkingCourse
from layers.feature import Source
from layers.raster import Raster

pytestmark = pytest.mark.django_db

FLAGS = {"flood": 29, "earthquake": 46, "landslide": 34, "inland_flood": 29, "fire": 8,
         "storm_surge": 0, "tsunami": 0, "volcano": 0}  # fmt: skip


@pytest.fixture
def mitaka(real_data, db, capsys):
    """The city's own files, loaded from the whole folder as `up --data` does; what was printed."""
    call_command("load_folder", str(real_data))
    return capsys.readouterr().out


def test_the_folder_brings_the_city_and_nothing_of_its_neighbours(mitaka):
    assert EvacuationSite.objects.count() == 80
    assert Shelter.objects.count() == 72
    assert Boundary.objects.get().id == "132047"
    assert Town.objects.count() == 62
    assert WalkingCourse.objects.count() == 4
    assert Facility.objects.filter(category="walking_spot").count() == 46 == Facility.objects.count()
    assert not PedestrianLink.objects.exists()


def test_flags_of_the_sites_stay_eight_and_apart(mitaka):
    assert {flag: EvacuationSite.objects.filter(**{flag: True}).count() for flag in FLAGS} == FLAGS


@pytest.mark.parametrize("name", ["羽沢小", "大沢コミュニティ・センター", "三鷹中等教育学校", "ルーテル学院大学"])
def test_places_that_the_city_rules_out_are_no_flood_sites(mitaka, name):
    rows = EvacuationSite.objects.filter(name__contains=name)
    assert rows.exists()
    assert not rows.filter(flood=True).exists()


def test_sites_and_shelters_are_joined_by_the_number_inside_the_common_id(mitaka):
    site = EvacuationSite.objects.get(id="E1320400002201")
    shelter = Shelter.objects.get(id="E1320400002111")
    assert site.place_number == shelter.place_number == "00002"
    assert site.city_code == shelter.city_code == "132047"


def test_types_of_shelters_come_from_the_common_id(mitaka):
    assert Shelter.objects.filter(shelter_type="general").count() == 35
    assert Shelter.objects.filter(shelter_type="welfare").count() == 37


def test_no_capacity_is_made_up(mitaka):
    assert not Shelter.objects.exclude(capacity_people=None).exists()


def test_sites_outside_the_outline_are_kept_and_named(mitaka):
    assert "notice ×4  lies outside the city's outline; kept as it is" in mitaka
    assert "東京都立武蔵野中央公園" in mitaka
    assert EvacuationSite.objects.filter(name__contains="神代植物公園").exists()


def test_genuine_defects_are_reported(mitaka):
    assert "notice ×34  受入対象者 is null: read as nothing" in mitaka
    assert "notice ×1  lies outside the city's outline; kept as it is" in mitaka
    assert "one place under two names" in mitaka


def test_parks_of_all_tokyo_are_left_out_of_the_courses_with_a_reason(mitaka):
    assert "left out: 85 placemarks that are not part of the course  [folder 都立公園]" in mitaka
    assert "left out: 38 placemarks that are not part of the course  [folder 海上公園]" in mitaka
    assert not Facility.objects.filter(remarks__contains="<").exists()
    assert not Facility.objects.filter(remarks__icontains="img").exists()


def test_lengths_of_courses_are_geodesic(mitaka):
    for course in WalkingCourse.objects.annotate(plane_m=Length(Transform("geometry", 6677))):
        assert course.length_m == pytest.approx(course.plane_m.m, rel=0.001)


def test_neighbours_are_named_with_the_way_to_load_them(mitaka, real_data):
    path = real_data / "neighbours" / "gsi_shelters_132080_chofu.geojson"
    assert f"gsi_shelters_132080_chofu.geojson: belongs to 132080; ./gis import {path} loads it all the same" in mitaka


def test_old_warnings_in_a_folder_never_reach_the_map(mitaka):
    assert "VXSE53.xml: a warning is of its moment, and is loaded by itself; ./gis import" in mitaka
    assert not Alert.objects.exists()


def test_sources_carry_attribution_and_licence(mitaka):
    source = Source.objects.get(key="gsi-emergency-sites-132047")
    assert "国土地理院" in source.attribution
    assert {site.source for site in EvacuationSite.objects.all()} == {source.key}


def test_the_made_up_city_makes_way_for_the_real_one(real_data, db, capsys):
    call_command("load_sample")
    call_command("load_folder", str(real_data))
    assert "makes way" in capsys.readouterr().out
    assert not EvacuationSite.objects.filter(source="sample").exists()
    assert not Raster.objects.exists()
    assert EvacuationSite.objects.count() == 80


def test_an_import_leaves_what_staff_wrote(real_data, bring_in):
    path = real_data / "mitaka" / "gsi_emergency_sites_132047_mitaka.geojson"
    bring_in(path)
    EvacuationSite.objects.filter(id="E1320400002201").update(opening_status="open", name="かわった名")
    bring_in(path)
    site = EvacuationSite.objects.get(id="E1320400002201")
    assert site.opening_status == "open"
    assert site.name == "井の頭コミュニティ・センター"


def test_a_neighbours_file_comes_in_when_asked_for(real_data, bring_in):
    bring_in(real_data / "mitaka" / "gsi_shelters_132047_mitaka.geojson")
    bring_in(real_data / "neighbours" / "gsi_shelters_132080_chofu.geojson")
    assert Shelter.objects.filter(city_code="132047").count() == 72
    assert Shelter.objects.filter(city_code="132080").count() == 68


def test_all_municipalities_of_tokyo_come_in_but_never_replace_the_exact_outline(real_data, bring_in):
    bring_in(real_data / "mitaka" / "boundary_132047_n03.geojson")
    exact = Boundary.objects.get(id="132047").geometry.num_coords
    report = bring_in(real_data / "neighbours" / "tokyo_municipalities_n03_2021_simplified.geojson")
    assert Boundary.objects.count() >= 62
    assert Boundary.objects.get(id="132047").geometry.num_coords == exact
    assert "the id belongs to n03-132047" in report.text()


@pytest.mark.parametrize(
    ("name", "kilometres"),
    [("liechtenstein.osm.pbf", 1138), ("nerima_2011.osm", 125)],
)
def test_walking_networks_have_the_length_that_their_owner_states(real_data, bring_in, name, kilometres):
    bring_in(real_data / "network" / name)
    total_m = sum(PedestrianLink.objects.values_list("length_m", flat=True))
    assert total_m / 1000 == pytest.approx(kilometres, rel=0.05)


@pytest.mark.parametrize(
    "name", ["liechtenstein.osm.pbf", "monaco.osm.pbf", "nerima_2011.osm", "tsukuba_centre_2012.osm"]
)
def test_links_end_at_nodes_and_are_cut_at_every_junction(real_data, bring_in, name):
    bring_in(real_data / "network" / name)
    nodes = dict(PedestrianNode.objects.values_list("id", "geometry"))
    assert nodes
    inner = {}
    for link in PedestrianLink.objects.only("start_id", "end_id", "geometry"):
        coords = link.geometry.coords
        assert nodes[link.start_id].coords == pytest.approx(coords[0])
        assert nodes[link.end_id].coords == pytest.approx(coords[-1])
        inner |= dict.fromkeys(coords[1:-1])
    ends = {node.coords for node in nodes.values()}
    assert len(ends & set(inner)) < len(ends) * 0.01


def test_monaco_has_steps_escalators_and_crossings(real_data, bring_in):
    bring_in(real_data / "network" / "monaco.osm.pbf")
    links = PedestrianLink.objects
    assert links.filter(route_type=6).count() > 200
    assert links.filter(route_type=5).exists()
    assert links.filter(structure=3).count() > 100
    assert links.filter(structure=7).exists()
    assert not links.exclude(edition="osm").exists()


def test_one_extract_never_removes_another(real_data, bring_in):
    bring_in(real_data / "network" / "tsukuba_centre_2012.osm")
    before = PedestrianLink.objects.count()
    bring_in(real_data / "network" / "monaco.osm.pbf")
    assert PedestrianLink.objects.filter(source="osm-tsukuba-centre-2012").count() == before
