"""Colours as numbers: how light they are, how well they stand out, how they change. Pure.

Colours are written ``#rrggbb`` (sRGB). Contrast is that of WCAG 2.2 (relative luminance, contrast ratio).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

Rgb = tuple[float, float, float]
BLACK: Final = "#000000"
WHITE: Final = "#ffffff"
STEPS: Final = 40
"""Shades between a colour and black or white that are tried for contrast."""


def channels(colour: str) -> Rgb:
    """Red, green and blue from 0 to 1.

    >>> channels("#ff0000")
    (1.0, 0.0, 0.0)
    """
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def written(rgb: Rgb) -> str:
    """
    >>> written((1.0, 0.5, 0.0))
    '#ff8000'
    """
    return "#" + "".join(f"{round(min(1.0, max(0.0, part)) * 255):02x}" for part in rgb)


def linear(part: float) -> float:
    """A channel as an amount of light (IEC 61966-2-1)."""
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2, definition of relative luminance)."""
    red, green, blue = (linear(part) for part in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio, 1 to 21 (WCAG 2.2, definition of contrast ratio).

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """A colour with a share (0 to 1) of another in it; also what a cover of that opacity looks like.

    >>> mixed("#000000", "#ffffff", 0.5)
    '#808080'
    """
    red, green, blue = (a + (b - a) * share for a, b in zip(channels(colour), channels(other), strict=True))
    return written((red, green, blue))


def readable(colour: str, grounds: Iterable[str], ratio: float) -> str:
    """The colour itself where it stands out from all grounds; else its nearest shade that does, or the best there is.

    >>> readable("#0b4bc2", ["#ffffff"], 4.5)
    '#0b4bc2'
    """
    grounds = tuple(grounds)
    is_dark = sum(luminance(ground) for ground in grounds) / len(grounds) < 0.18
    away = WHITE if is_dark else BLACK
    for step in range(STEPS):
        shade = mixed(colour, away, step / STEPS)
        if min(contrast(shade, ground) for ground in grounds) >= ratio:
            return shade
    return away
