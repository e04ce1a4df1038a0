"""The order, the members and the words that are chosen: only of fields that the caller may read, each feature once."""

from __future__ import annotations

import random
from urllib.parse import parse_qsl, urlsplit

import pytest

from layers import registry
from layers.spec import Audience
from ogc_api.features.parameters import encoded_cursor
from tests.ogc_api.rows import add

FACILITIES = registry.get("facilities")
DAMAGE = registry.get("damage-areas")
ITEMS = "/api/collections/facilities/items"
DAMAGE_ITEMS = "/api/collections/damage-areas/items"
MOMENTS = (None, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00.000001Z", "2024-02-01T00:00:00Z")

every_layer = pytest.mark.parametrize("layer", registry.every(), ids=lambda layer: layer.name)


def ids(client, path, **query) -> list[str]:
    response = client.get(path, query)
    assert response.status_code == 200, response.content
    return [feature["id"] for feature in response.json()["features"]]


def walk(client, path, between=lambda: None, **query) -> list[dict]:
    """Every feature of every page, with something done between the pages."""
    found, url = [], client.get(path, query).wsgi_request.get_full_path()
    while url:
        document = client.get(url).json()
        found += document["features"]
        between()
        url = next((link["href"] for link in document["links"] if link["rel"] == "next"), None)
    return found


@pytest.fixture
def damage(db) -> None:
    for number, moment in enumerate((*MOMENTS, *MOMENTS)):
        add(DAMAGE, f"d{number}", occurred_at=moment, description=f"場所{number % 3}")


@pytest.mark.parametrize(
    ("sortby", "order"),
    [
        ("occurred_at", "15263704"),
        ("+occurred_at", "15263704"),
        ("-occurred_at", "04372615"),
        ("-occurred_at,-id", "40736251"),
        ("-id", "76543210"),
        ("description,-occurred_at", "03647125"),
    ],
)
@pytest.mark.parametrize("limit", ["1", "3", "100"])
def test_features_come_in_the_order_asked_for_with_missing_values_as_the_greatest(client, damage, sortby, order, limit):
    found = [feature["id"] for feature in walk(client, DAMAGE_ITEMS, sortby=sortby, limit=limit)]
    assert found == [f"d{number}" for number in order]


@every_layer
def test_every_readable_field_sorts_and_pages(layer, client, db):
    for number in range(3):
        add(layer, f"f{number}")
    path = f"/api/collections/{layer.name}/items"
    for field in layer.fields_for(Audience.PUBLIC):
        for sign in "+-":
            found = walk(client, path, sortby=sign + field.name, limit="1")
            assert [feature["id"] for feature in found] == ["f0", "f1", "f2"] or field.name == "changed_at"
            assert len(found) == 3


@every_layer
def test_a_hidden_field_neither_sorts_nor_is_chosen(layer, client, db):
    readable = {field.name for field in layer.fields_for(Audience.PUBLIC)}
    own = f"/api/collections/{layer.name}"
    assert set(client.get(f"{own}/sortables").json()["properties"]) == {"id", *readable}
    for field in layer.fields:
        if field.name not in readable:
            for name in ("sortby", "properties"):
                problem = client.get(f"{own}/items", {name: field.name}).json()
                assert (problem["status"], problem["parameter"]) == (400, name)
                assert field.name not in problem.get("known", []) + problem.get("sortables", [])


@pytest.mark.parametrize("seed", range(4))
def test_pages_hold_each_lasting_feature_once_while_others_write(client, committed, seed):
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    for number in range(60):
        add(DAMAGE, f"stays-{number:02}", occurred_at=chance.choice(MOMENTS), description=f"場所{chance.randrange(3)}")
    comes_and_goes: list[str] = []

    def write() -> None:
        for _ in range(3):
            name = f"passing-{chance.randrange(1000):03}"
            if comes_and_goes and chance.random() < 0.4:
                DAMAGE.model.objects.filter(pk=comes_and_goes.pop()).delete()
            elif not DAMAGE.model.objects.filter(pk=name).exists():
                add(DAMAGE, name, occurred_at=chance.choice(MOMENTS), description="場所1")
                comes_and_goes.append(name)
        moved = f"stays-{chance.randrange(60):02}"
        DAMAGE.model.objects.filter(pk=moved).update(staff_note=str(chance.random()))

    sortby = chance.choice(["description,-occurred_at", "-occurred_at", "-description,occurred_at,-id"])
    found = [feature["id"] for feature in walk(client, DAMAGE_ITEMS, write, sortby=sortby, limit="7")]
    assert len(found) == len(set(found))
    stayed = [name for name in found if name.startswith("stays")]
    assert stayed == [
        name for name in ids(client, DAMAGE_ITEMS, sortby=sortby, limit="10000") if name.startswith("stays")
    ]
    assert len(stayed) == 60


@pytest.mark.parametrize(
    "place",
    [
        "x",
        "[]",
        '["name"]',
        '["name",1,"a"]',
        '["name","a"]',
        '["name","a",1]',
        '["-name","a","b"]',
        '["name","\\u0000","b"]',
        '["name","\\ud800","b"]',
        '["name","b","\\ud800"]',
        '["name",null,"b"]',
        "[" * 900,
    ],
)
def test_a_place_that_is_none_in_this_order_is_refused(client, db, place):
    for cursor in ("~" + encoded_cursor(place), encoded_cursor(place), "~", "~~", ""):
        problem = client.get(ITEMS, {"sortby": "name", "cursor": cursor}).json()
        assert (problem["status"], problem["parameter"]) == (400, "cursor")


@pytest.mark.parametrize("revision", ["-1", "true", '"1"', "1.5", "9223372036854775808"])
def test_a_revision_that_is_none_is_refused(client, db, revision):
    cursor = "~" + encoded_cursor(f'["name",{revision},"x","a"]')
    assert client.get(ITEMS, {"sortby": "name", "cursor": cursor}).json()["parameter"] == "cursor"


def test_pages_of_an_order_are_of_one_picture_however_values_move_meanwhile(client, committed):
    names = [f"{letter}の館" for letter in "あいうえおかき"]
    for name in names:
        add(FACILITIES, f"f-{name[0]}", name=name)
    seen, query = [], {"sortby": "-name", "limit": "2"}
    while query is not None:
        document = client.get(ITEMS, query).json()
        seen += [feature["properties"]["name"] for feature in document["features"]]
        assert document["numberMatched"] == len(names)
        turn_the_order_round()
        following = [link["href"] for link in document["links"] if link["rel"] == "next"]
        query = dict(parse_qsl(urlsplit(following[0]).query)) if following else None
    assert seen == sorted(names, reverse=True)
    assert client.get(ITEMS, {"sortby": "-name", "limit": "1"}).json()["features"][0]["properties"]["name"] not in names


def turn_the_order_round() -> None:
    """Every name changes so that the last becomes the first; one feature goes, one comes."""
    rows = list(FACILITIES.model.objects.order_by("name"))
    for place, row in enumerate(rows):
        FACILITIES.model.objects.filter(pk=row.pk).update(name=f"{chr(ord('ん') - place)}の館")
    FACILITIES.model.objects.filter(pk=rows[0].pk).delete()
    add(FACILITIES, f"new-{rows[0].pk}-{len(rows)}", name="新しい館")


def test_a_post_that_is_withdrawn_between_two_pages_is_gone_at_once(client, committed):
    posts = registry.get("community-posts")
    for number in range(4):
        add(posts, f"p-{number}", title=f"{number}")
    address = "/api/collections/community-posts/items"
    document = client.get(address, {"sortby": "title", "limit": "2"}).json()
    posts.model.objects.filter(pk="p-2").update(**{posts.rows.field: "withdrawn"})
    following = next(link["href"] for link in document["links"] if link["rel"] == "next")
    assert [feature["id"] for feature in client.get(following).json()["features"]] == ["p-3"]


@pytest.mark.parametrize("kind", ["version", "changed_at"])
@pytest.mark.parametrize("value", ['"x"', "true", "1e999", "99999999999999999999", '"2024-01-01"', "{}", "1.5"])
def test_a_value_of_another_type_in_a_place_is_refused(client, db, kind, value):
    cursor = "~" + encoded_cursor(f'["{kind}",1,{value},"a"]')
    assert client.get(ITEMS, {"sortby": kind, "cursor": cursor}).json()["parameter"] == "cursor"


@pytest.mark.parametrize(
    "sortby", ["", "+", "nothing", "name,name", "name,-name", "name;drop", "--name", 'name" DESC', "geometry"]
)
def test_an_order_that_is_none_is_refused(client, db, sortby):
    problem = client.get(ITEMS, {"sortby": sortby}).json()
    assert (problem["status"], problem["parameter"]) == (400, "sortby")
    assert "name" in problem["sortables"]


def test_only_the_chosen_members_come(client, db):
    add(FACILITIES, "a")
    for path in (ITEMS, f"{ITEMS}/a"):
        document = client.get(path, {"properties": "version,name", "skipGeometry": "true"}).json()
        feature = document["features"][0] if "features" in document else document
        assert feature["geometry"] is None
        assert feature["properties"] == {"name": "見える", "version": 1}
        page = client.get(path, {"properties": "name", "skipGeometry": "true", "f": "html"}).content.decode()
        assert "見える" in page
        shown = page.partition("<thead>")[2].partition("</thead>")[0] or page  # the form offers the others
        assert FACILITIES.get_field("version").title.ja not in shown
    for name, text in (("properties", ""), ("properties", "name,"), ("properties", "id"), ("skipGeometry", "yes")):
        assert client.get(ITEMS, {name: text}).json()["parameter"] == name


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("緑ヶ丘図書館", "緑ケ丘"),
        ("緑が丘図書館", "緑ヶ丘　図書館"),
        ("ＡＥＤ設置場所", "aed"),
        ("ｺﾐｭﾆﾃｨｾﾝﾀｰ", "コミュニティー・センター"),
        ("コミュニティセンター", "こみゅにてぃせんたー"),
        ("髙澤公園", "高沢公園"),
        ("高沢公園", "髙澤公園"),
        ("ガーデン", "ｶﾞｰﾃﾞﾝ"),
        ("1-2番", "１－２番"),
        ("100%_\\d[a]", "%_\\D[A]"),
        ("Second School", "school,nothing"),
    ],
)
def test_words_are_found_however_they_are_written(client, db, written, asked):
    add(FACILITIES, "a", name=written)
    add(FACILITIES, "b", name="別のもの")
    assert ids(client, ITEMS, q=asked) == ["a"]
    assert client.get(ITEMS, {"q": asked}).json()["numberMatched"] == 1


