"""Athena: runs a SELECT, and reads all of its rows from the file that it leaves in S3."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from photolake.errors import PermanentError

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_s3 import S3Client

FIRST_POLL_S = 0.05
LAST_POLL_S = 2.0


class AthenaReader:
    """Reads a database of one workgroup, which says where results go."""

    def __init__(
        self,
        athena: AthenaClient,
        s3: S3Client,
        workgroup: str,
        database: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Unqualified names in a statement are looked up in `database`; `sleep` takes seconds."""
        self._athena = athena
        self._s3 = s3
        self._workgroup = workgroup
        self._database = database
        self._sleep = sleep

    def read_rows(self, sql: str) -> Iterator[list[str]]:
        """Run a SELECT and yield its rows as text, as many as there are; PermanentError has the engine's message.

        The file is CSV with a header (https://docs.aws.amazon.com/athena/latest/ug/querying.html); it is read as a
        stream, and not by GetQueryResults, which gives 1,000 rows at a time.
        """
        location = urlsplit(self._run(sql))
        body: Any = self._s3.get_object(Bucket=location.netloc, Key=location.path.lstrip("/"))["Body"]
        rows = csv.reader(io.TextIOWrapper(cast("Any", io.BufferedReader(_Raw(body))), encoding="utf-8", newline=""))
        next(rows, None)
        yield from rows

    def _run(self, sql: str) -> str:
        execution_id = self._athena.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": self._database}, WorkGroup=self._workgroup
        )["QueryExecutionId"]
        pause = FIRST_POLL_S
        while True:
            execution = self._athena.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]
            status = execution["Status"]
            if status["State"] == "SUCCEEDED":
                return execution["ResultConfiguration"]["OutputLocation"]
            if status["State"] in {"FAILED", "CANCELLED"}:
                raise PermanentError("query_failed", f"Athena: {status.get('StateChangeReason', status['State'])}")
            self._sleep(pause)
            pause = min(2 * pause, LAST_POLL_S)


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
