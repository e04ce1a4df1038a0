"""What a schema cannot say of a good request is put right here, one kind of value at a time.

schemathesis makes requests that fit the schemas, and expects them to be taken. A schema has no grammar, no order of two
numbers and no calendar, so for these the values that it made are exchanged for others that are right. Requests that are
meant to be wrong stay as they are.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

import schemathesis
from schemathesis import GenerationMode

MAX_LIMIT = 10_000
FILTERS = ("version >= 1", "NOT (source LIKE 'a%') OR version < 3", '{"op":">=","args":[{"property":"version"},1]}')
MOMENTS = ("2024-01-01T16:10:00+09:00", "2024-01-01/..", "../2024-12-31T00:00:00Z", "2024-02-29")
DEGREES, METRES = [139.5, 35.6, 139.6, 35.7], [-40_000.0, -30_000.0, -20_000.0, -10_000.0]
LATITUDE_FIRST = ("4326", "6668")
MERCATOR = [15_529_000.0, 4_240_000.0, 15_545_000.0, 4_260_000.0]
POSITION = [139.5596, 35.6836]
_LINE = [POSITION, [139.561, 35.684]]
_RING = [POSITION, [139.561, 35.6836], [139.561, 35.685], POSITION]
COORDINATES: dict[str, Any] = {
    "Point": POSITION,
    "MultiPoint": [POSITION],
    "LineString": _LINE,
    "MultiLineString": [_LINE],
    "Polygon": [_RING],
    "MultiPolygon": [[_RING]],
}

Values = dict[str, Any]


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """A limit above the greatest is no fault: the standard says that it is taken as the greatest (17-069r4, 7.15.2)."""
    given = [case.query, case.body] if isinstance(case.body, dict) else [case.query]
    return not any(_is_above(values.get("limit")) for values in given if isinstance(values, dict))


def _is_above(limit: Any) -> bool:
    return re.fullmatch(r"\d+", str(limit)) is not None and int(limit) > MAX_LIMIT


@schemathesis.hook
def map_case(context: Any, case: Any) -> Any:
    """A request that is to be taken, with everything in it that no schema can describe made right."""
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return case
    if isinstance(case.query, dict):
        _put_right(case.query)
        _let_fit(case.query, case.operation.path)
    if case.headers is not None and "If-Match" in case.headers:
        case.headers["If-Match"] = "*"  # whatever its state, so that features do change and go
    if isinstance(case.body, dict):
        _put_body_right(case)
    return case


def _put_body_right(case: Any) -> None:
    path: str = case.operation.path
    if path.endswith("/search"):
        _put_right(case.body, as_json=True)
    elif path.endswith("/execution"):
        _put_inputs_right(case.body.get("inputs", {}))
    elif path == "/routes":
        _put_waypoints_right(case.body.get("inputs", {}))
    elif "/items" in path:
        for name in set(case.body) - {"type", "id", "geometry", "properties", "features"}:
            case.body[name] = []
        for feature in case.body.get("features", [case.body]):
            _put_feature_right(feature)


def _put_right(values: Values, *, as_json: bool = False) -> None:
    values.pop("cursor", None)  # only ever taken from a link; tests of paging follow them
    for name, right in _RIGHT.items():
        if name in values:
            values[name] = right(values[name], values)
    if "filter" in values:
        values["filter-lang"] = "cql2-json" if str(values["filter"]).startswith("{") else "cql2-text"
    if as_json and "bbox" in values:
        values["bbox"] = [float(number) for number in values["bbox"].split(",")]


def _let_fit(values: Values, path: str) -> None:
    """What parameters say of one another, and shapes in Well-Known Text, which has a grammar."""
    if "coords" in values:
        values["coords"] = SHAPES[path.rpartition("/")[2]]
        values.pop("crs", None)  # it would also say the order of these
    values.pop("subset", None)  # its axes are those of another parameter, and of bbox
    if "bbox" not in values and "/map" in path:
        values.pop("bbox-crs", None)  # says nothing by itself
    if values.get("f", "json") not in {"json", "jsonfg", "html"}:
        values.pop("skipGeometry", None)  # some files are made of geometries
    for name in _MEASURES & set(values):  # a picture or a raster is at most so large, whatever its shape
        del values[name]


SHAPES = {
    "position": "POINT(139.56 35.68)",
    "area": "POLYGON((139.55 35.67,139.57 35.67,139.57 35.69,139.55 35.67))",
    "trajectory": "LINESTRING(139.55 35.67,139.57 35.69)",
}
_MEASURES = {"scale-factor", "scale-axes", "scale-size", "width", "height", "mm-per-pixel", "scale-denominator"}


def _filter(made: Any, values: Values) -> str:
    """CQL2 is a language: its sentences have a grammar."""
    return FILTERS[len(str(made)) % len(FILTERS)]


def _bbox(made: Any, values: Values) -> str:
    """The first corner lies below the second, both within the area of the system."""
    system = str(values.get("bbox-crs", "")).rstrip("]")  # [EPSG:6668] is a name too
    box = DEGREES if not system or system.endswith("CRS84") else METRES
    if system.endswith("3857"):
        box = MERCATOR
    if system.endswith(LATITUDE_FIRST):
        box = [DEGREES[1], DEGREES[0], DEGREES[3], DEGREES[2]]
    return ",".join(map(str, box))


def _datetime(made: Any, values: Values) -> str:
    """Days exist in the calendar, and what begins does so before it ends."""
    return MOMENTS[len(str(made)) % len(MOMENTS)]


def _as_of(made: Any, values: Values) -> str:
    """Nobody knows what will be."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _sortby(made: Any, values: Values) -> Any:
    """A field is named once, whatever its direction."""
    names = made if isinstance(made, list) else str(made).split(",")
    once = list({name.lstrip("+-"): name for name in names}.values())
    return once if isinstance(made, list) else ",".join(once)


