"""What every reader is: how it knows its files, and how it opens one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from etl.contents import Contents
from etl.record import DataSet
from layers.city import City, check_digit, has_right_check_digit


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller says about a file, where the file does not say it itself.

    Args:
        city: the city of this installation; what names no other may belong to it.
        city_code: six-digit code of the municipality that the rows belong to.
        source_key: the data set that the file is a new edition of.
        encoding: of text ("cp932"); "" means: found from the contents.
        srid: EPSG code of the coordinates; None means: found from the contents.
        part: sheet of a workbook, layer of a GeoPackage, member of a ZIP archive; "" means: the first that fits.
        constants: field -> value for every row, for what the file itself does not say.
        mapping: the publisher's column -> field, over what would be found; an empty field leaves the column out.
    """

    city: City
    layer: str = ""
    city_code: str = ""
    source_key: str = ""
    attribution: str = ""
    licence: str = ""
    encoding: str = ""
    srid: int | None = None
    part: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reader:
    """One format.

    Args:
        find_reason: why a file is of this format, or None where it is not.
        open: the data set of a file; its rows are read when they are asked for.
    """

    name: str
    title: str
    find_reason: Callable[[Contents], str | None]
    open: Callable[[Contents, Options], DataSet]


_LONGEST_SLUG = 80
"""Keys begin ids, which have 120 characters at most."""


def short_hash(text: str) -> str:
    """Ten characters that stand for a text, for ids of things that have none.

    >>> short_hash("井口一丁目")
    '178eab70b8'
    """
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def slug(path: Path) -> str:
    """A file's name as part of a key: its ASCII letters and digits, or a hash where it has none.

    >>> slug(Path("Liechtenstein latest.osm.pbf"))
    'liechtenstein-latest'
    """
    stem = re.sub(r"[^a-z0-9]+", "-", path.name.split(".")[0].lower()).strip("-") or short_hash(path.name)
    return stem if len(stem) <= _LONGEST_SLUG else f"{stem[: _LONGEST_SLUG - 11]}-{short_hash(path.name)}"


def find_city_code(text: str) -> str | None:
    """A municipality code in a text such as a file's name: six digits with their check digit, or five.

    >>> [find_city_code(name) for name in ("boundary_132047_n03.geojson", "boundary_13203_n03", "roads_2021")]
    ['132047', '132039', None]
    """
    for digits in re.findall(r"(?<!\d)(\d{5,6})(?!\d)", text):
        code = digits if len(digits) == 6 else digits + check_digit(digits)
        if 1 <= int(code[:2]) <= 47 and has_right_check_digit(code):
            return code
    return None
