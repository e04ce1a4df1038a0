"""Service areas as GeoJSON: one origin after the other, with a word about how far the work has come in between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import shapely
from shapely import Geometry

from gis_server.navigation.answers import Context
from gis_server.navigation.approach import Piece
from gis_server.navigation.geodesy import metres_per_degree
from gis_server.navigation.geojson import feature, point
from gis_server.navigation.inputs import AreaRequest
from gis_server.navigation.nearest import Excluded
from gis_server.navigation.reach import Origin, Reach, length_of, pieces_within, search
from gis_server.navigation.searching import Situation
from gis_server.navigation.shapes import piece_coordinates
from layers.spec import Text
from ogc_api.processes.progress import Progress

AROUND_M: Final = 40.0
"""What lies so near to a way that is reached belongs to the area: half a block of houses."""
SIMPLER_M: Final = 4.0
GRID_DEGREES: Final = 1e-6
SQUARE_SEGMENTS: Final = 4

OFF_NETWORK: Final = Text("近くに通れる道がありません", "No usable way nearby")


def area_answer(
    situation: Situation,
    origins: Sequence[Origin],
    excluded: Sequence[Excluded],
    request: AreaRequest,
    context: Context,
    progress: Progress,
) -> dict[str, Any]:
    """The whole answer of the process ``service-area``; it may be stopped between two origins."""
    language = request.language
    left_out = [_left_out(item.site.id, item.site.name, item.reason, language) for item in excluded]
    features: list[dict[str, Any]] = []
    sources: set[str] = set()
    for number, origin in enumerate(origins):
        progress.report(100 * number / len(origins), _doing(origin, number, len(origins)).in_language(language))
        reach = search(situation, origin.place)
        if reach is None:
            left_out.append(_left_out(origin.id, origin.name, OFF_NETWORK, language))
            continue
        features += _features(situation, origin, reach, request, sources)
    reached = len(origins) + len(excluded) - len(left_out)
    overview = {
        "featureType": "overview",
        "summary": _summary(reached, request).in_language(language),
        "origins": reached,
        "minutes": list(request.minutes),
        "shape": request.shape,
        "excluded": left_out,
        **context.members(),
        "attribution": sorted({context.attributions[key] for key in sources if key in context.attributions}),
    }
    first = {"type": "Feature", "id": "overview", "geometry": None, "properties": overview}
    box = _bounds(features)
    return {"type": "FeatureCollection", **({"bbox": box} if box else {}), "features": [first, *features]}


def _doing(origin: Origin, number: int, count: int) -> Text:
    name = f"{origin.name} " if origin.name else ""
    return Text(f"{name}({number + 1}/{count})", f"{name}({number + 1}/{count})")


def _left_out(site_id: str, name: str, reason: Text, language: str) -> dict[str, str]:
    return {"id": site_id, "name": name, "reason": reason.in_language(language)}


def _summary(count: int, request: AreaRequest) -> Text:
    times = "・".join(map(str, request.minutes)), ", ".join(map(str, request.minutes))
    return Text(
        f"{count} か所から {times[0]} 分で歩ける範囲",
        f"Within {times[1]} min on foot of {count} {'place' if count == 1 else 'places'}",
    )


def _features(
    situation: Situation, origin: Origin, reach: Reach, request: AreaRequest, sources: set[str]
) -> Iterable[dict[str, Any]]:
    """The origin, and the longest time first, so that the shorter ones are drawn above it."""
    own = {"origin": origin.id, "name": origin.name}
    place = {"featureType": "origin", **own, "gap_m": round(reach.snap.distance_m, 1)}
    yield feature(f"origin-{origin.id}", point(origin.place), place)
    for minutes in reversed(request.minutes):
        pieces = pieces_within(situation, reach, minutes * 60.0)
        if not pieces:  # at the end of a one-way link that leads nowhere else
            continue
        sources |= {situation.network.links.source[piece.link] for piece in pieces}
        shape = area_of(situation, pieces) if request.shape == "area" else lines_of(situation, pieces)
        band = {"featureType": "band", **own, "minutes": minutes, "length_m": round(length_of(situation, pieces), 1)}
        yield feature(f"band-{origin.id}-{minutes}", shapely.geometry.mapping(shape), band)


def lines_of(situation: Situation, pieces: Sequence[Piece]) -> Geometry:
    """The ways themselves, degrees."""
    parts = [piece_coordinates(situation.network, piece) for piece in pieces if piece.share > 0]
    lines = shapely.multilinestrings([shapely.linestrings(part) for part in parts])
    return shapely.set_precision(lines, GRID_DEGREES, mode="pointwise")


def area_of(situation: Situation, pieces: Sequence[Piece]) -> Geometry:
    """What lies within `AROUND_M` of the ways, degrees; computed in the plane around the first of them."""
    parts = [piece_coordinates(situation.network, piece) for piece in pieces if piece.share > 0]
    origin = parts[0][0]
    scale = np.array(metres_per_degree(float(origin[1])))
    lines = shapely.multilinestrings([shapely.linestrings((part - origin) * scale) for part in parts])
    area = shapely.buffer(lines, AROUND_M, quad_segs=SQUARE_SEGMENTS).simplify(SIMPLER_M)
    degrees = shapely.transform(area, lambda metres: metres / scale + origin)
    return shapely.orient_polygons(shapely.set_precision(degrees, GRID_DEGREES))


def _bounds(features: Sequence[dict[str, Any]]) -> list[float]:
    """West, south, east, north of everything; empty where there is nothing."""
    if not features:
        return []
    boxes = np.array([shapely.bounds(shapely.geometry.shape(one["geometry"])) for one in features])
    return [float(side) for side in (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))]
