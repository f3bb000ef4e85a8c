"""What functions and services counted themselves: posts bought from X, paid calls, and what was remembered.

On AWS CloudWatch keeps the functions' metrics, a laptop cloud counts the calls of its services since it started.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from photolake.images.rekognition_apis import APIS
from photolake.price_list import find_usd
from photolake_cli.stack_metrics import Metric, sum_metrics_between

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud

_MAX_MONTHS = 36
_TEXTS = "texts"


@dataclass(frozen=True)
class Counted:
    """Units that were really paid for, also twice: `calls` by API (`texts` for Comprehend), `spared` by what it is.

    `x_posts` by month, as the budget of X counts them.
    """

    calls: Mapping[str, int] = field(default_factory=dict)
    spared: Mapping[str, int] = field(default_factory=dict)
    x_posts: Mapping[str, int] = field(default_factory=dict)

    @property
    def x_usd(self) -> Decimal:
        """The price of X's posts."""
        return sum(self.x_posts.values()) * find_usd("x_post")


def read_counted(cloud: Cloud, since: dt.date, until: dt.date) -> Counted:
    """What was counted on these days; of X in their months. AWS's errors are raised."""
    x_posts = _read_x_posts(cloud.table(cloud.find_physical_id("CheckpointTable")), since, until)
    if cloud.on_laptop:
        return Counted(x_posts=x_posts)
    namespace = f"photolake/{cloud.name.split()[2]}"
    calls = {api: _metric(namespace, "RekognitionCalls", "image_analyzer", api) for api in APIS}
    calls[_TEXTS] = _metric(namespace, "ComprehendUnits", "tweet_analyzer")
    spared = {
        "texts": _metric(namespace, "TextsSaved", "tweet_analyzer"),
        "downloads": _metric(namespace, "DownloadsSaved", "photo_fetcher"),
        "analyses": _metric(namespace, "AnalysesSaved", "image_analyzer"),
    }
    client = cloud.client("cloudwatch")
    start, end = _at_midnight(since), _at_midnight(until + dt.timedelta(days=1))
    sums = sum_metrics_between(
        client, {**calls, **{f"spared {name}": each for name, each in spared.items()}}, start, end
    )
    return Counted(
        {api: sums[api] for api in calls if sums[api]}, {name: sums[f"spared {name}"] for name in spared}, x_posts
    )


def _metric(namespace: str, name: str, service: str, api: str = "") -> Metric:
    return Metric(namespace, name, "service", service, (("api", api),) if api else ())


def _at_midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _read_x_posts(table: Any, since: dt.date, until: dt.date) -> dict[str, int]:
    found = {month: table.get_item(Key={"id": f"budget#x#{month}"}).get("Item") for month in _list_months(since, until)}
    return {month: int(str(item.get("posts", 0))) for month, item in found.items() if item}


def _list_months(since: dt.date, until: dt.date) -> Iterator[str]:
    """The months of the days, at most the last three years."""
    first, last = since.year * 12 + since.month - 1, until.year * 12 + until.month - 1
    for month in range(max(first, last - _MAX_MONTHS + 1), last + 1):
        yield f"{month // 12}-{month % 12 + 1:02}"
