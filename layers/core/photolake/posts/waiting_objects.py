"""Archive objects with posts whose texts were over the month's budget: they wait to be analysed again.

An item `archive#<bucket>/<key>` of the images table for each, which the sparse index `waiting-index` finds by
`waiting = texts`. `turn` changes whenever the object has to wait again, so that only the analysis that was announced
last ends its waiting.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from photolake.aws.dynamodb import is_condition_failure
from photolake.images.registry import WAITING_INDEX

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.aws.s3 import S3Object

WAITING_TEXTS = "texts"
"""Their value of the index's key."""


@dataclass(frozen=True)
class WaitingObject:
    """An object that waits: `posts` lack results that cost `price` at most, in millionths of a dollar."""

    bucket: str
    key: str
    size: int
    etag: str
    turn: str
    posts: int
    price: int


class WaitingObjects:
    """The archive objects that wait, in the images table."""

    def __init__(self, table: Table, make_turn: Callable[[], str] = lambda: uuid.uuid4().hex) -> None:
        self._table = table
        self._make_turn = make_turn

    def add(self, created: S3Object, posts: int, price: int) -> None:
        """Let an object wait, once the rows that say so are delivered."""
        waiting = WaitingObject(
            created.bucket, created.key, created.size, created.etag, self._make_turn(), posts, price
        )
        self._table.put_item(Item={"id": _item_id(created), "waiting": WAITING_TEXTS, **vars(waiting)})

    def remove(self, created: S3Object) -> None:
        """End the waiting of an object that was announced for its turn, unless it has to wait again since."""
        try:
            self._table.delete_item(Key={"id": _item_id(created)}, ConditionExpression=Attr("turn").eq(created.turn))
        except ClientError as error:
            if not is_condition_failure(error):
                raise

    def list(self, limit: int) -> Iterator[WaitingObject]:
        """Yield at most `limit` waiting objects; the index lags a little."""
        start: dict[str, Any] = {}
        while limit > 0:
            page = self._table.query(
                IndexName=WAITING_INDEX, KeyConditionExpression=Key("waiting").eq(WAITING_TEXTS), Limit=limit, **start
            )
            yield from map(_read, page["Items"])
            limit -= len(page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _item_id(created: S3Object) -> str:
    return f"archive#{created.bucket}/{created.key}"


def _read(item: Any) -> WaitingObject:
    return WaitingObject(
        bucket=item["bucket"],
        key=item["key"],
        size=int(item["size"]),
        etag=item["etag"],
        turn=item["turn"],
        posts=int(item["posts"]),
        price=int(item["price"]),
    )
