"""From a file to the layers inside it: what is checked before GDAL sees it, and what GDAL is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from etl.archives import extract, is_archive
from etl.contents import MAX_JSON_BYTES, Contents, kind_of
from etl.readers.ogr import geopackage, shapefile
from etl.readers.ogr.feature_ids import own_id_column
from etl.readers.ogr.formats import GEOPARQUET, MEMBERS, format_of
from etl.readers.ogr.parquet import inspect_parquet
from etl.readers.ogr.parts import Part, inspect
from etl.readers.ogr.sizes import check_features
from etl.readers.ogr.workspace import Workspace
from etl.readers.ogr.xml_guard import guarded
from etl.record import UnreadableFileError

_GPX_LAYERS = ("waypoints", "routes", "tracks")


@dataclass(frozen=True, slots=True)
class Inside:
    """The layers of a file, and what was found out on the way. The workspace has to live as long as they are read."""

    parts: list[Part]
    workspace: Workspace
    reasons: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def look_inside(contents: Contents, encoding: str) -> Inside:
    """The layers of a file.

    Raises:
        UnreadableFileError: in one line, what is wrong with it.
    """
    name = format_of(contents)
    if name is None:
        raise UnreadableFileError("not a GIS file that is known")
    inside = Inside([], Workspace())
    try:
        _fill(inside, contents, name, encoding)
    except BaseException:
        inside.workspace.close()
        raise
    return inside


def _fill(inside: Inside, contents: Contents, name: str, encoding: str) -> None:
    if name == "ZIP archive":
        _look_into_archive(contents, encoding, inside)
    elif name == "Shapefile":
        siblings = shapefile.siblings_on_disk(contents.path)
        _add_shapefile(inside, contents.path, siblings, encoding, contents.path.stem, "data")
    else:
        _OPENERS[name](inside, contents.path, "data")


def _look_into_archive(contents: Contents, encoding: str, inside: Inside) -> None:
    wanted = [name for name in contents.members if _is_wanted(name)]
    beside = [name for name in contents.members if PurePosixPath(name).suffix.lower() in shapefile.SIBLINGS]
    places = extract(contents.path, [*wanted, *beside], inside.workspace.folder)
    for number, name in enumerate(wanted):
        stem, title = f"data-{number}", PurePosixPath(name).stem
        if name.lower().endswith(".shp"):
            _add_shapefile(inside, places[name], shapefile.siblings_in_archive(name, places), encoding, title, stem)
            continue
        with places[name].open("rb") as file:
            head = file.read(4096)
        member = Contents(places[name], kind_of(head), head)
        found = format_of(member)
        if found in _OPENERS:
            before = len(inside.parts)
            _OPENERS[found](inside, places[name], stem)
            inside.parts[before:] = [_titled(part, title) for part in inside.parts[before:]]
    nested = [name for name in contents.members if is_archive(name)]
    if nested and not inside.parts:
        raise UnreadableFileError(f"a ZIP archive inside a ZIP archive is not opened: {nested[0][:80]}")
    inside.notices.extend(f"{name[:80]}: an archive inside the archive is not opened" for name in nested)


def _is_wanted(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() in MEMBERS and "__MACOSX" not in path.parts and not path.name.startswith(".")


def _titled(part: Part, title: str) -> Part:
    return replace(part, name=title) if part.name.startswith(("data-", "member-")) else part


def _add_shapefile(inside: Inside, path: Path, siblings: dict[str, Path], encoding: str, title: str, stem: str) -> None:
    staged = shapefile.staged(path, siblings, inside.workspace, encoding, stem)
    inside.reasons.extend(staged.reasons)
    inside.notices.extend(staged.notices)
    inside.parts.extend(
        inspect(
            staged.place,
            path.stat().st_size,
            frozenset({"ESRI Shapefile"}),
            format_name="Shapefile",
            names={stem: title},
            encoding=staged.encoding,
        )
    )


def _add_geopackage(inside: Inside, path: Path, stem: str) -> None:
    place, notices = geopackage.staged(path, inside.workspace, f"{stem}.gpkg")
    inside.notices.extend(notices)
    tables = geopackage.feature_tables(place)
    inside.parts.extend(
        inspect(
            place,
            path.stat().st_size,
            frozenset({"GPKG"}),
            format_name="GeoPackage",
            layers=tables,
            options={"IMMUTABLE": "YES", "LIST_ALL_TABLES": "NO"},
        )
    )


def _add_json(inside: Inside, path: Path, stem: str) -> None:
    """Driver by name: a text inside the file cannot make another one of GDAL's take it."""
    place = f"GeoJSON:{inside.workspace.link(path, stem + '.geojson')}"
    _add_features(inside, path, place, stem, own_id_column(path))


