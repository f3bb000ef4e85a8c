"""What of an object under `errors/` was redriven: a document for each under `redriven/`, in the lake.

It is not under `errors/`, whose new objects raise an alarm. It is written after the records were delivered: if the
command ends in between, they are sent again, and the views count each once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from photolake_cli.redrive.objects import ERRORS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake_cli.redrive.objects import ErrorObject

PREFIX = "redriven/"


@dataclass
class Marks:
    """The marks of one object: `sent` has `<digest of a record>.<number of the row in it>` of each row delivered.

    They hold for any version of the object, as it is overwritten when its source is read again. `etag` is that of the
    version of which everything is redriven.
    """

    sent: set[str] = field(default_factory=set)
    etag: str = ""
    records: int = 0


class MarkStore:
    """Loads and saves marks in the lake."""

    def __init__(self, s3: S3Client, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def load(self, found: ErrorObject) -> Marks:
        """The marks of an object; empty ones if nothing of it was redriven."""
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=mark_key(found.key))["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("NoSuchKey", "404"):
                raise
            return Marks()
        document = json.loads(body)
        return Marks(set(document["sent"]), document["etag"], document["records"])

    def save(self, found: ErrorObject, marks: Marks) -> None:
        """Replace the marks of an object."""
        document = {"object": found.key, "etag": marks.etag, "records": marks.records, "sent": sorted(marks.sent)}
        self._s3.put_object(
            Bucket=self._bucket,
            Key=mark_key(found.key),
            Body=json.dumps(document).encode(),
            ContentType="application/json",
        )


def mark_key(key: str) -> str:
    """The key of the marks of an object: `errors/posts/a` gives `redriven/posts/a.json`."""
    return f"{PREFIX}{key.removeprefix(ERRORS)}.json"


def mark_row(digest: str, number: int) -> str:
    """The mark of a row: the number of the row in its record."""
    return f"{digest}.{number}"
