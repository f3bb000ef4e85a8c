"""The image registry: which photo was the first with given bytes, and how far the analysis of each image is.

One DynamoDB table, key `id`: `image#<sha256>` holds an ImageRecord, `media#<platform>#<mediaid>` what is known about
a media key, so that it is downloaded once. `images/objects.py` keeps its own items beside them, and `images/lease.py`
moves an image from state to state.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from photolake.aws.backoff import iterate_attempts
from photolake.aws.dynamodb import is_condition_failure, read_items, read_present_item
from photolake.errors import RetryableError
from photolake.images.limits import RULES, is_outdated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

State = Literal["stored", "analyzing", "waiting", "done", "gone"]
WAITING_INDEX = "waiting-index"
_UNLESS_THERE: Any = {
    "ConditionExpression": "attribute_not_exists(id)",
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
}
_IMAGE_KEY = re.compile(r"images/([0-9a-f]{2})/(\1[0-9a-f]{62})\.(?:jpg|png)")


@dataclass(frozen=True)
class ImageRecord:
    """What the registry holds of one image: the first photo with these bytes, its object, and its analysis.

    `source_key` is that photo's; width and height are those of the object. `request_digest` says with which requests
    the image was analysed (see `digest_requests`), and is None before. `note` says what of the photo the object lacks.
    """

    image_id: str
    image_dt: str
    origin: str
    source_key: str
    s3_key: str
    width: int
    height: int
    content_type: str
    state: State = "stored"
    request_digest: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class UnavailablePhoto:
    """A photo that cannot become an image; status and message say why."""

    status: str
    message: str


@dataclass(frozen=True)
class KnownImage:
    """The image of a media key; `message` says where it is from if it is not from the photo's URL."""

    image_id: str
    message: str | None = None


class ImageRegistry:
    """The images table. Reads are consistent: what one function has written, the next one sees."""

    def __init__(self, table: Table, sleep: Callable[[float], None] = time.sleep) -> None:
        """`table` is the images table, with the sparse index `waiting-index` (all attributes projected).

        `sleep` takes seconds.
        """
        self._table = table
        self._sleep = sleep

    def claim(self, record: ImageRecord) -> ImageRecord:
        """Enter the image unless it is there; return the record that counts, which has the first photo's source_key."""
        try:
            self._table.put_item(Item=_image_item(record), **_UNLESS_THERE)
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            present: Any = error.response
            return read_record(read_present_item(present["Item"]))
        return record

    def claim_of_photo(self, platform: str, mediaid: str, record: ImageRecord, message: str | None) -> ImageRecord:
        """Claim as `claim` does, and remember the image of a media key as `remember_photo` does, in one request.

        RetryableError: others write the same items.
        """
        puts: Any = [
            {"Put": {"TableName": self._table.name, "Item": _image_item(record), **_UNLESS_THERE}},
            {"Put": {"TableName": self._table.name, "Item": _media_item(platform, mediaid, record.image_id, message)}},
        ]
        for _ in iterate_attempts(self._sleep):
            try:
                self._table.meta.client.transact_write_items(TransactItems=puts)
            except ClientError as error:
                reasons: Any = error.response.get("CancellationReasons")
                if not reasons:
                    raise
                if reasons[0]["Code"] == "ConditionalCheckFailed":
                    self.remember_photo(platform, mediaid, KnownImage(record.image_id, message))
                    return read_record(read_present_item(reasons[0]["Item"]))
            else:
                return record
        raise RetryableError(f"other workers claim the image {record.image_id}")

    def get(self, image_id: str) -> ImageRecord | None:
        """Return the image with this SHA-256 of its bytes as received."""
        item = self._read(f"image#{image_id}")
        return read_record(item) if item else None

    def find_many(self, image_ids: Iterable[str]) -> dict[str, ImageRecord]:
        """Return those images that exist, by their id; DeliveryError as `read_items`."""
        items = read_items(self._table, (f"image#{image_id}" for image_id in dict.fromkeys(image_ids)), time.sleep)
        records = map(read_record, items)
        return {record.image_id: record for record in records}

    def find_photo(self, platform: str, mediaid: str) -> KnownImage | UnavailablePhoto | None:
        """Return what became of a media key: its image, or why it has none.

        None if it was never downloaded, or refused by rules that are not those of today.
        """
        item = self._read(f"media#{platform}#{mediaid}")
        if item is None:
            return None
        if "image_id" in item:
            return KnownImage(str(item["image_id"]), item.get("status_message"))
        photo = UnavailablePhoto(str(item["status"]), str(item["status_message"]))
        return None if is_outdated(photo.status, int(item.get("rules", 1))) else photo

    def remember_photo(self, platform: str, mediaid: str, photo: KnownImage | UnavailablePhoto) -> None:
        """Remember the image of a media key, or why it has none unless an image is known."""
        key = f"media#{platform}#{mediaid}"
        if isinstance(photo, KnownImage):
            self._table.put_item(Item=_media_item(platform, mediaid, photo.image_id, photo.message))
            return
        item: dict[str, Any] = {"id": key, "status": photo.status, "status_message": photo.message, "rules": RULES}
        try:
            self._table.put_item(Item=item, ConditionExpression=Attr("image_id").not_exists())
        except ClientError as error:
            if not is_condition_failure(error):
                raise

    def iterate_waiting(self, limit: int) -> Iterator[ImageRecord]:
        """Yield at most `limit` waiting images; the index lags, so one whose analysis has begun may be among them."""
        start: dict[str, Any] = {}
        while limit > 0:
            page = self._table.query(
                IndexName=WAITING_INDEX, KeyConditionExpression=Key("waiting").eq("yes"), Limit=limit, **start
            )
            yield from (read_record(item) for item in page["Items"])
            limit -= len(page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def count_waiting(self, limit: int) -> int:
        """Count the waiting images up to `limit`; the index lags a little."""
        count, start = 0, dict[str, Any]()
        while count < limit:
            page = self._table.query(
                IndexName=WAITING_INDEX,
                KeyConditionExpression=Key("waiting").eq("yes"),
                Select="COUNT",
                Limit=limit - count,
                **start,
            )
            count += page["Count"]
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        return count

    def _read(self, key: str) -> Mapping[str, Any] | None:
        return self._table.get_item(Key={"id": key}, ConsistentRead=True).get("Item")


def parse_image_key(key: str) -> str | None:
    """Return the image_id in the key of an image's object; None for another key."""
    match = _IMAGE_KEY.fullmatch(key)
    return match[2] if match else None


def _image_item(record: ImageRecord) -> dict[str, Any]:
    attributes = {name: value for name, value in vars(record).items() if name != "image_id" and value is not None}
    return {"id": f"image#{record.image_id}", **attributes}


def _media_item(platform: str, mediaid: str, image_id: str, message: str | None) -> dict[str, Any]:
    shown = {} if message is None else {"status_message": message}
    return {"id": f"media#{platform}#{mediaid}", "image_id": image_id, **shown}


def read_record(item: Mapping[str, Any]) -> ImageRecord:
    """Return an item `image#<image_id>` of the images table as a record."""
    return ImageRecord(
        image_id=item["id"].removeprefix("image#"),
        image_dt=item["image_dt"],
        origin=item["origin"],
        source_key=item["source_key"],
        s3_key=item["s3_key"],
        width=int(item["width"]),
        height=int(item["height"]),
        content_type=item["content_type"],
        state=item["state"],
        request_digest=item.get("request_digest"),
        note=item.get("note"),
    )