def _add_json_lines(inside: Inside, path: Path, stem: str) -> None:
    place = f"GeoJSONSeq:{inside.workspace.link(path, stem + '.geojsonl')}"
    _add_features(inside, path, place, stem, own_id_column(path, is_lines=True))


def _add_features(inside: Inside, path: Path, place: str, stem: str, own_id: str) -> None:
    drivers, names = frozenset({"GeoJSON", "GeoJSONSeq"}), {stem: path.stem}
    parts = inspect(place, path.stat().st_size, drivers, format_name="GeoJSON", names=names)
    inside.parts.extend(replace(part, own_id=own_id) for part in parts)


def _add_topojson(inside: Inside, path: Path, stem: str) -> None:
    _check_size(path, "TopoJSON")
    place = f"TopoJSON:{inside.workspace.link(path, stem + '.topojson')}"
    inside.parts.extend(inspect(place, path.stat().st_size, frozenset({"TopoJSON"}), format_name="TopoJSON"))


def _add_flatgeobuf(inside: Inside, path: Path, stem: str) -> None:
    check_features(path)
    place, size = inside.workspace.link(path, stem + ".fgb"), path.stat().st_size
    names = {stem: path.stem}
    inside.parts.extend(inspect(place, size, frozenset({"FlatGeobuf"}), format_name="FlatGeobuf", names=names))


def _add_kml(inside: Inside, path: Path, stem: str) -> None:
    _check_size(path, "KML")
    place = guarded(path, inside.workspace, stem + ".kml")
    inside.parts.extend(
        part
        for part in inspect(place, path.stat().st_size, frozenset({"LIBKML", "KML"}), format_name="KML")
        if part.row_count
    )


def _add_gml(inside: Inside, path: Path, stem: str) -> None:
    place = guarded(path, inside.workspace, stem + ".gml")
    options = {"WRITE_GFS": "NO", "DOWNLOAD_SCHEMA": "NO", "EXPOSE_FID": "YES"}
    inside.parts.extend(inspect(place, path.stat().st_size, frozenset({"GML"}), format_name="GML", options=options))


def _add_gpx(inside: Inside, path: Path, stem: str) -> None:
    place = guarded(path, inside.workspace, stem + ".gpx")
    parts = inspect(place, path.stat().st_size, frozenset({"GPX"}), format_name="GPX", layers=list(_GPX_LAYERS))
    inside.parts.extend(part for part in parts if part.row_count)


def _add_parquet(inside: Inside, path: Path, _: str) -> None:
    inside.parts.extend(inspect_parquet(path))


def _check_size(path: Path, name: str) -> None:
    """GDAL reads such a file as a whole."""
    size = path.stat().st_size
    if size > MAX_JSON_BYTES:
        most = MAX_JSON_BYTES // 2**20
        raise UnreadableFileError(f"{size // 2**20} MB of {name} are too many; the most is {most}")


_OPENERS: dict[str, Callable[[Inside, Path, str], None]] = {
    "GeoJSON": _add_json,
    "GeoJSON lines": _add_json_lines,
    "TopoJSON": _add_topojson,
    "GeoPackage": _add_geopackage,
    "FlatGeobuf": _add_flatgeobuf,
    "KML": _add_kml,
    "GML": _add_gml,
    "GPX": _add_gpx,
    GEOPARQUET: _add_parquet,
}
