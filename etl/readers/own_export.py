"""What `./gis export` has written, in any of its formats: back into the layer that it came from.

Each row names its own source, so the rows are merged by id: new ones enter, those that differ in the columns of the
file are brought up to date, and nothing is removed, for a file may hold only what its readers were allowed to see.
Texts are taken as they are: what was exported comes back unchanged.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from etl.archives import check_archive, extract
from etl.contents import Contents, find_encoding
from etl.gdal_warnings import silence_gdal
from etl.json_text import read_json
from etl.readers import own_rows
from etl.readers.base import Options, Reader
from etl.readers.geojson import find_features, first_properties
from etl.readers.ogr import geopackage, shapefile
from etl.readers.ogr.sizes import check_features
from etl.readers.ogr.workspace import Workspace
from etl.readers.own_rows import GEOMETRY, ID, OwnPlace, OwnRow
from etl.readers.own_values import checked_rows
from etl.record import DataSet, Notice, UnreadableFileError
from layers import registry
from layers.crs import CRS84_URI, LON_LAT_SRID
from layers.feature import Source
from layers.formats import exchanged_fields
from layers.formats.table import geometry_names
from layers.spec import Audience, LayerSpec

_NEEDED = {ID, "city_code", "source"}
_POSITION = re.compile(r"(geometry|longitude|latitude|x|y)(?:_epsg(\d+))?(_\d+)?")
_KML_MARK = b'<Document id="machigis">'


@dataclass(frozen=True, slots=True)
class Own:
    """A file of ours, looked into.

    Args:
        layers: those that it may belong to; the name inside the file or its columns tell.
        columns: its columns by their names in the layer, without the geometry.
        flips: positions have latitude or northing first.
    """

    kind: str
    layers: tuple[str, ...]
    columns: tuple[str, ...]
    srid: int
    rows: Callable[[], Iterable[OwnRow]]
    sources: tuple[Source, ...] = ()
    flips: bool = False


def find_reason(contents: Contents) -> str | None:
    own = find_own(contents)
    return None if own is None else f"an export of this system, layer {' or '.join(own.layers)}"


def open_export(contents: Contents, options: Options) -> DataSet:
    own = find_own(contents)
    if own is None:
        raise UnreadableFileError("not a file that ./gis export has written")
    layer = registry.get(_chosen(own, contents, options))
    fields = [field.name for field in exchanged_fields(layer, Audience.ADMIN) if field.name in own.columns]
    columns = tuple(name for name in fields if name not in {"city_code", "source"})
    if not options.source_key:
        columns += ("source",)
    return DataSet(
        source=Source(key=options.source_key, title=contents.path.stem[:200], attribution="出典未記入", licence="不明"),
        columns={layer.name: columns},
        rows=checked_rows(own.rows(), layer, columns, own.srid, flips=own.flips),
        kind=f"{layer.title.ja} ({own.kind})",
        sources=own.sources,
        cross_checks=(_unknown_sources(layer),),
    )


def _unknown_sources(layer: LayerSpec) -> Callable[[str], Iterator[Notice]]:
    """Data sets that rows of the layer name and of which no attribution is known."""

    def check(_: str) -> Iterator[Notice]:
        named = layer.model.objects.exclude(source="").values_list("source", flat=True).distinct()
        for key in sorted(set(named) - set(Source.objects.values_list("key", flat=True))):
            yield Notice(
                f"source {key}", "its attribution and licence are not known here; a GeoJSON export carries them"
            )

    return check


def find_own(contents: Contents) -> Own | None:
    """The file as one of ours, or None."""
    find = _FINDERS.get(contents.kind)
    return None if find is None else find(contents)


def _chosen(own: Own, contents: Contents, options: Options) -> str:
    if options.layer in own.layers:
        return options.layer
    named = [name for name in own.layers if contents.path.name.startswith(name)]
    if options.layer or (len(own.layers) > 1 and not named):
        said = f"the columns fit {' and '.join(own.layers)}"
        raise UnreadableFileError(f"{said}; --layer LAYER says which" if not options.layer else said)
    return max(named, key=len) if named else own.layers[0]


def _layers(name: str, columns: Iterable[str], kind: str = "") -> tuple[str, ...]:
    """The layer of this name where it has these columns, else all that have them."""
    present = set(columns) - {ID}
    fitting = {
        layer.name: layer
        for layer in registry.every()
        if present <= {field.name for field in exchanged_fields(layer, Audience.ADMIN)}
    }
    if name in fitting:
        return (name,)
    return tuple(n for n, layer in fitting.items() if not kind or (kind == "Point") == (layer.geometry_type == "Point"))


def _find_csv(contents: Contents) -> Own | None:
    header = own_rows.csv_header(contents)
    encoding = find_encoding(contents.head) or "utf-8-sig"
    return _find_table("CSV", contents.path.stem, header, lambda: own_rows.csv_rows(contents.path, encoding))


def _find_table(kind: str, name: str, header: list[str], rows: Callable[[], Iterable[Mapping[str, Any]]]) -> Own | None:
    """A table whose columns are those of `layers.formats.table`."""
    positions = [match for column in header if (match := _POSITION.fullmatch(column))]
    columns = tuple(column for column in header if not _POSITION.fullmatch(column))
    if not positions or not set(columns) >= _NEEDED:
        return None
    shape = "Point" if positions[0][1] != GEOMETRY else "Geometry"
    srid = int(positions[0][2] or LON_LAT_SRID)
    layers = _layers(name, columns, shape)
    names = geometry_names(shape, srid)
    if not layers or not set(names) <= set(header):
        return None
    return Own(kind, layers, columns, srid, lambda: (_table_row(row, names) for row in rows()))


def _table_row(row: Mapping[str, Any], names: tuple[str, ...]) -> OwnRow:
    shape: Any = [row.get(name) for name in names]
    return OwnRow(row, shape[0] if len(shape) == 1 else {"type": "Point", "coordinates": shape})


def _find_json(contents: Contents) -> Own | None:
    head = contents.head.decode("utf-8-sig", errors="ignore")
    mark = re.search(r'"machigis"\s*:\s*\{\s*"layer"\s*:\s*"([a-z0-9-]+)"', head)
    if mark is None and ('"city_code"' not in head or contents.is_large_json):
        return None
    members = _members(contents)
    first = next(iter(own_rows.json_rows(contents)), OwnRow({}, None))
    columns = tuple(first.values or first_properties(find_features(contents) or []))
    if not set(columns) >= _NEEDED:
        return None
    layers = _layers(mark[1] if mark else str(members.get("name")), columns)
    srid, flips = _json_system(members)
    known = tuple(_sources(members))
    return Own("JSON", layers, columns, srid, lambda: own_rows.json_rows(contents), known, flips) if layers else None


def _members(contents: Contents) -> dict[str, Any]:
    """What stands beside the features."""
    with contents.path.open(encoding="utf-8-sig") as file:
        line = file.readline(1024 * 1024).rstrip()
    try:
        document = read_json(line + "]}") if line.endswith('"features":[') else contents.document
    except json.JSONDecodeError as error:
        raise UnreadableFileError(f"broken JSON at line 1: {error.msg}") from error
    return document if isinstance(document, dict) else {}


def _json_system(members: Mapping[str, Any]) -> tuple[int, bool]:
    """EPSG code of the positions, and whether northing or latitude comes first (JSON-FG)."""
    uri = members.get("coordRefSys")
    if isinstance(uri, str) and uri != CRS84_URI:
        srid = _number_at_end(uri)
        return srid, srid != 3857
    crs = members.get("crs")
    name = crs.get("properties", {}).get("name", "") if isinstance(crs, dict) else ""
    return (_number_at_end(str(name)) if name and "CRS84" not in str(name) else LON_LAT_SRID), False


def _number_at_end(name: str) -> int:
    match = re.search(r"(\d{4,5})$", name)
    if match is None:
        raise UnreadableFileError(f"the reference system {name:.60} is not known")
    return int(match[1])


def _sources(members: Mapping[str, Any]) -> Iterator[Source]:
    about = members.get("machigis")
    for source in (about.get("sources") or []) if isinstance(about, dict) else []:
        names = ("key", "title", "attribution", "licence", "url")
        if isinstance(source, dict) and all(isinstance(source.get(name), str) for name in names):
            yield Source(**{name: source[name] for name in names})


def _find_kml(contents: Contents) -> Own | None:
    if contents.root != "kml" or _KML_MARK not in contents.head or b"<!DOCTYPE" in contents.head:
        return None
    text = contents.head.decode("utf-8", errors="ignore")
    schema = re.search(r'<Schema name="([a-z0-9-]+)"', text)
    columns = (ID, *re.findall(r'<SimpleField type="\w+" name="(\w+)"', text))
    columns = tuple(name for name in columns if name != "machigis_id")
    layers = _layers(schema[1] if schema else "", columns)
    return Own("KML", layers, columns, LON_LAT_SRID, lambda: own_rows.kml_rows(contents.path)) if layers else None


def _find_parquet(contents: Contents) -> Own | None:
    try:
        schema = pq.read_schema(contents.path)
        members = {"machigis": json.loads((schema.metadata or {}).get(b"machigis", b"{}"))}
        geo = json.loads((schema.metadata or {})[b"geo"])
        crs = geo["columns"][GEOMETRY].get("crs")
    except (pa.ArrowInvalid, KeyError, json.JSONDecodeError, OSError):
        return None
    columns = tuple(name for name in schema.names if name != GEOMETRY)
    if not set(columns) >= _NEEDED:
        return None
    code = crs.get("id", {}).get("code") if isinstance(crs, dict) else None
    srid = code if isinstance(code, int) else LON_LAT_SRID
    layers = _layers(str(members["machigis"].get("layer")), columns)
    rows = own_rows.parquet_rows
    sources = tuple(_sources(members))
    return Own("GeoParquet", layers, columns, srid, lambda: rows(contents.path), sources) if layers else None


def _find_zip(contents: Contents) -> Own | None:
    names = check_archive(contents.path)
    if "xl/workbook.xml" in names:
        title, header = own_rows.spreadsheet_header(contents.path)
        return _find_table("XLSX", title, header, lambda: own_rows.spreadsheet_rows(contents.path))
    mapping = next((name for name in names if name.endswith("_columns.csv") and "/" not in name), "")
    if not mapping:
        return None
    with zipfile.ZipFile(contents.path) as archive:
        lines = archive.read(mapping).decode("utf-8-sig", errors="replace").splitlines()
    long_names = {cells[0]: cells[1] for line in lines[1:] if len(cells := line.split(",")) >= 2}
    return _find_shapefile(contents.path, names, long_names)


def _find_shapefile(path: Path, members: list[str], names: Mapping[str, str]) -> Own | None:
    wanted = [name for name in members if PurePosixPath(name).suffix.lower() in {".shp", *shapefile.SIBLINGS}]
    shapes = [name for name in wanted if name.lower().endswith(".shp")]
    if len(shapes) != 1:
        return None
    workspace = Workspace()
    places = extract(path, wanted, workspace.folder)
    stem = PurePosixPath(shapes[0]).stem
    beside = shapefile.siblings_in_archive(shapes[0], places)
    staged = shapefile.staged(places[shapes[0]], beside, workspace, "", stem)
    return _find_gdal(OwnPlace(str(staged.place), stem, workspace), "Shapefile", names)


def _find_flatgeobuf(contents: Contents) -> Own | None:
    check_features(contents.path)
    return _find_gdal(OwnPlace(str(contents.path), contents.path.stem), "FlatGeobuf", {})


def _find_geopackage(contents: Contents) -> Own | None:
    workspace = Workspace()
    try:
        place, _ = geopackage.staged(contents.path, workspace, "data.gpkg")
        tables = geopackage.feature_tables(place)
    except UnreadableFileError:
        tables = []  # the reader of GIS files says what is wrong with it
    if len(tables) != 1:
        workspace.close()
        return None
    return _find_gdal(OwnPlace(str(place), tables[0], workspace, {"IMMUTABLE": "YES"}), "GeoPackage", {})


def _find_gdal(place: OwnPlace, kind: str, names: Mapping[str, str]) -> Own | None:
    import pyogrio  # brings pandas along, which takes longer than a small import
    from pyogrio.errors import DataSourceError

    try:
        silence_gdal()
        info = pyogrio.read_info(place.path, **place.options)
    except DataSourceError:
        return None
    columns = tuple(names.get(name, name) for name in info["fields"])
    if not set(columns) >= _NEEDED:
        return None
    srid = _number_at_end(str(info["crs"] or f"EPSG:{LON_LAT_SRID}"))
    layers = _layers(str(info["layer_name"]) if kind == "FlatGeobuf" else place.layer, columns)
    return Own(kind, layers, columns, srid, lambda: own_rows.gdal_rows(place, names)) if layers else None


_FINDERS: dict[str, Callable[[Contents], Own | None]] = {
    "text": _find_csv,
    "JSON": _find_json,
    "XML": _find_kml,
    "ZIP archive": _find_zip,
    "Parquet": _find_parquet,
    "FlatGeobuf": _find_flatgeobuf,
    "SQLite (GeoPackage or MBTiles)": _find_geopackage,
}

OWN_EXPORT = Reader("own-export", "./gis export の出力 (全形式)", find_reason, open_export)
