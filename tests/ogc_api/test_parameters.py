"""Parameters as values, without a request."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.problems import Problem
from ogc_api.features.parameters import read_cursor, read_interval, read_limit, write_cursor
from ogc_api.features.places import read_bbox

TOKYO = datetime.timezone(datetime.timedelta(hours=9))


@given(st.text(min_size=1).filter(lambda text: "\x00" not in text and text.isprintable()))
def test_a_cursor_names_the_id_that_it_was_made_of(last_id):
    assert read_cursor(write_cursor(last_id)) == last_id


@given(st.text())
def test_any_text_is_a_value_or_a_problem(text):
    for read in (read_limit, read_bbox, read_cursor, lambda value: read_interval(value, TOKYO)):
        try:
            read(text)
        except Problem as problem:
            refused = problem
        else:
            continue
        assert refused.status == 400
        assert refused.parameter


def test_a_date_is_the_whole_day_of_the_city():
    interval = read_interval("2024-01-01", TOKYO)
    assert interval.start.isoformat() == "2024-01-01T00:00:00+09:00"
    assert interval.end.isoformat() == "2024-01-01T23:59:59.999999+09:00"


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-09:00"])
def test_a_time_beyond_the_calendar_is_refused(text):
    with pytest.raises(Problem):
        read_interval(text, TOKYO)
