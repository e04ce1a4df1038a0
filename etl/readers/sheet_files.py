"""From a file to its tables: the file itself, the members of a ZIP archive, what lies beside it."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
import weakref
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from etl.contents import Contents, find_encoding, kind_of
from etl.readers.base import Options
from etl.readers.geojson import find_features, first_properties
from etl.readers.shapefile_sheets import SHAPEFILE_MAGIC, beside, dbf_columns, shapefile_sheet
from etl.readers.sheets import Sheet, csv_sheet, geojson_sheet
from etl.record import UnreadableFileError

MAX_UNPACKED_BYTES = 4 * 1024**3
MAX_MEMBERS = 2_000
_MOST_PACKED = 200
"""Times that a member may grow when it is unpacked; tables of codes grow twentyfold."""
_SMALL_BYTES = 50 * 1024**2
"""What is smaller than this when unpacked is no bomb, however well it is packed."""
_TABLES = {".csv", ".shp", ".geojson", ".json"}
_PARTS = _TABLES | {".dbf", ".shx", ".prj", ".cpg"}
_HEAD_BYTES = 1 << 20
"""Of a member, to see its columns: in GeoJSON the shape of the first feature may stand before them."""
_MOST_BESIDE = 200
"""Files of a folder, or tables of an archive, that are looked into."""


def header_of(contents: Contents) -> tuple[str, ...]:
    """Names of the columns of a file, from its first bytes or features; empty where it is no table."""
    if contents.kind == "text":
        encoding = find_encoding(contents.head) or "utf-8"
        text = contents.head.decode(encoding, errors="ignore")
        return tuple(next(csv.reader(io.StringIO(text, newline="")), []))
    if contents.head.startswith(SHAPEFILE_MAGIC):
        return dbf_columns(beside(contents.path, ".dbf"))
    features = find_features(contents)
    return tuple(first_properties(features)) if features else ()


def headers_in(contents: Contents) -> list[tuple[str, tuple[str, ...]]]:
    """Name and columns of each table of a file: of the members, where it is a ZIP archive.

    Only the beginning of each member is unpacked, so that any archive is looked into quickly.
    """
    if contents.kind != "ZIP archive":
        return [(contents.path.name, header_of(contents))]
    try:
        with zipfile.ZipFile(contents.path) as archive:
            members = [m for m in archive.infolist() if _suffix(m) in {".csv", ".dbf", ".geojson", ".json"}]
            return [(name_of(member), _member_header(archive, member)) for member in members[:_MOST_BESIDE]]
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError):
        # zipfile says an unknown way of packing by NotImplementedError, encryption by RuntimeError. Here it is only
        # asked whose the archive is; the reader that opens it in the end says what is wrong with it.
        return []


def _suffix(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(name_of(member)).suffix.lower()


def _member_header(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[str, ...]:
    suffix = _suffix(member)
    with archive.open(member) as file, tempfile.NamedTemporaryFile(suffix=suffix) as head:
        head.write(file.read(_HEAD_BYTES))
        head.flush()
        if suffix == ".dbf":
            return dbf_columns(Path(head.name))
        contents = look_into(Path(head.name))
        return header_of(contents) if suffix == ".csv" and contents.kind == "text" else _json_names(contents)


def _json_names(contents: Contents) -> tuple[str, ...]:
    """Names of the first feature's properties, from the beginning of a GeoJSON file."""
    text = contents.path.read_bytes().decode("utf-8", errors="ignore")
    # A reference system before the features has properties, too.
    start = text.find('"properties"', max(text.find('"features"'), 0))
    try:
        properties, _ = json.JSONDecoder().raw_decode(text[text.index("{", start) :])
    except (ValueError, RecursionError):
        return ()
    return tuple(properties) if start >= 0 and isinstance(properties, dict) else ()


def look_into(path: Path) -> Contents:
    """The contents of a file whose name may say anything."""
    with path.open("rb") as file:
        head = file.read(4096)
    return Contents(path, kind_of(head), head)


