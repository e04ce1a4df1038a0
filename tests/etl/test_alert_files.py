"""Messages of the Meteorological Agency and of the Common Alerting Protocol: what each real file comes to, and why."""

from __future__ import annotations

import pytest
import shapely
from django.conf import settings
from pyproj import Geod

from etl.record import UnreadableFileError
from layers import reading, registry
from layers.catalog.alerts import Alert
from layers.spec import Audience

pytestmark = pytest.mark.django_db

NO_PLACE = "names no place"
REFUSED = {
    "jma/20210217190009_0_VXSE51_010000.xml": NO_PLACE,
    "jma/32-35_01_01_100806_VXSE51.xml": NO_PLACE,
    "jma/54_01_01_100514_VXSE42.xml": "緊急地震速報配信テスト: its status is 試験",
    "cap/wcatwc-warning.cap": NO_PLACE,
    "cap/weather.cap": NO_PLACE,
}
CITY = "city"
# state, kind, largest intensity, the city's, magnitude, depth in km, place
STORED = {
    "jma/20210217190220_0_VXSE53_010000.xml": ("live", "earthquake", "3", "", 4.2, 40, (137.3, 35.1)),
    "jma/32-35_01_02_100514_VXSE52.xml": ("exercise", "earthquake", "", "", 6.6, 10, (138.5, 34.8)),
    "jma/32-35_06_03_100915_VXSE53.xml": ("live", "earthquake", "6+", "2", 7.0, 10, CITY),
    "jma/32-35_06_06_100915_VXSE53.xml": ("cancelled", "earthquake", "", "", None, None, CITY),
    "jma/37_04_01_110311_VXSE43.xml": ("live", "earthquake", "6+", "", 8.4, 10, (142.9, 38.1)),
    "jma/37_04_02_110311_VXSE43.xml": ("cancelled", "earthquake", "", "", None, None, CITY),
    "jma/38-39_02_01_191025_VTSE41.xml": ("live", "tsunami", "", "", 7.0, 10, (128.7, 30.9)),
    "cap/earthquake.cap": ("live", "earthquake", "", "", None, None, (-173.274, -16.053)),
    "cap/australia.cap": ("live", "fire", "", "", None, None, None),
    "cap/canada.cap": ("live", "weather", "", "", None, None, None),
}
QUAKE, QUAKE_CANCELLED = "jma/32-35_06_03_100915_VXSE53.xml", "jma/32-35_06_06_100915_VXSE53.xml"
CAP = """<?xml version="1.0" encoding="UTF-8"?>{doctype}<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
<identifier>{name}</identifier><sender>a@b</sender><sent>{sent}</sent><status>{status}</status><msgType>{kind}</msgType>
<scope>Public</scope>{references}<info><category>Met</category><event>{event}</event><urgency>Expected</urgency>
<severity>Severe</severity><certainty>Likely</certainty><area><areaDesc>x</areaDesc>{area}</area></info></alert>"""
SQUARE = "<polygon>35.6,139.5 35.6,139.6 35.7,139.6 35.7,139.5 35.6,139.5</polygon>"


@pytest.fixture
def write(tmp_path):
    """A CAP message with these members."""

    def make(name="one", *, refers_to="", **members):
        given = {"sent": "2024-01-01T10:00:00+09:00", "status": "Actual", "kind": "Alert", "event": "Storm"}
        given |= {"area": SQUARE, "doctype": "", "references": ""} | members
        if refers_to:
            given["references"] = f"<references>a@b,{refers_to},2024-01-01T10:00:00+09:00</references>"
        path = tmp_path / f"{name}.cap"
        path.write_text(CAP.format(name=name, **given), encoding="utf-8")
        return path

    return make


def test_the_table_names_every_real_message(real_data):
    found = {str(path.relative_to(real_data / "alerts")) for path in (real_data / "alerts").glob("*/*")}
    assert found == {*REFUSED, *STORED}


@pytest.mark.parametrize("name", REFUSED)
def test_a_message_that_is_not_for_the_map_is_refused_for_its_reason(name, real_data, bring_in):
    with pytest.raises(UnreadableFileError, match=REFUSED[name]) as refused:
        bring_in(real_data / "alerts" / name)
    assert "\n" not in str(refused.value)
    assert not Alert.objects.exists()


