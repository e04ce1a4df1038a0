"""CSV lists of places: encodings, headers of both generations, lost zeros, swapped columns."""

from __future__ import annotations

import pytest

from etl.record import UnreadableFileError
from layers.catalog.disaster import EvacuationSite, Shelter
from layers.catalog.facilities import Facility
from layers.feature import Source

pytestmark = pytest.mark.django_db

HEADER = "全国地方公共団体コード,ID,名称,所在地_連結表記,緯度,経度"


@pytest.fixture
def write(tmp_path):
    def run(*lines: str, encoding: str = "utf-8", header: str = HEADER):
        path = tmp_path / "list.csv"
        path.write_bytes("\r\n".join([header, *lines]).encode(encoding))
        return path

    return run


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_every_usual_encoding_is_read(write, bring_in, encoding):
    bring_in(write("132047,1,図書館,三鷹市,35.69,139.56", encoding=encoding))
    facility = Facility.objects.get()
    assert (facility.name, facility.address, facility.city_code) == ("図書館", "三鷹市", "132047")
    assert (facility.geometry.x, facility.geometry.y) == (139.56, 35.69)


@pytest.mark.parametrize(
    ("name", "rows", "category"),
    [
        ("yaizu_222127_aed.csv", 82, "aed"),
        ("yaizu_222127_public_toilet.csv", 112, "toilet"),
        ("yaizu_222127_facilities_sports.csv", 16, "other"),
        ("yaizu_222127_library.csv", 11, "other"),
        ("takamatsu_public_toilet.csv", 169, "toilet"),
        ("takamatsu_elderly_welfare_facility.csv", 47, "welfare"),
    ],
)
def test_lists_of_two_cities_come_in_with_all_their_rows(real_data, bring_in, name, rows, category):
    bring_in(real_data / "facilities" / name)
    assert Facility.objects.filter(category=category).count() == rows


def test_a_list_in_cp932_gives_the_same_rows(real_data, bring_in, tmp_path):
    text = (real_data / "facilities" / "yaizu_222127_aed.csv").read_text(encoding="utf-8")
    path = tmp_path / "yaizu_222127_aed.csv"
    path.write_bytes(text.encode("cp932"))
    bring_in(path)
    assert bring_in(real_data / "facilities" / "yaizu_222127_aed.csv").changed == 0
    assert Facility.objects.count() == 82


def test_a_lost_zero_is_put_back_and_reported(write, bring_in):
    report = bring_in(write("92011,1,図書館,宇都宮市,36.55,139.88"))
    assert Facility.objects.get().city_code == "092011"
    assert "'92011' → '092011'" in report.text()


def test_full_width_coordinates_are_read(write, bring_in):
    bring_in(write("132047,1,図書館,三鷹市,３５．６９,１３９．５６"))
    assert Facility.objects.get().geometry.y == 35.69


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("132047,2,体育館,三鷹市,151.2,-33.9", "are latitude and longitude swapped?"),
        ("132047,2,体育館,三鷹市,三十五,139.56", "no position"),
        ("132047,2,体育館,三鷹市,,", "no position"),
        ("132047,2,,三鷹市,35.69,139.56", "nothing is written"),
        ("132047,2,体育館", "the number of cells is not that of the header"),
        ("132047,1,体育館,三鷹市,35.69,139.56", "an earlier row has the same id"),
    ],
)
def test_a_bad_line_is_refused_with_its_number_and_reason(write, bring_in, line, reason):
    text = bring_in(write("132047,1,図書館,三鷹市,35.69,139.56", line)).text()
    assert reason in text
    assert "line 3" in text
    assert Facility.objects.get().name == "図書館"


def test_a_list_with_hazard_flags_needs_its_owners_word(write, bring_in):
    header = HEADER + ",災害種別_洪水"
    with pytest.raises(UnreadableFileError, match="--layer LAYER"):
        bring_in(write("132047,1,広場,三鷹市,35.69,139.56,1", header=header))
    bring_in(write("132047,1,広場,三鷹市,35.69,139.56,1", header=header), layer="evacuation-sites")
    assert EvacuationSite.objects.get().flood is True


