"""What became of each object that was ingested from S3, so that an unchanged one is not read again.

Items `object#<bucket>/<key>` of the images table (of a long key the SHA-256): the ETag the object had, and its image_id
or why it has none.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from photolake.aws.dynamodb import read_items
from photolake.images.limits import RULES, is_outdated
from photolake.images.registry import UnavailablePhoto

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.aws.s3 import S3Object

# These follow from the bytes. The others (archived, access_denied, gone) may be different the next time.
_FINAL_STATUSES = frozenset({"too_small", "too_large", "unsupported_format", "broken"})
# A key of S3 may have 1,024 bytes, and so may `id`, which is the sort key of an index
# (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).
_MAX_PLACE_BYTES = 1000


@dataclass(frozen=True)
class ObjectRecord:
    """What the object with this ETag is: the image_id, or why it cannot become an image."""

    etag: str
    photo: str | UnavailablePhoto


class ObjectRegistry:
    """Remembers objects by bucket and key; a later ETag replaces an earlier one."""

    def __init__(self, table: Table) -> None:
        """`table` is the images table."""
        self._table = table

    def remember(self, s3_object: S3Object, photo: str | UnavailablePhoto) -> None:
        """Remember the image_id of an object, or why it has none if that is final; not without an ETag."""
        item: dict[str, Any] = {"id": _item_id(s3_object.bucket, s3_object.key), "etag": s3_object.etag}
        if isinstance(photo, str):
            item["image_id"] = photo
        elif photo.status in _FINAL_STATUSES:
            item |= {"status": photo.status, "status_message": photo.message, "rules": RULES}
        else:
            return
        if s3_object.etag:
            self._table.put_item(Item=item)

    def find_many(self, bucket: str, keys: Iterable[str]) -> dict[str, ObjectRecord]:
        """Return what is known of the objects of a bucket, by their key; nothing of one refused by earlier rules."""
        ids = {_item_id(bucket, key): key for key in keys}
        items = read_items(self._table, ids, time.sleep)
        return {ids[item["id"]]: _read_record(item) for item in items if not _is_outdated(item)}


def _item_id(bucket: str, key: str) -> str:
    place = f"{bucket}/{key}"
    is_short = len(place.encode()) <= _MAX_PLACE_BYTES
    return f"object#{place if is_short else sha256(place.encode()).hexdigest()}"


def _is_outdated(item: Mapping[str, Any]) -> bool:
    return is_outdated(item.get("status", ""), int(item.get("rules", 1)))


def _read_record(item: Mapping[str, Any]) -> ObjectRecord:
    if "image_id" in item:
        return ObjectRecord(item["etag"], item["image_id"])
    return ObjectRecord(item["etag"], UnavailablePhoto(item["status"], item["status_message"]))
