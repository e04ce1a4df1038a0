"""What CSV and spreadsheets share: a feature as a row of a table, and cells that no program calculates."""

from __future__ import annotations

import re

from layers.formats.base import Export, is_degrees
from layers.formats.rows import geometry_sql

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_NEUTRALISED = re.compile(r"''*[=+\-@\t\r\n＝＋－＠]")


def neutralised(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe before it where it would (OWASP, CSV injection).

    What already begins with apostrophes before such a sign gets one more, so that `original` gives back every text.

    >>> [neutralised(text) for text in ("=1+1", "'=1+1", "'90s", "図書館")]
    ["'=1+1", "''=1+1", "'90s", '図書館']
    """
    return "'" + text if _FORMULA.match(text) else text


def original(cell: str) -> str:
    """The text behind a neutralised cell.

    >>> [original(neutralised(text)) for text in ("=1+1", "'=1+1", "'90s", "''", "-")]
    ['=1+1', "'=1+1", "'90s", "''", '-']
    """
    return cell[1:] if _NEUTRALISED.match(cell) else cell


def geometry_names(kind: str, srid: int) -> tuple[str, ...]:
    """Columns that hold the geometry; any system but WGS 84 is part of their names.

    >>> geometry_names("Point", 4326), geometry_names("LineString", 6677)
    (('longitude', 'latitude'), ('geometry_epsg6677',))
    """
    suffix = "" if srid == 4326 else f"_epsg{srid}"
    if kind != "Point":
        return ("geometry" + suffix,)
    return tuple(name + suffix for name in (("longitude", "latitude") if is_degrees(srid) else ("x", "y")))


def geometry_columns(export: Export) -> list[str]:
    """SQL of the columns of `geometry_names`: numbers of points, well-known text of everything else."""
    if not export.has_geometry:
        return []
    shape = geometry_sql(export)
    if export.layer.geometry_type != "Point":
        return [f"ST_AsText({shape}, {export.digits})"]
    if export.is_lon_lat:
        return [f"ST_X({shape})", f"ST_Y({shape})"]
    return [f"round(ST_{axis}({shape})::numeric, {export.digits})::float8" for axis in ("X", "Y")]


def header(export: Export) -> list[str]:
    names = [field.name for field in export.fields]
    placed = geometry_names(export.layer.geometry_type, export.srid) if export.has_geometry else ()
    return ["id", *names, *placed]
