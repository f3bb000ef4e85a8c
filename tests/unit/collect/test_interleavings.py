"""Whatever happens to runs of the collector, and in whatever order, no post is lost."""

from hypothesis import given, settings

from tests.unit.collect.interleaving import HISTORY, Run, World, play


@settings(max_examples=300, deadline=None)
@given(HISTORY)
def test_every_post_is_delivered_and_the_checkpoint_never_passes_one_that_is_not(history):
    world = play(history)

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
