"""Takes images out of the registry: an item is held while what hangs on it is erased, and goes last.

While it is held, its state is `gone`: a photo with the same bytes that comes meanwhile is downloaded and stored again.
"""

from __future__ import annotations

import datetime as dt
import math
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from photolake.aws.dynamodb import delete_items, is_condition_failure, read_items, read_present_item
from photolake.clock import utc_now

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

Media = tuple[str, str]
"""Platform and medium."""
_NAMES = {"#state": "state"}  # a reserved word of DynamoDB
_IS_FREE = "attribute_exists(id) AND (attribute_not_exists(lease_until) OR lease_until < :now)"
_IS_HELD = "holder = :holder AND #state = :gone"


@dataclass(frozen=True)
class HeldImage:
    """An image that is held: its item as it was, None if the registry does not have it, and by whom it is held."""

    image_id: str
    item: Mapping[str, Any] | None
    holder: str

    @property
    def image_dt(self) -> str:
        """The day on which it was first seen, empty if the registry does not have it."""
        return str(self.item["image_dt"]) if self.item else ""

    @property
    def s3_key(self) -> str:
        """The key of its object, empty if the registry does not have it."""
        return str(self.item["s3_key"]) if self.item else ""


class ImageRemoval:
    """Holds and removes items of the images table."""

    def __init__(
        self, table: Table, clock: Callable[[], dt.datetime] = utc_now, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """`table` is the images table; `sleep` takes seconds."""
        self._table = table
        self._clock = clock
        self._sleep = sleep

    def hold(self, image_id: str) -> HeldImage | None:
        """Hold an image; None while a worker analyses it."""
        holder = f"removal {uuid.uuid4().hex}"
        try:
            response = self._table.update_item(
                Key={"id": f"image#{image_id}"},
                UpdateExpression="SET #state = :gone, holder = :holder REMOVE waiting, lease_until",
                ConditionExpression=_IS_FREE,
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues={
                    ":gone": "gone",
                    ":holder": holder,
                    ":now": math.floor(self._clock().timestamp()),
                },
                ReturnValues="ALL_OLD",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            present: Any = error.response
            is_leased = bool(present.get("Item")) and bool(read_present_item(present["Item"]))
            return None if is_leased else HeldImage(image_id, None, holder)
        return HeldImage(image_id, response["Attributes"], holder)

    def give_back(self, held: HeldImage) -> None:
        """Leave the image as it was, unless somebody has stored it again meanwhile."""
        if held.item is None:
            return
        waiting = ", waiting = :yes" if "waiting" in held.item else ""
        values = {":was": held.item["state"], ":holder": held.holder, ":gone": "gone"}
        self._try(
            self._table.update_item,
            Key={"id": f"image#{held.image_id}"},
            UpdateExpression=f"SET #state = :was{waiting}",
            ConditionExpression=_IS_HELD,
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues=values | ({":yes": "yes"} if waiting else {}),
        )

    def remove(self, held: HeldImage) -> None:
        """Delete the item, unless somebody has stored the image again meanwhile."""
        if held.item is None:
            return
        self._try(
            self._table.delete_item,
            Key={"id": f"image#{held.image_id}"},
            ConditionExpression=_IS_HELD,
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues={":holder": held.holder, ":gone": "gone"},
        )

    def pass_on(self, image_id: str, source_key: str, heir: str) -> None:
        """Let another photo be the first with the bytes of this image, if this one was."""
        self._try(
            self._table.update_item,
            Key={"id": f"image#{image_id}"},
            UpdateExpression="SET source_key = :heir",
            ConditionExpression="source_key = :source_key",
            ExpressionAttributeValues={":heir": heir, ":source_key": source_key},
        )

    def find_images(self, media: Iterable[Media]) -> dict[Media, str]:
        """Return the image of each of these media that has one."""
        ids = {_media_id(each): each for each in media}
        items = read_items(self._table, ids, self._sleep)
        return {ids[item["id"]]: str(item["image_id"]) for item in items if "image_id" in item}

    def find_sources(self, image_ids: Iterable[str]) -> dict[str, int | None]:
        """Return the images that the registry has, with the post of the first photo; None for one that was dropped."""
        items = read_items(self._table, (f"image#{image_id}" for image_id in image_ids), self._sleep)
        return {str(item["id"]).removeprefix("image#"): _read_post(str(item["source_key"])) for item in items}

    def forget_media(self, media: Iterable[Media]) -> None:
        """Delete what is known about these media."""
        delete_items(self._table, ({"id": _media_id(each)} for each in media), self._sleep)

    def _try(self, change: Callable[..., object], **request: Any) -> None:
        try:
            change(**request)
        except ClientError as error:
            if not is_condition_failure(error):
                raise


def _media_id(media: Media) -> str:
    return f"media#{media[0]}#{media[1]}"


def _read_post(source_key: str) -> int | None:
    post = source_key.partition(":")[0]
    return int(post) if post.isdecimal() else None
