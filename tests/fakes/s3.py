"""An S3 that holds the objects of one bucket in memory."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any


class NoSuchKey(Exception):  # noqa: N818 (boto3's name)
    """The object does not exist."""


class FakeS3:
    """Objects by their key."""

    exceptions = SimpleNamespace(NoSuchKey=NoSuchKey)

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        if Key not in self.objects:
            raise NoSuchKey(Key)
        body = self.objects[Key]
        return {"Body": io.BytesIO(body), "ContentLength": len(body), "Metadata": {}}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:  # noqa: N803
        self.objects[Key] = Body
