"""No order of requests, no crash and no other run loses a row of a partition that is written anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.stepwise_lake import DAY, Actor, Rows, StepwiseLake, pick_newest

ROWS = st.dictionaries(st.integers(0, 5), st.integers(0, 3), min_size=1, max_size=4)
DELIVERIES = st.lists(ROWS, min_size=1, max_size=4)
WORK = st.sampled_from(["rewrite", "rewrite at once", "delete replaced", "arrive"])
# Which actor makes its next request; None kills it there.
TURNS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([True, True, True, True, True, True, None])), max_size=120
)


def start(lake: StepwiseLake, work: str, deliveries: Sequence[Rows], arrived: list[Rows]) -> Actor:
    def arrive() -> None:
        for rows in deliveries:
            lake.arrive(rows)
            arrived.append(rows)

    works: dict[str, Callable[[], object]] = {
        "rewrite": lambda: lake.rewriter.rewrite("posts", DAY),
        "rewrite at once": lambda: lake.rewriter.rewrite("posts", DAY, at_once=True),
        "delete replaced": lake.delete_replaced,
        "arrive": arrive,
    }
    return Actor(works[work])


@settings(max_examples=150, deadline=None)
@given(DELIVERIES, DELIVERIES, st.lists(WORK, min_size=2, max_size=4), TURNS)
def test_no_order_of_requests_and_no_crash_loses_or_doubles_a_row(
    before: Sequence[Rows], later: Sequence[Rows], works: Sequence[str], turns: Sequence[tuple[int, bool | None]]
) -> None:
    lake = StepwiseLake()
    for rows in before:
        lake.arrive(rows)
    arrived = list(before)
    actors = [start(lake, work, later, arrived) for work in works]

    for number, goes_on in turns:
        actor = actors[number % len(actors)]
        if goes_on:
            actor.step()
        else:
            actor.kill()
        assert lake.view() == pick_newest(arrived)
    for actor in actors:
        while not actor.done:
            actor.step()
            assert lake.view() == pick_newest(arrived)

    lake.delete_replaced()
    lake.rewriter.rewrite("posts", DAY, at_once=True)
    assert lake.view() == pick_newest(arrived)
    assert set(Counter(key for rows in lake.snapshot().values() for key in rows).values()) <= {1}


@settings(max_examples=50, deadline=None)
@given(DELIVERIES, TURNS)
def test_a_query_that_began_before_a_rewrite_ended_reads_every_row(
    before: Sequence[Rows], turns: Sequence[tuple[int, bool | None]]
) -> None:
    lake = StepwiseLake()
    for rows in before:
        lake.arrive(rows)
    shown: list[Rows] = []
    query = Actor(lambda: shown.append(lake.read()))
    rewrite = Actor(lambda: lake.rewriter.rewrite("posts", DAY))

    for number, goes_on in turns:
        actor = (query, rewrite)[number % 2]
        if goes_on or actor is query:
            actor.step()
        else:
            actor.kill()
    while not query.done:
        query.step()
    rewrite.kill()

    assert query.error is None
    assert shown == [pick_newest(before)]


def test_a_crash_at_any_request_of_a_rewrite_leaves_every_row() -> None:
    before: list[Rows] = [{1: 0, 2: 0}, {2: 1, 3: 0}, {4: 0}]
    for at in range(40):
        lake = StepwiseLake()
        for rows in before:
            lake.arrive(rows)
        rewrite = Actor(lambda lake=lake: lake.rewriter.rewrite("posts", DAY, at_once=True))  # type: ignore[misc]
        for _ in range(at):
            rewrite.step()
        ended = rewrite.done
        rewrite.kill()
        assert lake.view() == pick_newest(before), f"after {at} requests"
        if ended:
            assert len(lake.snapshot()) == 2
            return
    raise AssertionError("the rewrite does not end")
