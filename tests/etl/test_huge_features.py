"""Shapes of ten million positions in binary files: refused by their lengths, before anything is loaded."""

from __future__ import annotations

import struct

import geopandas as gpd
import pyogrio
import pytest
import shapely

from etl.readers.ogr import sizes
from etl.record import UnreadableFileError
from tests.etl.test_hostile_files import _in_process

pytestmark = pytest.mark.django_db

POSITIONS = 10_000_000


def _squares(path, driver, count=1, **options):
    shapes = [shapely.box(139 + n / 1000, 35, 139.1 + n / 1000, 35.1) for n in range(count)]
    frame = gpd.GeoDataFrame({"a": range(count)}, geometry=shapes, crs=4326)
    pyogrio.write_dataframe(frame, path, driver=driver, **options)
    return path


@pytest.mark.parametrize("has_index", [True, False])
def test_ten_million_positions_in_a_shapefile_are_refused_within_bounded_memory(tmp_path, has_index):
    path = _squares(tmp_path / "a.shp", "ESRI Shapefile")
    content = 44 + 4 + POSITIONS * 16
    head = bytearray(path.read_bytes()[:100])
    head[24:28] = struct.pack(">i", (108 + content) // 2)
    shape = struct.pack("<i4d3i", 5, 139, 35, 140, 36, 1, POSITIONS, 0)
    with path.open("wb") as file:
        file.write(head + struct.pack(">ii", 1, content // 2) + shape)
        file.truncate(108 + content)
    index = tmp_path / "a.shx"
    index.write_bytes(bytes(head) + struct.pack(">ii", 50, content // 2))
    if not has_index:
        index.unlink()
    said, grown = _in_process(path)
    assert said == "the geometry of row 1 has 152 MB; at most 64 MB are read"
    assert grown < 200


def test_a_huge_feature_in_a_flatgeobuf_is_not_even_loaded(tmp_path):
    path = _squares(tmp_path / "a.fgb", "FlatGeobuf", SPATIAL_INDEX="NO")
    with path.open("r+b") as file:
        file.seek(8)
        start = 12 + struct.unpack("<I", file.read(4))[0]
        file.seek(start)
        file.write(struct.pack("<I", POSITIONS * 16))
        file.truncate(start + 4 + POSITIONS * 16)
    said, grown = _in_process(path)
    assert said == "the geometry of row 1 has 152 MB; at most 64 MB are read"
    assert grown < 200


@pytest.mark.parametrize("count", [1, 2, 16, 17, 300])
@pytest.mark.parametrize("has_index", ["YES", "NO"])
def test_every_feature_of_a_flatgeobuf_is_measured_with_and_without_an_index(tmp_path, monkeypatch, count, has_index):
    path = _squares(tmp_path / "a.fgb", "FlatGeobuf", count, SPATIAL_INDEX=has_index)
    monkeypatch.setattr(sizes, "MAX_GEOMETRY_BYTES", 1_000 if path.stat().st_size > 1_000 else 300)
    sizes.check_features(path)
    path.write_bytes(path.read_bytes() + struct.pack("<I", 2_000))
    with pytest.raises(UnreadableFileError, match=f"the geometry of row {count + 1} has"):
        sizes.check_features(path)