def _q(made: Any, values: Values) -> str:
    """At least one letter, and not too many words."""
    return "学校,park" if len(str(made)) > 1 else "公"


_RIGHT: dict[str, Callable[[Any, Values], Any]] = {
    "filter": _filter,
    "bbox": _bbox,
    "datetime": _datetime,
    "as-of": _as_of,
    "sortby": _sortby,
    "q": _q,
}


def _put_feature_right(feature: Any) -> None:
    """A shape is closed, and lies in or near the city."""
    if not isinstance(feature, dict):
        return
    for name in {"bbox", "links"} & set(feature):  # anything of JSON, but for numbers that no program can hold
        feature[name] = []
    shape = feature.get("geometry")
    if isinstance(shape, dict) and shape.get("type") in COORDINATES:
        shape["coordinates"] = COORDINATES[shape["type"]]
    for name, value in (feature.get("properties") or {}).items():
        feature["properties"][name] = _stored(value)


def _stored(value: Any) -> Any:
    """PostgreSQL's texts hold no null character and no half of a pair; its calendar begins with the year 1."""
    if not isinstance(value, str):
        return value
    if re.match(r"\d{4}-\d\d-\d\d[Tt]", value):
        return value if _is_moment(value) else MOMENTS[0]
    return value.replace("\0", "").encode(errors="ignore").decode()


def _is_moment(text: str) -> bool:
    try:
        return 1 < datetime.datetime.fromisoformat(text.upper()).year < 9999
    except ValueError:
        return False


def _put_inputs_right(inputs: Any) -> None:
    """Places lie in the city, the two ends of a way differ, and an id would be one of a site that is there."""
    for name, position in (("from", POSITION), ("to", [139.5708, 35.7022])):
        if isinstance(inputs, dict) and name in inputs:
            inputs[name] = position


def _put_waypoints_right(inputs: Any) -> None:
    """Places on the way lie in the city, and differ."""
    waypoints = inputs.get("waypoints") if isinstance(inputs, dict) else None
    for holder in (waypoints, waypoints.get("value")) if isinstance(waypoints, dict) else ():
        if isinstance(holder, dict) and "coordinates" in holder:
            holder["coordinates"] = [POSITION, [139.5708, 35.7022]]
