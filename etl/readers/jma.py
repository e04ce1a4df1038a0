"""気象庁防災情報XML: earthquakes and tsunami. The place is the city, where it is named, else the hypocentre."""

from __future__ import annotations

import re
from typing import Any

import shapely

from etl.contents import Contents
from etl.readers.alert_messages import Message, data_set_of, moment, parsed
from etl.readers.base import Options, Reader
from etl.record import DataSet, UnreadableFileError
from layers.feature import Source

_NAMESPACE = b"http://xml.kishou.go.jp/jmaxml1/"
_POSITION = re.compile(r"([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)([+-]\d+)?/?")
_TYPES = {"発表": "alert", "訂正": "update", "遅延": "alert", "取消": "cancel"}


def find_reason(contents: Contents) -> str | None:
    is_jma = contents.root == "Report" and _NAMESPACE in contents.head
    return "its root element is Report of 気象庁防災情報XML" if is_jma else None


def open_message(contents: Contents, options: Options) -> DataSet:
    root = parsed(contents)
    status, title = _text(root, "{*}Control/{*}Status"), _text(root, "{*}Control/{*}Title")
    if status == "試験":
        raise UnreadableFileError(f"{title}: its status is 試験 (a test of the line), no message to the public")
    if status not in {"通常", "訓練"}:
        raise UnreadableFileError(f"{title}: its status {status!r:.20} is not known; 通常, 訓練 or 試験")
    return data_set_of(_message(root, title, status, options), f"気象庁防災情報XML {title}", options)


def _message(root: Any, title: str, status: str, options: Options) -> Message:
    event, info = _text(root, "{*}Head/{*}EventID"), _text(root, "{*}Head/{*}InfoType")
    sent_at = moment(_text(root, "{*}Head/{*}ReportDateTime"), "ReportDateTime")
    if sent_at is None or not event or info not in _TYPES:
        raise UnreadableFileError(f"{title}: EventID, ReportDateTime and an InfoType of {'、'.join(_TYPES)} are needed")
    thread = f"jma {status} {event} {_text(root, '{*}Head/{*}InfoKind')}"
    place = _text(root, ".//{*}Earthquake/{*}Hypocenter/{*}Area/{*}Coordinate")
    point, depth_km = _hypocentre(place)
    city = _city_intensity(root, options)
    values = {
        "title": title,
        "publisher": _text(root, "{*}Control/{*}PublishingOffice"),
        "kind": _kind(title),
        "msg_type": _TYPES[info],
        "headline": _text(root, "{*}Head/{*}Headline/{*}Text"),
        "description": _text(root, "{*}Body/{*}Text") or _text(root, ".//{*}ForecastComment/{*}Text"),
        "instruction": _text(root, ".//{*}WarningComment/{*}Text"),
        "onset_at": moment(_text(root, ".//{*}Earthquake/{*}OriginTime"), "OriginTime")
        or moment(_text(root, "{*}Head/{*}TargetDateTime"), "TargetDateTime"),
        "expires_at": moment(_text(root, "{*}Head/{*}ValidDateTime"), "ValidDateTime"),
        "max_intensity": _text(root, ".//{*}Observation/{*}MaxInt")
        or _text(root, ".//{*}Intensity/{*}Forecast/{*}ForecastInt/{*}To"),
        "city_intensity": city or "",
        "magnitude": _number(_text(root, ".//{*}Earthquake/{*}Magnitude")),
        "depth_km": depth_km,
        "language": "ja",
    }
    source = Source(key="", title=title, attribution="出典：気象庁（気象庁防災情報XML）", licence="CC-BY-4.0")
    identifier = f"{thread} {_text(root, '{*}Head/{*}Serial')} {sent_at.isoformat()} {info}"
    outline = shapely.Polygon(options.city.outline) if city is not None else point
    return Message(identifier, thread, (), sent_at, status == "訓練", info == "取消", values, outline, source)


def _text(root: Any, path: str) -> str:
    return (root.findtext(path) or "").strip()


def _kind(title: str) -> str:
    if "津波" in title:
        return "tsunami"
    return "earthquake" if any(word in title for word in ("地震", "震源", "震度")) else "other"


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


def _city_intensity(root: Any, options: Options) -> str | None:
    """Intensity in this installation's city: JMA's code is the five digits and 00. None where it is not named."""
    code = options.city.code[:5] + "00"
    for city in root.iterfind(".//{*}City"):
        if _text(city, "{*}Code") == code:
            return _text(city, "{*}MaxInt")
    return None


def _hypocentre(text: str) -> tuple[shapely.Point | None, float | None]:
    """Position and depth in km of ISO 6709, in degrees or degrees and minutes, metres down.

    >>> _hypocentre("+38.1+142.9-10000/")[0].wkt, _hypocentre("+3730.0+13715.0-5000/")[0].wkt
    ('POINT (142.9 38.1)', 'POINT (137.25 37.5)')
    """
    match = _POSITION.fullmatch(text)
    if match is None:
        return None, None
    lat, lon = _degrees(match[1], 2), _degrees(match[2], 3)
    return shapely.Point(lon, lat), -int(match[3]) / 1000 if match[3] else None


def _degrees(text: str, digits: int) -> float:
    whole = text[1:].split(".")[0]
    value = float(text[1:])
    if len(whole) > digits:
        value = value // 100 + value % 100 / 60
    return -value if text[0] == "-" else value


JMA = Reader("jma", "気象庁防災情報XML", find_reason, open_message)
