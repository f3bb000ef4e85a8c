"""The lease on an image: one worker at a time analyses it, and only who took it last says how that ended.

It lives in the image's own item of the images table, so that one request takes it, reads the image and begins:

- `holder`: who took the lease last; stays, so that a repeated request of his is not refused;
- `lease_until`: the second of 1970 after which another may take it; absent unless it is held;
- `has_unit`: an analysis that failed took its unit of the daily budget;
- `is_begun`: the image waits, but a run that could not know that may have bought something.
"""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import ClientError

from photolake.aws.dynamodb import is_condition_failure, read_present_item
from photolake.clock import utc_now
from photolake.errors import RetryableError
from photolake.images.registry import ImageRecord, parse_image_key, read_record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_TAKE = "SET #state = :analyzing, holder = :holder, lease_until = :until REMOVE waiting"
_IS_FREE = (
    "s3_key = :key AND NOT (#state = :done AND request_digest = :digest)"
    " AND (attribute_not_exists(lease_until) OR lease_until < :now OR holder = :holder)"
)
_IS_HELD = "holder = :holder"
# A mark whose response was lost may have been made.
_IS_UNFINISHED = f"{_IS_HELD} AND #state = :analyzing"
_ANALYZING = {":analyzing": "analyzing"}
_NAMES = {"#state": "state"}  # a reserved word of DynamoDB
_BEGUN = frozenset({"analyzing", "gone"})
# What an analysis that has come to an end leaves.
_END = "REMOVE waiting, lease_until, has_unit, is_begun"


@dataclass
class Lease(AbstractContextManager["Lease"]):
    """A lease that is held for a block. One of the marks ends it; else the block does, so that a retry has not to wait.

    `image` is the record before the lease was taken. `is_begun`: earlier runs of this analysis may have bought
    something. `has_unit`: a unit of the daily budget is taken for it; who takes one sets it.
    """

    image: ImageRecord
    holder: str
    is_begun: bool
    has_unit: bool
    _table: Table
    _is_over: bool = False

    def mark_waiting(self) -> None:
        """The budget of the day is spent: `ImageRegistry.iterate_waiting` finds the image.

        RetryableError, as from the other marks: another worker has taken the lease since.
        """
        values = {":state": "waiting", ":yes": "yes"}
        begun = ", is_begun = :yes" if self.is_begun else ""
        self._end(f"SET #state = :state, waiting = :yes{begun} REMOVE lease_until, has_unit", values)

    def mark_done(self, request_digest: str) -> None:
        """The row of an analysis with these requests is delivered."""
        values = {":state": "done", ":digest": request_digest}
        self._end(f"SET #state = :state, request_digest = :digest {_END}", values)

    def mark_gone(self) -> None:
        """The object was deleted before it was analysed; the next photo with these bytes stores it again."""
        self._end(f"SET #state = :state {_END}", {":state": "gone"})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Give the lease back, unless it is over or another worker has it."""
        if self._is_over:
            return
        try:
            if self.has_unit:
                self._update("SET has_unit = :yes REMOVE lease_until", {":yes": True, **_ANALYZING}, _IS_UNFINISHED)
            else:
                self._update("REMOVE lease_until", _ANALYZING, _IS_UNFINISHED)
        except ClientError as failure:
            if not is_condition_failure(failure):
                raise

    def _end(self, expression: str, values: Mapping[str, Any]) -> None:
        try:
            self._update(expression, values)
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            self._is_over = True
            raise RetryableError(f"another worker has taken over the image {self.image.image_id}") from error
        self._is_over = True

    def _update(self, expression: str, values: Mapping[str, Any], condition: str = _IS_HELD) -> None:
        self._table.update_item(
            Key={"id": f"image#{self.image.image_id}"},
            UpdateExpression=expression,
            ConditionExpression=condition,
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues={**values, ":holder": self.holder},
        )


class ImageLeases:
    """Leases on the images of the images table."""

    def __init__(self, table: Table, clock: Callable[[], dt.datetime] = utc_now) -> None:
        """`table` is the images table."""
        self._table = table
        self._clock = clock

    def take(self, s3_key: str, request_digest: str, seconds: float) -> Lease | ImageRecord | None:
        """Take the lease on the image whose object has this key, until it is over or `seconds` have passed.

        The record, if the image is analysed with these requests; None, if the key is not that of an image.
        RetryableError: another worker holds the lease.
        """
        image_id = parse_image_key(s3_key)
        if image_id is None:
            return None
        holder, now = uuid.uuid4().hex, self._clock().timestamp()
        try:
            response = self._table.update_item(
                Key={"id": f"image#{image_id}"},
                UpdateExpression=_TAKE,
                ConditionExpression=_IS_FREE,
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues={
                    **_ANALYZING,
                    ":done": "done",
                    ":holder": holder,
                    ":until": math.ceil(now + seconds),
                    ":now": math.floor(now),
                    ":key": s3_key,
                    ":digest": request_digest,
                },
                ReturnValues="ALL_OLD",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            return _explain(error, s3_key, request_digest)
        item = response["Attributes"]
        image = read_record(item)
        has_unit = image.state == "analyzing" and "has_unit" in item
        return Lease(image, holder, image.state in _BEGUN or "is_begun" in item, has_unit, self._table)


def _explain(error: ClientError, s3_key: str, request_digest: str) -> ImageRecord | None:
    present: Any = error.response
    if "Item" not in present:
        return None
    image = read_record(read_present_item(present["Item"]))
    if image.s3_key != s3_key:
        return None
    if image.state == "done" and image.request_digest == request_digest:
        return image
    raise RetryableError(f"another worker is analysing the image {image.image_id}") from error
