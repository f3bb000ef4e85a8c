"""The image registry: which photo was the first with given bytes, and how far the analysis of each image is.

One DynamoDB table, key `id`: `image#<sha256>` holds an ImageRecord, `media#<platform>#<mediaid>` what is known about
a media key, so that it is downloaded once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from photolake.aws.dynamodb import is_condition_failure

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

State = Literal["stored", "analyzing", "waiting", "done", "gone"]
WAITING_INDEX = "waiting-index"


@dataclass(frozen=True)
class ImageRecord:
    """What the registry holds of one image: the first photo with these bytes, its object, and its analysis.

    `source_key` is that photo's; width and height are those of the object. `settings` says with which settings the
    analysis was done, and is None before.
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
    settings: str | None = None


@dataclass(frozen=True)
class Verdict:
    """Why a photo never became an image: the words of its photos row."""

    status: str
    message: str


class ImageRegistry:
    """Reads are consistent: what one function has written, the next one sees."""

    def __init__(self, table: Table) -> None:
        """`table` is the images table, with the sparse index `waiting-index` (all attributes projected)."""
        self._table = table

    def claim(self, record: ImageRecord) -> ImageRecord:
        """Enter the image unless it is there, and return the record that holds: whose source_key it has was first."""
        item = {"id": _image(record.image_id), **_attributes(record)}
        try:
            self._table.put_item(
                Item=item, ConditionExpression=Attr("id").not_exists(), ReturnValuesOnConditionCheckFailure="ALL_OLD"
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            return _record(_failed_item(error))
        return record

    def get(self, image_id: str) -> ImageRecord | None:
        """Look the image up by the SHA-256 of its bytes as received."""
        item = self._item(_image(image_id))
        return _record(item) if item else None

    def media(self, platform: str, mediaid: str) -> str | Verdict | None:
        """What became of a media key: its image_id, a verdict, or None if it has not been downloaded."""
        item = self._item(_media(platform, mediaid))
        if item is None:
            return None
        if "image_id" in item:
            return str(item["image_id"])
        return Verdict(str(item["status"]), str(item["status_message"]))

    def remember_media(self, platform: str, mediaid: str, known: str | Verdict) -> None:
        """Keep the image_id or the verdict; an image_id, once known, is not replaced by a verdict."""
        key = _media(platform, mediaid)
        if isinstance(known, str):
            self._table.put_item(Item={"id": key, "image_id": known})
            return
        item = {"id": key, "status": known.status, "status_message": known.message}
        try:
            self._table.put_item(Item=item, ConditionExpression=Attr("image_id").not_exists())
        except ClientError as error:
            if not is_condition_failure(error):
                raise

    def begin(self, image_id: str) -> None:
        """The analysis begins. Like `wait` and `finish`, a ClientError for an image that was never claimed."""
        self._change(image_id, "SET #state = :state REMOVE waiting", {":state": "analyzing"})

    def wait(self, image_id: str) -> None:
        """Today's budget is spent: the image waits, and is found by `waiting`."""
        self._change(image_id, "SET #state = :state, waiting = :yes", {":state": "waiting", ":yes": "yes"})

    def finish(self, image_id: str, settings: str) -> None:
        """The analysis is delivered, done with these settings."""
        values = {":state": "done", ":settings": settings}
        self._change(image_id, "SET #state = :state, settings = :settings REMOVE waiting", values)

    def lose(self, image_id: str) -> None:
        """The object was deleted before it was analysed: the next photo with these bytes brings it again."""
        self._change(image_id, "SET #state = :state REMOVE waiting", {":state": "gone"})

    def waiting(self, limit: int) -> Iterator[ImageRecord]:
        """At most `limit` images that wait; one that has just begun may be among them, for the index lags behind."""
        start: dict[str, Any] = {}
        while limit > 0:
            page = self._table.query(
                IndexName=WAITING_INDEX, KeyConditionExpression=Key("waiting").eq("yes"), Limit=limit, **start
            )
            yield from (_record(item) for item in page["Items"])
            limit -= len(page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _item(self, key: str) -> Mapping[str, Any] | None:
        return self._table.get_item(Key={"id": key}, ConsistentRead=True).get("Item")

    def _change(self, image_id: str, expression: str, values: Mapping[str, str]) -> None:
        self._table.update_item(
            Key={"id": _image(image_id)},
            UpdateExpression=expression,
            ConditionExpression="attribute_exists(id)",
            ExpressionAttributeNames={"#state": "state"},  # a reserved word of DynamoDB
            ExpressionAttributeValues=dict(values),
        )


def _image(image_id: str) -> str:
    return f"image#{image_id}"


def _media(platform: str, mediaid: str) -> str:
    return f"media#{platform}#{mediaid}"


def _attributes(record: ImageRecord) -> dict[str, str | int]:
    return {name: value for name, value in vars(record).items() if name != "image_id" and value is not None}


def _record(item: Mapping[str, Any]) -> ImageRecord:
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
        settings=item.get("settings"),
    )


def _failed_item(error: ClientError) -> dict[str, Any]:
    """The item that was there; unlike answers, errors reach a boto3 resource as DynamoDB's typed JSON."""
    deserialize = TypeDeserializer().deserialize
    item: dict[str, Any] = error.response["Item"]  # type: ignore[typeddict-item]
    return {name: deserialize(value) for name, value in item.items()}
