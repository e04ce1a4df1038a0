"""The layers inside a file, as GDAL describes them: names, geometry, columns, number of rows, reference system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyogrio
from pyogrio.errors import CRSError, DataLayerError, DataSourceError

from etl.gdal_warnings import silence_gdal
from etl.record import UnreadableFileError

Bounds = tuple[float, float, float, float]

_ARROW_MEMORY_BYTES = 64 * 1024 * 1024
_MAX_GEOJSON_OBJECT_MB = 320
"""GDAL's own estimate of a feature in memory; a polygon of a million positions has some 300 MB by it."""

_CONFIGURATION = {
    "OGR_ARROW_MEM_LIMIT": _ARROW_MEMORY_BYTES,
    "OGR_GEOJSON_MAX_OBJ_SIZE": _MAX_GEOJSON_OBJECT_MB,
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "GML_DOWNLOAD_SCHEMA": False,
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_MAX_RETRY": 0,
    "GDAL_HTTP_CONNECTTIMEOUT": 1,
    "GDAL_HTTP_PROXY": "127.0.0.1:9",
}
"""No network (a proxy that is none takes what might slip through), no resolving of references, bounded batches."""


@dataclass(frozen=True, slots=True)
class Part:
    """One layer of a file.

    Args:
        name: what the file's owner calls it, and `--part` chooses it by.
        place: where GDAL (or pyarrow, for GeoParquet) finds it; `layer` is its name there.
        crs: what the file says of its reference system; empty where it says nothing.
        options: what GDAL is told when it opens the file.
        own_id: column of the ids that the features have beside their properties; empty where they have none.
    """

    format: str
    name: str
    place: str
    layer: str | None
    columns: tuple[str, ...]
    geometry_type: str
    row_count: int
    crs: str
    bytes: int
    encoding: str = ""
    bounds: Bounds | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    own_id: str = ""

    @property
    def is_parquet(self) -> bool:
        return self.format == "GeoParquet"


def inspect(
    place: Path | str,
    size: int,
    drivers: frozenset[str],
    *,
    format_name: str,
    names: Mapping[str, str] | None = None,
    layers: list[str] | None = None,
    encoding: str = "",
    options: Mapping[str, str] | None = None,
) -> list[Part]:
    """The layers of a file that has been checked.

    Args:
        size: bytes of the file.
        drivers: those of GDAL that may have opened it; another one means that the file is not what it seems.
        names: GDAL's names of layers -> the owner's.
        layers: those to look at; None means all.

    Raises:
        UnreadableFileError: in one line, what GDAL cannot read.
    """
    pyogrio.set_gdal_config_options(_CONFIGURATION)
    silence_gdal()
    options = dict(options or {})
    try:
        known = [str(name) for name, _ in pyogrio.list_layers(str(place))] if layers is None else layers
        infos = [_info(place, name, encoding, options) for name in known]
    except (DataSourceError, DataLayerError, CRSError, UnicodeDecodeError, RuntimeError, ValueError) as error:
        raise UnreadableFileError(f"broken {format_name}: {gdal_message(error, place)}") from error
    for info in infos:
        if info["driver"] not in drivers:
            raise UnreadableFileError(f"the file passes for {format_name}, but GDAL takes it for {info['driver']}")
    return [
        Part(
            format=format_name,
            name=(names or {}).get(name, name),
            place=str(place),
            layer=name,
            columns=tuple(str(column) for column in info["fields"]),
            geometry_type=str(info["geometry_type"] or "Unknown"),
            row_count=max(int(info["features"]), 0),
            crs=str(info["crs"] or ""),
            bytes=size,
            encoding=encoding,
            bounds=_bounds(info),
            options=options,
        )
        for name, info in zip(known, infos, strict=True)
    ]


def _info(place: Path | str, layer: str, encoding: str, options: Mapping[str, str]) -> dict[str, Any]:
    return dict(
        pyogrio.read_info(str(place), layer=layer, encoding=encoding or None, force_feature_count=True, **options)
    )


def _bounds(info: Mapping[str, Any]) -> Bounds | None:
    bounds = info.get("total_bounds")
    if bounds is None:
        return None
    west, south, east, north = (float(number) for number in bounds)
    return (west, south, east, north) if west <= east and south <= north else None


def gdal_message(error: Exception, place: Path | str) -> str:
    """GDAL's words in one line, without the temporary folder's name and its hints."""
    text = " ".join(str(error).split()).replace(str(place), "the file").split("; It might help")[0]
    if "OGR_GEOJSON_MAX_OBJ_SIZE" in text:
        return "a feature is too large: GeoJSON is read up to about 1,000,000 positions a feature"
    return text[:300] or type(error).__name__
