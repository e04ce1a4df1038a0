"""The legend says in words what each symbol of the map stands for, to everybody."""

from __future__ import annotations

from dataclasses import replace

from layers import registry
from layers.spec import Audience, RowRule
from tile_cache import legend
from tile_cache.drawing import Dot, Fill, Icon, Image, Line, Name


def texts(name: str) -> list[str]:
    return [row.text.ja for row in legend.rows(registry.get(name))]


def test_a_layer_of_one_look_has_one_row_with_its_title():
    (row,) = legend.rows(registry.get("shelters"))
    assert row.text.en == "Evacuation shelters"
    assert row.symbols == (Icon(Image("shelter")),)


def test_each_code_has_a_row_with_its_word_and_its_colour_and_only_the_active_are_hatched():
    active, resolved = legend.rows(registry.get("damage-areas"))
    assert (active.text.ja, resolved.text.en) == ("継続中", "Resolved")
    assert next(fill.colour.default for fill in active.symbols if isinstance(fill, Fill)) == "#e8501f"
    assert any(isinstance(symbol, Fill) and symbol.pattern == Image("hatch") for symbol in active.symbols)
    assert not any(isinstance(symbol, Fill) and symbol.pattern for symbol in resolved.symbols)


def test_classes_of_depth_are_said_from_and_below_and_what_has_none_is_said_too():
    assert texts("hazard-zones") == [
        "0.5 m 未満",
        "0.5 m 以上 3 m 未満",
        "3 m 以上 5 m 未満",
        "5 m 以上 10 m 未満",
        "10 m 以上 20 m 未満",
        "20 m 以上",
        "値なし",
    ]


def test_kinds_of_the_ground_that_look_the_same_share_a_row():
    assert texts("base-green") == ["公園・樹林・草地", "農地", "運動場"]
    widths = {row.text.en: [s.width for s in row.symbols if isinstance(s, Line)] for row in legend.rows(_roads())}
    assert len(widths["Main road"]) == 2, "casing and surface"
    assert len(widths["Steps"]) == 1


def test_what_is_only_written_is_a_row_of_writing():
    places = {row.text.en: row.symbols for row in legend.rows(registry.get("base-places"))}
    assert all(isinstance(symbols[0], Name) for word, symbols in places.items() if word != "Station")
    assert isinstance(places["Station"][0], Dot)


def test_no_row_shows_a_class_that_the_public_cannot_see():
    areas = registry.get("damage-areas")
    assert legend.rows(replace(areas, read=Audience.STAFF)) == []
    some = replace(areas, rows=RowRule("status", ("active",)))
    assert [row.text.en for row in legend.rows(some)] == ["Active"]
    closed = tuple(replace(field, read=Audience.STAFF) if field.name == "status" else field for field in areas.fields)
    assert "Resolved" not in [row.text.en for row in legend.rows(replace(areas, fields=closed))]


def _roads():
    return registry.get("base-roads")
