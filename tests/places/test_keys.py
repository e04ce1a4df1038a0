"""One name, many ways of writing it: text into keys, addresses into their parts."""

import doctest
import importlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.gazetteer.address import Reading, address_key, parse_address
from layers.gazetteer.normalise import grams, needed_grams, number_key, search_key

CITY = "三鷹市"


@pytest.mark.parametrize("name", ["address", "asked", "addresses", "grouping", "normalise"])
def test_the_examples_in_the_docstrings_hold(name):
    assert doctest.testmod(importlib.import_module(f"layers.gazetteer.{name}")).failed == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("第四小学校　（体育館・校舎）", "第４小学校(体育館 校舎)"),
        ("緑ケ丘", "緑ヶ丘"),
        ("緑が丘", "緑ヶ丘"),
        ("つつじケ丘", "つつじヶ丘"),
        ("髙澤", "高沢"),
        ("舊櫻井驛", "旧桜井駅"),
        ("井ノ頭", "井の頭"),
        ("井之頭", "井の頭"),
        ("コミュニティ・センター", "ｺﾐｭﾆﾃｨｰｾﾝﾀ"),
        ("とうきょう", "トーキョー"),
        ("おおさわ", "オーサワ"),
        ("ＭＵＧＥＮ", "mugen"),
        ("二十三夜塚", "23夜塚"),
        ("三鷹台－団地", "三鷹台団地"),
        ("ニチイホーム三鷹Ⅱ番館", "にちいほーむ三鷹ii番館"),
    ],
)
def test_two_ways_of_writing_have_one_key(one, other):
    assert search_key(one) == search_key(other)


@pytest.mark.parametrize(("one", "other"), [("第一小学校", "第七小学校"), ("ケアハウス", "がアハウス"), ("11", "1-1")])
def test_two_names_stay_two(one, other):
    assert search_key(one) != search_key(other)


@pytest.mark.parametrize(
    "text",
    [
        "東京都三鷹市新川六丁目35番28号",
        "三鷹市新川６－３５－２８",
        "新川6ー35ー28",
        "新川６丁目３５番地の２８",
        "新川六丁目三十五番二十八号",
        "新川 6の35の28",
        "新川6‐35−28",
        "三鷹市大字新川6―35―28",
    ],
)
def test_every_way_of_writing_an_address_is_read_alike(text):
    address = parse_address(text, CITY)
    assert address.readings[0] == Reading("新川6", ("35", "28"))
    assert address.key == "新川6-35-28"


@pytest.mark.parametrize(
    ("text", "readings", "rest"),
    [
        ("井口1-6", [("井口1", ("6",)), ("井口", ("1", "6"))], ""),
        ("新川6-35-28 ことりビル3階", [("新川6", ("35", "28")), ("新川", ("6", "35", "28"))], "ことりびる3階"),
        ("八番町2-1", [("8番町2", ("1",)), ("8番町", ("2", "1"))], ""),
        ("大沢２－１５先", [("大沢2", ("15",)), ("大沢", ("2", "15"))], ""),
        ("下連雀", [("下連雀", ())], ""),
    ],
)
def test_what_the_first_number_is_stays_open(text, readings, rest):
    address = parse_address(text, CITY)
    assert [(reading.town, reading.below) for reading in address.readings] == readings
    assert address.rest == rest


def test_only_the_own_city_is_left_out():
    assert address_key("東京都三鷹市井口1-6", CITY) == "井口1-6"
    assert address_key("東京都調布市緑ヶ丘2-16-1", CITY) == "調布市緑が丘2-16-1"


@given(st.text(max_size=60))
def test_any_text_at_all_has_a_key_of_letters_digits_and_dashes(text):
    for key in (search_key(text), number_key(text), address_key(text, CITY)):
        assert all(letter.isalnum() or letter == "-" for letter in key)


@given(st.text(alphabet="三鷹市新川井口のー1", min_size=2, max_size=20), st.integers(0, 18))
def test_the_index_knows_every_part_of_a_key(text, start):
    key = search_key(text)
    part = key[start : start + 4]
    if len(part) > 1:
        assert set(needed_grams(part)) <= set(grams([key]))
