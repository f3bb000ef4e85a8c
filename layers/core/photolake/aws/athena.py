"""Athena: runs one statement to its end, and reads its result from the file that it leaves in S3."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from photolake.errors import PermanentError, RetryableError

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_athena.type_defs import QueryExecutionTypeDef
    from mypy_boto3_s3 import S3Client

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


@dataclass(frozen=True)
class QueryReader:
    """Runs SELECTs by `runner`, and reads all of their rows.

    A result is CSV with a header (https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html). It
    is read as a stream, and not by GetQueryResults, which gives 1,000 rows at a time.
    """

    runner: QueryRunner
    s3: S3Client

    def read_rows(self, sql: str) -> Iterator[list[str]]:
        """Run a SELECT and yield its rows as text, null as an empty one; errors are those of `QueryRunner.execute`."""
        rows = self._open(*self._run(sql))
        next(rows, None)
        yield from rows

    def take_records(self, sql: str) -> list[dict[str, str]]:
        """Return the rows of a SELECT by column as `read_rows` has them, and delete the files of the result."""
        bucket, key = self._run(sql)
        try:
            rows = self._open(bucket, key)
            names = next(rows, [])
            return [dict(zip(names, row, strict=True)) for row in rows]
        finally:
            for name in (key, f"{key}.metadata"):
                self.s3.delete_object(Bucket=bucket, Key=name)

    def _run(self, sql: str) -> tuple[str, str]:
        """Run a statement; return bucket and key of its result."""
        location = urlsplit(self.runner.execute(sql)["ResultConfiguration"]["OutputLocation"])
        return location.netloc, location.path.lstrip("/")

    def _open(self, bucket: str, key: str) -> Iterator[list[str]]:
        body: Any = self.s3.get_object(Bucket=bucket, Key=key)["Body"]
        return csv.reader(io.TextIOWrapper(cast("Any", io.BufferedReader(_Raw(body))), encoding="utf-8", newline=""))


class _Raw(io.RawIOBase):
    """The body of an S3 object as a file."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._body.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)
