"""Stores deletions, the posts that every view leaves out, as objects under `deletions/` in the lake."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from photolake.errors import RowError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "deletions/"


class DeletionStore:
    """Writes rows of the deletions table. A deletion cannot be undone, because the views read every object."""

    def __init__(self, s3: S3Client, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def put(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Store rows as one object and return how many; RowError for a row without an integer `id`, which views need.

        The key follows from the rows alone, so that storing the same rows again changes nothing.
        """
        if not rows:
            return 0
        for row in rows:
            if type(row.get("id")) is not int:
                raise RowError(f"deletions.id: expected bigint, got {type(row.get('id')).__name__}")
        lines = sorted({json.dumps(row, sort_keys=True) for row in rows})
        body = "".join(f"{line}\n" for line in lines).encode("ascii")
        key = f"{PREFIX}{sha256(body).hexdigest()}.jsonl"
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="application/x-ndjson")
        return len(lines)
