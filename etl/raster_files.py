"""Opening raster files: GeoTIFF, SRTM HGT (also zipped) and ASCII grids, and nothing that refers to other files.

GDAL is told which driver to use, so that no text file can turn a read into a request (VRT), looks at no file beside
the one that is named, and contacts no network. What would take more memory or time than its size bears out is refused.
"""

from __future__ import annotations

import hashlib
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import rasterio
from rasterio.crs import CRS
from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from etl.archives import check_archive
from etl.contents import HGT_NAME, HGT_SIZES, is_grid
from etl.record import UnreadableFileError

MAX_CELLS: Final = 1_000_000_000
"""A square of 31,622 cells: 15 km at 0.5 m. Larger rasters come in parts."""
MAX_BLOCK_BYTES: Final = 128 * 2**20
"""GDAL unpacks whole blocks; one strip that is the whole image would be the whole image in memory."""
MAX_UNPACKED_RATIO: Final = 500
UNSUSPICIOUS_BYTES: Final = 256 * 2**20
WINDOW_CELLS: Final = 4_000_000
"""Cells that are read at a time."""

HGT_NODATA: Final = -32768
_PRJ_BYTES: Final = 64 * 1024
GDAL_OPTIONS: Final = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_CACHEMAX": 64,
    "GDAL_HTTP_MAX_RETRY": 0,
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "PROJ_NETWORK": "OFF",
    "GTIFF_POINT_GEO_IGNORE": False,
}


@dataclass(frozen=True, slots=True)
class RasterFile:
    """An open raster: what it is, GDAL's data set, its own reference system (None where it states none)."""

    form: str
    source: Any
    crs: CRS | None


@contextmanager
def opened(path: Path) -> Iterator[RasterFile]:
    """A raster file, checked so far that its cells may be read.

    Raises:
        UnreadableFileError: also for what turns out to be broken while the file is open.
    """
    with tempfile.TemporaryDirectory(prefix="machigis-raster-") as folder, _gdal(path):
        real, driver, form = _known(path, Path(folder))
        with rasterio.open(real, driver=driver) as source:
            _check_size(source, real.stat().st_size)
            yield RasterFile(form, source, _prj(path) if driver == "AAIGrid" else source.crs)


@contextmanager
def _gdal(path: Path) -> Iterator[None]:
    try:
        with rasterio.Env(**GDAL_OPTIONS), warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            yield
    except RasterioError as error:
        said = str(error.__cause__ or error).replace(str(path), path.name).splitlines()
        raise UnreadableFileError(f"broken raster: {said[0][:200] if said else 'GDAL cannot read it'}") from error
    except OSError as error:
        raise UnreadableFileError(f"cannot be read: {error.strerror or error}") from error


