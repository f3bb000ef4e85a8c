"""SELECTs in the stack's workgroup, whose results do not stay in the lake: they name deleted posts, or quote them.

Athena writes a result as CSV, and what it knows of the columns beside it
(https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html).
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake.aws.athena import QueryRunner

Row = Mapping[str, str]
"""Values by column, as Athena writes them; null is an empty text."""
_SPOOL_BYTES = 8 << 20


@dataclass(frozen=True)
class LakeQueries:
    """Runs SELECTs by `runner`, and reads their results."""

    runner: QueryRunner
    s3: S3Client

    def read(self, sql: str) -> list[Row]:
        """Return all rows of a SELECT; errors are those of `QueryRunner.execute`."""
        location = self.runner.execute(sql)["ResultConfiguration"]["OutputLocation"]
        bucket, _, key = location.removeprefix("s3://").partition("/")
        try:
            with tempfile.SpooledTemporaryFile(_SPOOL_BYTES) as file:
                shutil.copyfileobj(self.s3.get_object(Bucket=bucket, Key=key)["Body"], file)
                file.seek(0)
                lines = io.TextIOWrapper(file, "utf-8", newline="")
                return list(csv.DictReader(cast("Iterable[str]", lines)))
        finally:
            for name in (key, f"{key}.metadata"):
                self.s3.delete_object(Bucket=bucket, Key=name)
