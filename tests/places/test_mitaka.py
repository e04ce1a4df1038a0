"""The real towns, sites and shelters of Mitaka, as people look for them."""

import pytest

from layers.gazetteer.grouping import distance_m


def names(found):
    return [place["name"] for place in found]


@pytest.mark.parametrize(
    "text",
    [
        "新川6-37-1",
        "三鷹市新川６－３７－１",
        "東京都三鷹市新川六丁目37番1号",
        "新川6丁目37番地の1",
        "三鷹中央防災公園",
        "三鷹中央防災 公園",
    ],
)
def test_a_place_is_found_by_any_writing_of_its_name_or_address(mitaka, text):
    best = mitaka(text)[0]
    assert best["name"] == "三鷹中央防災公園"
    assert (best["certainty"], best["accuracy_m"], best["unmatched"]) == ("exact", 0, None)
    assert best["href"] == "/api/collections/evacuation-sites/items/E1320400036201"


def test_an_address_whose_block_is_not_known_comes_to_its_town_and_says_so(mitaka):
    (town,) = mitaka("三鷹市新川６－３５－２８")
    assert (town["name"], town["kind"], town["certainty"]) == ("新川六丁目", "town", "town")
    assert town["certainty_text"] == "町の中心（正確な位置ではありません）"
    assert town["unmatched"] == "35番28号"
    assert 200 <= town["accuracy_m"] <= 2000
    assert town["is_exact"] is False


def test_an_address_in_a_known_block_comes_to_the_block(mitaka):
    block = mitaka("新川6-37-99")[0]
    park = mitaka("三鷹中央防災公園")[0]
    assert (block["name"], block["certainty"], block["unmatched"]) == ("新川六丁目37番", "block", "99号")
    assert distance_m(block["at"], park["at"]) <= block["accuracy_m"]


def test_a_chome_that_is_not_there_comes_to_the_middle_of_the_town(mitaka):
    found = mitaka("新川9-1-2")[0]
    assert (found["name"], found["certainty"], found["unmatched"]) == ("新川", "town", "9-1-2")
    for number in "一二三四五六":
        part = mitaka(f"新川{number}丁目")[0]
        assert distance_m(found["at"], part["at"]) < found["accuracy_m"]


def test_a_town_that_is_not_there_comes_to_the_city(mitaka):
    (found,) = mitaka("三鷹市ありえない町1-2")
    assert (found["name"], found["certainty"], found["unmatched"]) == ("三鷹市", "city", "ありえない町1-2")
    assert found["accuracy_m"] > 2000


def test_the_same_town_name_in_another_city_is_not_taken_for_ours(mitaka):
    assert mitaka("深大寺1-1")[0]["certainty"] == "town"
    assert mitaka("調布市深大寺1-1") == []


def test_no_town_and_no_city_is_ever_exact(mitaka):
    for text in ("新川", "下連雀", "井口", "牟礼", "三鷹市", "大沢6-99-1", "野崎二丁目"):
        for place in mitaka(text, limit="50"):
            assert place["is_exact"] == (place["kind"] not in {"town", "city"})
            assert place["is_exact"] or place["accuracy_m"] >= 150


def test_the_distance_to_the_neighbouring_towns_is_the_accuracy(mitaka):
    found = [place for word in ("新川", "下連雀", "上連雀", "牟礼") for place in mitaka(word, limit="50")]
    towns = [place for place in found if place["kind"] == "town"]
    town = next(place for place in towns if place["name"] == "下連雀四丁目")
    near = sorted(distance_m(town["at"], other["at"]) for other in towns if other["id"] != town["id"])
    assert town["accuracy_m"] == pytest.approx(near[2], rel=0.02)


def test_a_site_that_is_also_a_shelter_is_shown_once_with_both_roles(mitaka):
    found = mitaka("駅前コミュニティ・センター")
    assert names(found) == ["駅前コミュニティ・センター"]
    assert {(role["kind"], role["name"]) for role in found[0]["roles"]} == {
        ("site", "駅前コミュニティ・センター"),
        ("shelter", "三鷹駅前コミュニティ・センター"),
    }


def test_building_and_yard_of_a_school_stay_two_and_the_shelter_goes_with_the_building(mitaka):
    found = {place["name"]: [role["kind"] for role in place["roles"]] for place in mitaka("第五小学校")}
    assert found == {"第五小学校（校庭）": ["site"], "第五小学校（体育館・校舎）": ["site", "shelter"]}


def test_nearer_places_come_first_among_equals(mitaka):
    osawa = mitaka("コミュニティセンター", near="139.533,35.679")
    there = ",".join(map(str, mitaka("牟礼コミュニティセンター")[0]["at"]))
    mure = mitaka("コミュニティセンター", near=there)
    assert osawa[0]["name"].startswith("大沢")
    assert mure[0]["name"].startswith("牟礼")
    assert [place["distance_m"] for place in osawa] == sorted(place["distance_m"] for place in osawa)


def test_words_may_stand_in_name_and_address(mitaka):
    assert set(names(mitaka("井の頭　小学校"))) == {"第五小学校（校庭）", "第五小学校（体育館・校舎）"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ケヤキ苑", "高齢者センター・けやき苑"),
        ("けあはうす弘陽園", "ケアハウス弘陽園"),
        ("デイサ－ビスセンタ", "デイサービスセンター　弘済ケアセンター"),
        ("緑ケ丘小学校", "調布市立緑ヶ丘小学校周辺"),
        ("緑が丘小", "調布市立緑ヶ丘小学校周辺"),
        ("國立天文臺", "国立天文台"),
        ("ｍｕｇｅｎ", "ＭＵＧＥＮ"),
        ("中原1丁目地区公会堂", "中原一丁目地区公会堂"),
    ],
)
def test_letters_that_differ_only_in_form_do_not_matter(mitaka, text, name):
    assert mitaka(text)[0]["name"] == name


def test_the_matched_text_is_told(mitaka):
    assert mitaka("天文台")[0]["matched"] == {"field": "name", "text": "国立天文台"}
    assert mitaka("大沢2-21-1")[0]["matched"] == {"field": "address", "text": "東京都三鷹市大沢2-21-1"}


def test_each_language_says_it_in_its_words(mitaka):
    said = {language: mitaka("新川六丁目", lang=language)[0]["certainty_text"] for language in ("ja", "en", "ja-easy")}
    assert said["en"] == "Middle of the town (not the exact position)"
    assert said["ja-easy"] == "町の 真ん中です。正しい 場所では ありません。"


@pytest.mark.parametrize("text", ["%", "_", "\\", "'; DROP TABLE layers_place; --", "()", "・", "🏫", "ー"])
def test_signs_are_only_text(mitaka, text):
    assert mitaka(text) == []
