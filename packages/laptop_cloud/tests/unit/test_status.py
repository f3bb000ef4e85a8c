"""When a stack has no work left."""

from typing import Any

import pytest

from laptop_cloud.status import is_drained

QUEUE = {"visible": 0, "in_flight": 0, "delayed": 0, "is_dlq": False, "feeds_function": True}
FUNCTION = {"running": 0, "invocations": 3}


def test_all_is_drained_when_nothing_waits_or_runs():
    dead = {**QUEUE, "visible": 2, "is_dlq": True, "feeds_function": False}

    assert is_drained({"jobs": QUEUE, "dead": dead}, {"posts": 0}, {"f": FUNCTION}, {"f": FUNCTION})


@pytest.mark.parametrize("count", ["visible", "in_flight", "delayed"])
def test_a_message_on_its_way_to_a_function_is_work(count: str):
    assert not is_drained({"jobs": {**QUEUE, count: 1}}, {"posts": 0}, {"f": FUNCTION}, {"f": FUNCTION})


def test_a_buffered_record_is_work():
    assert not is_drained({"jobs": QUEUE}, {"posts": 1}, {"f": FUNCTION}, {"f": FUNCTION})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({**FUNCTION, "running": 1}, {**FUNCTION, "running": 0}),
        (FUNCTION, {**FUNCTION, "running": 1, "invocations": 4}),
        (FUNCTION, {**FUNCTION, "invocations": 4}),
    ],
)
def test_a_function_that_ran_while_the_rest_was_read_may_have_made_work(before: Any, after: Any):
    assert not is_drained({"jobs": QUEUE}, {"posts": 0}, {"f": before}, {"f": after})
