"""What is still to be bought: messages in queues, and what waits for a budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Key

from photolake.images.registry import WAITING_INDEX, ImageRegistry

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud

MAX_WAITING = 1_000_000
"""More waiting images are not counted one by one."""
_QUEUES = {
    "TweetQueue": "objects of posts in the queue",
    "PhotoJobQueue": "photos to fetch",
    "ImageQueue": "images in the queue",
}
_STATES = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")
_MICROS = 10**6
_WAITING_TEXTS = "texts"


@dataclass(frozen=True)
class ComingCost:
    """Something that will be bought: how many, and what they cost at most; None if that cannot be known yet."""

    what: str
    count: int
    usd: Decimal | None


def list_coming(cloud: Cloud) -> list[ComingCost]:
    """What is in the queues, and what waits; AWS's errors are raised."""
    table = cloud.table(cloud.find_physical_id("ImagesTable"))
    images = ImageRegistry(table).count_waiting(MAX_WAITING)
    objects, usd = _sum_waiting_texts(table)
    return [
        *(_count_queue(cloud, name, what) for name, what in _QUEUES.items()),
        ComingCost("images that wait for a budget", images, images * cloud.image_usd),
        ComingCost("objects of posts that wait for a budget", objects, usd),
    ]


def sum_coming(coming: list[ComingCost]) -> Decimal:
    """The dollars of all that has a price."""
    return sum((each.usd for each in coming if each.usd is not None), Decimal(0))


def _count_queue(cloud: Cloud, name: str, what: str) -> ComingCost:
    sqs: Any = cloud.client("sqs")
    found = sqs.get_queue_attributes(QueueUrl=cloud.find_physical_id(name), AttributeNames=list(_STATES))["Attributes"]
    count = sum(int(found[state]) for state in _STATES)
    # How many posts an object has is known when it is read.
    usd = None if name == "TweetQueue" and count else count * cloud.image_usd
    return ComingCost(what, count, usd)


def _sum_waiting_texts(table: Any) -> tuple[int, Decimal]:
    """Objects whose texts wait for the month's money; each notes its price, in millionths of a dollar."""
    count, micros, start = 0, Decimal(0), dict[str, Any]()
    while True:
        page: Mapping[str, Any] = table.query(
            IndexName=WAITING_INDEX, KeyConditionExpression=Key("waiting").eq(_WAITING_TEXTS), **start
        )
        count += len(page["Items"])
        micros += sum((Decimal(str(item.get("price", 0))) for item in page["Items"]), Decimal(0))
        if "LastEvaluatedKey" not in page:
            return count, micros / _MICROS
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
