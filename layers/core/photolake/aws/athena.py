"""Athena: running one statement to its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.errors import PermanentError, RetryableError

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_athena.type_defs import QueryExecutionTypeDef

# Creating a view takes Athena about a second, and the laptop far less; longer queries are asked for less often.
FIRST_POLL_SECONDS = 0.05
LAST_POLL_SECONDS = 1.0
_STOP_POLLS = 15
_ENDED = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})


@dataclass(frozen=True)
class QueryRunner:
    """Runs statements in a workgroup; unqualified names are looked up in `database`; `sleep` takes seconds."""

    client: AthenaClient
    workgroup: str
    database: str
    sleep: Callable[[float], None] = time.sleep

    def run(self, sql: str, may_wait: Callable[[], bool] = lambda: True) -> int:
        """Run a statement; returns the bytes that it has read. Errors are those of `execute`."""
        return self.execute(sql, may_wait).get("Statistics", {}).get("DataScannedInBytes", 0)

    def execute(self, sql: str, may_wait: Callable[[], bool] = lambda: True) -> QueryExecutionTypeDef:
        """Run a statement; returns what Athena says of it.

        PermanentError (`query_failed`) has the engine's message. While `may_wait` is true it is waited for; then it is
        stopped, and RetryableError raised when it has ended, or has not within some 15 seconds.
        """
        execution_id = self.client.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": self.database}, WorkGroup=self.workgroup
        )["QueryExecutionId"]
        pause = FIRST_POLL_SECONDS
        while (execution := self._read(execution_id))["Status"]["State"] not in _ENDED:
            if not may_wait():
                execution = self._stop(execution_id)
                break
            self.sleep(pause)
            pause = min(2 * pause, LAST_POLL_SECONDS)
        status = execution["Status"]
        if status["State"] != "SUCCEEDED":
            raise PermanentError("query_failed", status.get("StateChangeReason", status["State"]))
        return execution

    def _read(self, execution_id: str) -> QueryExecutionTypeDef:
        return self.client.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]

    def _stop(self, execution_id: str) -> QueryExecutionTypeDef:
        """Stop a query; returns it if it has ended by itself before that."""
        self.client.stop_query_execution(QueryExecutionId=execution_id)
        for _ in range(_STOP_POLLS):
            execution = self._read(execution_id)
            if execution["Status"]["State"] in _ENDED:
                break
            self.sleep(LAST_POLL_SECONDS)
        if execution["Status"]["State"] == "SUCCEEDED":
            return execution
        raise RetryableError(f"the query {execution_id} takes longer than this run has time for")
