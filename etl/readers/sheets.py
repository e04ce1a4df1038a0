"""Tables with or without shapes, from CSV and GeoJSON, read in stretches so that memory stays bounded."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import shapely

from etl.contents import Contents
from etl.readers.base import Options
from etl.readers.geojson import bounds_of, get_features, numbered
from etl.record import Rejection, UnreadableFileError

ROWS = 10_000
"""Rows of a stretch."""
MAX_LINE = 1_000_000
"""Characters of a line; a line of 54 cells has some hundred."""

Shapes = np.ndarray[Any, np.dtype[np.object_]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some rows of a table.

    Args:
        places: where each row stands in the file.
        columns: by the column's name in small letters, the cells as they stand.
        shapes: shapely geometries in degrees (None where a row has none); None where the table has no geometry.
        refused: lines that are no rows.
    """

    places: list[str]
    columns: Mapping[str, list[Any]]
    shapes: Shapes | None = None
    refused: tuple[Rejection, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table.

    Args:
        path: the file that holds it.
        name: as its owner calls it.
        columns: their names as they are written.
        reasons: how encoding and reference system were found.
        kept: what has to live as long as the table is read (the folder it was unpacked into).
        spelling: the columns in small letters -> as they are written.
    """

    path: Path
    name: str
    columns: tuple[str, ...]
    stretches: Callable[[], Iterator[Stretch]]
    has_shapes: bool = False
    reasons: tuple[str, ...] = ()
    bounds: tuple[float, float, float, float] | None = None
    kept: list[Any] = field(default_factory=list)
    spelling: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "spelling", {name.strip().lower(): name for name in self.columns})


def csv_sheet(path: Path, name: str, options: Options) -> Sheet:
    encoding = options.encoding or encoding_of(path)
    header: tuple[str, ...] = ()
    with _opened_text(path, encoding) as text:
        header = tuple(next(_cells(text), []))
    return Sheet(
        path, name, header, lambda: _csv_stretches(path, encoding, header), reasons=(f"{name}: encoding {encoding}",)
    )


def encoding_of(path: Path) -> str:
    """UTF-8 where all bytes are, else CP932, else UTF-16 where it is marked.

    Raises:
        UnreadableFileError: where it is none of them, with the byte at fault.
    """
    with path.open("rb") as file:
        if file.read(2) in {b"\xff\xfe", b"\xfe\xff"}:
            return "utf-16"
    fault = ""
    for encoding in ("utf-8-sig", "cp932"):
        with path.open("rb") as file:
            found = find_fault(file, encoding)
        if found is None:
            return encoding
        fault = found
    raise UnreadableFileError(f"neither UTF-8 nor CP932: {fault}")


def find_fault(file: IO[bytes], encoding: str) -> str | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    try:
        while block := file.read(1 << 20):
            decoder.decode(block)
            done += len(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return f"byte {done + error.start} is {error.object[error.start]:#04x}"
    return None


def _opened_text(path: Path, encoding: str) -> IO[str]:
    return path.open(encoding=encoding, newline="", errors="strict")


def _cells(text: IO[str]) -> Iterator[list[str]]:
    return csv.reader(_lines(text), strict=True)


def _lines(text: IO[str]) -> Iterator[str]:
    while line := text.readline(MAX_LINE):
        if len(line) == MAX_LINE and not line.endswith("\n"):
            raise UnreadableFileError(f"broken CSV: a line of more than {MAX_LINE:,} characters")
        yield line


def _csv_stretches(path: Path, encoding: str, header: tuple[str, ...]) -> Iterator[Stretch]:
    names = [column.strip().lower() for column in header]
    with _opened_text(path, encoding) as text:
        reader = csv.reader(_lines(text), strict=True)
        places: list[str] = []
        rows: list[list[str]] = []
        refused: list[Rejection] = []
        try:
            next(reader)
            for row in reader:
                place = f"line {reader.line_num}"
                if len(row) == len(names):
                    places.append(place)
                    rows.append(row)
                elif row:
                    refused.append(Rejection(place, "line", "", "the number of cells is not that of the header"))
                if len(rows) + len(refused) >= ROWS:
                    yield _of_rows(names, places, rows, refused)
                    places, rows, refused = [], [], []
        except csv.Error as error:
            raise UnreadableFileError(f"broken CSV at line {reader.line_num}: {error}") from error
        except UnicodeDecodeError as error:
            raise UnreadableFileError(f"not {encoding} after line {reader.line_num}") from error
    yield _of_rows(names, places, rows, refused)


def _of_rows(names: list[str], places: list[str], rows: list[list[str]], refused: list[Rejection]) -> Stretch:
    cells = [list(cells) for cells in zip(*rows, strict=True)] or [[] for _ in names]
    return Stretch(places, dict(zip(names, cells, strict=True)), None, tuple(refused))


def geojson_sheet(contents: Contents, name: str) -> Sheet:
    features = get_features(contents)
    columns: dict[str, None] = {}
    for feature in features:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        columns.update(dict.fromkeys(properties if isinstance(properties, dict) else ()))
    return Sheet(
        contents.path,
        name,
        tuple(columns),
        lambda: _geojson_stretches(features, tuple(columns)),
        has_shapes=True,
        reasons=(f"{name}: GeoJSON, degrees of WGS 84 or JGD2011",),
        bounds=bounds_of(feature.get("geometry") for feature in features if isinstance(feature, dict)),
    )


def _geojson_stretches(features: list[Any], names: tuple[str, ...]) -> Iterator[Stretch]:
    places: list[str] = []
    rows: list[list[Any]] = []
    shapes: list[Any] = []
    refused: list[Rejection] = []
    small = [name.strip().lower() for name in names]
    for item in numbered(features):
        if isinstance(item, Rejection):
            refused.append(item)
            continue
        place, properties, geometry = item
        places.append(place)
        rows.append([properties.get(name) for name in names])
        shapes.append(_shape(geometry))
        if len(rows) >= ROWS:
            yield _with_shapes(_of_rows(small, places, rows, refused), shapes)
            places, rows, shapes, refused = [], [], [], []
    yield _with_shapes(_of_rows(small, places, rows, refused), shapes)


def _with_shapes(stretch: Stretch, shapes: list[Any]) -> Stretch:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return Stretch(stretch.places, stretch.columns, array, stretch.refused)


def _shape(geometry: Any) -> Any:
    """A shapely geometry; None for what is none, which the layer's own check then refuses."""
    try:
        return shapely.force_2d(shapely.geometry.shape(geometry)) if geometry else None
    except (TypeError, ValueError, AttributeError, IndexError, KeyError, shapely.errors.ShapelyError):
        return None
