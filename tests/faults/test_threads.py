"""The harness plays handlers that work in several threads: in turns that the seed chooses, until all end or all die."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import ExitStack
from queue import Queue
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
import pytest
from boto3.dynamodb.conditions import Attr
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.faults.clock import CLOCK
from tests.faults.injector import Injector
from tests.faults.invocation import HangError, Invocation
from tests.faults.schedule import Fault
from tests.faults.world import World

if TYPE_CHECKING:
    from tests.faults.site import Site

FUNCTION = "PhotoFetcher"
SEEDS = range(1, 13)


class Stage:
    """Plays made-up handlers instead of a function's, without a fault but those that a test names."""

    def __init__(self, site: Site, seed: int, **faults: Fault) -> None:
        """`faults` by the `mark` of a request; each happens once."""
        self.world = World(site, seed)
        self.table = site.stack.table("CacheTable")
        self.faults = faults
        self.invocations: list[Invocation] = []

    def mark(self, name: str) -> str:
        """Send a request that the story tells."""
        self.table.put_item(Item={"id": name})
        return name

    def play(self, *handlers: Callable[[], Any]) -> Stage:
        """Play these handlers at once, each as an invocation, until all have ended."""
        world = self.world
        runs = iter(handlers)
        module = SimpleNamespace(lambda_handler=lambda event, context: next(runs)())
        with ExitStack() as exits:
            exits.enter_context(world.open())
            exits.enter_context(patch.dict(world.stack.handlers, {FUNCTION: [module, module]}))
            exits.enter_context(patch.object(Injector, "_choose_fault", self._choose_fault))
            for _ in handlers:
                self.invocations.append(world.begin(FUNCTION, [], {}))
            while world.alive:
                world.go_on(world.schedule.choose(world.alive))
        return self

    def _choose_fault(self, invocation: Invocation, operation: str, about: str, request: Any) -> Fault | None:
        return next((self.faults.pop(name) for name in list(self.faults) if name.encode() in request.body), None)

    @property
    def marks(self) -> list[str]:
        """The marks, in the order in which their requests were sent."""
        return [line.split("  <-")[0].split()[-1] for line in self.world.story.lines if "dynamodb." in line]

    @property
    def stored(self) -> set[str]:
        """The marks that arrived."""
        return {item["id"] for item in self.world.stack.read_items("CacheTable")}


def pool_of(count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=count)


def stage_of_two_threads(site: Site, seed: int) -> Stage:
    stage = Stage(site, seed)

    def work(name: str) -> None:
        for step in range(4):
            stage.mark(f"{name}{step}")

    def handle() -> None:
        with pool_of(2) as pool:
            list(pool.map(work, "ab"))

    return stage.play(handle)


def test_the_seed_chooses_how_the_requests_of_two_threads_alternate(site: Site) -> None:
    orders = {tuple(stage_of_two_threads(site, seed).marks) for seed in SEEDS}

    assert len(orders) > 6
    for order in orders:
        assert [mark for mark in order if mark[0] == "a"] == ["a0", "a1", "a2", "a3"]
        assert [mark for mark in order if mark[0] == "b"] == ["b0", "b1", "b2", "b3"]


@pytest.mark.parametrize("seed", SEEDS)
def test_threads_of_the_same_seed_tell_the_same_story(site: Site, seed: int) -> None:
    client = boto3.client(
        "dynamodb", config=Config(retries={"mode": "adaptive", "total_max_attempts": 4}, read_timeout=3)
    )
    name = site.stack.table("CacheTable").name

    def tell() -> list[str]:
        faults = dict.fromkeys(("0.1", "1.0", "3.2"), Fault.THROTTLED) | {"2.1": Fault.LOST_RESPONSE}
        stage = Stage(site, seed, **faults)

        def ask(number: int) -> None:
            with pool_of(3) as pool:
                inner = [
                    pool.submit(client.put_item, TableName=name, Item={"id": {"S": f"{number}.{each}"}})
                    for each in range(3)
                ]
                for future in as_completed(inner):
                    future.result()
                    stage.mark(f"after {number}.{inner.index(future)}")

        def handle() -> None:
            began = time.monotonic()
            with pool_of(4) as pool:
                done, rest = wait([pool.submit(ask, number) for number in range(4)], timeout=300)
            assert not rest
            for future in done:
                future.result()
            stage.mark(f"it took {time.monotonic() - began:.4f}")

        return stage.play(handle, handle).world.story.lines

    assert tell() == tell()


