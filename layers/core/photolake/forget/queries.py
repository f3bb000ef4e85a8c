"""SELECTs in the stack's workgroup, whose results do not stay in the lake: they name deleted posts, or quote them.

Athena writes a result as CSV, and what it knows of the columns beside it
(https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html).
"""

from __future__ import annotations

import codecs
import csv
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from photolake.errors import PermanentError

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_athena.type_defs import QueryExecutionTypeDef
    from mypy_boto3_s3 import S3Client

_FIRST_POLL_SECONDS, _LAST_POLL_SECONDS = 0.05, 2.0

Row = Mapping[str, str]
"""Values by column, as Athena writes them; null is an empty text."""


class LakeQueries:
    """Runs SELECTs one at a time. `scanned_bytes` is what they have scanned so far."""

    def __init__(
        self,
        athena: AthenaClient,
        s3: S3Client,
        workgroup: str,
        database: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Unqualified names are looked up in `database`; `sleep` takes seconds."""
        self._athena = athena
        self._s3 = s3
        self._workgroup = workgroup
        self._database = database
        self._sleep = sleep
        self.scanned_bytes = 0

    def read(self, sql: str) -> list[Row]:
        """Return all rows of a SELECT; PermanentError with Athena's message if it fails."""
        execution = self._run(sql)
        self.scanned_bytes += execution.get("Statistics", {}).get("DataScannedInBytes", 0)
        bucket, _, key = execution["ResultConfiguration"]["OutputLocation"].removeprefix("s3://").partition("/")
        try:
            with self._s3.get_object(Bucket=bucket, Key=key)["Body"] as body:
                lines = codecs.getreader("utf-8")(cast("codecs._ReadableStream", body))
                return list(csv.DictReader(lines))
        finally:
            for name in (key, f"{key}.metadata"):
                self._s3.delete_object(Bucket=bucket, Key=name)

    def _run(self, sql: str) -> QueryExecutionTypeDef:
        query_id = self._athena.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": self._database}, WorkGroup=self._workgroup
        )["QueryExecutionId"]
        pause = _FIRST_POLL_SECONDS
        while True:
            execution = self._athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
            status = execution["Status"]
            if status["State"] == "SUCCEEDED":
                return execution
            if status["State"] in {"FAILED", "CANCELLED"}:
                raise PermanentError("query_failed", f"Athena: {status.get('StateChangeReason', status['State'])}")
            self._sleep(pause)
            pause = min(2 * pause, _LAST_POLL_SECONDS)
