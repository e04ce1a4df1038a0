"""Rasters through the page: looked at, asked for what they do not say, stored once."""

from __future__ import annotations

import json
import warnings
import zipfile

import numpy as np
import pytest
from django.contrib.auth.models import Group
from rasterio.io import MemoryFile
from rasterio.transform import from_origin

from gis_server.imports.looking import load, work_on
from gis_server.imports.models import Upload
from layers.raster import Raster
from tests.imports.conftest import done

GRID = from_origin(-6000, -34000, 10, 10)
"""In EPSG:6677; cells of 10 m."""


def tiff(crs: str | None = "EPSG:6677") -> bytes:
    cells = np.arange(12, dtype="float32").reshape(3, 4)
    with warnings.catch_warnings(), MemoryFile() as memory:
        warnings.simplefilter("ignore")
        profile = {"width": 4, "height": 3, "count": 1, "dtype": "float32", "crs": crs, "transform": GRID}
        with memory.open(driver="GTiff", **profile) as target:
            target.write(cells, 1)
        return bytes(memory.read())


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, as_role):
    settings.RASTER_STORE = tmp_path / "rasters"
    yield settings.RASTER_STORE
    Raster.objects.all().delete()


def files(folder) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_raster_is_shown_first_and_nothing_is_stored(staff):
    upload = staff.ready(("dem.tif", tiff()))
    assert (upload.state, upload.report["accepted"]) == ("ready", 1)
    assert upload.recognition["source"] == "dem"
    assert "heights above what is not known" in upload.report["entries"][0]["reason"]
    assert not Raster.objects.exists()
    preview = json.loads(b"".join(staff.get(f"/imports/uploads/{upload.pk}/preview.geojson")))
    assert [feature["geometry"]["type"] for feature in preview["features"]] == ["Polygon"]
    page = staff.get(f"/imports/uploads/{upload.pk}", Accept="text/html").content.decode()
    for shown in (
        "4 × 3",
        "0 – 11 m",
        "10.00 m",
        "EPSG:6677",
        "高さの基準が分かりません",
        "値の種類: elevation（ファイル名から）",
        'name="constant-nodata"',
    ):
        assert shown in page
    assert 'name="layer"' not in page


def test_a_raster_is_stored_once_however_often_it_is_loaded(staff, folder):
    for expected in (False, True):
        upload = staff.ready(("dem.tif", tiff()))
        assert upload.recognition["raster"]["known"] is expected
        staff.post(upload, "load")
        assert done(upload).state == "loaded"
        work_on(str(upload.pk))
        stored = Raster.objects.get()
        assert files(folder) == [stored.file_name]
    Upload.objects.filter(pk=upload.pk).update(state="loading")  # as a killed worker leaves it
    assert done(upload).state == "loaded"
    again = Raster.objects.get()
    assert (again.file_name, again.imported_at) == (stored.file_name, stored.imported_at)


def test_a_raster_without_reference_system_is_asked_for_it_and_then_loads(staff):
    upload = staff.ready(("dem.tif", tiff(crs=None)))
    assert upload.state == "failed"
    page = staff.get(f"/imports/uploads/{upload.pk}", Accept="text/html").content.decode()
    assert "座標参照系が書かれていません" in page
    form = {
        "srid": "6677",
        "constant-vertical_datum": "JGD2011",
        "licence": "CC BY 4.0",
        "constant-title": "架空の標高",
    }
    assert staff.post(upload, "options", **form).status_code == 202
    assert done(upload).state == "ready"
    staff.post(upload, "load")
    assert done(upload).state == "loaded"
    raster = Raster.objects.get()
    assert (raster.srid, raster.vertical_datum, raster.title, raster.licence) == (
        6677, "JGD2011", "架空の標高", "CC BY 4.0",
    )  # fmt: skip


def test_a_cancelled_load_keeps_the_edition_that_was_there(staff, folder):
    upload = staff.ready(("dem.tif", tiff()))
    staff.post(upload, "load")
    done(upload)
    before = Raster.objects.get().file_name
    other = staff.ready(("dem.tif", tiff("EPSG:6678")))
    staff.post(other, "load")
    begun = Upload.objects.get(pk=other.pk)
    staff.post(other, "cancel")
    load(begun)
    assert Upload.objects.get(pk=other.pk).state == "cancelled"
    assert Raster.objects.get().file_name == before
    assert files(folder) == [before]


def test_only_who_may_edit_facilities_stores_rasters(staff):
    upload = staff.ready(("dem.tif", tiff()))
    staff.post(upload, "load")
    staff.user.groups.set(Group.objects.none())
    assert staff.send(("dem.tif", tiff())).status_code == 403
    assert done(upload).state == "failed"
    assert not Raster.objects.exists()


def test_a_zipped_height_square_is_a_raster(staff, tmp_path):
    cells = np.full((1201, 1201), 7, dtype=">i2").tobytes()
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("N35E139.hgt", cells)
    upload = staff.ready(("N35E139.zip", (tmp_path / "a.zip").read_bytes()))
    assert (upload.state, upload.message) == ("ready", "")
    assert upload.recognition["raster"]["vertical_datum"] == "EGM96"