def open_sheet(contents: Contents, options: Options, name: str = "") -> Sheet:
    """The table of one file.

    Raises:
        UnreadableFileError: where it is none, or broken.
    """
    name = name or contents.path.name
    if contents.kind == "JSON":
        return geojson_sheet(contents, name)
    if contents.head.startswith(SHAPEFILE_MAGIC):
        return shapefile_sheet(contents.path, name, options)
    return csv_sheet(contents.path, name, options)


def sheets_of(contents: Contents, options: Options) -> list[Sheet]:
    """Every table of a file; of a ZIP archive those of its members, or of the one that `options.part` names.

    Raises:
        UnreadableFileError: where one of them is broken, or the archive is a bomb.
    """
    if contents.kind != "ZIP archive":
        return [open_sheet(contents, options)]
    unpacked = Unpacked(contents.path)
    chosen = {name: path for name, path in unpacked.tables.items() if options.part in {"", name, Path(name).name}}
    if not chosen:
        raise UnreadableFileError(f"the archive holds no {options.part or 'table'}")
    sheets = []
    for name, path in chosen.items():
        sheet = open_sheet(look_into(path), options, Path(name).name)
        sheet.kept.append(unpacked)
        sheets.append(sheet)
    return sheets


def name_of(member: zipfile.ZipInfo) -> str:
    """A member's name; archives made on Japanese Windows write it in CP932 without saying so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("cp932")
    except UnicodeError:
        return member.filename


class Unpacked:
    """The tables of a ZIP archive as files in a folder of our own, which goes when nobody needs it any more.

    Members get names of our making, so that no name of theirs can lead out of the folder.
    """

    def __init__(self, path: Path) -> None:
        folder = Path(tempfile.mkdtemp(prefix="machigis-"))
        self._finalizer = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.tables: dict[str, Path] = {}
        try:
            with zipfile.ZipFile(path) as archive:
                for number, (stem, parts) in enumerate(self._groups(archive).items()):
                    self._unpack(archive, folder / str(number), stem, parts)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
            # zipfile says an unknown way of packing by NotImplementedError, encryption by RuntimeError.
            raise UnreadableFileError(f"broken ZIP archive: {error}") from error

    @staticmethod
    def _groups(archive: zipfile.ZipFile) -> dict[str, dict[str, zipfile.ZipInfo]]:
        """Members by their name without ending, then by ending: the parts of a Shapefile belong together."""
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise UnreadableFileError(f"{len(members):,} members of an archive are too many")
        if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
            raise UnreadableFileError(f"the archive unpacks to more than {MAX_UNPACKED_BYTES // 1024**3} GB")
        groups: dict[str, dict[str, zipfile.ZipInfo]] = {}
        for member in members:
            name = PurePosixPath(name_of(member))
            suffix = name.suffix.lower()
            if suffix not in _PARTS or "__MACOSX" in name.parts:
                continue
            if member.file_size > max(_SMALL_BYTES, _MOST_PACKED * max(member.compress_size, 1)):
                raise UnreadableFileError(
                    f"{name.name} grows more than {_MOST_PACKED} times when unpacked: no table does"
                )
            groups.setdefault(str(name.with_suffix("")), {})[suffix] = member
        return groups

    def _unpack(self, archive: zipfile.ZipFile, place: Path, stem: str, parts: dict[str, zipfile.ZipInfo]) -> None:
        for suffix, member in parts.items():
            left = member.file_size
            with archive.open(member) as source, place.with_suffix(suffix).open("wb") as target:
                while block := source.read(min(1 << 20, left + 1)):
                    left -= len(block)
                    if left < 0:
                        raise UnreadableFileError(f"{name_of(member)} is longer than the archive says")
                    target.write(block)
            if suffix in _TABLES:
                self.tables[stem + suffix] = place.with_suffix(suffix)


def tables_beside(path: Path) -> Iterator[Contents]:
    """The other CSV and GeoJSON files of a file's folder, in the order of their names."""
    neighbours = sorted(other for other in path.parent.iterdir() if other.suffix.lower() in {".csv", ".geojson"})
    for other in neighbours[:_MOST_BESIDE]:
        if other != path and other.is_file():
            yield look_into(other)
