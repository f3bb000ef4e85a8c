"""The sample of posts that are analysed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.posts.analyzer import is_sampled

RATES = st.floats(min_value=0, max_value=1)


@given(st.integers())
def test_a_rate_of_one_keeps_every_post_and_a_rate_of_zero_none(post_id: int) -> None:
    assert is_sampled(post_id, 1.0)
    assert not is_sampled(post_id, 0.0)


@given(st.integers(), RATES, RATES)
def test_a_larger_rate_keeps_what_a_smaller_one_keeps(post_id: int, one: float, other: float) -> None:
    assert is_sampled(post_id, min(one, other)) <= is_sampled(post_id, max(one, other))


@pytest.mark.parametrize("step", [1, 1 << 22], ids=["consecutive ids", "snowflakes of one worker"])
def test_the_sample_is_as_large_as_its_rate(step: int) -> None:
    kept = sum(is_sampled(1_580_661_436_132_757_506 + index * step, 0.1) for index in range(20_000))

    assert kept == pytest.approx(2_000, rel=0.1)


def test_the_choice_is_the_same_in_every_process() -> None:
    assert [post_id for post_id in range(1, 20) if is_sampled(post_id, 0.2)] == [2, 6, 17, 18]