@pytest.mark.parametrize("fault", [Fault.KILL_BEFORE, Fault.KILL_AFTER])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_kill_ends_all_threads_of_an_invocation_and_no_other(site: Site, seed: int, fault: Fault) -> None:
    stage = Stage(site, seed, end=fault)
    begun: list[str] = []

    def work(name: str) -> None:
        begun.append(name)
        try:
            stage.mark(f"{name}.1")
            stage.mark("end" if name == "b" else f"{name}.2")
            stage.mark(f"{name}.3")
        finally:
            stage.mark(f"{name}.finally")

    def handle() -> None:
        try:
            with pool_of(2) as pool:
                for future in as_completed([pool.submit(work, name) for name in "abcdefgh"]):
                    future.result()
        finally:
            stage.mark("all.finally")

    def handle_other() -> None:
        for number in range(20):
            stage.mark(f"other.{number}")

    stage.play(handle, handle_other)

    killed, other = stage.invocations
    later = stage.world.story.lines[next(n for n, line in enumerate(stage.world.story.lines) if "  <- " in line) + 1 :]
    assert [line for line in later if killed.name in line] == [f"{killed.name} ends by its death"]
    assert ("end" in stage.stored) == (fault == Fault.KILL_AFTER)
    assert "h" not in begun
    assert (other.error, f"other.{19}" in stage.stored) == (None, True)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_error_in_one_thread_is_that_message_s_alone(site: Site, seed: int) -> None:
    stage = Stage(site, seed, bad=Fault.PARTIAL)

    def work(name: str) -> None:
        stage.mark(f"{name}.1")
        if name == "b":
            raise ValueError(name)
        stage.mark(f"{name}.2")

    def handle() -> list[str]:
        with pool_of(3) as pool:
            futures = {name: pool.submit(work, name) for name in "abc"}
        return [name for name, future in futures.items() if future.exception()]

    stage.play(handle)

    assert stage.invocations[0].result == ["b"]
    assert stage.stored == {"a.1", "a.2", "b.1", "c.1", "c.2"}


@pytest.mark.parametrize("seed", SEEDS)
def test_time_runs_out_for_all_threads_at_once(site: Site, seed: int) -> None:
    stage = Stage(site, seed)
    seconds = site.stack.timeouts[FUNCTION]

    def work(number: int) -> None:
        for step in range(100):
            stage.mark(f"{number} at {step * seconds / 10:g}")
            time.sleep(seconds / 10)

    def handle() -> None:
        with pool_of(3) as pool:
            list(pool.map(work, range(3)))

    stage.play(handle)

    assert stage.invocations[0].is_dead
    assert stage.world.story.counts["fault: killed at its timeout"] == 1
    assert 27 <= len(stage.stored) <= 30


