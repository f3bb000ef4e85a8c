"""The end of a seed: the faults have ceased, and everything is worked off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from photolake.backfill.jobs import JobStore
from tests.faults.clock import CLOCK
from tests.faults.inputs import LAST_INPUT_STEP
from tests.faults.money import raise_budget
from tests.faults.stack import VISIBILITY_SECONDS

if TYPE_CHECKING:
    from tests.faults.world import World

# What is not done after so many rounds never will be.
MAX_ROUNDS = 80
DAY_SECONDS = 86_400.0


def settle(world: World) -> None:
    """Let what began come to its end, send dead letters again, and work off everything. SeedError: it never ends."""
    world.story.tell("the faults cease")
    world.schedule.has_faults = False
    world.site.x.troubles.clear()
    for photo in world.inputs.hosted.values():
        photo.troubles.clear()
    for _ in range(MAX_ROUNDS):
        if world.story.counts["spinning"]:
            raise world.story.fail("an invocation sends requests without end")
        _run_all(world)
        if not any(_list_rest(world)) and not world.story.counts["spinning"]:
            return
        _redrive(world)
    rest = ", ".join(_list_rest(world))
    raise world.story.fail(f"after {MAX_ROUNDS} rounds without a fault there is still something to do: {rest}")


def _run_all(world: World) -> None:
    world.step = LAST_INPUT_STEP + 1
    world.bring_inputs()
    while world.alive:
        invocation = world.alive[0][0]
        if invocation.asleep_until > CLOCK.now():
            world.pass_time(invocation.asleep_until - CLOCK.now())
        world.go_on(world.alive[0])
    world.pass_time(VISIBILITY_SECONDS)
    world.begin("Collector", [], {})
    world.finish()
    world.flush()
    for function, source in world.stack.sources.items():
        while world.has_visible(source.queue_arn):
            world.deliver(function)
            world.finish()
    world.flush()


def _list_rest(world: World) -> Iterator[str]:
    """Yield what is still to do."""
    stack = world.stack
    feeding = [source.queue_arn.rpartition("-")[2] for source in stack.sources.values()]
    for name in (*feeding, *stack.dead_letter_queues):
        if count := len(stack.queue(name)._messages):
            yield f"{name}: {count} messages"
    for name, count in stack.firehose.count_buffered().items():
        if count:
            yield f"{name}: {count} buffered"
    for item in stack.read_items("ImagesTable"):
        state = "waiting" if item["id"].startswith("archive#") else item.get("state", "done")
        if state != "done":
            yield f"{item['id'][:20]} is {state}"
    for job in JobStore(stack.table("CheckpointTable")).list():
        if job.state != "done":
            yield f"{job.uri} is {job.state}"
    if world.site.x.posts and not _has_read_x(world):
        yield "X has posts that are not read"


def _has_read_x(world: World) -> bool:
    saved = [item for item in world.stack.read_items("CheckpointTable") if str(item["id"]).startswith("x#")]
    newest = max(world.site.x.posts)
    return any(int(item.get("since_id", 0)) >= newest and "until_id" not in item for item in saved)


def _redrive(world: World) -> None:
    """Send the dead letters again; on the next day announce what had to wait, and let running jobs go on."""
    stack = world.stack
    for dead, alive in stack.dead_letter_queues.items():
        moved = stack.queue(dead)._messages
        if moved:
            world.story.count("dead letters sent again", len(moved))
            world.story.tell(f"{len(moved)} dead letters of {alive} are sent again")
            stack.move_messages(dead, alive)
    waiting = [item for item in stack.read_items("ImagesTable") if "waiting" in item]
    world.story.count("images and objects that wait", len(waiting))
    raise_budget(world)
    world.pass_time(DAY_SECONDS)
    world.begin("Backfill", [], {})
    world.finish()
