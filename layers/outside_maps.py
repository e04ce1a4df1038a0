"""Maps of other servers that a city may show under its own: declared in the city's file, none by default. Pure.

Our server asks for them and keeps them, so that no reader's browser ever asks anybody else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from layers.spec import Text

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,30}\.[a-z][a-z0-9-]{0,30}")
_PLACES: Final = ("{z}", "{x}", "{y}")
LAST_ZOOM: Final = 20


@dataclass(frozen=True, slots=True)
class OutsideMap:
    """One map of another server, in tiles of 256 pixels of the usual web grid.

    Args:
        name: in addresses; two words with a full stop between, so that it is no layer's name: ``gsi.pale``.
        url: of a tile, with ``{z}``, ``{x}`` and ``{y}`` (or ``{-y}``, rows from the south); or of a WMS.
        layers: the WMS's layers with commas between; None for tiles.
        zooms: first and last that the server has; beyond the last its tiles are enlarged.
        refresh_days: after so many days a kept tile is asked for again; it stays until the new one is there.
        most_mb: of tiles kept, at most; the oldest go first.
    """

    name: str
    title: Text
    url: str
    attribution: Text
    licence: str
    zooms: tuple[int, int] = (0, 18)
    is_photo: bool = False
    layers: str | None = None
    refresh_days: int = 30
    most_mb: int = 500


_GSI: Final[dict[str, Any]] = {
    "attribution": {"ja": "出典：国土地理院", "en": "Source: Geospatial Information Authority of Japan"},
    "licence": "国土地理院コンテンツ利用規約",
}
_GSI_URL: Final = "https://cyberjapandata.gsi.go.jp/xyz"
PRESETS: Final[dict[str, dict[str, Any]]] = {
    "gsi.std": _GSI
    | {
        "title": {"ja": "地理院タイル（標準地図）", "en": "GSI tiles (standard)"},
        "url": f"{_GSI_URL}/std/{{z}}/{{x}}/{{y}}.png",
        "zooms": [5, 18],
    },
    "gsi.pale": _GSI
    | {
        "title": {"ja": "地理院タイル（淡色地図）", "en": "GSI tiles (pale)"},
        "url": f"{_GSI_URL}/pale/{{z}}/{{x}}/{{y}}.png",
        "zooms": [5, 18],
    },
    "gsi.photo": _GSI
    | {
        "title": {"ja": "地理院タイル（写真）", "en": "GSI tiles (photographs)"},
        "url": f"{_GSI_URL}/seamlessphoto/{{z}}/{{x}}/{{y}}.jpg",
        "zooms": [2, 18],
        "is_photo": True,
    },
}
"""Source: 国土地理院「地理院タイル一覧」."""

_KEYS: Final = frozenset(OutsideMap.__dataclass_fields__)


def read_outside_maps(tables: Any) -> tuple[OutsideMap, ...]:
    """The maps of a city's file: tables, each with ``preset`` or everything itself.

    Raises:
        ValueError, KeyError, TypeError: what is wrong, as a city's file is wrong.
    """
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise TypeError("outside_maps must be tables: [[outside_maps]]")
    found = tuple(_checked(_outside_map(table)) for table in tables)
    names = [each.name for each in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"outside_maps {', '.join(twice)} are named twice")
    return found


def _outside_map(table: dict[str, Any]) -> OutsideMap:
    members = dict(table)
    preset = members.pop("preset", None)
    if preset is not None:
        if preset not in PRESETS:
            raise ValueError(f"outside_maps: there is no preset {preset!r}; there are: {', '.join(PRESETS)}")
        members = {"name": preset} | PRESETS[preset] | members
    if unknown := sorted(members.keys() - _KEYS):
        raise ValueError(
            f"outside_maps: {', '.join(unknown)} mean nothing; known are: preset, {', '.join(sorted(_KEYS))}"
        )
    for key in ("name", "title", "url", "attribution", "licence"):
        if not members.get(key):
            raise KeyError(f"outside_maps: {key}")
    first, last = members.pop("zooms", (0, 18))
    title, attribution = Text(**members.pop("title")), Text(**members.pop("attribution"))
    return OutsideMap(title=title, attribution=attribution, zooms=(first, last), **members)


def _checked(outside: OutsideMap) -> OutsideMap:
    name, parts = f"outside_maps {outside.name!r}", urlsplit(outside.url)
    if not _NAME.fullmatch(outside.name) or outside.name.startswith("raster."):
        raise ValueError(
            f"{name}: the name must be two words with a full stop between, as gsi.pale, the first not raster"
        )
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise ValueError(f"{name}: the url must begin with https:// or http://, and hold no password")
    if outside.layers is None and not all(place in outside.url.replace("{-y}", "{y}") for place in _PLACES):
        raise ValueError(f"{name}: the url must hold {{z}}, {{x}} and {{y}}, or there must be layers of a WMS")
    first, last = outside.zooms
    if not (_is_whole(first) and _is_whole(last) and 0 <= first <= last <= LAST_ZOOM):
        raise ValueError(f"{name}: zooms must be two whole numbers from 0 to {LAST_ZOOM}, the smaller one first")
    for key, value, most in (("refresh_days", outside.refresh_days, 3650), ("most_mb", outside.most_mb, 1_000_000)):
        if not (_is_whole(value) and 1 <= value <= most):
            raise ValueError(f"{name}: {key} must be a whole number from 1 to {most}")
    return outside


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
