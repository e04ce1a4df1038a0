"""The store of rasters: one Cloud Optimized GeoTIFF each, and one row each. All or nothing.

A file is written in a folder of its own, `.part-…`, and renamed in the transaction that writes its row; a run that is
killed leaves such a folder, or a file without a row, and the next run sweeps both away.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import rasterio
import rasterio.shutil
from django.db import connection, transaction
from django.forms.models import model_to_dict
from django.utils import timezone

from etl.raster_files import GDAL_OPTIONS, file_hash, opened, windows
from etl.record import UnreadableFileError
from layers.raster import VERTICAL_DATUMS, Raster, store_folder

if TYPE_CHECKING:
    from etl.rasters import RasterPlan

PART: Final = ".part-"
BLOCK: Final = 512
_OWN_COLUMNS: Final = {"file_name", "imported_at"}


def store(plan: RasterPlan, agree: Callable[[], None] = lambda: None) -> Raster:
    """The stored raster. A plan that is known already changes nothing; another edition of a raster takes its place.

    Args:
        agree: called in the transaction that writes the row; what it raises takes the row back.

    Raises:
        UnreadableFileError: where the file is broken or has changed since it was looked into; nothing changes then.
    """
    if plan.is_known:
        with _locked():
            agree()
            return Raster.objects.get(key=plan.key)
    with _part() as part:
        made = part / "cog.tif"
        _write(plan, made)
        return _put(plan, made, agree)


def remove(key: str) -> bool:
    """Take a raster out. False where there is none of this key."""
    with _locked():
        gone, _ = Raster.objects.filter(key=key).delete()
    with _locked():
        _sweep()
    return gone > 0


def row_of(raster: Raster) -> dict[str, Any]:
    """What a row says of its raster, in a form that can be compared."""
    values = {name: value for name, value in model_to_dict(raster).items() if name not in _OWN_COLUMNS}
    return values | {"bounds": [[round(n, 9) for n in point] for point in raster.bounds.coords[0]]}


@contextmanager
def _locked() -> Iterator[None]:
    """A transaction in which nobody else changes the store."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('machigis rasters', 0))")
        yield


@contextmanager
def _part() -> Iterator[Path]:
    """A folder to write in. Its lock says that its run is alive."""
    folder = store_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with _locked():
        _sweep()
        part = Path(tempfile.mkdtemp(prefix=PART, dir=folder))
        lock = (part / "lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)
        lock.close()


def _sweep() -> None:
    """Remove what killed runs have left: their folders, and files that no row knows."""
    folder = store_folder()
    if not folder.is_dir():
        return
    known = set(Raster.objects.values_list("file_name", flat=True))
    for entry in folder.iterdir():
        if entry.name.startswith(PART) and entry.is_dir():
            if not _is_alive(entry):
                shutil.rmtree(entry, ignore_errors=True)
        elif entry.suffix == ".tif" and entry.name not in known:
            entry.unlink()


def _is_alive(part: Path) -> bool:
    try:
        with (part / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _put(plan: RasterPlan, made: Path, agree: Callable[[], None]) -> Raster:
    """Give the file its place and write its row."""
    name = f"{plan.key}-{plan.row['sha256'][:12]}-{made.stat().st_mtime_ns:x}.tif"
    with _locked():
        raster, _ = Raster.objects.update_or_create(
            key=plan.key, defaults={**plan.row, "file_name": name, "imported_at": timezone.now()}
        )
        agree()
        made.rename(store_folder() / name)
    with _locked():
        _sweep()  # what another edition has left
    raster.refresh_from_db()
    return raster


def _write(plan: RasterPlan, made: Path) -> None:
    plain = made.with_name("plain.tif")
    with opened(plan.path) as file, rasterio.Env(**GDAL_OPTIONS):
        profile = _plain_profile(plan, file.source)
        with rasterio.open(plain, "w", **profile) as target:
            for window in windows(file.source):
                target.write(_cleaned(file.source.read(window=window), profile["nodata"]), window=window)
            _label(target, plan.row)
        _convert(plan, profile["dtype"], plain, made)
    if file_hash(plan.path) != plan.row["sha256"]:
        raise UnreadableFileError("the file has changed while it was read; import it again")


def _label(target: Any, row: Mapping[str, Any]) -> None:
    """The file says by itself what it is, for those who read it without its row."""
    target.set_band_unit(1, row["unit"])
    target.update_tags(
        TIFFTAG_IMAGEDESCRIPTION=row["title"],
        TIFFTAG_COPYRIGHT=f"{row['attribution']} ({row['licence']})",
        VERTICAL_DATUM=VERTICAL_DATUMS[row["vertical_datum"]].en,
    )


def _plain_profile(plan: RasterPlan, source: Any) -> dict[str, Any]:
    """An uncompressed copy in tiles, from which GDAL builds the overviews."""
    nodata = plan.row["nodata"]
    if nodata is None and source.dtypes[0].startswith("float"):
        nodata = float("nan")
    return {
        "driver": "GTiff",
        "width": source.width,
        "height": source.height,
        "count": source.count,
        "dtype": source.dtypes[0],
        "crs": rasterio.CRS.from_epsg(plan.row["srid"]),
        "transform": source.transform,
        "nodata": nodata,
        "tiled": True,
        "blockxsize": BLOCK,
        "blockysize": BLOCK,
        "BIGTIFF": "IF_SAFER",
        "SPARSE_OK": True,
    }


def _cleaned(cells: np.ndarray, nodata: float | None) -> np.ndarray:
    """Cells that are no finite numbers hold nothing."""
    if cells.dtype.kind != "f":
        return cells
    return np.where(np.isfinite(cells), cells, np.asarray(nodata, cells.dtype))


def _convert(plan: RasterPlan, dtype: str, plain: Path, made: Path) -> None:
    """Means describe heights and depths; classes have none, so their overviews take the nearest cell."""
    is_continuous = plan.row["kind"] == "elevation" or (plan.row["kind"] == "flood_depth" and dtype.startswith("float"))
    resampling = "AVERAGE" if is_continuous else "NEAREST"
    rasterio.shutil.copy(
        plain,
        made,
        driver="COG",
        COMPRESS="DEFLATE",
        PREDICTOR="YES",
        BLOCKSIZE=BLOCK,
        OVERVIEWS="IGNORE_EXISTING",
        RESAMPLING=resampling,
        BIGTIFF="IF_SAFER",
    )
    plain.unlink()
