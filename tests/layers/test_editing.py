"""What enters a layer is checked, repaired with a notice or refused; nobody overwrites what they have not seen."""

import threading

import pytest

from layers import editing, registry
from layers.editing import Editor
from layers.problems import Problem
from layers.spec import Audience
from tests.layers.rows import DAMAGE, HANAKO, SHELTERS, draw, square

BOW_TIE = {
    "type": "Polygon",
    "coordinates": [[[139.56, 35.68], [139.57, 35.69], [139.57, 35.68], [139.56, 35.69], [139.56, 35.68]]],
}
OPEN_RING = {"type": "Polygon", "coordinates": [[[139.56, 35.68], [139.57, 35.68], [139.57, 35.69]]]}


def test_a_self_crossing_polygon_is_repaired_with_a_notice(db):
    saved = editing.create(DAMAGE, HANAKO, {}, BOW_TIE)
    assert "Self-intersection" in saved.notices[0]
    assert DAMAGE.model.objects.get(pk=saved.id).geometry.valid


def test_an_unclosed_ring_is_closed_with_a_notice(db):
    saved = editing.create(DAMAGE, HANAKO, {}, OPEN_RING)
    assert saved.notices == ("閉じていない輪を閉じました。",)


@pytest.mark.parametrize(
    ("geometry", "says"),
    [
        (None, "a GeoJSON geometry of type MultiPolygon is needed"),
        ({"type": "Point", "coordinates": [139.5, 35.6]}, "holds MultiPolygon, not Point"),
        ({"type": "Polygon"}, "no coordinates"),
        ({"type": "Polygon", "coordinates": []}, "position 1 \\[\\]"),
        ({"type": "Polygon", "coordinates": [[]]}, "a position has two or three numbers"),
        ({"type": "Polygon", "coordinates": [[[139, 35], [140, 35], [139, 95], [139, 35]]]}, "position 3"),
        ({"type": "Polygon", "coordinates": [[[35.6, 139.5], [35.7, 139.5], [35.7, 139.6]]]}, "longitude comes first"),
        ({"type": "Polygon", "coordinates": [[[139, 35], [140, float("nan")], [139, 36]]]}, "not finite"),
        ({"type": "Polygon", "coordinates": [[["139", "35"], [140, 35], [139, 36]]]}, "not finite numbers"),
        ({"type": "Polygon", "coordinates": [[[139, 35], [140, 35]]]}, "Too few points"),
        ({"type": "Polygon", "coordinates": [[[139, 35], [139, 35], [139, 35], [139, 35]]]}, "repaired|not form|empty"),
        ({"type": "Polygon", "coordinates": "everywhere"}, "no coordinates"),
        ({"type": "Polygon", "coordinates": [139, 35]}, "not form"),
    ],
)
def test_a_geometry_beyond_repair_is_refused_with_the_place_of_the_fault(db, geometry, says):
    with pytest.raises(Problem, match=says) as caught:
        editing.create(DAMAGE, HANAKO, {}, geometry)
    assert caught.value.status == 400
    assert not DAMAGE.model.objects.exists()


def test_a_geometry_nested_a_hundred_thousand_deep_is_refused_and_exhausts_nothing(db):
    nested: list = []
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(Problem):
        editing.create(DAMAGE, HANAKO, {}, {"type": "Polygon", "coordinates": nested})


@pytest.mark.parametrize(
    ("properties", "says"),
    [
        ({"kind": "meteor"}, "kind='meteor' is not one of collapse"),
        ({"status": 5}, "status=5 is not a string"),
        ({"blocks_walking": "yes"}, "not a boolean"),
        ({"description": None}, "may not be null"),
        ({"occurred_at": "yesterday"}, "a date and time with its zone"),
        ({"occurred_at": "2024-01-01T16:10:00"}, "with its zone"),
        ({"colour": "red"}, "no member 'colour'"),
        ({"version": 7}, "no member 'version'"),
        ({"description": "a\x00b"}, "description"),
    ],
)
def test_a_wrong_member_is_refused_by_name_with_what_would_be_right(db, properties, says):
    with pytest.raises(Problem, match=says):
        editing.create(DAMAGE, HANAKO, properties, square())