def _known(path: Path, folder: Path) -> tuple[Path, str, str]:
    """The file to open, GDAL's driver for it, and what it is called."""
    path = path.absolute()
    with path.open("rb") as file:
        head = file.read(512)
    if path.suffix.lower() == ".hgt":
        return _checked_hgt(path), "SRTMHGT", _hgt_form(path)
    if head[:4] in {b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"}:
        return path, "GTiff", "GeoTIFF"
    if head[:4] == b"PK\x03\x04":
        square = _unpacked(path, folder)
        return square, "SRTMHGT", f"{_hgt_form(square)}, zipped"
    if is_grid(head.decode("latin-1")):
        return path, "AAIGrid", "ASCII grid"
    if b"<VRTDataset" in head:
        raise UnreadableFileError("a VRT only points at other files; import those files themselves")
    raise UnreadableFileError("no raster that is read: GeoTIFF (.tif), SRTM (.hgt, also zipped), ASCII grid (.asc)")


def _checked_hgt(path: Path) -> Path:
    if not HGT_NAME.fullmatch(path.stem):
        raise UnreadableFileError("an .hgt file is named after its south-west corner, as N35E138.hgt")
    size = path.stat().st_size
    if size not in HGT_SIZES:
        right = " or ".join(f"{right:,} ({side} x {side})" for right, side in HGT_SIZES.items())
        raise UnreadableFileError(f"an .hgt file has {right} bytes, this one {size:,}: it is cut off or no SRTM square")
    return path


def _hgt_form(path: Path) -> str:
    return f"SRTM HGT ({3600 // (HGT_SIZES[path.stat().st_size] - 1)}″)"


def _unpacked(path: Path, folder: Path) -> Path:
    """The one .hgt file of an archive. Its name inside is never used as a path."""
    check_archive(path)
    try:
        with zipfile.ZipFile(path) as archive:
            squares = [member for member in archive.infolist() if member.filename.lower().endswith(".hgt")]
            if len(squares) != 1:
                raise UnreadableFileError(f"the ZIP archive holds {len(squares)} .hgt files; one is needed")
            if squares[0].file_size not in HGT_SIZES:
                raise UnreadableFileError(f"{squares[0].filename}: {squares[0].file_size:,} bytes are no SRTM square")
            name = squares[0].filename.replace("\\", "/").rsplit("/", 1)[-1]
            name = name if HGT_NAME.fullmatch(Path(name).stem) else f"{path.name.split('.')[0]}.hgt"
            target = folder / name
            with archive.open(squares[0]) as packed:
                target.write_bytes(packed.read(max(HGT_SIZES) + 1))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        # zipfile says an unknown way of packing by NotImplementedError, encryption by RuntimeError.
        raise UnreadableFileError(f"broken ZIP archive: {error}") from error
    return _checked_hgt(target)


def _prj(path: Path) -> CRS | None:
    """The reference system that the .prj file beside an ASCII grid states."""
    for suffix in (".prj", ".PRJ"):
        beside = path.with_suffix(suffix)
        if beside.is_file() and beside.stat().st_size <= _PRJ_BYTES:
            text = beside.read_text(encoding="latin-1").strip()
            try:
                return CRS.from_wkt(text, morph_from_esri_dialect=True)
            except CRSError as error:
                raise UnreadableFileError(f"{beside.name} states no reference system that is known") from error
    return None


def _check_size(source: Any, size: int) -> None:
    """Nothing is read of a file that declares more than it can hold, or than one may read.

    Raises:
        UnreadableFileError: saying what would do.
    """
    if np.dtype(source.dtypes[0]).kind not in "iuf":
        raise UnreadableFileError(f"cells of the type {source.dtypes[0]} are not read; only plain numbers are")
    cells = source.width * source.height
    if cells * source.count > MAX_CELLS:
        said = f"{source.width:,} x {source.height:,} cells in {source.count} bands"
        raise UnreadableFileError(f"{said} are too many; the most is {MAX_CELLS:,}: cut it into parts")
    bytes_each = np.dtype(source.dtypes[0]).itemsize
    unpacked = cells * source.count * bytes_each
    if unpacked > UNSUSPICIOUS_BYTES and unpacked > MAX_UNPACKED_RATIO * size:
        raise UnreadableFileError(f"{size:,} bytes would unpack to {unpacked:,}; that is refused")
    rows, columns = source.block_shapes[0]
    together = source.count if source.interleaving and source.interleaving.value.lower() == "pixel" else 1
    if rows * columns * bytes_each * together > MAX_BLOCK_BYTES:
        raise UnreadableFileError(f"blocks of {columns:,} x {rows:,} cells are too large; tile it (TILED=YES)")


def windows(source: Any) -> Iterator[Window]:
    """The whole raster in pieces that follow its blocks, so that each block is unpacked once."""
    rows, columns = source.block_shapes[0]
    wide = source.width if columns == source.width else max(columns, 2048 // columns * columns)
    tall = max(rows, int(WINDOW_CELLS / wide) // rows * rows)
    for top in range(0, source.height, tall):
        for left in range(0, source.width, wide):
            yield Window(left, top, min(wide, source.width - left), min(tall, source.height - top))


def file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
