"""Rasters in: real heights with their exact figures, what is refused and why, and values out again."""

from __future__ import annotations

import fcntl
import time
import warnings
import zipfile
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.warp
import shapely
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from rasterio.transform import from_origin

from etl import raster_store
from etl.contents import open_contents
from etl.rasters import inspect, is_raster, store
from etl.readers import Options
from etl.record import UnreadableFileError
from layers.raster import Raster
from layers.raster_reading import profile, value_at

pytestmark = pytest.mark.django_db

PLAIN = from_origin(-6000, -34000, 10, 10)
"""In EPSG:6677, in the middle of the city of the tests; cells of 10 m."""


@pytest.fixture(autouse=True)
def folder(tmp_path, settings) -> Path:
    settings.RASTER_STORE = tmp_path / "rasters"
    return settings.RASTER_STORE


def options(**constants: str) -> Options:
    chosen = {name: constants.pop(name) for name in ("srid", "source_key") if name in constants}
    return Options(django_settings.CITY, constants=constants, **chosen)


def bring_in(path: Path, **constants: str) -> Raster:
    return store(inspect(path, options(**constants)))


def write(path: Path, cells: np.ndarray, **members: object) -> Path:
    """A GeoTIFF of these cells (rows, columns), or a declared one where `cells` is a shape without values."""
    members = {"crs": "EPSG:6677", "transform": PLAIN, "count": 1, "dtype": cells.dtype} | members
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(path, "w", "GTiff", cells.shape[1], cells.shape[0], **members) as target:
            target.write(cells, 1)
    return path


@pytest.fixture
def slope(tmp_path) -> Path:
    """Heights that grow by 1 m a column and 2 m a row: bilinear values are known everywhere. One cell is empty."""
    cells = (np.arange(600)[None, :] + 2 * np.arange(700)[:, None]).astype("float32")
    cells[300, 300] = -9999
    return write(tmp_path / "dem_slope.tif", cells, nodata=-9999)


def at(column: float, row: float) -> tuple[float, float]:
    """Degrees of a position in the slope's grid."""
    x, y = PLAIN @ (column, row)
    lons, lats = rasterio.warp.transform("EPSG:6677", "EPSG:4326", [x], [y])
    return lons[0], lats[0]


def test_the_real_heights_come_in_with_their_exact_figures(real_data):
    raster = bring_in(real_data / "hazard" / "dem_fuji_srtm_epsg6676.tif")
    figures = raster.width, raster.height, raster.srid, raster.nodata, raster.minimum, raster.maximum
    assert figures == (486, 592, 6676, 0, 41, 1123)
    assert (raster.kind, raster.unit, round(raster.resolution_m, 3)) == ("elevation", "m", 28.188)
    assert [round(n, 4) for n in raster.bounds.extent] == [138.4324, 35.1396, 138.583, 35.29]
    with rasterio.open(raster.path) as stored, rasterio.open(
        real_data / "hazard" / "dem_fuji_srtm_epsg6676.tif"
    ) as original:  # fmt: skip
        assert np.array_equal(stored.read(1), original.read(1))
        assert stored.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert stored.tags(ns="IMAGE_STRUCTURE")["COMPRESSION"] == "DEFLATE"
        assert (stored.block_shapes[0], stored.overviews(1)) == ((512, 512), [2])
        assert (stored.nodata, stored.crs.to_epsg(), stored.transform) == (0, 6676, original.transform)


def test_the_real_heights_say_how_they_were_recognised(real_data):
    plan = inspect(real_data / "hazard" / "dem_fuji_srtm_epsg6676.tif", options())
    assert plan.valid_cells == 592 * 486 - 5050 == 282_662
    text = plan.text()
    assert "EPSG:6676 JGD2011 / Japan Plane Rectangular CS VIII (the file states it)" in text
    assert "vertical_datum: EGM96 (its tag DTED_VerticalDatum says E96)" in text
    assert "486 x 592 cells of 28.19 m, 41 to 1123 m" in text


def test_the_same_file_again_changes_nothing_and_says_so(slope):
    first = bring_in(slope)
    plan = inspect(slope, options())
    assert plan.is_known
    assert "nothing changed: the same file is stored already" in plan.text()
    again = store(plan)
    assert (again.imported_at, again.file_name) == (first.imported_at, first.file_name)


