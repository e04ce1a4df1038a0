"""Light, dark and high contrast: everything stands out in each; classes are told apart by all kinds of eyes."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path

import pytest

from layers import registry
from layers.spec import Audience, Style
from tests.running import CHECKOUT
from tests.tile_cache.vision import MACHADO_2009, distance, lab, seen
from tile_cache.looks import mapnik_style, style, themes
from tile_cache.looks.base_map import BASE_GROUP
from tile_cache.looks.colours import contrast, mixed
from tile_cache.looks.drawing import Drawing, drawings
from tile_cache.looks.symbols import Colour, Dot, Fill, Line, Name
from tile_cache.looks.themes import LIGHT, THEMES, painted, with_colours
from tile_cache.maps import mapnik_source

every_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
HAZARD_ZONES = registry.get("hazard-zones")
EYES = ["usual", *MACHADO_2009]


def drawn(theme: themes.Theme) -> list[Drawing]:
    return list(painted((drawing for layer in registry.every() for drawing in drawings(layer)), theme))


def shades(colour: Colour) -> set[str]:
    return {colour.default, *(shade for _, shade in colour.classes)}


@every_theme
def test_names_are_read_easily_against_their_halo(theme):
    least = 7.0 if "contrast" in theme.name else 4.5
    names = [drawing for drawing in drawn(theme) if isinstance(drawing.symbol, Name)]
    assert names
    for drawing in names:
        assert contrast(drawing.symbol.colour, drawing.symbol.halo) >= least, drawing.id


@every_theme
def test_symbols_stand_out_from_the_ground_the_green_the_water_and_the_buildings(theme):
    least = 4.5 if "contrast" in theme.name else 3.0
    for drawing in drawn(theme):
        if drawing.layer.group == BASE_GROUP or not isinstance(drawing.symbol, Dot | Line):
            continue
        for shade in shades(drawing.symbol.colour) - {theme.halo}:
            for ground in theme.grounds:
                assert contrast(shade, ground) >= least, (drawing.id, shade, ground)


@every_theme
def test_the_edges_of_what_is_drawn_in_areas_stand_out_too(theme):
    for drawing in drawn(theme):
        if drawing.layer.group != BASE_GROUP and isinstance(drawing.symbol, Fill) and drawing.symbol.outline:
            assert contrast(drawing.symbol.outline.default, theme.ground) >= 3.0, drawing.id


@every_theme
def test_the_grounds_of_a_theme_are_all_areas_of_the_base_map(theme):
    fills = [d.symbol for d in drawn(theme) if d.layer.group == BASE_GROUP and isinstance(d.symbol, Fill)]
    assert {shade for fill in fills for shade in shades(fill.colour)} | {theme.ground} == set(theme.grounds)


@pytest.mark.parametrize("theme", [theme for theme in THEMES.values() if theme is not LIGHT], ids=lambda t: t.name)
def test_a_theme_knows_every_colour_that_the_base_map_declares(theme):
    declared = set()
    for layer in registry.every():
        if layer.group == BASE_GROUP:
            declared |= set(re.findall(r"#[0-9a-f]{6}", repr([drawing.symbol for drawing in drawings(layer)])))
    assert declared - {"#ffffff"} <= set(theme.ground_colours)


def test_a_colour_that_somebody_chose_for_a_layer_of_theirs_is_made_to_stand_out():
    pale = replace(registry.get("facilities"), style=Style("dot", "#ffffcc", label="name"))
    for theme in THEMES.values():
        dot, name, *_ = painted(drawings(pale), theme)
        assert min(contrast(dot.symbol.colour.default, ground) for ground in theme.grounds) >= theme.symbol_ratio
        assert contrast(name.symbol.colour, theme.halo) >= theme.text_ratio


def test_the_declared_colours_of_layers_need_little_change_in_the_light():
    for layer in registry.every():
        for before, after in zip(drawings(layer), painted(drawings(layer), LIGHT), strict=True):
            if isinstance(before.symbol, Dot | Line):
                for a, b in zip(before.symbol.colour.classes, after.symbol.colour.classes, strict=True):
                    assert distance(a[1], b[1]) < 25, (before.id, a, b)


def test_flood_depths_have_the_official_colours():
    """国土交通省「水害ハザードマップ作成の手引き」, RGB of each class."""
    official = {
        0: (247, 245, 169),
        0.5: (255, 216, 192),
        3: (255, 183, 183),
        5: (255, 145, 145),
        10: (242, 133, 201),
        20: (220, 122, 220),
    }
    assert HAZARD_ZONES.style.colours == {bound: "#{:02x}{:02x}{:02x}".format(*rgb) for bound, rgb in official.items()}


@every_theme
@pytest.mark.parametrize("eyes", EYES)
def test_the_other_colours_of_depth_are_told_apart_by_all_kinds_of_eyes(eyes, theme):
    declared = [HAZARD_ZONES.style.safe_colours[bound] for bound in sorted(HAZARD_ZONES.style.safe_colours)]
    covered = [mixed(theme.ground, colour, HAZARD_ZONES.style.opacity * theme.cover) for colour in declared]
    shown = [seen(colour, eyes) for colour in covered]
    lightness = [lab(colour)[0] for colour in shown]
    for lighter, darker in itertools.pairwise(lightness):
        assert lighter - darker >= 5, lightness
    for one, other in itertools.combinations(shown, 2):
        assert distance(one, other) >= 8, (one, other)


def test_the_other_colours_change_nothing_but_the_classes():
    safe = with_colours(HAZARD_ZONES, "cud")
    assert sorted(safe.style.colours) == sorted(HAZARD_ZONES.style.colours) == sorted(HAZARD_ZONES.style.patterns)
    assert with_colours(registry.get("shelters"), "cud") is registry.get("shelters")
    assert with_colours(HAZARD_ZONES, "official") is HAZARD_ZONES
    plain, other = (style.build_style("city", Audience.PUBLIC, "/", colours=c)["layers"] for c in ("official", "cud"))
    changed = [one["id"] for one, two in zip(plain, other, strict=True) if one != two]
    assert changed == ["hazard-zones-fill"]


def test_the_picture_and_the_browser_use_the_same_classes_and_colours():
    described = {each["id"]: each for each in style.build_style("city", Audience.PUBLIC, "/")["layers"]}
    for layer in registry.visible_to(Audience.PUBLIC):
        pictured = [d for d in mapnik_source.drawings_for_pictures([layer]) if mapnik_style.is_public(d)]
        sql = {each.name: each.sql for each in mapnik_style.mapnik_layers(pictured)}
        xml = mapnik_style.build_styles(pictured, ["Some Regular"])
        for drawing in pictured:
            there = repr([described[drawing.id], described.get(f"{drawing.id}-number")])
            browser = {*re.findall(r"#[0-9a-f]{6}", there), *re.findall(r"'(depth-\d|zone)'", there)} - {drawing.accent}
            own = xml[xml.index(f'<Style name="{drawing.id}"') :].split("</Style>")[0] + sql[drawing.id]
            picture = set(re.findall(r"#[0-9a-f]{6}", own)) | set(re.findall(r"'(depth-\d|zone)'", own))
            assert browser == picture, drawing.id


@every_theme
def test_the_page_behind_a_map_that_is_still_loading_has_the_colour_of_its_ground(theme):
    tokens = (Path(CHECKOUT) / "gis_server/web/static/web/tokens.css").read_text()
    assert f"--map-ground: {theme.ground}" in tokens
