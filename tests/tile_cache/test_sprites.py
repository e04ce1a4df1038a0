"""Sprites: every pictogram and pattern that a style names, for each theme, in two sharpnesses, drawn by this server."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from layers.catalog.codes import HAZARDS
from layers.spec import Audience
from tile_cache.looks import sprites, style
from tile_cache.looks.themes import THEMES

SHARP = {1: "", 2: "@2x"}
pytestmark = pytest.mark.usefixtures("committed")


def fetch(theme: str, ratio: int) -> tuple[dict, Image.Image]:
    address = f"/tiles/sprites/{theme}{SHARP[ratio]}"
    picture = Client().get(f"{address}.png")
    assert picture.headers["Content-Type"] == "image/png"
    return Client().get(f"{address}.json").json(), Image.open(BytesIO(picture.content)).convert("RGBA")


def ink(picture: Image.Image) -> float:
    """How much of a picture is covered, 0 to 1."""
    covered = picture.getchannel("A").get_flattened_data()
    return sum(covered) / len(covered) / 255


def cut(index: dict, sheet: Image.Image, name: str) -> Image.Image:
    at = index[name]
    return sheet.crop((at["x"], at["y"], at["x"] + at["width"], at["y"] + at["height"]))


@pytest.mark.parametrize("name", style.STYLES)
def test_the_sprite_that_a_style_names_holds_every_image_of_the_style(name):
    document = style.build_style(name, Audience.ADMIN, "http://testserver/tiles/")
    index = Client().get(f"{document['sprite']}.json").json()
    named = set()
    for layer in document["layers"]:
        for value in (layer.get("layout", {}).get("icon-image"), layer.get("paint", {}).get("fill-pattern")):
            named |= _images(value)
    assert named <= set(index)
    assert named or name.startswith("base")


def _images(value: object) -> set[str]:
    """The results of an expression: not its operators, fields and codes."""
    if isinstance(value, str):
        return {value}
    if not isinstance(value, list):
        return set()
    if value[0] == "match":
        return {*value[3:-1:2], value[-1]}
    if value[0] == "step":
        return {value[2], *value[4::2]}
    return {image for part in value[2:] for image in _images(part)}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ratio", SHARP)
def test_each_image_lies_in_the_sheet_alone_and_is_not_empty(theme, ratio):
    index, sheet = fetch(theme, ratio)
    taken: set[tuple[int, int]] = set()
    for name, at in index.items():
        assert at["pixelRatio"] == ratio
        assert at["x"] + at["width"] <= sheet.width
        assert at["y"] + at["height"] <= sheet.height
        cells = {
            (x, y) for x in range(at["x"], at["x"] + at["width"], 4) for y in range(at["y"], at["y"] + at["height"], 4)
        }
        assert not cells & taken, name
        taken |= cells
        assert ink(cut(index, sheet, name)) > 0.004, name


def test_pictograms_fill_their_place_and_keep_clear_of_their_neighbours():
    index, sheet = fetch("light", 2)
    for name, at in index.items():
        if at["width"] == 72:
            around = sheet.crop((at["x"], at["y"], at["x"] + 80, at["y"] + 80)).getbbox()
            assert around is not None, name
            assert around[2] <= 74, name
            assert around[2] - around[0] > 60, name


def test_patterns_of_deeper_water_are_denser():
    index, sheet = fetch("light", 2)
    inks = [ink(cut(index, sheet, f"depth-{number}")) for number in range(1, 7)]
    assert inks == sorted(inks)
    assert len(set(inks)) == len(inks)


def test_hatching_is_lighter_in_the_dark_and_pictograms_are_the_same():
    (index, light), (_, dark) = fetch("light", 1), fetch("dark", 1)
    assert cut(index, light, "shelter").tobytes() == cut(index, dark, "shelter").tobytes()
    assert cut(index, light, "hatch").tobytes() != cut(index, dark, "hatch").tobytes()


def test_a_sprite_that_is_known_is_304_and_one_that_is_not_there_404():
    for kind in ("json", "png"):
        address = f"/tiles/sprites/light.{kind}"
        tag = Client().get(address).headers["ETag"]
        assert Client().get(address, headers={"If-None-Match": tag}).status_code == 304
        assert Client().get(f"/tiles/sprites/pink.{kind}").status_code == 404
        assert Client().get(f"/tiles/sprites/pink.{kind}").json()["parameter"] == "theme"
        assert Client().post(address).status_code == 405
        assert Client().get(f"/tiles/sprites/light@3x.{kind}").status_code == 404


def test_our_drawings_are_plain_svg_files_of_whole_size():
    for image in sprites.images():
        assert image.svg.startswith("<svg "), image.name
        assert image.size_px in {12, 24, 36}, image.name
        for foreign in ("<image", "<script", "href", "<style", "<text"):
            assert foreign not in image.svg, image.name


def test_every_hazard_has_a_pictogram():
    assert {f"hazard-{code}" for code in HAZARDS} <= {image.name for image in sprites.images()}
