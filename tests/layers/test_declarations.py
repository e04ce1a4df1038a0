"""A declaration and its model agree, for every layer; and a wrong one is reported."""

from dataclasses import replace

import pytest

from layers import registry
from layers.checks import faults_of
from layers.models import Change
from layers.registry import UnknownLayerError
from layers.spec import Audience, Field, RowRule, Text

CONTRACT = {
    "evacuation-sites",
    "shelters",
    "facilities",
    "walking-courses",
    "pedestrian-links",
    "pedestrian-nodes",
    "damage-areas",
    "damage-reports",
    "closures",
    "hazard-zones",
    "community-posts",
    "boundaries",
    "towns",
    "alerts",
}

ITEMS_OF_A_LINK = """
start_id end_id distance rank r_method maint_date rt_struct route_type direction width vtcl_slope
lev_diff tfc_signal tfc_s_type brail_tile elevator roof start_time end_time start_date end_date no_serv_d tfc_restr
w_min w_min_lat w_min_lon vSlope_max vSlope_lat vSlope_lon hSlope_max hSlope_lat hSlope_lon condition levDif_max
levDif_lat levDif_lon stair handrail waterway bus_stop bus_s_lat bus_s_lon facility facil_lat facil_lon elev_lat
elev_lon door_type tfc_s_lat tfc_s_lon day_trfc main_user st_name
"""
"""歩行空間ネットワークデータ整備仕様 (July 2024), tables 3.2 and 3.3, but for link_id."""


def test_every_collection_of_the_contract_is_declared():
    names = {layer.name for layer in registry.every()}
    assert names >= CONTRACT
    assert all(name.startswith("base-") for name in names - CONTRACT)


def test_a_declared_field_without_a_column_is_reported():
    shelters = registry.get("shelters")
    wrong = replace(shelters, fields=(*shelters.fields, Field("colour", Text("色", "Colour"))))
    assert "field colour is declared" in " ".join(fault.msg for fault in faults_of(wrong))


def test_a_column_that_nobody_declared_is_reported_lest_it_be_forgotten():
    shelters = registry.get("shelters")
    wrong = replace(shelters, fields=shelters.fields[1:], style=replace(shelters.style, label=None))
    assert "column name is in the model, but not declared" in " ".join(fault.msg for fault in faults_of(wrong))


def test_a_row_rule_on_an_undeclared_field_is_reported():
    wrong = replace(registry.get("shelters"), rows=RowRule("secret", ("no",)))
    assert "refers to secret" in " ".join(fault.msg for fault in faults_of(wrong))


def test_a_layer_drawn_by_a_field_that_its_tiles_lack_is_reported():
    links = registry.get("pedestrian-links")
    wrong = replace(links, style=replace(links.style, by="rank"))
    assert "is drawn by rank, which its tiles do not carry" in " ".join(fault.msg for fault in faults_of(wrong))


def test_every_item_of_the_specification_of_the_walking_network_has_a_field():
    items = ITEMS_OF_A_LINK.split()
    assert len(items) == 53
    named = {name for field in registry.get("pedestrian-links").fields for name in field.source}
    assert named == set(items)


def test_a_model_that_is_no_feature_is_reported():
    wrong = replace(registry.get("shelters"), model=Change)
    assert "no layers.feature.Feature" in " ".join(fault.msg for fault in faults_of(wrong))


def test_a_name_cannot_be_declared_twice():
    with pytest.raises(ValueError, match="declared twice"):
        registry.add(registry.get("shelters"))


def test_a_layer_that_the_audience_may_not_read_does_not_exist_for_it():
    hidden = replace(registry.get("shelters"), name="hidden-for-a-test", read=Audience.STAFF)
    registry.add(hidden)
    try:
        with pytest.raises(UnknownLayerError):
            registry.get(hidden.name, Audience.PUBLIC)
        assert hidden not in registry.visible_to(Audience.PUBLIC)
        assert hidden.fields_for(Audience.PUBLIC) == ()
        assert registry.get(hidden.name, Audience.STAFF) is hidden
    finally:
        del registry._layers[hidden.name]


def test_fields_are_chosen_by_audience():
    damage = registry.get("damage-areas")
    public = {field.name for field in damage.fields_for(Audience.PUBLIC)}
    staff = {field.name for field in damage.fields_for(Audience.DISASTER_STAFF)}
    assert staff - public == {"staff_note", "drawn_by"}
