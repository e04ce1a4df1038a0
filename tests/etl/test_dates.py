"""Days and moments in every spelling that offices use; what is none stays none."""

from __future__ import annotations

import datetime
import doctest

import pytest

from etl import dates
from etl.dates import find_date, find_era_fault, find_moment
from etl.text import find_number, is_no_amount, is_nothing, is_unknown


def test_examples_in_the_documentation_hold():
    outcome = doctest.testmod(dates)
    assert outcome.attempted > 0
    assert outcome.failed == 0


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("令和6年1月9日", "2024-01-09"), ("令和六年一月九日", "2024-01-09"), ("R6.1.9", "2024-01-09"),
        ("Ｒ６／１／９", "2024-01-09"), ("令和元年5月1日", "2019-05-01"), ("平成31年4月30日", "2019-04-30"),
        ("昭和64年1月7日", "1989-01-07"), ("大正15年12月25日", "1926-12-25"), ("明治45年7月30日", "1912-07-30"),
        ("㍻12年3月4日", "2000-03-04"), ("2024/1/9", "2024-01-09"), ("2024.01.09", "2024-01-09"),
        ("2024年1月9日（火・祝）", "2024-01-09"), ("20240109", "2024-01-09"), (20240109, "2024-01-09"),
        (45300, "2024-01-09"), (45300.75, "2024-01-09"), ("45300", "2024-01-09"),
        (datetime.date(2024, 1, 9), "2024-01-09"), (datetime.datetime(2024, 1, 9, 23, 59), "2024-01-09"),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_a_day_is_read(value, day):
    assert str(find_date(value)) == day


@pytest.mark.parametrize(
    "value",
    ["2024/2/30", "令和0年1月1日", "2024-01", "3/4/2024", "99999", "9999", "20241301", "不明", "", None, True,
     float("nan"), 1e300, 60, "２０２４年" * 50, "午後6時"],
)  # fmt: skip
def test_what_names_no_day_is_no_day(value):
    assert find_date(value) is None
    assert find_moment(value) is None


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("令和6年1月9日午後6時30分", "2024-01-09T18:30:00+09:00"),
        ("令和6年1月15日午後6時", "2024-01-15T18:00:00+09:00"),
        ("令和6年1月9日（火） 午前9時5分現在", "2024-01-09T09:05:00+09:00"),
        ("2024/1/9 18:30", "2024-01-09T18:30:00+09:00"),
        ("R6.1.9 6:30PM", "2024-01-09T18:30:00+09:00"),
        ("令和6年1月9日 正午", "2024-01-09T12:00:00+09:00"),
        ("2024/1/9 24:00", "2024-01-10T00:00:00+09:00"),
        ("2024-01-09T09:30:00Z", "2024-01-09T09:30:00+00:00"),
        ("2024-01-09 18:30:15.5+09:00", "2024-01-09T18:30:15.500000+09:00"),
        ("2024/1/9", "2024-01-09T00:00:00+09:00"),
        (45300.75, "2024-01-09T18:00:00+09:00"),
    ],
)
def test_a_moment_is_read_in_japanese_time(value, moment):
    assert find_moment(value).isoformat() == moment


def test_a_time_that_is_read_in_two_ways_is_not_read():
    assert find_moment("2024/1/9 午前12時") is None
    assert find_moment("2024/1/9 25:00") is None


def test_an_impossible_era_is_read_and_noticed():
    assert str(find_date("平成31年5月1日")) == "2019-05-01"
    assert find_era_fault("平成31年5月1日") == "平成 ended on 2019-04-30"
    assert find_era_fault("令和1年4月30日") == "令和 began on 2019-05-01"
    assert find_era_fault("令和6年1月9日") is None


def test_words_for_nothing_depend_on_the_field():
    assert all(is_nothing(word) for word in ("", "　", "NULL", "N/A", "−", "ーー", "ｰ"))
    assert not any(is_nothing(word) for word in ("なし", "不明", "0"))
    assert is_unknown("調査中")
    assert is_no_amount("該当なし")
    assert not is_unknown("なし")


def test_a_comma_only_parts_thousands():
    assert find_number("１，２００") == 1200
    assert find_number("35,68") is None
    assert find_number("−1.5") == -1.5
