"""The window of delivered ids."""

import pytest

from photolake.rows.ids import make_snowflake, read_snowflake_ms
from photolake.sources.x.window import Window
from tests.builders.x_payloads import POSTED, snowflake

POSTED_MS = int(POSTED.timestamp() * 1000)


def test_a_window_opens_with_its_first_page_and_goes_down_with_the_next():
    window = Window(since_id=5).cover([30, 28, 29])

    assert (window, window.is_open) == (Window(since_id=5, newest_id=30, until_id=28), True)
    assert window.cover([27, 20]) == Window(since_id=5, newest_id=30, until_id=20)


def test_since_id_moves_up_only_when_the_window_is_closed():
    window = Window(since_id=5).cover([30, 28])

    assert (window.since_id, window.close()) == (5, Window(since_id=30))


def test_a_page_within_the_window_does_not_make_it_smaller():
    assert Window(1, 9, 5).cover([7, 6]) == Window(1, 9, 5)


def test_an_empty_window_closes_as_it_was():
    assert Window(since_id=5).cover([]).close() == Window(since_id=5)
    assert Window().cover([]).close() == Window()


@pytest.mark.parametrize("window", [Window(), Window(5), Window(None, 30, 28), Window(5, 30, 28)])
def test_a_window_comes_back_from_its_state(window):
    assert Window.from_state({**window.to_state(), "query": "sea"}) == window


def test_what_x_no_longer_answers_for_is_not_asked_for():
    old, new, newer = snowflake(-10), snowflake(10), snowflake(20)

    assert Window(new).limit_to(POSTED_MS) == Window(new)
    assert Window(old).limit_to(POSTED_MS) == Window()
    assert Window(old, newer, new).limit_to(POSTED_MS) == Window(None, newer, new)
    assert Window(5, new, old).limit_to(POSTED_MS) == Window(new)
    assert Window(5, old + 1, old).limit_to(POSTED_MS) == Window()


def test_the_lowest_id_of_a_time_is_between_those_before_and_from_then_on():
    assert read_snowflake_ms(make_snowflake(POSTED_MS)) == POSTED_MS
    assert read_snowflake_ms(make_snowflake(POSTED_MS) - 1) == POSTED_MS - 1
