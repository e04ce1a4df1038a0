"""The legend says in words what each symbol of the map stands for, to everybody."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO

import pytest
from lxml import etree
from PIL import Image

from layers import registry
from layers.spec import Audience, RowRule
from tile_cache.looks import legend
from tile_cache.looks.symbols import Dot, Fill, Icon, Line, Name
from tile_cache.looks.symbols import Image as DrawnImage


def texts(name: str) -> list[str]:
    return [row.text.ja for row in legend.rows(registry.get(name))]


def test_a_layer_of_one_look_has_one_row_with_its_title():
    (row,) = legend.rows(registry.get("shelters"))
    assert row.text.en == "Evacuation shelters"
    assert row.symbols == (Icon(DrawnImage("shelter")),)


def test_each_code_has_a_row_with_its_word_and_its_colour_and_only_the_active_are_hatched():
    active, resolved = legend.rows(registry.get("damage-areas"))
    assert (active.text.ja, resolved.text.en) == ("継続中", "Resolved")
    assert next(fill.colour.default for fill in active.symbols if isinstance(fill, Fill)) == "#e8501f"
    assert any(isinstance(symbol, Fill) and symbol.pattern == DrawnImage("hatch") for symbol in active.symbols)
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


def legend_address(layer: str, form: str = "image/png", version: str = "1.3.0", **more: object) -> str:
    given = {"SERVICE": "WMS", "VERSION": version, "REQUEST": "GetLegendGraphic", "LAYER": layer, "FORMAT": form} | more
    return "/service?" + "&".join(f"{name}={value}" for name, value in given.items() if value is not None)


def picture(answer) -> Image.Image:
    assert answer.status == 200, answer.content
    return Image.open(BytesIO(answer.content)).convert("RGB")


def test_the_picture_shows_the_symbols_of_the_map_and_the_words_in_the_language_asked_for(ask_maps, committed):
    japanese = picture(ask_maps(legend_address("damage-areas")))
    english = picture(ask_maps(legend_address("damage-areas", LANGUAGE="en", version="1.1.1")))
    assert japanese.height == english.height
    assert japanese.tobytes() != english.tobytes()
    colours = {colour for _, colour in japanese.crop((8, 30, 60, japanese.height)).getcolors(10_000)}
    assert any(red > green + 40 and red > blue + 40 for red, green, blue in colours), "the colour of the active"
    words = japanese.crop((60, 0, japanese.width, japanese.height))
    assert sum(1 for pixel in words.get_flattened_data() if max(pixel) < 90) > 100, "words are written in dark ink"


def test_the_base_map_has_one_picture_and_jpeg_is_a_picture_too(ask_maps, committed):
    png = picture(ask_maps(legend_address("base")))
    assert png.height > 15 * 30
    assert ask_maps(legend_address("base", "image/jpeg")).headers["Content-type"] == "image/jpeg"


def test_json_says_the_same(ask_maps, committed):
    answer = ask_maps(legend_address("hazard-zones", "application/json", LANGUAGE="en"))
    assert answer.headers["Content-type"] == "application/json"
    (shown,) = json.loads(answer.content)["Legend"]
    assert shown["title"] == "Hazard zones"
    assert shown["rules"][1]["title"] == "0.5 m to less than 3 m"
    assert shown["rules"][1]["symbolizers"][0]["Polygon"]["fill"] == "#ffd8c0"


def test_a_scale_leaves_out_what_is_not_drawn_at_it(ask_maps, committed):
    def titles(scale: int) -> str:
        answer = ask_maps(legend_address("base", "application/json", SCALE=scale, LANGUAGE="en"))
        return json.dumps(json.loads(answer.content))

    assert "Steps" in titles(2_000)
    assert "Steps" not in titles(200_000)
    assert picture(ask_maps(legend_address("base", SCALE=10**9))).height < 100


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
def test_capabilities_name_a_legend_of_every_layer_that_is_there(ask_maps, committed, version):
    said = ask_maps(f"/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION={version}").content
    links = [element.attrib["{http://www.w3.org/1999/xlink}href"] for element in _within(said, "LegendURL")]
    assert len(links) == said.count(b'queryable="1"') - 1  # the root is queryable too, and has no legend
    mine = next(link for link in links if "layer=shelters" in link)
    shown = picture(ask_maps("/" + mine.split("/maps/")[1]))
    sizes = [(int(e.attrib["width"]), int(e.attrib["height"])) for e in _elements(said, "LegendURL")]
    assert shown.size in sizes


def test_wmts_names_the_legend_too(ask_maps, committed):
    for address in ("/wmts/1.0.0/WMTSCapabilities.xml", "/service?SERVICE=WMTS&REQUEST=GetCapabilities"):
        (link, *_) = _elements(ask_maps(address).content, "LegendURL")
        picture(ask_maps("/" + link.attrib["{http://www.w3.org/1999/xlink}href"].split("/maps/")[1]))


def _elements(document: bytes, name: str) -> list:
    return [element for element in etree.fromstring(document).iter() if str(element.tag).split("}")[-1] == name]


def _within(document: bytes, name: str) -> list:
    return [child for element in _elements(document, name) for child in element if "OnlineResource" in str(child.tag)]


@pytest.mark.parametrize(
    "more",
    [
        {"LAYER": "nothing"},
        {"LAYER": None},
        {"form": "image/gif"},
        {"form": None},
        {"STYLE": "dark"},
        {"SCALE": "0"},
        {"SCALE": "nan"},
        {"LANGUAGE": "fr"},
        {"RULE": "active"},
        {"SLD_BODY": "<a/>"},
        {"WIDTH": "-1"},
        {"SLD_VERSION": "2"},
        {"LAYER": "base&LAYER=nothing"},
    ],
)
def test_a_wrong_request_for_a_legend_is_named(ask_maps, committed, more):
    answer = ask_maps(legend_address(**({"layer": "base"} | more)))
    assert answer.status == 400, answer.content
    assert b"ServiceException" in answer.content


def _roads():
    return registry.get("base-roads")
