"""Every response that was bought for an image, kept as long as its rows.

So an API that is added to `ImageApis` later is all that an analysed image costs.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Container, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake.images.rekognition_apis import ImageApi

PREFIX = "responses/"


class KeptResponses:
    """One gzipped JSON object for each image under `responses/`: a list of `{"api", "request", "response"}`."""

    def __init__(self, s3: S3Client, bucket: str, forbidden: Container[str] = frozenset()) -> None:
        """`bucket` is the lake bucket; `forbidden` are the digests of requests whose responses may not be kept."""
        self._s3 = s3
        self._bucket = bucket
        self._forbidden = forbidden

    def load(self, image_id: str) -> dict[str, dict[str, Any]]:
        """Return the responses by the digest of their request; none for an image without an object."""
        return {entry["request"]: entry["response"] for entry in self._read(image_id)}

    def store(
        self, image_id: str, responses: Sequence[tuple[ImageApi, Mapping[str, Any]]], kept: Mapping[str, Any]
    ) -> None:
        """Add the responses to those that are `kept`, as `load` returned them, and drop those that may not be kept."""
        new = [
            {"api": api.name, "request": api.digest, "response": response}
            for api, response in responses
            if api.digest not in kept
        ]
        if not new and not any(digest in self._forbidden for digest in kept):
            return
        before = self._read(image_id) if kept else []
        entries = [*(entry for entry in before if entry["request"] not in self._forbidden), *new]
        body = gzip.compress(json.dumps(entries, separators=(",", ":")).encode(), mtime=0)
        self._s3.put_object(Bucket=self._bucket, Key=response_key(image_id), Body=body, ContentType="application/gzip")

    def _read(self, image_id: str) -> list[dict[str, Any]]:
        try:
            response = self._s3.get_object(Bucket=self._bucket, Key=response_key(image_id))
        except self._s3.exceptions.NoSuchKey:
            return []
        with response["Body"] as body:
            entries: list[dict[str, Any]] = json.loads(gzip.decompress(body.read()))
        return entries


def response_key(image_id: str) -> str:
    """Return the key of an image's responses in the lake bucket."""
    return f"{PREFIX}{image_id[:2]}/{image_id}.json.gz"
