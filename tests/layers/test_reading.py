"""The one door out: the chosen fields, the visible rows, the asked-for place and time; nothing else."""

import datetime
import json

import pytest

from layers import reading, registry
from layers.problems import Problem
from layers.reading import Interval
from layers.spec import Audience
from tests.layers.rows import DAMAGE, draw

POSTS = registry.get("community-posts")


def read(layer, audience=Audience.PUBLIC, **asked) -> list[dict]:
    query = reading.features_query(reading.select(layer, audience, **asked))
    return [json.loads(text) for _, text, _ in reading.rows(query)]


def post(name: str, lon: float = 139.56, lat: float = 35.68, **columns) -> None:
    from django.contrib.gis.geos import Point

    POSTS.model.objects.create(id=name, title=name, geometry=Point(lon, lat), **columns)


def test_a_feature_is_geojson_with_longitude_first_and_text_as_it_was_written(db):
    draw("a", description='<b>"5 < 6"</b>')
    (feature,) = read(DAMAGE)
    assert feature["type"] == "Feature"
    assert feature["id"] == "a"
    assert feature["geometry"]["coordinates"][0][0][0] == [139.56, 35.68]
    assert feature["properties"]["description"] == '<b>"5 < 6"</b>'
    assert feature["properties"]["version"] == 1


def test_a_hidden_field_is_neither_returned_nor_filtered_on(db):
    draw("a", staff_note="秘密")
    assert "staff_note" not in read(DAMAGE)[0]["properties"]
    assert read(DAMAGE, Audience.DISASTER_STAFF)[0]["properties"]["staff_note"] == "秘密"
    with pytest.raises(Problem, match="no field 'staff_note'"):
        read(DAMAGE, equals={"staff_note": "秘密"})
    assert len(read(DAMAGE, Audience.DISASTER_STAFF, equals={"staff_note": "秘密"})) == 1


def test_rows_that_are_not_published_are_not_there_for_the_public(db):
    post("approved", status="approved")
    post("pending", status="pending")
    assert [feature["id"] for feature in read(POSTS)] == ["approved"]
    assert len(read(POSTS, Audience.STAFF)) == 2
    (count,) = reading.rows(reading.count_query(reading.select(POSTS, Audience.PUBLIC)))
    assert count == (1,)
    assert list(reading.rows(reading.feature_query(POSTS, Audience.PUBLIC, "pending"))) == []


def test_a_box_across_the_antimeridian_finds_both_sides(db):
    post("east", lon=179.5, lat=0, status="approved")
    post("west", lon=-179.5, lat=0, status="approved")
    post("far", lon=0, lat=0, status="approved")
    assert {feature["id"] for feature in read(POSTS, bbox=(179, -1, -179, 1))} == {"east", "west"}
    assert {feature["id"] for feature in read(POSTS, bbox=(-1, -1, 1, 1))} == {"far"}


def test_time_selects_what_overlaps_and_what_has_no_time(db):
    day = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    post("old", status="approved", published_at=day)
    post("new", status="approved", published_at=day + datetime.timedelta(days=10))
    post("timeless", status="approved")
    since = Interval(day + datetime.timedelta(days=1), None)
    assert {feature["id"] for feature in read(POSTS, interval=since)} == {"new", "timeless"}
    until = Interval(None, day)
    assert {feature["id"] for feature in read(POSTS, interval=until)} == {"old", "timeless"}


def test_pages_follow_one_another_without_loss(db):
    for number in range(25):
        post(f"p{number:02}", status="approved")
    seen: list[str] = []
    after = None
    while page := read(POSTS, after_id=after, limit=10):
        seen += [feature["id"] for feature in page]
        after = seen[-1]
    assert seen == [f"p{number:02}" for number in range(25)]


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("blocks_walking", "maybe", "true or false"),
        ("version", "two", "integer"),
        ("occurred_at", "soon", "date and time"),
        ("description", "a\x00", "null character"),
        ("nothing", "x", "its fields are: kind"),
        ("id; DROP TABLE layers_damagearea", "x", "no field"),
    ],
)
def test_a_filter_that_does_not_fit_its_field_is_refused(field, text, says):
    with pytest.raises(Problem, match=says):
        reading.select(DAMAGE, Audience.PUBLIC, equals={field: text})


def test_a_value_that_looks_like_sql_is_only_a_value(db):
    draw("a", description="x")
    assert read(DAMAGE, equals={"description": "' OR true --"}) == []
