"""The city that an installation serves: one settings file (TOML), read once at the start."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from layers.crs import plane_rectangular_srid
from layers.outside_maps import OutsideMap, read_outside_maps
from layers.spec import Text

DEFAULT_CITY_FILE = Path(__file__).parent / "cities" / "mitaka.toml"
HAZARDS = (
    "flood",
    "landslide",
    "storm_surge",
    "earthquake",
    "tsunami",
    "fire",
    "inland_flood",
    "volcano",
)
"""The eight kinds of 異常な現象 of 災害対策基本法施行令 第20条の4, in the order of the official table."""


class CityFileError(ValueError):
    """The city file cannot be read or says something impossible."""


@dataclass(frozen=True, slots=True)
class City:
    """A city: code, name, rough outline, plane-rectangular zone, languages, hazards that matter, maps of others.

    `outline` is a closed ring of (longitude, latitude) in degrees, good enough to place the first view.
    """

    code: str
    name: Text
    prefecture: Text
    zone: int
    languages: tuple[str, ...]
    hazards: tuple[str, ...]
    outline: tuple[tuple[float, float], ...]
    outside_maps: tuple[OutsideMap, ...] = ()

    @property
    def plane_srid(self) -> int:
        """EPSG code in which this city's lengths and areas are computed, metres."""
        return plane_rectangular_srid(self.zone)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        lons, lats = zip(*self.outline, strict=True)
        return min(lons), min(lats), max(lons), max(lats)

    @property
    def centre(self) -> tuple[float, float]:
        west, south, east, north = self.bounds
        return (west + east) / 2, (south + north) / 2


@cache
def read_city(path: Path = DEFAULT_CITY_FILE) -> City:
    """Read and check a city file.

    Raises:
        CityFileError: in one sentence, what is wrong with the file.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return _checked(_city(table))
    except OSError as error:
        raise CityFileError(f"the city file {path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CityFileError(f"the city file {path} is not TOML: {error}") from error
    except KeyError as error:
        raise CityFileError(f"the city file {path} lacks {error.args[0]!r}") from error
    except (TypeError, ValueError) as error:
        raise CityFileError(f"the city file {path} is wrong: {error}") from error


def _city(table: dict[str, Any]) -> City:
    return City(
        code=table["code"],
        name=Text(**table["name"]),
        prefecture=Text(**table["prefecture"]),
        zone=table["zone"],
        languages=tuple(table["languages"]),
        hazards=tuple(table["hazards"]),
        outline=tuple((float(lon), float(lat)) for lon, lat in table["outline"]),
        outside_maps=read_outside_maps(table.get("outside_maps", [])),
    )


def _checked(city: City) -> City:
    if not has_right_check_digit(city.code):
        raise ValueError(f"code {city.code!r} is not a six-digit municipality code with its check digit")
    if unknown := set(city.hazards) - set(HAZARDS):
        raise ValueError(f"hazards {sorted(unknown)} are none of {list(HAZARDS)}")
    if len(city.outline) < 4 or city.outline[0] != city.outline[-1]:
        raise ValueError("outline must be a closed ring of at least four points")
    plane_rectangular_srid(city.zone)
    return city


def check_digit(code5: str) -> str:
    """Check digit of a five-digit municipality code (weights 6, 5, 4, 3, 2, modulo 11).

    Source: 総務省「全国地方公共団体コード仕様」.

    >>> check_digit("13204")
    '7'
    """
    total = sum(int(digit) * weight for digit, weight in zip(code5, (6, 5, 4, 3, 2), strict=True))
    return str((11 - total % 11) % 10)


def has_right_check_digit(code6: str) -> bool:
    return len(code6) == 6 and code6.isascii() and code6.isdigit() and check_digit(code6[:5]) == code6[5]
