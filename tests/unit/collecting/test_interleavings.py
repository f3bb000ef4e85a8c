"""Whatever happens to runs of the collector, and in whatever order, no post is lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from photolake.x.collection import SETTLED
from tests.unit.collecting.interleaving import Run, World

LATE_MS = 35_000
SKEW_MS = 20_000
assert SETTLED.total_seconds() * 1000 > LATE_MS + SKEW_MS

POST = st.tuples(st.just("post"), st.sampled_from([0, 0, LATE_MS]))
TICK = st.tuples(st.just("tick"), st.sampled_from([1, 5_000, 20_000, 40_000, 70_000, 1_000_000]))
START = st.tuples(
    st.sampled_from(["start", "start", "whole run"]),
    st.fixed_dictionaries(
        {
            "skew_ms": st.integers(-SKEW_MS, SKEW_MS),
            "page_size": st.integers(1, 4),
            "max_posts": st.sampled_from([1, 3, 1000]),
        }
    ),
)
STEP = st.tuples(
    st.just("step"),
    st.tuples(st.integers(0, 2), st.sampled_from(["go", "go", "go", "go", "crash", "time", "limit"])),
)
HISTORY = st.lists(st.one_of(POST, POST, TICK, START, STEP, STEP, STEP), min_size=10, max_size=60)


@settings(max_examples=300, deadline=None)
@given(HISTORY)
def test_every_post_is_delivered_and_the_checkpoint_never_passes_one_that_is_not(history):
    world, runs = World(), []
    for kind, value in history:
        if kind == "post":
            world.post(value)
        elif kind == "tick":
            world.now_ms += value
        elif kind == "start":
            runs.append(Run(world, **value))
        elif kind == "whole run":
            Run(world, **value).finish()
        elif runs:
            slot, command = value
            run = runs[-1 - slot % len(runs)]
            if not run.is_over:
                run.step(command)
        assert world.passed_undelivered() == set()
    for run in runs:
        run.finish()

    for _ in range(3):
        world.now_ms += 1_000_000
        Run(world).finish()

    assert world.passed_undelivered() == set()
    assert set(world.delivered.ids) == world.visible_from.keys()


def test_of_two_runs_that_take_turns_one_is_overtaken_and_nothing_is_lost():
    world = World()
    for _ in range(8):
        world.post(0)
    world.now_ms += 100_000
    one, other = Run(world), Run(world, page_size=2)
    while not (one.is_over and other.is_over):
        for run in (one, other):
            if not run.is_over:
                run.step()
        assert world.passed_undelivered() == set()

    Run(world).finish()

    assert set(world.delivered.ids) == world.visible_from.keys()
