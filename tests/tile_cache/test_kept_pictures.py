"""Pictures are compared with how they looked when somebody last looked at them.

What is kept of a picture are the mean colours of its parts, in `kept_pictures/*.txt`: 32 by 32, a row a line, so that a
change can be seen in a diff, and another version of a font changes nothing. After a change that is meant, look at the
pictures, and write them anew:

    GIS_WRITE_KEPT=1 ./gis test tests/tile_cache/test_kept_pictures.py
"""

from __future__ import annotations

import os
import urllib.request
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.running import RunningCity
from tile_cache.looks import sprites
from tile_cache.looks.themes import THEMES

FOLDER = Path(__file__).parent / "kept_pictures"
CELLS = 32
SHADES = 10
"""How far, of 255, the colour of a part may be from the kept one. Edges that are smoothed otherwise stay below."""

CENTRE_M = (15535448, 4257580)
"""EPSG:3857, in the middle of the sample city."""

LAYERS = "base,hazard-zones,walking-courses,facilities,shelters"
LEGENDS = ("hazard-zones", "facilities")


def means(picture: Image.Image) -> np.ndarray:
    """The mean colours of the parts, on white: rows × columns × 3."""
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture.convert("RGBA"))
    return np.asarray(ground.convert("RGB").resize((CELLS, CELLS), Image.Resampling.BOX)).astype(np.int16)


def written(colours: np.ndarray) -> str:
    return "".join(" ".join(bytes(cell.tolist()).hex() for cell in row) + "\n" for row in colours)


def read(text: str) -> np.ndarray:
    return np.array([[list(bytes.fromhex(cell)) for cell in line.split()] for line in text.splitlines()], np.int16)


def changed(picture: Image.Image, name: str) -> float:
    """The share of parts with another colour than the kept one."""
    file = FOLDER / f"{name}.txt"
    if os.environ.get("GIS_WRITE_KEPT"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(written(means(picture)), encoding="ascii")
    return float((np.abs(means(picture) - read(file.read_text(encoding="ascii"))).max(axis=2) > SHADES).mean())


@pytest.mark.server
@pytest.mark.parametrize(("half_m", "share"), [(4000, 0.02), (1000, 0.03), (400, 0.04)], ids=["far", "near", "close"])
def test_the_sample_city_looks_as_it_did(city: RunningCity, half_m, share):
    """Some parts are the names', which other letters write otherwise; the fewer, the further away."""
    x, y = CENTRE_M
    box = f"{x - half_m},{y - half_m},{x + half_m},{y + half_m}"
    seen = fetched(
        f"{city.url}/maps/service?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS={LAYERS}&STYLES=&CRS=EPSG:3857"
        f"&BBOX={box}&WIDTH=512&HEIGHT=512&FORMAT=image/png"
    )
    assert changed(seen, f"city-{half_m}") <= share


@pytest.mark.parametrize("theme", THEMES)
def test_the_pictograms_and_patterns_of_a_theme_look_as_they_did(theme):
    assert changed(Image.open(BytesIO(sprites.sprite(theme, 1).png)), f"sprite-{theme}") == 0


@pytest.mark.server
@pytest.mark.parametrize("layer", LEGENDS)
def test_a_legend_looks_as_it_did(city: RunningCity, layer):
    seen = fetched(
        f"{city.url}/maps/service?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetLegendGraphic&LAYER={layer}&FORMAT=image/png"
    )
    assert changed(seen.crop((0, 0, 60, seen.height)), f"legend-{layer}") == 0, "its symbols, without the words"


def fetched(address: str) -> Image.Image:
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - loopback
        content = answer.read()
        assert answer.headers["Content-Type"] == "image/png", content
    return Image.open(BytesIO(content))
