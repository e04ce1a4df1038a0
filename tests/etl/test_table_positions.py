"""Where the rows of a table lie: spellings of degrees, plane rectangular zones, UTM, MGRS, datums, swapped columns."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from django.conf import settings
from pyproj import Geod, Transformer

from etl.contents import open_contents
from etl.coordinates import Unit, find_coordinate, find_pair
from etl.readers import Options
from etl.readers.tables import TABLE
from etl.record import Notice, RawBatch, Rejection, Repair

PLACE = 139.56225, 35.684028
GEOD = Geod(ellps="GRS80")


@pytest.fixture
def read(tmp_path):
    """Rows of a table with these columns: their places, and everything else that was said."""

    def run(columns, *rows, above=(), **options):
        path = tmp_path / "list.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerows(above)
            writer.writerow(["名称", *columns])
            writer.writerows([f"図書館{number}", *row] for number, row in enumerate(rows))
        items = list(TABLE.open(open_contents(path), Options(settings.CITY, **options)).rows)
        places = [row.geometry for item in items if isinstance(item, RawBatch) for row in item.rows()]
        return [(place.x, place.y) for place in places], items

    return run


def metres(a, b):
    return GEOD.inv(*a, *b)[2]


def projected(srid, place=PLACE):
    return Transformer.from_crs(6668, srid, always_xy=True).transform(*place)


SPELLINGS = [
    "35.684028", "３５．６８４０２８", "35度41分02.5秒", "35°41'02.5\"", "35°41′02.5″", "35.41.02.5", "N35/41/2.5",
    "N 35° 41' 2.5''", "北緯35度41分2.5秒", "35-41-02.5", "35－41－02.5", "35 41 02.5", "35:41:02.5", "35d41m2.5s",
    "35.684028N",
]  # fmt: skip


@pytest.mark.parametrize("text", SPELLINGS)
def test_degrees_are_read_in_every_spelling(text):
    assert find_coordinate(text) == pytest.approx(35.684028, abs=1e-6)


@pytest.mark.parametrize("text", ["nan", "inf", "", "三十五", "35,68", "35°61'00\"", "1e999", "3" * 100])
def test_what_is_no_coordinate_is_none(text):
    assert find_coordinate(text) is None


@pytest.mark.parametrize(
    "text",
    ["35.684028,139.56225", "35.684028 139.56225", "(35.684028、139.56225)", "139.56225,35.684028",
     "N35.41.02.5 E139.33.44.1", "北緯35度41分02.5秒東経139度33分44.1秒", "35°41'02.5\"N 139°33'44.1\"E",
     "E139.56225N35.684028", "POINT (139.56225 35.684028)"],
)  # fmt: skip
def test_a_pair_in_one_cell_is_read(text, read):
    assert find_pair(text) == pytest.approx(PLACE, abs=1e-6)
    places, _ = read(["緯度経度"], [text])
    assert places == [pytest.approx(PLACE, abs=1e-6)]


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        (["経度", "緯度"], ["139.56225", "35.684028"]),
        (["latitude", "longitude"], ["35.684028", "139.56225"]),
        (["Lat", "Lng"], ["35.684028", "139.56225"]),
        (["緯度（度分秒）", "経度（度分秒）"], ["354102.5", "1393344.1"]),
        (["緯度（秒）", "経度（秒）"], ["128462.5", "502424.1"]),
        (["X", "Y"], ["139.56225", "35.684028"]),
        (["X座標", "Y座標"], ["35.684028", "139.56225"]),
        (["WKT"], ["POINT (139.56225 35.684028)"]),
        (["geom"], ["SRID=4326;POINT(139.56225 35.684028)"]),
    ],
)
def test_columns_are_known_by_their_names_and_numbers(columns, row, read):
    places, _ = read([*columns, "備考"], [*row, "x"])
    assert places == [pytest.approx(PLACE, abs=1e-6)]


def test_plane_rectangular_x_is_to_the_north(read):
    east, north = projected(6677)
    for columns, row in ((["X座標", "Y座標"], [north, east]), (["Y", "X"], [east, north])):
        places, _ = read([*columns, "備考"], [*row, "x"])
        assert metres(places[0], PLACE) < 0.01


def test_the_zone_may_stand_in_a_column_above_the_header_or_with_the_caller(read):
    east, north = projected(6676)
    places, _ = read(["系", "X", "Y"], ["8", north, east], ["VIII", north, east], ["第８系", north, east])
    assert [metres(place, PLACE) < 0.01 for place in places] == [True] * 3
    places, _ = read(["X", "Y", "備考"], [north, east, ""], above=[["座標系：平面直角座標系第8系"]])
    assert metres(places[0], PLACE) < 0.01
    places, _ = read(["X", "Y", "備考"], [north, east, ""], srid=6676)
    assert metres(places[0], PLACE) < 0.01


def test_utm_and_mgrs(read):
    east, north = projected(6691)
    places, _ = read(["ゾーン", "Easting", "Northing"], ["54N", east, north])
    assert metres(places[0], PLACE) < 0.01
    places, _ = read(["UTMポイント", "備考"], ["54SUE 70000 50000", ""], ["54S??", ""])
    assert len(places) == 1
    assert 139 < places[0][0] < 140


OLD = 139.7445838889, 35.6548652222
"""日本経緯度原点 on the Tokyo datum, and on JGD2011."""
NEW = 139.7413574722, 35.6580992222


@pytest.mark.parametrize(
    ("columns", "extra", "above", "options"),
    [
        (["緯度（日本測地系）", "経度（日本測地系）"], [], [], {}),
        (["緯度", "経度", "測地系"], ["日本測地系"], [], {}),
        (["緯度", "経度", "備考"], [""], [["測地系：旧日本測地系"]], {}),
        (["緯度", "経度", "備考"], [""], [], {"srid": 4301}),
    ],
)
def test_the_tokyo_datum_is_moved_and_noticed(columns, extra, above, options, read):
    places, items = read([*columns, "電話番号"], [OLD[1], OLD[0], *extra, ""], above=above, **options)
    assert metres(places[0], NEW) < 0.05
    assert any(isinstance(item, Notice) and "GIS_TKY2JGD" in item.text for item in items)


def test_datum_and_zone_row_by_row(read):
    east, north = Transformer.from_crs(4301, 30169, always_xy=True).transform(*OLD)
    new_east, new_north = projected(6677, NEW)
    rows = [["日本測地系", "9", north, east], ["世界測地系", "9", new_north, new_east], ["火星", "y", 1, 1]]
    places, items = read(["測地系", "系番号", "X座標", "Y座標"], *rows)
    assert [metres(place, NEW) < 0.05 for place in places] == [True, True]
    assert [item.reason for item in items if isinstance(item, Rejection)] == [
        "the reference system 火星、y is not known"
    ]


def test_swapped_degrees_are_put_right_where_that_is_certain(read):
    places, items = read(["緯度", "経度", "住所"], [35.6, 139.5, "a"], [139.51, 35.61, "b"], [35.62, 139.52, "c"])
    assert places[1] == (139.51, 35.61)
    assert [item.place for item in items if isinstance(item, Repair)] == ["line 3"]
    places, items = read(["緯度", "経度", "住所"], [35.6, 139.5, "a"], [151.2, -33.9, "b"])
    assert len(places) == 1
    assert "swapped?" in next(item.reason for item in items if isinstance(item, Rejection))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["", ""], "nothing is written"), (["0", "0"], "zero stands for nothing"), (["-", "ー"], "nothing is written"),
        (["nan", "139.5"], "no position"), (["inf", "139.5"], "no position"), (["35.6", "三"], "no position"),
        (["354102", "1393344"], "度分秒"), (["95", "200"], "no position"),
    ],
)  # fmt: skip
def test_what_is_no_position_is_refused_with_a_hint(row, reason, read):
    places, items = read(["緯度", "経度", "住所"], [35.6, 139.5, "a"], [*row, "b"])
    assert len(places) == 1
    (fault,) = [item for item in items if isinstance(item, Rejection)]
    assert reason in fault.reason
    assert fault.place == "line 3"


def test_metres_that_lie_nowhere_in_japan_are_refused(read):
    places, items = read(["X座標", "Y座標", "備考"], [-35000, -24000, ""], [9e6, 9e6, ""])
    assert len(places) == 1
    assert any(isinstance(item, Rejection) and "Japan" in item.reason for item in items)


def test_a_column_is_read_alike_on_both_roads():
    import pyarrow as pa

    from etl.coordinates import coordinates_of

    cells = ["35.5", " 35.5", "35°30'", None, "", "x", "-0.5"]
    found = coordinates_of(pa.array(cells, pa.string()))
    assert np.array_equal(found, [35.5, 35.5, 35.5, np.nan, np.nan, np.nan, -0.5], equal_nan=True)
    assert find_coordinate("-33,123.5", Unit.METRES) == -33123.5
