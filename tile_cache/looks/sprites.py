"""The pictograms and patterns of a theme as one picture, with a list of where each is: a MapLibre sprite.

Drawn from the SVG files of the product at run time, once per process, theme and sharpness; no picture is kept in a
file. Source: MapLibre Style Specification, "Sprite" (index file: x, y, width, height, pixelRatio).
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from tile_cache.looks.colours import BLACK, WHITE, readable
from tile_cache.looks.mapnik_library import load_mapnik
from tile_cache.looks.mapnik_style import ICONS
from tile_cache.looks.themes import THEMES, Theme

RATIOS: Final = (1, 2)
"""Pixels of the picture for one CSS pixel."""

PATTERN_RATIO: Final = 4.5
"""Least contrast of a pattern's ink with the ground of the theme (see `colours.contrast`)."""

COLUMNS: Final = 8
CELL_PX: Final = 40
"""Room for one image of 36 pixels, with a margin so that none bleeds into its neighbour."""

_SIZE: Final = re.compile(r'<svg [^>]*width="(\d+)" height="(\d+)"')
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Image:
    """A drawing of the product, of one size in CSS pixels both ways."""

    name: str
    size_px: int
    svg: str

    @property
    def is_plate(self) -> bool:
        """Whether it brings its own ground along; otherwise it is a pattern that lies on areas."""
        return WHITE in self.svg


@dataclass(frozen=True, slots=True)
class Sprite:
    """A sheet (PNG) and its index by the images' names."""

    index: dict[str, dict[str, Any]]
    png: bytes


@cache
def images() -> tuple[Image, ...]:
    """All pictograms and patterns, by name."""
    return tuple(_read(path) for path in sorted(ICONS.glob("*.svg")))


def _read(path: Path) -> Image:
    svg = path.read_text(encoding="utf-8")
    found = _SIZE.search(svg)
    if found is None or found[1] != found[2]:
        raise ValueError(f"{path.name}: a square size in whole pixels is missing")
    return Image(path.stem, int(found[1]), svg)


@cache
def sprite(theme: str, ratio: int) -> Sprite:
    """The sprite of a theme (a key of `themes.THEMES`), `ratio` pixels for one CSS pixel."""
    drawn = images()
    return Sprite(build_index(drawn, ratio), _draw(drawn, THEMES[theme], ratio))


def build_index(drawn: Iterable[Image], ratio: int) -> dict[str, dict[str, Any]]:
    """Where each image is in the sheet, in pixels of the sheet."""
    return {
        image.name: {
            "x": x * ratio,
            "y": y * ratio,
            "width": image.size_px * ratio,
            "height": image.size_px * ratio,
            "pixelRatio": ratio,
        }
        for image, x, y in _placed(drawn)
    }


def _placed(drawn: Iterable[Image]) -> list[tuple[Image, int, int]]:
    return [(image, number % COLUMNS * CELL_PX, number // COLUMNS * CELL_PX) for number, image in enumerate(drawn)]


def themed_svg(image: Image, theme: Theme) -> str:
    """The drawing in the colours of a theme.

    The ink of a pattern stands out from the ground. A pictogram brings its own ground along and stays as it is, and so
    does black ink: it lies on the colours of classes, which are the same in each theme.
    """

    def shade(found: re.Match[str]) -> str:
        return found[0] if found[0] == BLACK else readable(found[0], (theme.ground,), PATTERN_RATIO)

    return image.svg if image.is_plate else _COLOUR.sub(shade, image.svg)


def _draw(drawn: Iterable[Image], theme: Theme, ratio: int) -> bytes:
    """The sheet, drawn by Mapnik: each image is a mark in the middle of its place."""
    mapnik = load_mapnik()
    placed = _placed(drawn)
    width, height = COLUMNS * CELL_PX, (len(placed) + COLUMNS - 1) // COLUMNS * CELL_PX
    canvas = mapnik.Map(width * ratio, height * ratio)
    with tempfile.TemporaryDirectory(prefix="machigis-sprite-") as folder:
        for image, _, _ in placed:
            (Path(folder) / f"{image.name}.svg").write_text(themed_svg(image, theme), encoding="utf-8")
        mapnik.load_map_from_string(canvas, _style(folder, ratio))
        rows = [
            f'{image.name},"POINT({x + image.size_px / 2} {height - y - image.size_px / 2})"' for image, x, y in placed
        ]
        layer = mapnik.Layer("images", "epsg:3857")
        layer.datasource = mapnik.Datasource(type="csv", inline="\n".join(["image,wkt", *rows]))
        layer.styles.append("images")
        canvas.layers.append(layer)
        canvas.zoom_to_box(mapnik.Box2d(0, 0, width, height))
        picture = mapnik.Image(width * ratio, height * ratio)
        mapnik.render(canvas, picture)
    return bytes(picture.to_string("png32"))


def _style(folder: str, ratio: int) -> str:
    return (
        '<Map srs="epsg:3857"><Style name="images"><Rule>'
        f'<MarkersSymbolizer file="{folder}/[image].svg" transform="scale({ratio})"'
        ' allow-overlap="true" ignore-placement="true"/>'
        "</Rule></Style></Map>"
    )