def test_another_edition_takes_the_place_of_the_first(slope, folder):
    first = bring_in(slope)
    write(slope, np.full((20, 30), 7, "int16"), nodata=0)
    second = bring_in(slope)
    assert Raster.objects.count() == 1
    assert (second.width, second.maximum) == (30, 7)
    assert [entry.name for entry in folder.iterdir()] == [second.file_name] != [first.file_name]


def test_heights_above_what_nobody_says_are_unknown_with_a_notice(slope):
    plan = inspect(slope, options())
    assert plan.row["vertical_datum"] == "unknown"
    assert any("heights above what is not known" in notice for notice in plan.notices)
    said = inspect(slope, options(vertical_datum="JGD2011"))
    assert (said.row["vertical_datum"], said.notices) == ("JGD2011", ())


def test_a_reference_system_with_heights_names_their_datum(tmp_path):
    plan = inspect(write(tmp_path / "a.tif", np.ones((4, 4), "int16"), crs="EPSG:6677+6695"), options())
    assert (plan.row["srid"], plan.row["vertical_datum"], plan.row["kind"]) == (6677, "JGD2011", "elevation")


def test_a_square_of_srtm_is_placed_by_its_name(tmp_path):
    heights = (np.arange(1201)[:, None] + np.zeros(1201)).astype(">i2")
    heights[0, 0] = -32768
    path = tmp_path / "N35E138.hgt"
    path.write_bytes(heights.tobytes())
    assert open_contents(path).kind == "HGT"
    raster = bring_in(path)
    assert (raster.srid, raster.vertical_datum, raster.nodata) == (4326, "EGM96", -32768)
    assert (raster.minimum, raster.maximum) == (0, 1200)
    assert value_at(raster, 138.5, 35.5) == pytest.approx(600)
    assert round(raster.resolution_m) in range(80, 93)


def test_a_square_of_nothing_but_sea_is_no_empty_file(tmp_path):
    path = tmp_path / "N34E140.hgt"
    path.write_bytes(bytes(1201 * 1201 * 2))
    assert is_raster(open_contents(path))
    assert inspect(path, options()).row["maximum"] == 0


@pytest.mark.parametrize(("member", "is_read"), [("srtm/N36E139.hgt", True), ("../../N36E139.hgt", False)])
def test_a_zipped_square_is_read_unless_its_inner_path_leads_out(tmp_path, folder, member, is_read):
    path = tmp_path / "squares.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, np.full((1201, 1201), 5, ">i2").tobytes())
    if is_read:
        assert is_raster(open_contents(path))
        assert [round(n) for n in bring_in(path).bounds.extent] == [139, 36, 140, 37]
    else:
        with pytest.raises(UnreadableFileError, match="points outside it"):
            bring_in(path)
    assert not (tmp_path.parent.parent / "N36E139.hgt").exists()


VRT = "<VRTDataset rasterXSize='1'><SourceFilename>/etc/passwd</SourceFilename></VRTDataset>"
GRID = "ncols 3\nnrows 2\nxllcorner -6000\nyllcorner -34000\ncellsize 5\nNODATA_value -9999\n1.5 2 3\n4 5 -9999\n"


def test_an_ascii_grid_takes_its_reference_system_from_the_file_beside_it(tmp_path):
    path = tmp_path / "dem5a.asc"
    path.write_text(GRID)
    assert open_contents(path).kind == "ASCII grid"
    with pytest.raises(UnreadableFileError, match=r"--crs EPSG:6677 says it, or a \.prj file beside it"):
        inspect(path, options())
    path.with_suffix(".prj").write_text(rasterio.CRS.from_epsg(6677).to_wkt(version="WKT1_ESRI"))
    raster = bring_in(path, vertical_datum="JGD2024")
    assert (raster.srid, raster.vertical_datum) == (6677, "JGD2024")
    assert (raster.minimum, raster.maximum, raster.nodata) == (1.5, 5, -9999)


def test_the_caller_says_the_reference_system_that_a_file_lacks(tmp_path):
    path = write(tmp_path / "dem.tif", np.ones((4, 4), "int16"), crs=None)
    with pytest.raises(UnreadableFileError, match="states no reference system: --crs EPSG:6677"):
        inspect(path, options())
    assert inspect(path, options(srid=6677)).row["srid"] == 6677
    with pytest.raises(UnreadableFileError, match="nowhere in EPSG:4326"):
        inspect(path, options(srid=4326))


