"""What is still to be bought: messages in queues, and what waits for a budget."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from photolake_cli.waiting import count_waiting

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud

_QUEUES = {
    "TweetQueue": "objects of posts in the queue",
    "PhotoJobQueue": "photos to fetch",
    "ImageQueue": "images in the queue",
}
_STATES = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")


@dataclass(frozen=True)
class ComingCost:
    """Something that will be bought: how many, and what they cost at most; None if that cannot be known yet."""

    what: str
    count: int
    usd: Decimal | None


def list_coming(cloud: Cloud) -> list[ComingCost]:
    """What is in the queues, and what waits; AWS's errors are raised."""
    waiting = count_waiting(cloud)
    return [
        *(_count_queue(cloud, name, what) for name, what in _QUEUES.items()),
        ComingCost("images that wait for a budget", waiting.images, waiting.images * cloud.image_usd),
        ComingCost("objects of posts that wait for a budget", waiting.objects, waiting.objects_usd),
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
