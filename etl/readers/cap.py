"""Common Alerting Protocol 1.0, 1.1 and 1.2 (OASIS): the first language's information of a message, all its areas."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import shapely
from pyproj import Geod

from etl.contents import Contents
from etl.readers.alert_messages import Message, data_set_of, moment, parsed
from etl.readers.base import Options, Reader
from etl.record import DataSet, UnreadableFileError
from etl.text import plain_text
from layers.feature import Source

_NAMESPACES = (b"urn:oasis:names:tc:emergency:cap:1.", b"http://www.incident.com/cap/1.")
_KINDS = {"Met": "weather", "Fire": "fire"}
_GEOD = Geod(ellps="WGS84")
CIRCLE_VERTICES = 64


def find_reason(contents: Contents) -> str | None:
    is_cap = contents.root == "alert" and any(name in contents.head for name in _NAMESPACES)
    return "its root element is alert of the Common Alerting Protocol" if is_cap else None


def open_message(contents: Contents, options: Options) -> DataSet:
    root = parsed(contents)
    status, scope = _text(root, "{*}status"), _text(root, "{*}scope")
    if status not in {"Actual", "Exercise"}:
        raise UnreadableFileError(f"its status is {status or 'missing'}: no message to the public (Actual, Exercise)")
    if scope not in {"", "Public"}:
        raise UnreadableFileError(f"its scope is {scope}, not Public")
    return data_set_of(_message(root, status), "Common Alerting Protocol", options)


def _message(root: Any, status: str) -> Message:
    kind, sent_at = _text(root, "{*}msgType"), moment(_text(root, "{*}sent"), "sent")
    identifier = f"{_text(root, '{*}sender')},{_text(root, '{*}identifier')}"
    if kind not in {"Alert", "Update", "Cancel"}:
        raise UnreadableFileError(f"its msgType is {kind or 'missing'}; Alert, Update and Cancel are read")
    if sent_at is None or identifier.startswith(",") or identifier.endswith(","):
        raise UnreadableFileError("sender, identifier and sent are needed")
    info = root.find("{*}info")
    info = root.makeelement("info") if info is None else info
    references = tuple(",".join(entry.split(",")[:2]) for entry in _text(root, "{*}references").split())
    sender = _text(info, "{*}senderName") or _text(root, "{*}sender")
    values = {
        "title": _text(info, "{*}event") or "取消",
        "publisher": sender[:200],
        "kind": _kind(info),
        "msg_type": kind.lower(),
        **{name: _text(info, f"{{*}}{name}") for name in ("urgency", "severity", "certainty", "headline", "language")},
        "description": plain_text(_text(info, "{*}description")),
        "instruction": _text(info, "{*}instruction"),
        "onset_at": moment(_text(info, "{*}onset") or _text(info, "{*}effective"), "onset") or sent_at,
        "expires_at": moment(_text(info, "{*}expires"), "expires"),
    }
    source = Source(key="", title=values["title"], attribution=f"出典：{sender}"[:300], licence="不明")
    exercise, cancel = status == "Exercise", kind == "Cancel"
    return Message(identifier, "", references, sent_at, exercise, cancel, values, _area(info), source)


def _text(element: Any, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _kind(info: Any) -> str:
    event = _text(info, "{*}event").lower()
    for word in ("tsunami", "earthquake"):
        if word in event:
            return word
    return _KINDS.get(_text(info, "{*}category"), "other")


def _area(info: Any) -> shapely.Geometry | None:
    """All polygons and circles of a message; None where it has none."""
    shapes = [*_polygons(info), *_circles(info)]
    return shapely.union_all(shapes) if shapes else None


def _polygons(info: Any) -> Iterator[shapely.Polygon]:
    for element in info.iterfind("{*}area/{*}polygon"):
        pairs = [_position(pair) for pair in (element.text or "").split()]
        if not pairs:
            continue
        if len(pairs) < 4 or pairs[0] != pairs[-1]:
            raise UnreadableFileError("a polygon has four or more positions, the last the same as the first")
        polygon = shapely.Polygon(pairs)
        yield polygon if polygon.is_valid else shapely.make_valid(polygon)


def _circles(info: Any) -> Iterator[shapely.Geometry]:
    """Circles as polygons whose vertices lie at the radius on the ellipsoid; one of radius 0 is a point."""
    for element in info.iterfind("{*}area/{*}circle"):
        words = (element.text or "").split()
        if not words:
            continue
        lon, lat = _position(words[0])
        radius_m = 1000 * _number(words[1]) if len(words) == 2 else math.nan
        if not 0 <= radius_m <= 5_000_000:
            raise UnreadableFileError(
                f"circle {' '.join(words)!r:.40}: latitude,longitude and a radius in km are needed"
            )
        bearings = [360 * n / CIRCLE_VERTICES for n in range(CIRCLE_VERTICES)]
        count = len(bearings)
        lons, lats, _ = _GEOD.fwd([lon] * count, [lat] * count, bearings, [radius_m] * count)
        yield shapely.Polygon(zip(lons, lats, strict=True)) if radius_m else shapely.Point(lon, lat)


def _position(pair: str) -> tuple[float, float]:
    """Longitude, latitude of CAP's "latitude,longitude"."""
    numbers = [_number(part) for part in pair.split(",")]
    if len(numbers) != 2 or not (-90 <= numbers[0] <= 90 and -180 <= numbers[1] <= 180):
        raise UnreadableFileError(f"position {pair!r:.40}: latitude,longitude in degrees is needed")
    return numbers[1], numbers[0]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


CAP = Reader("cap", "Common Alerting Protocol", find_reason, open_message)
