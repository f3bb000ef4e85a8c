"""The objects under a prefix, page by page, and what has to be done about each.

A page is what S3 lists at once, at most 1,000 objects, in the order of their keys
(https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html). It is asked for by the last key before it: a
key, unlike a continuation token, is good after any pause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from photolake.images.face_use import FaceUse, choose_apis
from photolake.images.ingest import MAX_PHOTO_BYTES
from photolake.images.registry import UnavailablePhoto, parse_image_key
from photolake.images.rekognition_apis import find_missing_apis

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake.images.objects import ObjectRecord, ObjectRegistry
    from photolake.images.registry import ImageRecord, ImageRegistry

# Their objects cannot be read before somebody restores them.
_ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE"})


class ObjectKind(StrEnum):
    """What has to be done about an object; each is the name of its count."""

    NEW = "new"  # not analysed yet: announced
    OUTDATED = "outdated"  # analysed without an API of today, or with more of faces than is allowed today: announced
    UNREADABLE = "unreadable"  # empty, too large or archived: announced, for its row says so
    WAITING = "waiting"  # for the daily budget: announced every day anyway
    KNOWN = "known"  # analysed with the APIs of today
    REFUSED = "refused"  # read before, unchanged, and no photo
    FOLDER = "folders"  # what consoles make for an empty folder


ANNOUNCED = frozenset({ObjectKind.NEW, ObjectKind.OUTDATED, ObjectKind.UNREADABLE})


@dataclass(frozen=True)
class ListedObject:
    """An object as S3 lists it: size in bytes, the ETag without quotes."""

    key: str
    size: int
    etag: str
    storage_class: str = "STANDARD"


@dataclass(frozen=True)
class SortedObject:
    """An object and its kind; `missing` are the APIs that have to be bought for it."""

    listed: ListedObject
    kind: ObjectKind
    missing: frozenset[str] = frozenset()

    @property
    def is_announced(self) -> bool:
        """Whether image_analyzer has to hear of it."""
        return self.kind in ANNOUNCED


@dataclass(frozen=True)
class Page:
    """At most 1,000 objects; `is_last` if there are no more."""

    objects: Sequence[ListedObject]
    is_last: bool


def list_page(s3: S3Client, bucket: str, prefix: str, after: str) -> Page:
    """Return the objects under the prefix whose keys come after `after`."""
    response = s3.list_objects_v2(Bucket=bucket, Prefix=prefix, StartAfter=after)
    objects = [
        ListedObject(item["Key"], item["Size"], item["ETag"].strip('"'), item.get("StorageClass", "STANDARD"))
        for item in response.get("Contents", [])
    ]
    return Page(objects, not response["IsTruncated"])


def iterate_pages(s3: S3Client, bucket: str, prefix: str, after: str = "") -> Iterator[Page]:
    """Yield page by page to the end."""
    while True:
        page = list_page(s3, bucket, prefix, after)
        yield page
        if page.is_last:
            return
        after = page.objects[-1].key


class ObjectSorter:
    """Sorts objects by what is known of them and of their images: two batches of reads a page, at most 1,000 items."""

    def __init__(
        self,
        objects: ObjectRegistry,
        images: ImageRegistry,
        lake_bucket: str,
        apis: Sequence[str],
        custom_labels_model: str = "",
        face_use: FaceUse = FaceUse.FULL,
    ) -> None:
        """`apis` are the names in the parameter `ImageApis`; the model is the setting `CustomLabelsModel`."""
        self._objects = objects
        self._images = images
        self._lake_bucket = lake_bucket
        self._apis = frozenset(choose_apis(apis, face_use))
        self._model = custom_labels_model
        self._face_use = face_use

    def sort(self, bucket: str, listed: Sequence[ListedObject]) -> list[SortedObject]:
        """Return the kind of each object, in the same order."""
        known = self._objects.find_many(bucket, [each.key for each in listed])
        image_ids = {each.key: self._find_image_id(bucket, each, known.get(each.key)) for each in listed}
        images = self._images.find_many(image_id for image_id in image_ids.values() if image_id)
        return [self._sort_one(each, known.get(each.key), images.get(image_ids[each.key] or "")) for each in listed]

    def _find_image_id(self, bucket: str, listed: ListedObject, record: ObjectRecord | None) -> str | None:
        if bucket == self._lake_bucket and (image_id := parse_image_key(listed.key)):
            return image_id
        is_same = record is not None and record.etag == listed.etag
        return record.photo if record and is_same and isinstance(record.photo, str) else None

    def _sort_one(self, listed: ListedObject, record: ObjectRecord | None, image: ImageRecord | None) -> SortedObject:
        if listed.key.endswith("/") and not listed.size:
            return SortedObject(listed, ObjectKind.FOLDER)
        if image:
            return self._sort_image(listed, image)
        if record and record.etag == listed.etag and isinstance(record.photo, UnavailablePhoto):
            return SortedObject(listed, ObjectKind.REFUSED)
        if not 0 < listed.size <= MAX_PHOTO_BYTES or listed.storage_class in _ARCHIVES:
            return SortedObject(listed, ObjectKind.UNREADABLE)
        return SortedObject(listed, ObjectKind.NEW, self._apis)

    def _sort_image(self, listed: ListedObject, image: ImageRecord) -> SortedObject:
        if image.state == "waiting":
            return SortedObject(listed, ObjectKind.WAITING)
        if image.state != "done":
            return SortedObject(listed, ObjectKind.NEW, self._apis)
        missing = find_missing_apis(self._apis, image.request_digest, self._model, self._face_use)
        if missing is None:
            return SortedObject(listed, ObjectKind.KNOWN)
        return SortedObject(listed, ObjectKind.OUTDATED, missing)
