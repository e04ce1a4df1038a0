"""Reference systems: the Tokyo datum against official pairs of positions, names, 国土地理院's parameter files."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from pyproj import CRS, Geod, Transformer

from etl import datum, datum_grid
from etl.datum import UnknownSystemError, find_accuracy_notice, identify_srid, to_lon_lat
from etl.datum_grid import BrokenGridError, Grids, read_grid

NO_GRIDS = Grids()
GEOD = Geod(ellps="GRS80")


def degrees(d: int, minutes: int, seconds: float) -> float:
    return d + minutes / 60 + seconds / 3600


ORIGIN = degrees(139, 44, 40.5020), degrees(35, 39, 17.5148)
"""日本経緯度原点 on the Tokyo datum (測量法施行令 before 2002)."""

ORIGIN_2000 = degrees(139, 44, 28.8759), degrees(35, 39, 29.1572)
ORIGIN_2011 = degrees(139, 44, 28.8869), degrees(35, 39, 29.1572)

OFFICIAL = [
    ("日本経緯度原点", ORIGIN, ORIGIN_2011, 0.05),
    ("日本経緯度原点, JGD2000", ORIGIN, ORIGIN_2000, 0.3),
    # 国土地理院, Tsukuba: its web page gives this pair for TKY2JGD.
    ("国土地理院", (140.08785504166664, 36.103774791666666), (140.084576867, 36.106966281), 0.5),
    ("90 km to the west", (degrees(138, 44, 36.1809), degrees(35, 43, 18)),
     (degrees(138, 44, 24.9011), degrees(35, 43, 29.55634)), 1.6),
]  # fmt: skip


def apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres between two places."""
    return GEOD.inv(*a, *b)[2]


def moved(place: tuple[float, float], srid: int, grids: Grids = NO_GRIDS) -> tuple[float, float]:
    lon, lat = to_lon_lat([place[0]], [place[1]], srid, grids)
    return float(lon[0]), float(lat[0])


@pytest.mark.parametrize("module", [datum, datum_grid], ids=lambda module: module.__name__)
def test_examples_in_the_documentation_hold(module):
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0


@pytest.mark.parametrize(("name", "old", "new", "metres"), OFFICIAL, ids=[row[0] for row in OFFICIAL])
def test_the_tokyo_datum_lands_where_the_official_values_are(name, old, new, metres):
    assert apart(moved(old, 4301), new) < metres


def test_places_in_kyushu_stay_within_the_stated_accuracy():
    # One corner of 国土地理院's own grid: mesh 46303582 moves by 12.79799" and -8.13354".
    old = 100 + 30 + 5 * 0.125 + 2 * 45 / 3600, 46 / 1.5 + 3 / 12 + 8 * 30 / 3600
    new = old[0] - 8.13354 / 3600, old[1] + 12.79799 / 3600
    assert 1 < apart(moved(old, 4301), new) < datum.NATION_ACCURACY_M


@pytest.mark.parametrize("srid", [30169, 3095])
def test_projected_systems_of_the_tokyo_datum_lead_to_the_same_place(srid):
    projected = Transformer.from_crs(4301, srid, always_xy=True).transform(*ORIGIN)
    assert apart(moved(projected, srid), ORIGIN_2011) < 0.05


@pytest.mark.parametrize("srid", [6677, 6691, 2451, 3100, 32654, 3857])
def test_systems_that_need_no_shift_get_none(srid):
    projected = Transformer.from_crs(datum.geographic_srid(srid), srid, always_xy=True).transform(*ORIGIN_2011)
    assert apart(moved(projected, srid), ORIGIN_2011) < 0.001


def test_what_is_no_position_comes_out_as_none():
    lon, lat = to_lon_lat([np.nan, np.inf, 1e30], [35, 35, 1e30], 30169, NO_GRIDS)
    assert np.isnan(lon).all()
    assert np.isnan(lat).all()


