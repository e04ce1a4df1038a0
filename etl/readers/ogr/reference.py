"""In which reference system the positions of a file are, and whether its axes are swapped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from etl.datum import JGD2011, WGS84, find_accuracy_notice, identify_srid, is_degrees, name_of, to_lon_lat
from etl.record import UnreadableFileError
from layers.city import City

Positions = NDArray[np.float64]
Bounds = tuple[float, float, float, float]

JAPAN = (122.0, 20.0, 154.0, 46.0)
"""West, south, east, north in degrees, the outer islands among it."""

_MARGIN_DEGREES = 0.03
"""Some 3 km around a city's rough outline: sites of a city lie in its neighbours too."""

_HOME_DEGREES = 0.05
"""Some 5 km around a city's outline."""

_NEAR_DEGREES = 0.5
_EARTH = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True, slots=True)
class Reference:
    """How positions become longitude and latitude: `swaps` means that the file has northing or latitude first."""

    srid: int
    swaps: bool
    reason: str
    notices: tuple[str, ...] = ()

    def lon_lat(self, positions: Positions) -> Positions:
        """Positions (n, 2) of the file as longitude and latitude in degrees; NaN where there is none."""
        x, y = positions[:, 0], positions[:, 1]
        if self.swaps:
            x, y = y, x
        if self.srid in {WGS84, JGD2011}:
            return np.column_stack([x, y])
        return np.column_stack(to_lon_lat(x, y, self.srid))

    def bounds(self, box: Bounds | None) -> Bounds | None:
        """West, south, east, north of the file as degrees; None where it has none."""
        if box is None:
            return None
        west, south, east, north = box
        corners = self.lon_lat(np.array([[west, south], [west, north], [east, south], [east, north]]))
        if not np.isfinite(corners).all():
            return None
        (west, south), (east, north) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
        return west, south, east, north


def find_reference(
    said: str, asked: int | None, sample: Positions, city: City, *, is_elsewhere: bool = False
) -> Reference:
    """The reference system: what the caller says, what the file says, else what the positions can only be.

    Args:
        said: what the file says (code, URN, WKT); empty where it says nothing.
        asked: EPSG code that the caller names.
        is_elsewhere: the rows bear codes of other municipalities, so that they need not lie at the city.
        sample: some positions of the file, (n, 2); the middle one decides, so that stray ones do not.

    Raises:
        UnreadableFileError: where it cannot be told; the caller has to say it.
    """
    finite = sample[np.isfinite(sample).all(axis=1)]
    middle = np.median(finite, axis=0).reshape(1, 2) if len(finite) else None
    at_home = finite[:0] if is_elsewhere else finite
    if asked is not None:
        return _known(asked, f"reference system {name_of(asked)}: as asked for", middle, at_home, city)
    srid = identify_srid(said) if said else None
    if said and srid is None:
        raise UnreadableFileError(f"the reference system {_brief(said)} is not known; --crs CODE says it as EPSG code")
    if srid is not None and (middle is None or not is_degrees(srid) or _within(middle, _EARTH) or _swapped_in(middle)):
        return _known(srid, f"reference system {name_of(srid)}: the file says so", middle, at_home, city)
    if middle is None:
        return Reference(JGD2011, False, "no row has a position")
    return _guessed(middle, city, f"; what it says ({_brief(said)}) cannot be" if said else "")


def _brief(said: str) -> str:
    return " ".join(said.split())[:60]


def _within(middle: Positions, box: tuple[float, float, float, float], margin: float = 0.0) -> bool:
    (x, y) = middle[0]
    west, south, east, north = box
    return bool(west - margin <= x <= east + margin and south - margin <= y <= north + margin)


def _swapped_in(middle: Positions) -> bool:
    return _within(middle[:, ::-1], JAPAN)


def _known(srid: int, reason: str, middle: Positions | None, sample: Positions, city: City) -> Reference:
    """A system that is certain; its axes are swapped only where the positions cannot be right as they are."""
    accuracy = find_accuracy_notice(srid)
    notices = (accuracy,) if accuracy else ()
    plain = Reference(srid, False, reason, notices)
    if middle is None:
        return plain
    if _within(plain.lon_lat(middle), JAPAN):
        turned = Reference(srid, True, reason, (*notices, _swap_notice(srid)))
        return turned if not is_degrees(srid) and _is_swapped_at_home(plain, turned, sample, city) else plain
    swapped = Reference(srid, True, reason, (*notices, _swap_notice(srid)))
    home = swapped.lon_lat(middle)
    fits = _within(home, JAPAN) if is_degrees(srid) else _within(home, city.bounds, _NEAR_DEGREES)
    return swapped if fits else plain


def _is_swapped_at_home(plain: Reference, turned: Reference, sample: Positions, city: City) -> bool:
    """Whether all rows lie at the city when their axes are swapped, and none of them as they are.

    Both positions are in Japan, some 11 km apart at 三鷹, where metres of the zone are alike on both axes.
    """
    west, south, east, north = city.bounds
    home = shapely.box(west, south, east, north) if len(city.outline) < 4 else shapely.Polygon(city.outline)
    around = home.buffer(_HOME_DEGREES)
    shapely.prepare(around)
    is_at_home = [shapely.contains_xy(around, one.lon_lat(sample)) for one in (plain, turned)]
    return bool(len(sample) and is_at_home[1].all() and not is_at_home[0].any())


def _swap_notice(srid: int) -> str:
    if is_degrees(srid):
        return "latitude comes first in the file: the two were swapped"
    return "northing (X) comes first in the file: the two were swapped"


def _guessed(middle: Positions, city: City, but: str) -> Reference:
    """From the positions alone: degrees in Japan, or metres of the city's zone that lie at the city."""
    said = f"the file does not say its reference system{but}"
    for swaps in (False, True):
        if _within(middle[:, ::-1] if swaps else middle, JAPAN):
            order = (_swap_notice(JGD2011),) if swaps else ()
            taken = f"{said}; its positions are degrees in Japan and were taken as {name_of(JGD2011)}"
            return Reference(JGD2011, swaps, "reference system: found from the positions", (taken, *order))
    zone = city.plane_srid
    for margin in (_MARGIN_DEGREES, _NEAR_DEGREES):
        for swaps in (False, True):
            found = Reference(zone, swaps, "reference system: found from the positions")
            if _within(found.lon_lat(middle), city.bounds, margin):
                order = (_swap_notice(zone),) if swaps else ()
                taken = f"{said}; in {name_of(zone)} its positions lie at {city.name.ja}, so they were taken as such"
                return Reference(zone, swaps, found.reason, (taken, *order))
    x, y = middle[0]
    raise UnreadableFileError(f"{said}, and positions as {x:.8g}, {y:.8g} do not tell it; --crs CODE says it")