@pytest.mark.parametrize("name", STORED)
def test_a_message_comes_in_as_it_says(name, real_data, bring_in):
    bring_in(real_data / "alerts" / name)
    row = Alert.objects.get()
    state, kind, largest, here, magnitude, depth, place = STORED[name]
    assert (row.state, row.kind, row.max_intensity, row.city_intensity) == (state, kind, largest, here)
    assert (row.magnitude, row.depth_km) == (magnitude, depth)
    assert row.title.startswith("【訓練】") == (state == "exercise")
    if place == CITY:
        assert shapely.from_wkb(bytes(row.geometry.wkb)).equals(shapely.Polygon(settings.CITY.outline))
    elif place:
        assert row.geometry.coords == pytest.approx(place)


def test_the_same_message_again_changes_nothing(real_data, bring_in):
    bring_in(real_data / "alerts" / QUAKE)
    report = bring_in(real_data / "alerts" / QUAKE)
    assert [one.changed for one in report.merged] == [0]


def test_one_message_never_removes_another(real_data, bring_in):
    for name in STORED:
        bring_in(real_data / "alerts" / name)
    assert Alert.objects.count() == len(STORED) - 2


def test_a_cancellation_marks_the_row_and_the_public_sees_it_no_more(real_data, bring_in):
    bring_in(real_data / "alerts" / QUAKE)
    bring_in(real_data / "alerts" / QUAKE_CANCELLED)
    row = Alert.objects.get()
    assert (row.state, row.magnitude, row.city_intensity) == ("cancelled", 7.0, "2")
    assert visible_to(Audience.PUBLIC) == 0
    assert visible_to(Audience.STAFF) == 1


def test_a_warning_that_arrives_after_its_cancellation_stays_cancelled(real_data, bring_in):
    bring_in(real_data / "alerts" / QUAKE_CANCELLED)
    with pytest.raises(UnreadableFileError, match="a later message about the same warning is here already"):
        bring_in(real_data / "alerts" / QUAKE)
    assert Alert.objects.get().state == "cancelled"


def test_an_exercise_is_never_public(real_data, bring_in):
    bring_in(real_data / "alerts" / "jma/32-35_01_02_100514_VXSE52.xml")
    assert visible_to(Audience.PUBLIC) == 0


def test_an_exercise_that_refers_to_a_real_warning_does_not_touch_it(write, bring_in):
    bring_in(write("one"))
    bring_in(write("drill", kind="Cancel", status="Exercise", refers_to="one", sent="2024-01-01T11:00:00+09:00"))
    assert {row.state for row in Alert.objects.all()} == {"live", "cancelled"}
    assert Alert.objects.get(state="live").title == "Storm"


def visible_to(audience: Audience) -> int:
    layer = registry.get("alerts")
    return len(list(reading.rows(reading.features_query(reading.select(layer, audience)))))


def test_an_update_takes_the_place_of_what_it_refers_to_and_never_goes_back(write, bring_in):
    first = write("one")
    bring_in(first)
    bring_in(write("two", kind="Update", refers_to="one", sent="2024-01-01T11:00:00+09:00", event="Gale"))
    assert Alert.objects.get().title == "Gale"
    with pytest.raises(UnreadableFileError, match="a later message"):
        bring_in(first)
    bring_in(write("three", kind="Cancel", refers_to="two", sent="2024-01-01T12:00:00+09:00", area=""))
    assert (Alert.objects.get().state, Alert.objects.get().title) == ("cancelled", "Gale")


def test_a_circle_has_its_true_radius(real_data, bring_in):
    bring_in(real_data / "alerts" / "cap/australia.cap")
    ring = Alert.objects.get().geometry.coords[0]
    distances = [Geod(ellps="WGS84").inv(147.0598, -35.3888, lon, lat)[2] for lon, lat in ring]
    assert len(ring) == 65
    assert distances == pytest.approx([25_000] * 65, abs=0.1)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"area": "<polygon>35,139 36,139 35,139</polygon>"}, "four or more positions"),
        ({"area": "<polygon>135,39 136,39 136,40 135,39</polygon>"}, "latitude,longitude in degrees"),
        ({"area": "<circle>35,139 nan</circle>"}, "a radius in km"),
        ({"status": "Test"}, "its status is Test"),
        ({"sent": "2024-01-01T10:00:00"}, "no offset from UTC"),
        ({"sent": "yesterday"}, "is not a moment"),
        ({"kind": "Ack"}, "its msgType is Ack"),
        ({"doctype": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "event": "&x;"}, "document type"),
    ],
)
def test_a_faulty_message_is_refused_in_one_line(write, bring_in, members, message):
    with pytest.raises(UnreadableFileError, match=message):
        bring_in(write(**members))
    assert not Alert.objects.exists()