def test_a_value_too_long_or_out_of_range_is_refused(db):
    point = {"type": "Point", "coordinates": [139.56, 35.68]}
    with pytest.raises(Problem, match="name="):
        editing.create(SHELTERS, HANAKO, {"name": "あ" * 201}, point)
    with pytest.raises(Problem, match="capacity_people=-1"):
        editing.create(SHELTERS, HANAKO, {"name": "x", "capacity_people": -1}, point)
    with pytest.raises(Problem, match="capacity_people"):
        editing.create(SHELTERS, HANAKO, {"name": "x", "capacity_people": 10**12}, point)


def test_the_public_and_other_staff_may_not_write(db):
    for audience in (Audience.PUBLIC, Audience.STAFF):
        with pytest.raises(Problem) as caught:
            editing.create(DAMAGE, Editor("taro", audience), {}, square())
        assert caught.value.status == 403


def test_asking_twice_with_the_same_id_stores_once(committed):
    first = editing.create(DAMAGE, HANAKO, {"description": "一度目"}, square(), feature_id="x")
    second = editing.create(DAMAGE, HANAKO, {"description": "一度目"}, square(), feature_id="x")
    assert (first.id, second.id) == ("x", "x")
    assert DAMAGE.model.objects.count() == 1


def test_two_at_once_with_the_same_id_store_once(committed):
    from django.db import connection

    failures: list[BaseException] = []
    barrier = threading.Barrier(2)

    def save() -> None:
        try:
            barrier.wait()
            editing.create(DAMAGE, HANAKO, {}, square(), feature_id="x")
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=save) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert DAMAGE.model.objects.count() == 1


def test_an_id_that_somebody_else_used_is_refused(committed):
    draw("x", description="花子の範囲")
    with pytest.raises(Problem) as caught:
        editing.create(DAMAGE, Editor("jiro", Audience.DISASTER_STAFF), {}, square(), feature_id="x")
    assert caught.value.status == 409


@pytest.mark.parametrize("feature_id", ["x" * 121, "a\x00b", "a\nb"])
def test_an_id_that_cannot_stand_in_an_address_is_refused(db, feature_id):
    with pytest.raises(Problem, match="printable"):
        editing.create(DAMAGE, HANAKO, {}, square(), feature_id=feature_id)


def test_an_update_of_what_has_changed_since_is_refused_and_changes_nothing(committed):
    feature = draw("a", description="最初")
    editing.update(DAMAGE, HANAKO, feature, {"description": "先に保存"}, version=1)
    with pytest.raises(Problem) as caught:
        editing.update(DAMAGE, Editor("jiro", Audience.DISASTER_STAFF), feature, {"description": "後から"}, version=1)
    assert caught.value.status == 412
    assert caught.value.extra == {"version": 2}
    assert DAMAGE.model.objects.get(pk=feature).description == "先に保存"


def test_an_update_leaves_alone_what_it_does_not_name(committed):
    feature = draw("a", description="倒木", kind="road")
    editing.update(DAMAGE, HANAKO, feature, {"status": "resolved"}, version=1)
    row = DAMAGE.model.objects.get(pk=feature)
    assert (row.description, row.kind, row.status) == ("倒木", "road", "resolved")


def test_what_is_not_there_cannot_be_changed_or_deleted(db):
    for act in (
        lambda: editing.update(DAMAGE, HANAKO, "nobody", {}, version=1),
        lambda: editing.delete(DAMAGE, HANAKO, "nobody", version=1),
    ):
        with pytest.raises(Problem) as caught:
            act()
        assert caught.value.status == 404


def test_an_unknown_layer_names_those_that_are_known():
    with pytest.raises(registry.UnknownLayerError, match="known are: .*shelters"):
        registry.get("castles")