@pytest.mark.parametrize(
    ("name", "rows", "people", "moment"),
    [
        ("nanao_open_shelters_2024-01-09T1800.csv", 29, 180, "2024-01-09T09:00:00+00:00"),
        ("nanao_open_shelters_2024-01-15T1800.csv", 28, 131, "2024-01-15T09:00:00+00:00"),
        ("nanao_open_shelters_2024-02-01T0600.csv", 24, 59, "2024-01-31T21:00:00+00:00"),
    ],
)
def test_open_shelters_come_in_with_the_people_and_the_moment(real_data, bring_in, name, rows, people, moment):
    report = bring_in(real_data / "disaster" / name, layer="shelters")
    assert Shelter.objects.count() == rows
    assert {shelter.observed_at.isoformat() for shelter in Shelter.objects.all()} == {moment}
    assert Shelter.objects.filter(evacuees_people=people).exists()
    assert "is told in words" in report.text()


def test_details_of_real_lists_come_in(real_data, bring_in):
    bring_in(real_data / "facilities" / "yaizu_222127_aed.csv")
    bring_in(real_data / "facilities" / "takamatsu_public_toilet.csv")
    aed = Facility.objects.filter(category="aed").order_by("id").first()
    assert (aed.installed_at, aed.child_pads) == ("２階正面入口", True)
    toilet = Facility.objects.get(name="高松市片原町公衆便所")
    assert (toilet.opening_hours, toilet.shared_toilets, toilet.wheelchair_accessible) == ("00:00～24:00", 2, False)
    assert toilet.city_code == "372013"


def test_buildings_against_tsunami_go_where_their_owner_says(real_data, bring_in):
    path = real_data / "facilities" / "takamatsu_tsunami_evacuation_building.csv"
    bring_in(path, layer="evacuation-sites", constants={"tsunami": "1"})
    assert EvacuationSite.objects.filter(tsunami=True, flood=False).count() == 113


def test_bytes_that_are_no_text_are_named(tmp_path, bring_in):
    path = tmp_path / "list.csv"
    path.write_bytes((HEADER + "\r\n" + "x" * 8000).encode() + b"\xff\xff")
    with pytest.raises(UnreadableFileError, match="neither UTF-8 nor CP932: byte"):
        bring_in(path)


def test_the_caller_can_say_where_a_list_comes_from(write, bring_in):
    text = bring_in(write("132047,1,図書館,三鷹市,35.69,139.56"), attribution="三鷹市", licence="CC-BY-4.0").text()
    assert "--attribution" not in text
    assert Source.objects.get().attribution == "三鷹市"


def test_a_layer_whose_required_column_is_missing_says_so(tmp_path, bring_in):
    path = tmp_path / "areas.geojson"
    area = '{"type": "Feature", "properties": {"name": "一"}, "geometry": null}'
    path.write_text('{"type": "FeatureCollection", "features": [' + area + "]}", encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="hazard-zones needs 災害種別"):
        bring_in(path, layer="hazard-zones")


def test_a_place_far_from_the_city_whose_code_it_bears_is_noticed_and_kept(write, bring_in):
    report = bring_in(
        write(
            "132047,1,図書館,三鷹市,35.69,139.56",
            "132047,2,山の家,長野県,35.95,138.55",
            "222127,3,港,焼津市,34.87,138.32",
        )
    )
    assert Facility.objects.count() == 3
    (far,) = [entry for entry in report.entries if "far from the municipality" in getattr(entry, "text", "")]
    assert far.place == "table-list-2: 93 km"


def test_an_edition_that_does_not_say_its_source_keeps_what_was_said_before(write, bring_in):
    bring_in(write("132047,1,図書館,三鷹市,35.69,139.56"), attribution="架空市", licence="CC-BY-4.0")
    bring_in(write("132047,1,中央図書館,三鷹市,35.69,139.56"))
    source = Source.objects.get()
    assert (source.attribution, source.licence) == ("架空市", "CC-BY-4.0")
    assert Facility.objects.get().name == "中央図書館"
