"""The parameters of a map, from text to values.

Source: OGC API - Maps - Part 1: Core (OGC 20-058), 7 to 10, 13 and 16.
"""

from __future__ import annotations

import math
import re
from typing import Final

from django.conf import settings
from pyproj import Transformer
from pyproj.exceptions import ProjError

from gis_server.ogc_parts.pictures import Box, Colour
from layers.crs import CRS84, Crs, offered_crs
from layers.problems import Problem
from ogc_api.features.parameters import fault
from ogc_api.features.places import read_bbox, read_crs

PARAMETERS: Final = (
    "bbox",
    "bbox-crs",
    "crs",
    "width",
    "height",
    "bgcolor",
    "transparent",
    "void-color",
    "void-transparent",
)
LARGEST_PX: Final = 4096
"""Longest side of a picture."""
MOST_PIXELS: Final = 16_777_216
USUAL_PX: Final = 1024
"""Longer side where no size is asked for."""

_COLOURS: Final = {
    "black": (0, 0, 0),
    "silver": (192, 192, 192),
    "gray": (128, 128, 128),
    "white": (255, 255, 255),
    "maroon": (128, 0, 0),
    "red": (255, 0, 0),
    "purple": (128, 0, 128),
    "fuchsia": (255, 0, 255),
    "green": (0, 128, 0),
    "lime": (0, 255, 0),
    "olive": (128, 128, 0),
    "yellow": (255, 255, 0),
    "navy": (0, 0, 128),
    "blue": (0, 0, 255),
    "teal": (0, 128, 128),
    "aqua": (0, 255, 255),
}
"""Names of colours in HTML 4 (W3C)."""
COLOUR_PATTERN: Final = r"^(0[xX][0-9a-fA-F]{6}|" + "|".join(f"[{c[0]}{c[0].upper()}]{c[1:]}" for c in _COLOURS) + ")$"


def offered() -> tuple[Crs, ...]:
    return offered_crs(settings.CITY.plane_srid)


def read_place(given: dict[str, str]) -> tuple[Crs, Box]:
    """The system of the picture, and its box there; the city where none is asked for.

    Raises:
        Problem: 400 for a box that is empty, crosses the antimeridian or does not lie within the system.
    """
    crs = read_crs("crs", given.get("crs"), offered())
    bbox_crs = read_crs("bbox-crs", given.get("bbox-crs"), offered())
    text = given.get("bbox")
    box = read_bbox(text, bbox_crs)
    if box is None:
        if "bbox-crs" in given:
            raise Problem(400, "invalid parameter", "bbox-crs says nothing without bbox", parameter="bbox-crs")
        return crs, _in_crs(settings.CITY.bounds, CRS84, crs, "the city")
    if not (box[0] < box[2] and box[1] < box[3]):
        raise fault("bbox", text or "", "a box with some width and height, its western side before its eastern one")
    return crs, _in_crs(box, bbox_crs, crs, f"bbox={text!r:.80}")


def _in_crs(box: Box, source: Crs, target: Crs, said: str) -> Box:
    """The box around a box, in another system."""
    if source.srid != target.srid:
        try:
            box = Transformer.from_crs(source.srid, target.srid, always_xy=True).transform_bounds(*box, densify_pts=21)
        except ProjError:
            box = (math.inf,) * 4
    west, south, east, north = target.limits
    whole = (max(box[0], west), max(box[1], south), min(box[2], east), min(box[3], north))
    if not all(math.isfinite(side) for side in box) or not (whole[0] < whole[2] and whole[1] < whole[3]):
        raise Problem(400, "invalid parameter", f"{said} does not lie within {target.uri}", parameter="bbox")
    return whole


def read_size(given: dict[str, str], box: Box) -> tuple[int, int]:
    """Width and height in pixels; what is not said keeps the shape of the box.

    Raises:
        Problem: 400 for what is no size, 413 for a picture that is too large.
    """
    shape = (box[2] - box[0]) / (box[3] - box[1])
    width, height = (_count(name, given[name]) if name in given else None for name in ("width", "height"))
    if width is None and height is None:
        width, height = (USUAL_PX, _rounded(USUAL_PX / shape)) if shape >= 1 else (_rounded(USUAL_PX * shape), USUAL_PX)
    elif height is None:
        height = _rounded(width / shape)
    elif width is None:
        width = _rounded(height * shape)
    if max(width, height) > LARGEST_PX or width * height > MOST_PIXELS:
        raise _too_large(width, height, "width" if width >= height else "height")
    return width, height


def _count(name: str, text: str) -> int:
    if not (re.fullmatch(r"[0-9]{1,18}", text, re.ASCII) and int(text) > 0):
        raise fault(name, text, f"a whole number of pixels from 1 to {LARGEST_PX}")
    if int(text) > LARGEST_PX:
        raise _too_large(int(text), int(text), name)
    return int(text)


def _too_large(width: int, height: int, parameter: str) -> Problem:
    longest = max(width, height)
    return Problem(
        413,
        "picture too large",
        f"a side of {longest} pixels is asked for or follows from the shape of bbox; {LARGEST_PX} is the most",
        parameter=parameter,
        extra={"most": LARGEST_PX},
    )


def _rounded(pixels: float) -> int:
    return max(1, round(min(pixels, 1e9)))


def read_background(given: dict[str, str], form: str, paper: Colour) -> Colour | None:
    """The colour behind everything; None for nothing.

    Without ``transparent`` and ``bgcolor`` the background is transparent, with ``bgcolor`` alone it has that colour
    (OGC 20-058, /req/background). A JPEG has no transparency, so the style's own background takes its place.

    Raises:
        Problem: 400 for what is no colour or neither true nor false.
    """
    colour = read_colour("bgcolor", given.get("bgcolor"))
    transparent = read_switch("transparent", given.get("transparent"))
    # Outside the limits of a system nothing is ever drawn, so these two are only checked.
    read_colour("void-color", given.get("void-color"))
    read_switch("void-transparent", given.get("void-transparent"))
    is_transparent = colour is None if transparent is None else transparent
    if is_transparent and form != "jpeg":
        return None
    return colour or paper


def read_colour(name: str, text: str | None) -> Colour | None:
    """
    >>> read_colour("bgcolor", "0xFF8000"), read_colour("bgcolor", "Navy")
    ((255, 128, 0), (0, 0, 128))
    """
    if text is None:
        return None
    if re.fullmatch(r"0[xX][0-9a-fA-F]{6}", text, re.ASCII):
        red, green, blue = bytes.fromhex(text[2:])
        return red, green, blue
    if text.lower() in _COLOURS:
        return _COLOURS[text.lower()]
    raise fault(name, text, f"a colour such as 0xFF8000, or one of: {', '.join(_COLOURS)}")


def read_switch(name: str, text: str | None) -> bool | None:
    if text is not None and text not in {"true", "false"}:
        raise fault(name, text, "true or false")
    return None if text is None else text == "true"
