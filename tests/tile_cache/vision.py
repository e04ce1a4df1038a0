"""How colours look to eyes that see them otherwise, and how far apart two colours then are.

The matrices are those of G. M. Machado, M. M. Oliveira, L. A. F. Fernandes: "A Physiologically-based Model for
Simulation of Color Vision Deficiency", IEEE TVCG 15 (2009), at severity 1.0; they apply to linear sRGB.
"""

from __future__ import annotations

from tile_cache.looks.colours import channels, linear, written

MACHADO_2009 = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
_WHITE = (0.95047, 1.0, 1.08883)


def seen(colour: str, eyes: str) -> str:
    """A colour as it looks to people with a deficiency; ``usual`` eyes see it as it is."""
    if eyes == "usual":
        return colour
    light = [linear(part) for part in channels(colour)]
    changed = [sum(a * b for a, b in zip(row, light, strict=True)) for row in MACHADO_2009[eyes]]
    red, green, blue = (_encoded(min(1.0, max(0.0, part))) for part in changed)
    return written((red, green, blue))


def lab(colour: str) -> tuple[float, float, float]:
    """CIE L*a*b*, D65."""
    light = [linear(part) for part in channels(colour)]
    x, y, z = (
        _cube_root(sum(a * b for a, b in zip(row, light, strict=True)) / white)
        for row, white in zip(_XYZ, _WHITE, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: str, other: str) -> float:
    """ΔE*ab (CIE 1976); about 2.3 is just to be noticed."""
    return float(sum((a - b) ** 2 for a, b in zip(lab(one), lab(other), strict=True)) ** 0.5)


def _encoded(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _cube_root(part: float) -> float:
    return part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116
