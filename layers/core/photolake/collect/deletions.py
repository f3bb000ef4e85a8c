"""Deletions: posts that every view leaves out, as objects under `deletions/` in the lake."""

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
    """Writes rows of the deletions table; there is no taking back, for the views go by every object there is."""

    def __init__(self, s3: S3Client, bucket: str) -> None:
        """`bucket` is the lake's."""
        self._s3 = s3
        self._bucket = bucket

    def put(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Store rows as one object and return how many; each has an integer `id`, or the views would not see it.

        The key follows from the rows alone, so that the same rows again are the same object.
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
