"""A replay never has posts of more dates under way than Firehose keeps buffers for."""

from hypothesis import given, settings
from hypothesis import strategies as st

from photolake_cli.collect.pacing import Pace

INTERVAL = 900


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_posts_of_known_dates_go_on_and_a_date_too_many_waits_until_a_buffer_is_emptied():
    clock = Clock()
    pace = Pace(INTERVAL, clock, limit=2)
    assert [pace.admits(date) for date in ("a", "b", "a", "c")] == [True, True, True, False]
    pace.mark_delivered()
    clock.now += 100
    assert (pace.admits("b"), pace.seconds_to_wait()) == (True, 800)
    pace.mark_delivered()
    clock.now += 800

    assert pace.seconds_to_wait() == 0
    assert [pace.admits(date) for date in ("c", "a")] == [True, False]
    pace.mark_delivered()
    assert pace.seconds_to_wait() == 100


def test_dates_that_are_not_delivered_yet_count_too():
    clock = Clock()
    pace = Pace(INTERVAL, clock, limit=1)
    assert pace.admits("a")
    clock.now += 10 * INTERVAL

    assert not pace.admits("b")


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.integers(0, 700)), max_size=60), st.integers(1, 4))
def test_in_no_interval_more_dates_are_delivered_than_the_limit(steps, limit):
    clock = Clock()
    pace = Pace(INTERVAL, clock, limit)
    delivered: list[tuple[float, str]] = []
    admitted: set[str] = set()
    for number, ends, seconds in steps:
        while not pace.admits(str(number)):
            delivered += [(clock.now, date) for date in admitted]
            admitted.clear()
            pace.mark_delivered()
            clock.now += pace.seconds_to_wait()
        admitted.add(str(number))
        if ends:
            delivered += [(clock.now, date) for date in admitted]
            admitted.clear()
            pace.mark_delivered()
            clock.now += seconds

    for now, _ in delivered:
        assert len({date for then, date in delivered if now - INTERVAL < then <= now}) <= limit