@pytest.mark.parametrize("srid", [99999, 5773])
def test_a_system_without_a_way_is_refused_in_one_line(srid):
    with pytest.raises(UnknownSystemError, match=f"EPSG:{srid}"):
        to_lon_lat([1], [1], srid, NO_GRIDS)


@pytest.mark.parametrize(
    ("name", "srid"),
    [
        ("EPSG:30169", 30169), ("6677", 6677), ("http://www.opengis.net/def/crs/EPSG/0/6668", 6668),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326), ("日本測地系", 4301), ("旧測地系", 4301), ("Tokyo", 4301),
        ("日本測地系2000", 4612), ("日本測地系2011", 6668), ("世界測地系", 6668), ("ＪＧＤ２０００", 4612),
        ("平面直角座標系 ９系（世界測地系）", 6677), ("日本測地系 第IX系", 30169), ("JGD2000 第九系", 2451),
        ("Japan_Zone_9", 30169), ("JGD_2000_Japan_Zone_9", 2451), ("Tokyo_UTM_Zone_54N", 3095), ("UTM54帯", 6691),
        ("WGS 84 / UTM zone 54N", 32654), ("不明", None), ("", None),
    ],
)  # fmt: skip
def test_systems_are_known_by_their_usual_names(name, srid):
    assert identify_srid(name) == srid


@pytest.mark.parametrize("srid", [4301, 30169, 3095, 4612, 2451, 3100, 6668, 6677, 6691, 4326, 32654, 3857])
@pytest.mark.parametrize("dialect", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_systems_are_known_by_their_wkt(srid, dialect):
    assert identify_srid(CRS.from_epsg(srid).to_wkt(dialect)) == srid


def test_the_owner_is_told_how_exactly_positions_were_moved():
    assert "9 m nationwide" in find_accuracy_notice(30169, NO_GRIDS)
    assert "earthquake" in find_accuracy_notice(2451, NO_GRIDS)
    assert find_accuracy_notice(6677, NO_GRIDS) is None


@pytest.fixture
def parameter_file(tmp_path):
    """Four corners around one third-order mesh of Tokyo, shifted by different amounts."""
    path = tmp_path / "made_up.par"
    lines = ["53393599  11.00000 -11.00000"]
    corners = {"53393690": (10, -10), "53393691": (12, -10), "53394600": (10, -14), "53394601": (12, -14)}
    lines += [f"{mesh}  {lat:.5f}  {lon:.5f}" for mesh, (lat, lon) in corners.items()]
    path.write_text("\n".join(["MADE-UP Ver.1", "MeshCode   dB(sec)   dL(sec)", *lines]), encoding="cp932")
    return path


def test_a_parameter_file_is_interpolated_between_its_corners(parameter_file):
    south, west = 53 / 1.5 + 3 / 12 + 9 * 30 / 3600, 139 + 6 * 0.125
    place = west + 0.25 * 45 / 3600, south + 0.5 * 30 / 3600
    lon, lat = moved(place, 4301, Grids(tokyo=read_grid(parameter_file)))
    assert (lat - place[1]) * 3600 == pytest.approx(10.5)
    assert (lon - place[0]) * 3600 == pytest.approx(-12)


def test_outside_a_parameter_file_the_three_parameters_serve(parameter_file):
    grids = Grids(tokyo=read_grid(parameter_file))
    assert apart(moved(ORIGIN, 4301, grids), ORIGIN_2000) < 0.05
    assert moved((139.5, 35.0), 4612, Grids(quake=grids.tokyo)) == (139.5, 35.0)


def test_an_installation_names_its_parameter_files(parameter_file, settings):
    settings.TKY2JGD_FILE = parameter_file
    assert datum.configured_grids().tokyo is not None
    assert "PATCHJGD" in find_accuracy_notice(4301)


def test_a_broken_parameter_file_is_named(tmp_path):
    with pytest.raises(BrokenGridError, match="cannot be read"):
        read_grid(tmp_path / "absent.par")
    (tmp_path / "other.par").write_text("not a grid")
    with pytest.raises(BrokenGridError, match="no line of mesh code"):
        read_grid(tmp_path / "other.par")
