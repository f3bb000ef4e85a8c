"""The messages of a batch, handled at once: one that fails, crashes or comes too late harms no other."""

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from photolake.aws.sqs import MessagePool, process_messages
from photolake.errors import PhotolakeError, RetryableError

EVENT = {"eventSource": "aws:sqs", "attributes": {}, "messageAttributes": {}}


class Counts:
    """Metrics by name."""

    def __init__(self) -> None:
        self.failures = 0.0

    def add_metric(self, name: str, unit: str, value: float) -> None:
        assert name == "Failures"
        self.failures += value


def handle_batch(
    handle: Callable[..., Any],
    bodies: list[str],
    *,
    group: Callable[[str], str] = lambda body: body,
    workers: int = 10,
    seconds_left: Callable[[], float] = lambda: 300.0,
) -> tuple[set[str], float]:
    """Handle messages with these bodies; return those that go back, and how many are counted as failed."""
    records = [{**EVENT, "messageId": f"{number}: {body}", "body": body} for number, body in enumerate(bodies)]
    context: Any = SimpleNamespace(get_remaining_time_in_millis=lambda: int(seconds_left() * 1000))
    metrics: Any = Counts()
    pool = MessagePool(workers, group, least_seconds=60)
    response = process_messages({"Records": records}, handle, context, Logger(service="pool"), metrics, pool)
    failed = [str(failure["itemIdentifier"]) for failure in response["batchItemFailures"]]
    assert len(set(failed)) == len(failed)
    return set(failed), metrics.failures


def test_all_messages_of_a_batch_are_in_work_at_once() -> None:
    together = threading.Barrier(10)

    assert handle_batch(lambda record: together.wait(timeout=10), [str(n) for n in range(10)]) == (set(), 0)


def test_of_ten_messages_only_the_one_that_fails_goes_back_and_is_logged_with_its_own_reason(
    caplog: pytest.LogCaptureFixture,
) -> None:
    handled = []
    together = threading.Barrier(10)

    def handle(record: Any) -> None:
        together.wait(timeout=10)
        if record.body in ("3", "7"):
            raise RetryableError(f"reason of {record.body}")
        handled.append(record.body)

    failed = handle_batch(handle, [str(number) for number in range(10)])

    assert failed == ({"3: 3", "7: 7"}, 2)
    assert sorted(handled) == ["0", "1", "2", "4", "5", "6", "8", "9"]
    reasons = {vars(log)["message_id"]: vars(log)["error"] for log in caplog.records}
    assert {name: reason.partition("reason of ")[2][:1] for name, reason in reasons.items()} == {
        "3: 3": "3",
        "7: 7": "7",
    }


def test_messages_of_one_group_come_one_after_another_in_their_order() -> None:
    working, most, order = set(), [], []

    def handle(record: Any) -> None:
        name = record.body[0]
        assert name not in working
        working.add(name)
        most.append(len(working))
        order.append(record.body)
        working.remove(name)
        if record.body == "a1":
            raise RetryableError("the first of its group")

    failed = handle_batch(handle, ["a1", "b1", "a2", "c1", "a3", "b2"], group=lambda body: body[0])

    assert failed == ({"0: a1"}, 1)
    for name in "ab":
        assert [body for body in order if body[0] == name] == sorted(body for body in order if body[0] == name)


def test_a_message_without_a_group_is_handled_like_any_other() -> None:
    def group(body: str) -> str:
        raise PhotolakeError(body)

    def handle(record: Any) -> None:
        if record.body == "broken":
            raise PhotolakeError("not readable")

    assert handle_batch(handle, ["broken", "broken", "fine"], group=group) == ({"0: broken", "1: broken"}, 2)


def test_a_message_that_would_begin_too_late_goes_back(caplog: pytest.LogCaptureFixture) -> None:
    left = [300.0]
    handled = []

    def handle(record: Any) -> None:
        handled.append(record.body)
        left[0] -= 100

    failed = handle_batch(handle, ["1", "2", "3", "4", "5"], workers=1, seconds_left=lambda: left[0])

    assert handled == ["1", "2", "3"]
    assert failed == ({"3: 4", "4: 5"}, 2)
    assert all("not begun: 0 seconds are left" in vars(log)["error"] for log in caplog.records)


def test_a_crash_in_one_thread_acknowledges_nothing_and_leaves_the_others_to_end() -> None:
    together = threading.Barrier(5)
    handled = []

    def handle(record: Any) -> None:
        together.wait(timeout=10)
        if record.body == "2":
            raise SystemExit("out of memory")
        handled.append(record.body)

    with pytest.raises(SystemExit):
        handle_batch(handle, [str(number) for number in range(5)])
    assert sorted(handled) == ["0", "1", "3", "4"]


def test_the_context_is_given_to_who_asks_for_it() -> None:
    contexts = []

    def handle(record: Any, lambda_context: Any) -> None:
        contexts.append(lambda_context.get_remaining_time_in_millis())

    handle_batch(handle, ["1", "2"])

    assert contexts == [300_000, 300_000]