def test_overviews_are_means_of_heights_but_never_of_classes(tmp_path):
    cells = np.zeros((600, 600), "int16")
    cells[::2, ::2] = 8
    for kind, expected in (("elevation", {2}), ("other", {0, 8})):
        raster = bring_in(write(tmp_path / "a.tif", cells), kind=kind)
        with rasterio.open(raster.path, overview_level=0) as overview:
            assert set(np.unique(overview.read(1))) <= expected


def test_cells_that_are_no_numbers_hold_nothing(tmp_path):
    cells = np.array([[1, np.nan], [np.inf, 4]], "float32")
    plan = inspect(write(tmp_path / "dem.tif", cells), options())
    assert (plan.row["minimum"], plan.row["maximum"], plan.valid_cells) == (1, 4, 2)
    assert any("1 cells are infinite" in notice for notice in plan.notices)
    assert store(plan).nodata is None
    assert inspect(plan.path, options()).is_known


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: write(p, np.ones((4, 4), "int16"), transform=PLAIN @ PLAIN.rotation(20)), "rotated or upside down"),
        (lambda p: write(p, np.ones((4, 4), "int16"), transform=PLAIN @ PLAIN.scale(1, -1)), "rotated or upside down"),
        (lambda p: write(p, np.ones((4, 4), "int16"), transform=None), "does not say where it lies"),
        (lambda p: write(p, np.ones((4, 4), "complex64")), "cells of the type complex64"),
        (lambda p: p.write_text(VRT), "a VRT only"),
        (lambda p: p.write_bytes(b"II*\x00" + b"\xff" * 200), "broken raster"),
        (lambda p: p.write_bytes(b"\x00\x01binary"), "no raster that is read"),
        (lambda p: p.write_bytes(b"PK\x03\x04rest"), "broken ZIP archive"),
        (lambda p: p.write_text(GRID.replace("s 3", "s 3000000").replace("s 2", "s 9000")), "Too large raster"),
        (lambda p: p.write_text(GRID[:-12]), "states no reference system"),
    ],
    ids=["rotated", "upside-down", "nowhere", "complex", "vrt", "garbage", "binary", "zip", "huge-grid", "cut-grid"],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_one_line(tmp_path, make, message):
    path = tmp_path / "dem.tif"
    make(path)
    began = time.monotonic()
    with pytest.raises(UnreadableFileError, match=message) as refused:
        inspect(path, options())
    assert "\n" not in str(refused.value)
    assert time.monotonic() - began < 5


def declare(path: Path, side: int, **members: object) -> Path:
    """A file that declares a square and holds next to nothing."""
    shape = {"tiled": True, "blockxsize": 512, "blockysize": 512, "SPARSE_OK": True, "BIGTIFF": "YES"} | members
    with rasterio.open(path, "w", "GTiff", side, side, 1, "EPSG:6677", PLAIN, "int16", **shape):
        pass
    return path


def test_a_raster_that_declares_ten_thousand_million_cells_is_refused(tmp_path):
    with pytest.raises(UnreadableFileError, match="100,000 x 100,000 cells in 1 bands are too many"):
        inspect(declare(tmp_path / "dem.tif", 100_000), options())


def test_a_raster_that_would_unpack_to_far_more_than_it_is_is_refused(tmp_path):
    with pytest.raises(UnreadableFileError, match="bytes would unpack to 800,000,000; that is refused"):
        inspect(declare(tmp_path / "dem.tif", 20_000), options())


def test_a_raster_in_one_enormous_block_is_refused(tmp_path):
    path = declare(tmp_path / "dem.tif", 9_000, tiled=False, blockysize=9_000, compress="deflate")
    with pytest.raises(UnreadableFileError, match="blocks of 9,000 x 9,000 cells are too large"):
        inspect(path, options())


@pytest.mark.parametrize("big", ["YES", "NO"])
def test_a_raster_that_is_cut_off_is_refused_and_nothing_is_stored(tmp_path, folder, big):
    rng = np.random.default_rng(1)
    path = write(tmp_path / "dem.tif", rng.integers(0, 999, (800, 800), "int16"), compress="deflate", BIGTIFF=big)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert is_raster(open_contents(path))
    with pytest.raises(UnreadableFileError, match="broken raster"):
        inspect(path, options())
    assert not Raster.objects.exists()


def test_an_hgt_file_of_the_wrong_size_is_cut_off(tmp_path):
    path = tmp_path / "N35E138.hgt"
    path.write_bytes(b"\x00\x01" * 1000)
    with pytest.raises(UnreadableFileError, match=r"2,884,802 \(1201 x 1201\) or 25,934,402 \(3601 x 3601\) bytes"):
        inspect(path, options())


