"""Walking courses from KML: the lines of a file are one course, its points the sights on the way.

Only the folder that holds the line is the course; other folders (all of Tokyo's parks, say) are left out and named.
Descriptions become plain text and nothing that they link to is ever loaded. A document that declares entities is
refused before they can be expanded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import shapely
from pyproj import Geod

from etl import sources
from etl.contents import Contents
from etl.readers.base import Options, Reader, short_hash
from etl.record import DataSet, Item, Notice, RawRow, Rejection, UnreadableFileError
from etl.text import plain_text, trimmed
from etl.xml_tree import read_root
from layers.feature import Source

_GEOD = Geod(ellps="GRS80")
_TOKYO_FOLDERS = ("都立公園", "海上公園")
"""The folders by which a file of TOKYO WALKING MAP is known."""

_MOST_BYTES = 16 * 1024 * 1024
"""A course has some ten kilobytes; it is read as a whole."""

OUTLINE_MARGIN_DEGREES = 0.003
"""About 300 m: how exact a city file's outline is."""

Positions = list[list[float]]


def find_reason(contents: Contents) -> str | None:
    if contents.root != "kml" or contents.path.stat().st_size > _MOST_BYTES:
        return None
    text = contents.path.read_bytes()
    has_folders = all(name.encode() in text for name in _TOKYO_FOLDERS)
    return f"KML with the folders {'、'.join(_TOKYO_FOLDERS)}" if has_folders else None


def open_courses(contents: Contents, options: Options) -> DataSet:
    document = _parsed(contents)
    folders = list(_folders(document))
    courses = [folder for folder in folders if folder.find(".//{*}LineString") is not None]
    if not courses:
        raise UnreadableFileError("no LineString in the file, so it holds no walking course")
    name = trimmed(document.findtext("{*}name") or document.findtext("{*}Document/{*}name") or contents.path.stem)
    key = f"walking-course-{short_hash(name)}"
    lines = [positions for folder in courses for positions in _lines(folder)]
    return DataSet(
        source=_source(key, name, folders, options),
        columns={
            "walking-courses": ("name", "description", "length_m"),
            "facilities": ("name", "category", "remarks"),
        },
        rows=_rows(key, name, document, courses, folders, lines, _city_code(lines, options)),
        kind="散歩コース (KML)",
        bounds=_bounds(lines),
    )


def _parsed(contents: Contents) -> Any:
    root = read_root(contents.path)
    document = root.find("{*}Document")
    return root if document is None else document


def _folders(document: Any) -> Iterator[Any]:
    """The folders of a document; one without folders is its own."""
    folders = document.findall(".//{*}Folder")
    yield from folders or [document]


def _source(key: str, name: str, folders: list[Any], options: Options) -> Source:
    names = " ".join(folder.findtext("{*}name") or "" for folder in folders)
    title = _japanese(name)
    return sources.tokyo_walks(key, title) if all(n in names for n in _TOKYO_FOLDERS) else sources.unnamed(key, title)


def _japanese(name: str) -> str:
    """The Japanese half of a name in two languages.

    >>> _japanese("吉祥寺駅Aコース／Kichijoji Sta. Route A")
    '吉祥寺駅Aコース'
    """
    return trimmed(name.split("／")[0])[:200]


def _rows(
    key: str, name: str, document: Any, courses: list[Any], folders: list[Any], lines: list[Positions], code: str
) -> Iterator[Item]:
    for folder in folders:
        if folder not in courses:
            count = len(folder.findall("{*}Placemark"))
            title = _japanese(folder.findtext("{*}name") or "")
            yield Notice(f"folder {title}", f"left out: {count} placemarks that are not part of the course")
    description = plain_text(document.findtext("{*}description") or "")
    values = {"name": _japanese(name), "description": description, "length_m": round(sum(map(length_m, lines)), 1)}
    yield RawRow("course", "walking-courses", key, values, {"type": "MultiLineString", "coordinates": lines}, code)
    number = 0
    for folder in courses:
        for placemark in folder.findall(".//{*}Placemark"):
            point = placemark.find(".//{*}Point/{*}coordinates")
            if point is not None:
                number += 1
                yield _spot(f"{key}-spot-{number:02}", placemark, point.text or "", code)


def _spot(key: str, placemark: Any, coordinates: str, code: str) -> RawRow | Rejection:
    name = trimmed(placemark.findtext("{*}name") or "")
    place = f"spot {name}"
    positions = _positions(coordinates)
    if len(positions) != 1:
        return Rejection(place, "coordinates", coordinates.strip()[:40], "not one position", "longitude,latitude")
    values = {
        "name": _japanese(name),
        "category": "walking_spot",
        "remarks": plain_text(placemark.findtext("{*}description") or ""),
    }
    return RawRow(place, "facilities", key, values, {"type": "Point", "coordinates": positions[0]}, code)


def _city_code(lines: list[Positions], options: Options) -> str:
    """The installation's city, where the course comes as near to its rough outline as that is exact."""
    outline = shapely.Polygon(options.city.outline).buffer(OUTLINE_MARGIN_DEGREES)
    points = shapely.MultiPoint([point for line in lines for point in line if len(point) == 2])
    return options.city_code or (options.city.code if points.intersects(outline) else "")


def _lines(folder: Any) -> Iterator[Positions]:
    for element in folder.findall(".//{*}LineString/{*}coordinates"):
        positions = _positions(element.text or "")
        if len(positions) > 1:
            yield positions


def _positions(text: str) -> Positions:
    """KML's ``lon,lat,height lon,lat,height …`` in two dimensions; what is no number is left to validation as NaN.

    >>> _positions(" 139.5,35.7,0 139.6,35.7 ")
    [[139.5, 35.7], [139.6, 35.7]]
    """
    return [[_number(part) for part in entry.split(",")[:2]] for entry in text.split()]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def length_m(line: Positions) -> float:
    """Length along the ellipsoid.

    >>> round(length_m([[139.5, 35.7], [139.51, 35.7]]))
    905
    """
    lons, lats = zip(*line, strict=True)
    return float(_GEOD.line_length(lons, lats))


def _bounds(lines: list[Positions]) -> tuple[float, float, float, float] | None:
    points = [point for line in lines for point in line if len(point) == 2]
    if not points:
        return None
    lons, lats = zip(*points, strict=True)
    return min(lons), min(lats), max(lons), max(lats)


COURSES = Reader("kml-courses", "散歩コース (KML)", find_reason, open_courses)
