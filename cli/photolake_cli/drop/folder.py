"""The folder `images/dropped/` of a lake: what is there already, and putting photos into it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from photolake.errors import PermanentError
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake_cli.drop.files import PhotoFile

_ABSENT = ("404", "NoSuchKey")
# A HEAD has no body that could hold the code AccessDenied.
_FORBIDDEN = ("403", "AccessDenied")
# Statuses for what is wrong with one request, as opposed to credentials, permissions and outages.
_REFUSED = (400, 404)
# Another writer has put the object, or is putting it now.
_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")


class Presence(StrEnum):
    """What is there under the name of a photo."""

    ABSENT = "absent"
    SAME = "there already"
    OTHER_METADATA = "there already, with other metadata"
    OTHER_PHOTO = "another photo has this name"


@dataclass(frozen=True)
class DropFolder:
    """The folder of one lake bucket."""

    s3: S3Client
    bucket: str
    metadata: Mapping[str, str]
    """The user metadata that every photo gets, as S3 returns it."""

    def look_up(self, photo: PhotoFile) -> Presence:
        """Compare the photo with the object of its name; OSError or PermanentError if the file cannot be read."""
        try:
            head = self.s3.head_object(Bucket=self.bucket, Key=photo.key)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _ABSENT:
                return Presence.ABSENT
            if code in _FORBIDDEN:
                permissions = "s3:ListBucket, s3:GetObject and s3:PutObject"
                raise CommandError(
                    f"You may not look into s3://{self.bucket}. Ask its owner for {permissions}"
                ) from error
            raise
        if head["ContentLength"] != photo.size or not self._has_bytes(photo, head["ETag"]):
            return Presence.OTHER_PHOTO
        # Without --metadata, what is there is left as it is.
        return Presence.SAME if self.metadata in ({}, head["Metadata"]) else Presence.OTHER_METADATA

    def put(self, photo: PhotoFile, *, replace: bool) -> Presence:
        """Put the photo, and return what was there; an object of its name is overwritten only with `replace`.

        OSError or PermanentError if the file cannot be read, or S3 refuses this photo, for example its name.
        """
        condition: dict[str, Any] = {} if replace else {"IfNoneMatch": "*"}
        try:
            self.s3.put_object(
                Bucket=self.bucket,
                Key=photo.key,
                Body=photo.read(),
                ContentType=photo.content_type,
                Metadata=self.metadata,
                **condition,
            )
        except ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
            if code in _TAKEN:
                # It may be this photo, sent by an attempt whose response was lost.
                return self.look_up(photo)
            if code != "NoSuchBucket" and error.response["ResponseMetadata"]["HTTPStatusCode"] in _REFUSED:
                raise PermanentError("refused", f"S3 refuses it: {code}: {message}") from error
            raise
        return Presence.ABSENT

    def _has_bytes(self, photo: PhotoFile, etag: str) -> bool:
        data = photo.read()
        # The ETag is the MD5 unless the object was sent in parts or is encrypted with a key of KMS
        # (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html).
        if etag.strip('"') == hashlib.md5(data, usedforsecurity=False).hexdigest():
            return True
        return self.s3.get_object(Bucket=self.bucket, Key=photo.key)["Body"].read() == data