def test_files_beside_a_raster_are_not_looked_at(slope):
    slope.with_suffix(".tif.ovr").write_bytes(b"II*\x00garbage")
    slope.with_suffix(".tif.aux.xml").write_text("<PAMDataset><SRS>EPSG:3857</SRS></PAMDataset>")
    assert bring_in(slope).srid == 6677


def test_an_interrupted_run_leaves_nothing(slope, folder, monkeypatch):
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(raster_store, "_convert", stopped)
    with pytest.raises(KeyboardInterrupt):
        bring_in(slope)
    assert (Raster.objects.count(), list(folder.iterdir())) == (0, [])


def test_what_killed_runs_have_left_is_swept_away_but_not_what_a_live_one_writes(slope, folder):
    for name in (".part-dead", ".part-live"):
        (folder / name).mkdir(parents=True)
        (folder / name / "lock").touch()
    (folder / ".part-dead" / "cog.tif").write_bytes(b"half")
    (folder / "orphan-0123.tif").write_bytes(b"no row knows it")
    with (folder / ".part-live" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        raster = bring_in(slope)
        assert {entry.name for entry in folder.iterdir()} == {".part-live", raster.file_name}


def test_a_raster_is_removed_with_its_file(slope, folder, capsys):
    bring_in(slope)
    call_command("remove_raster", "dem-slope")
    assert (Raster.objects.count(), list(folder.iterdir())) == (0, [])
    with pytest.raises(CommandError, match="no raster is called 'dem-slope'; there are: none"):
        call_command("remove_raster", "dem-slope")


def test_heights_are_interpolated_between_the_centres_of_cells(slope):
    raster = bring_in(slope)
    assert value_at(raster, *at(10.5, 20.5)) == pytest.approx(50, abs=0.01)
    assert value_at(raster, *at(11, 20.75)) == pytest.approx(51, abs=0.01)
    assert value_at(raster, *at(512, 512)) == pytest.approx(511.5 + 2 * 511.5, abs=0.01)
    assert value_at(raster, *at(0.1, 0.1)) == pytest.approx(0, abs=0.01)


def test_a_cell_that_holds_nothing_has_no_value_and_spoils_none_beside_it(slope):
    raster = bring_in(slope)
    assert value_at(raster, *at(300.5, 300.5)) is None
    assert 897 < value_at(raster, *at(299.9, 300.5)) < 900
    assert value_at(raster, *at(-1, 5)) is None
    assert value_at(raster, *at(5, 701)) is None


def test_classes_are_never_interpolated(tmp_path):
    raster = bring_in(write(tmp_path / "classes.tif", np.array([[1, 9], [1, 9]], "int16")))
    assert {value_at(raster, *at(x, 1)) for x in (0.6, 0.95, 1.05, 1.4)} == {1, 9}


def test_a_profile_has_the_vertices_and_a_value_at_each_step(slope):
    raster = bring_in(slope)
    line = shapely.LineString([at(100.5, 100.5), at(200.5, 100.5), at(200.5, 150.5)])
    points = profile(raster, line, step_m=100)
    assert points[-1].distance_m == pytest.approx(1500, rel=1e-3)
    assert [round(points[n].value, 1) for n in (0, -1)] == [300, 500]
    assert all(b.distance_m - a.distance_m <= 100.001 for a, b in pairwise(points))
    assert any(point.value == pytest.approx(400, abs=0.05) for point in points)
    with pytest.raises(ValueError, match="at most 100000 points"):
        profile(raster, line, step_m=0.001)


def test_many_threads_read_the_same_values(slope):
    raster = bring_in(slope)
    places = [at(column + 0.5, column + 0.5) for column in range(0, 256, 2)]
    with ThreadPoolExecutor(8) as pool:
        values = list(pool.map(lambda place: value_at(raster, *place), places))
    assert values == pytest.approx([3 * column for column in range(0, 256, 2)], abs=0.01)


def test_the_list_of_rasters_can_be_looked_at_and_not_changed(slope, admin_client):
    bring_in(slope)
    page = admin_client.get("/admin/layers/raster/").content.decode()
    assert "dem-slope" in page
    assert "139.7" in page
    assert admin_client.get("/admin/layers/raster/add/").status_code == 403