@pytest.mark.parametrize("seed", SEEDS)
def test_threads_sleep_at_the_same_time(site: Site, seed: int) -> None:
    stage = Stage(site, seed)

    def handle() -> float:
        began = time.monotonic()
        with pool_of(4) as pool:
            list(pool.map(time.sleep, [1, 5, 3, 2]))
        return time.monotonic() - began

    stage.play(handle)

    assert stage.invocations[0].result == pytest.approx(5, abs=0.1)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_request_that_is_lost_keeps_only_its_thread_waiting(site: Site, seed: int) -> None:
    stage = Stage(site, seed, slow=Fault.LOST_RESPONSE)

    def handle() -> None:
        with pool_of(2) as pool:
            slow = pool.submit(stage.mark, "slow")
            pool.submit(lambda: [stage.mark(f"quick.{number}") for number in range(3)]).result(10)
            assert not slow.done()
            stage.mark("all but the slow one")
            slow.result(30)
            stage.mark("all")

    stage.play(handle)

    assert stage.invocations[0].error is None
    assert stage.marks[-2:] == ["slow", "all"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_stalled_request_stalls_the_sandbox(site: Site, seed: int) -> None:
    stage = Stage(site, seed, stall=Fault.STALL)

    def handle() -> None:
        with pool_of(2) as pool:
            pool.submit(stage.mark, "stall")
            pool.submit(lambda: [stage.mark(f"{number}") for number in range(5)])

    stage.play(handle)

    assert stage.invocations[0].outlives_its_time
    assert stage.stored == {"stall", "0", "1", "2", "3", "4"}


@pytest.mark.parametrize("seed", SEEDS)
def test_timeouts_of_waiting_are_of_virtual_time(site: Site, seed: int) -> None:
    stage = Stage(site, seed)

    def handle() -> Iterator[bool]:
        began = time.monotonic()
        with pool_of(2) as pool:
            quick, slow = pool.submit(time.sleep, 1), pool.submit(time.sleep, 50)
            done, rest = wait([quick, slow], timeout=3)
            yield (done, rest) == ({quick}, {slow})
            with pytest.raises(FutureTimeoutError):
                slow.result(timeout=3)
            with pytest.raises(FutureTimeoutError):
                list(as_completed([quick, slow], timeout=3))
            lock = threading.Lock()
            yield lock.acquire() and not lock.acquire(timeout=3)
            yield not threading.Event().wait(3)
            yield time.monotonic() - began == pytest.approx(15, abs=0.1)
        yield time.monotonic() - began == pytest.approx(50, abs=0.1)

    stage.play(lambda: list(handle()))

    assert stage.invocations[0].result == [True] * 5


@pytest.mark.parametrize("kind", [threading.Lock, threading.RLock, threading.Condition, threading.Semaphore])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_lock_held_across_requests_lets_nobody_else_in(site: Site, seed: int, kind: Any) -> None:
    stage = Stage(site, seed)
    lock = kind()

    def work(name: str) -> None:
        stage.mark(f"{name}.before")
        with lock:
            stage.mark(f"{name}.first")
            stage.mark(f"{name}.second")

    def handle() -> None:
        with pool_of(3) as pool:
            list(pool.map(work, "abc"))

    stage.play(handle)

    held = [mark for mark in stage.marks if not mark.endswith("before")]
    assert [mark[0] for mark in held[::2]] == [mark[0] for mark in held[1::2]]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_thread_leaves_no_lock_taken(site: Site, seed: int) -> None:
    lock = threading.Lock()
    stage = Stage(site, seed, second=Fault.KILL_AFTER)

    def work(name: str) -> None:
        with lock:
            stage.mark(name)

    def handle() -> None:
        with pool_of(3) as pool:
            list(pool.map(work, ["first", "second", "third"]))

    stage.play(handle)

    assert stage.invocations[0].is_dead
    assert not lock.locked()


@pytest.mark.parametrize("seed", SEEDS)
def test_conditions_events_and_queues_bring_threads_together(site: Site, seed: int) -> None:
    stage = Stage(site, seed)
    condition, event, queue = threading.Condition(), threading.Event(), Queue[str](maxsize=1)
    ready: list[str] = []

    def give() -> None:
        event.wait()
        with condition:
            ready.append(stage.mark("ready"))
            condition.notify_all()
        for number in range(3):
            queue.put(stage.mark(f"put.{number}"))

    def take() -> list[str]:
        stage.mark("taker")
        event.set()
        with condition:
            condition.wait_for(lambda: ready)
        return [queue.get() for _ in range(3)]

    def handle() -> list[str]:
        with pool_of(2) as pool:
            pool.submit(give)
            return pool.submit(take).result()

    stage.play(handle)

    assert stage.invocations[0].result == ["put.0", "put.1", "put.2"]


def test_threads_that_wait_for_each_other_fail(site: Site) -> None:
    one, other = threading.Lock(), threading.Lock()
    stage = Stage(site, 1)

    def work(first: Any, second: Any, barrier: Any) -> None:
        with first:
            barrier.wait()
            with second:
                pass

    def handle() -> None:
        barrier = threading.Barrier(2)
        with pool_of(2) as pool:
            pool.submit(work, one, other, barrier)
            pool.submit(work, other, one, barrier)

    with pytest.raises(HangError, match=r"PhotoFetcher-1 waits for itself: (?s:.*)with second"):
        stage.play(handle)

    assert not one.locked()
    assert not other.locked()


def test_a_thread_that_is_at_work_after_the_handler_has_returned_fails(site: Site) -> None:
    stage = Stage(site, 1)

    def handle() -> None:
        pool_of(1).submit(stage.mark, "late")

    with pytest.raises(HangError, match=r"has returned, and left a thread behind: PhotoFetcher-1/1 sends dynamodb"):
        stage.play(handle)

    assert stage.stored == set()


def test_a_pool_that_is_never_shut_down_fails(site: Site) -> None:
    stage = Stage(site, 1)
    pools: list[ThreadPoolExecutor] = []

    def handle() -> str:
        pools.append(pool_of(1))
        return pools[0].submit(stage.mark, "done").result()

    with pytest.raises(HangError, match="has returned, and left threads behind"):
        stage.play(handle)


def test_a_timer_that_is_cancelled_leaves_nothing_behind(site: Site) -> None:
    stage = Stage(site, 1)

    def handle() -> None:
        timer = threading.Timer(30, stage.mark, ["timer"])
        timer.start()
        stage.mark("work")
        timer.cancel()

    stage.play(handle)

    assert stage.stored == {"work"}


@pytest.mark.parametrize("seed", SEEDS)
def test_only_one_of_two_messages_for_an_image_in_one_batch_gets_its_lease(site: Site, seed: int) -> None:
    stage = Stage(site, seed)

    def analyse(message: str) -> bool:
        try:
            stage.table.put_item(Item={"id": "lease#1"}, ConditionExpression=Attr("id").not_exists())
        except ClientError:
            return False
        stage.mark(f"{message}.analysed")
        return True

    def handle() -> list[bool]:
        with pool_of(2) as pool:
            return list(pool.map(analyse, ["one", "other"]))

    stage.play(handle)

    assert sorted(stage.invocations[0].result) == [False, True]


def test_some_seed_finds_that_two_messages_of_a_batch_both_look_before_they_store(site: Site) -> None:
    def count_analyses(seed: int) -> int:
        stage = Stage(site, seed)
        analysed: list[Future[Any]] = []

        def analyse(message: str) -> None:
            if "Item" not in stage.table.get_item(Key={"id": "image"}):
                analysed.append(Future())
                stage.mark("image")

        def handle() -> None:
            with pool_of(2) as pool:
                list(pool.map(analyse, ["one", "other"]))

        stage.play(handle)
        return len(analysed)

    assert {count_analyses(seed) for seed in SEEDS} == {1, 2}


def test_nobody_else_s_threads_take_turns(site: Site) -> None:
    with CLOCK.stand_still(), pool_of(2) as pool:
        assert list(pool.map(lambda number: threading.Lock().acquire(timeout=1) and number, range(9))) == list(range(9))
