"""One statement on Athena, to its end or stopped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from photolake.aws.athena import QueryRunner
from photolake.errors import PermanentError, RetryableError


class FakeAthena:
    """A query that goes through these states."""

    def __init__(self, states: Iterable[str], reason: str | None = None) -> None:
        self._states = iter(states)
        self._reason = reason
        self.stopped: list[str] = []

    def start_query_execution(self, **_: Any) -> Any:
        return {"QueryExecutionId": "7"}

    def get_query_execution(self, **_: Any) -> Any:
        status = {"State": next(self._states), **({"StateChangeReason": self._reason} if self._reason else {})}
        return {"QueryExecution": {"Status": status, "Statistics": {"DataScannedInBytes": 5}}}

    def stop_query_execution(self, *, QueryExecutionId: str) -> None:  # noqa: N803 (boto3's name)
        self.stopped.append(QueryExecutionId)


def run(athena: Any, waits: int = 100) -> int:
    left = iter([True] * waits)
    return QueryRunner(athena, "group", "lake", lambda _: None).run("select 1", lambda: next(left, False))


def test_a_query_is_waited_for() -> None:
    assert run(FakeAthena(["QUEUED", "RUNNING", "SUCCEEDED"])) == 5


def test_a_query_that_fails_says_why() -> None:
    with pytest.raises(PermanentError, match="HIVE_BAD_DATA: bad"):
        run(FakeAthena(["RUNNING", "FAILED"], "HIVE_BAD_DATA: bad"))


def test_a_query_that_takes_too_long_is_stopped_and_its_end_awaited() -> None:
    athena = FakeAthena(["RUNNING", "RUNNING", "RUNNING", "CANCELLED"])

    with pytest.raises(RetryableError, match="the query 7 takes longer"):
        run(athena, waits=1)

    assert athena.stopped == ["7"]


def test_a_query_that_ends_while_it_is_stopped_counts() -> None:
    assert run(FakeAthena(["RUNNING", "SUCCEEDED"]), waits=0) == 5


def test_a_query_that_does_not_stop_is_not_waited_for_for_ever() -> None:
    with pytest.raises(RetryableError):
        run(FakeAthena(["RUNNING"] * 50), waits=0)
