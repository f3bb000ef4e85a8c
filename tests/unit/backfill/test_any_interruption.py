"""Whatever is interrupted, repeated, reordered or added: no object is skipped, and nothing is paid for twice."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.fakes.backfill import ALBUM, World

BUDGET = 4
steps = st.just(0) | st.integers(min_value=1, max_value=12)
positions = st.integers(min_value=0, max_value=50)
names = st.sampled_from([f"{letter}{number}.jpg" for letter in "abcd" for number in range(2)])
# A few contents, so that the same photo lies under several keys.
contents = st.sampled_from([*(f"photo {number}" for number in range(8)), "no photo", ""])


class Backfill(RuleBasedStateMachine):
    """A user, a schedule, two functions and two queues, interleaved in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @initialize(album=st.dictionaries(names, contents, max_size=8), has_budget=st.booleans())
    def fill(self, album: dict[str, str], has_budget: bool) -> None:
        self.world.budget = BUDGET if has_budget else 0
        for key, content in album.items():
            self.world.put(key, content)
        self.world.start()

    @rule(before=steps, after=steps, pages=st.integers(1, 3), keep=st.booleans(), at=positions)
    def run_job(self, before: int, after: int, pages: int, keep: bool, at: int) -> None:
        self.world.run_job(before=before, after=after, pages=pages, keep=keep, at=at)

    @rule(at=positions, keep=st.booleans())
    def analyze(self, at: int, keep: bool) -> None:
        self.world.analyze(at, keep=keep)

    @rule(key=names, content=contents)
    def put(self, key: str, content: str) -> None:
        self.world.put(key, content)

    @rule()
    def finish(self) -> None:
        self.world.drain()

    @rule()
    def begin_day(self) -> None:
        self.world.begin_day()

    @rule()
    def start_again(self) -> None:
        self.world.start()

    @rule()
    def stop(self) -> None:
        self.world.jobs.stop(f"s3://{ALBUM}/")

    @rule()
    def add_an_api(self) -> None:
        self.world.apis = ("labels", "text", "faces")

    @invariant()
    def nothing_is_paid_for_twice(self) -> None:
        assert not self.world.bought or set(self.world.bought.values()) == {1}

    @invariant()
    def the_budget_holds(self) -> None:
        assert not self.world.budget or max(self.world.taken.values(), default=0) <= BUDGET

    def teardown(self) -> None:
        world = self.world
        if not world.jobs.list():
            return
        # What was put behind the position, or was done before an API was added, is the next reading's.
        for _ in range(2):
            world.start()
            world.drain()
        photos = {key for key, content in world.s3.objects[ALBUM].items() if content[:2] not in (b"no", b"")}
        assert world.analyzed_keys() == photos
        assert {key for key, _ in world.rows} >= world.s3.objects[ALBUM].keys()
        bought, read = dict(world.bought), dict(world.reads)
        world.start()
        world.drain()
        assert (dict(world.bought), dict(world.reads)) == (bought, read)
        self.nothing_is_paid_for_twice()
        self.the_budget_holds()


TestBackfill = Backfill.TestCase
TestBackfill.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", range(1, 14))
def test_a_crash_at_any_single_step_repeats_a_page_at_most(step: int, moment: str) -> None:
    world = World()
    for number in range(7):
        world.put(f"{number}.jpg", f"photo {number}")
    world.start()

    world.run_job(before=step * (moment == "before"), after=step * (moment == "after"), pages=100)
    world.drain()

    (job,) = world.jobs.list()
    assert (job.state, job.counts["new"]) == ("done", 7)
    assert len(world.bought) == 14
    assert set(world.bought.values()) == {1}
    assert sum(world.reads.values()) <= 7 + 3
