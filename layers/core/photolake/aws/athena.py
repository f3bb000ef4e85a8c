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
        stopped, and RetryableError raised.
        """
        execution_id = self.client.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": self.database}, WorkGroup=self.workgroup
        )["QueryExecutionId"]
        pause = FIRST_POLL_SECONDS
        while True:
            execution = self.client.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]
            status = execution["Status"]
            if status["State"] == "SUCCEEDED":
                return execution
            if status["State"] in {"FAILED", "CANCELLED"}:
                raise PermanentError("query_failed", status.get("StateChangeReason", status["State"]))
            if not may_wait():
                self.client.stop_query_execution(QueryExecutionId=execution_id)
                raise RetryableError(f"the query {execution_id} takes longer than this run has time for")
            self.sleep(pause)
            pause = min(2 * pause, LAST_POLL_SECONDS)