@pytest.mark.parametrize("text", ["", " ", ",", "ー", "・", "\0", "a" * 101, ",".join("abcdefghi")])
def test_words_that_are_none_are_refused(client, db, text):
    assert client.get(ITEMS, {"q": text}).json()["parameter"] == "q"


@pytest.mark.parametrize(
    "text", [".*", "(", "[", "\\", "'; DROP TABLE x", "a{1,9999}", "(?i)x", "%s", "\\U0010FFFF", "🀄"]
)
def test_words_of_any_letters_are_only_words(client, db, text):
    add(FACILITIES, "a", name="別のもの")
    assert ids(client, ITEMS, q=text) == []


def test_words_are_not_looked_for_in_hidden_fields(client, member, db):
    add(DAMAGE, "a", staff_note="秘密の場所")
    assert ids(client, DAMAGE_ITEMS, q="秘密の場所") == []
    assert ids(member("admin"), DAMAGE_ITEMS, q="秘密の場所") == ["a"]


def test_pages_of_people_sort_and_search_and_lead_on(client, damage):
    page = client.get(DAMAGE_ITEMS, {"sortby": "-id", "q": "場所", "limit": "2", "f": "html"}).content.decode()
    assert page.index("items/d7") < page.index("items/d6")
    following = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    page = client.get(following).content.decode()
    assert page.index("items/d5") < page.index("items/d4")
    assert "items/d6" not in page


def test_collections_link_to_what_they_can_be_sorted_by(client, db):
    for language in ("ja", "en"):
        links = client.get("/api/collections/facilities", {"lang": language}).json()["links"]
        link = next(link for link in links if link["rel"].endswith("/sortables"))
        assert client.get(link["href"]).headers["Content-Type"].startswith("application/schema+json")
        assert client.get(link["href"].replace("f=json", "f=html")).status_code == 200
