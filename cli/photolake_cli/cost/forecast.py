"""What a month of a stack may cost at most, by its parameters and settings, and what limits it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from photolake.images.rekognition_apis import price_per_image
from photolake.price_list import read_prices
from photolake.pricing import COMPREHEND_MIN_UNITS
from photolake_cli.cost.deployment import LONGEST_MONTH

if TYPE_CHECKING:
    from photolake_cli.cost.deployment import Deployment

OWN_METRICS = 67
"""Metrics that the functions write, about: docs/cost.md."""
AROUND_IMAGE_USD = Decimal("0.107") / 1000
"""Lambda, state and search index of an image and its photo, as docs/cost.md adds them up for a thousand."""
AROUND_POST_USD = Decimal(5) / 10**6
"""Firehose, Lambda, SQS and DynamoDB of a post: an estimate."""
_DAYS = LONGEST_MONTH.days
_HOURS = _DAYS * 24
_NO_LIMIT = "nothing: set MonthlyBudget"


@dataclass(frozen=True)
class ForecastLine:
    """One thing that costs money: how much at most, None without a limit; `is_bought` if MonthlyBudget covers it."""

    what: str
    usd: Decimal | None
    limited_by: str
    is_bought: bool = False


@dataclass(frozen=True)
class MonthForecast:
    """The lines, and the limits in dollars that the stack sets."""

    region: str
    lines: tuple[ForecastLine, ...]
    monthly_budget: Decimal

    @property
    def bought_usd(self) -> Decimal | None:
        """What posts, texts and images may cost, within MonthlyBudget; None without any limit."""
        return _apply_limit(_add(line.usd for line in self.lines if line.is_bought), self.monthly_budget)

    @property
    def other_usd(self) -> Decimal | None:
        """Everything else."""
        return _add(line.usd for line in self.lines if not line.is_bought)

    @property
    def usd(self) -> Decimal | None:
        """All together."""
        return _add([self.bought_usd, self.other_usd])


def forecast_month(deployment: Deployment) -> MonthForecast:
    """Forecast a month of 31 days in which every limit is reached."""
    posts, by_posts = _limit_posts(deployment)
    images, by_images = _limit_images(deployment)
    bought = [
        _forecast_x(deployment, posts, by_posts),
        _forecast_texts(deployment, posts, by_posts),
        _forecast_images(deployment, images, by_images),
    ]
    around = None
    if images is not None and posts is not None and not _find_free_sources(deployment):
        around = images * AROUND_IMAGE_USD + posts * AROUND_POST_USD
    others = [
        ForecastLine("Lambda, DynamoDB, S3, Firehose and SQS for these, about", around, "the same"),
        *_forecast_fixed(deployment),
    ]
    return MonthForecast(deployment.region, (*bought, *others), Decimal(deployment.values.get("MonthlyBudget", "0")))


def _limit_posts(deployment: Deployment) -> tuple[int | None, str]:
    """The posts of X of a month, and what limits them."""
    if "x" not in deployment.names("Sources"):
        return 0, "x is not in Sources"
    limits: list[tuple[int, str]] = []
    if budget := deployment.number("MonthlyPostBudget"):
        limits.append((budget, f"MonthlyPostBudget: {budget:,} posts"))
    if deployment.runs is not None and not deployment.values.get("StreamImage"):
        a_run = deployment.number("MaxPostsPerRun")
        limits.append((a_run * deployment.runs, f"MaxPostsPerRun: {a_run:,} posts, {deployment.runs:,} runs"))
    return min(limits, default=(None, _NO_LIMIT), key=lambda limit: limit[0])


def _limit_images(deployment: Deployment) -> tuple[int | None, str]:
    """The images of a month, and what limits them."""
    budget = deployment.number("DailyImageBudget")
    return (budget * _DAYS, f"DailyImageBudget: {budget:,} images, {_DAYS} days") if budget else (None, _NO_LIMIT)


def _forecast_x(deployment: Deployment, posts: int | None, limited_by: str) -> ForecastLine:
    usd = None if posts is None else posts * read_prices(deployment.region)["x_post"].usd
    return _limit_service(deployment, "X", ForecastLine("posts of X, if there is a token", usd, limited_by, True))


def _forecast_texts(deployment: Deployment, posts: int | None, limited_by: str) -> ForecastLine:
    prices = read_prices(deployment.region)
    if free := _find_free_sources(deployment):
        posts, limited_by = None, f"nothing for {free}: set MonthlyBudget"
    usd = None
    if posts is not None:
        # Those of X that are longer than 300 characters are few, and have their own price in the forecast of `collect`.
        unit = prices["comprehend_sentiment"].usd + prices["comprehend_entities"].usd
        usd = posts * COMPREHEND_MIN_UNITS * unit * Decimal(deployment.values["SampleRate"])
    line = ForecastLine("their texts, each up to 300 characters", usd, limited_by, True)
    return _limit_service(deployment, "Comprehend", line)


def _forecast_images(deployment: Deployment, images: int | None, limited_by: str) -> ForecastLine:
    apis = deployment.names("ImageApis")
    usd = None if images is None else images * price_per_image(apis, deployment.region)
    line = ForecastLine(f"images, {len(apis)} APIs each", usd, limited_by, True)
    return _limit_service(deployment, "Rekognition", line)


def _limit_service(deployment: Deployment, service: str, line: ForecastLine) -> ForecastLine:
    """The line within the limit of the service, if it has one of its own."""
    name = f"Monthly{service}Budget"
    limit = Decimal(deployment.values.get(name, "0"))
    if not limit or (line.usd is not None and line.usd <= limit):
        return line
    return ForecastLine(line.what, limit, name, True)


def _find_free_sources(deployment: Deployment) -> str:
    """The sources that are set up and cost nothing, whose posts nothing limits."""
    settings: Mapping[str, tuple[str, ...]] = {
        "bluesky": ("BlueskyKeywords", "BlueskyHashtags", "BlueskyAuthors"),
        "mastodon": ("MastodonHashtags",),
    }
    found = [
        source.title()
        for source, names in settings.items()
        if source in deployment.names("Sources") and any(deployment.names(name) for name in names)
    ]
    return " and ".join(found)


def _forecast_fixed(deployment: Deployment) -> Iterator[ForecastLine]:
    """What costs the same whether anything is collected or not."""
    usd = {name: price.usd for name, price in read_prices(deployment.region).items()}
    of_type: dict[str, list[Mapping[str, Any]]] = {}
    for resource in deployment.resources.values():
        of_type.setdefault(resource["Type"], []).append(resource.get("Properties", {}))
    alarms = sum(_count_metrics(alarm) for alarm in of_type.get("AWS::CloudWatch::Alarm", []))
    yield ForecastLine(f"alarms on {alarms} metrics", alarms * usd["alarm_metric"], "fixed")
    yield ForecastLine(f"about {OWN_METRICS} metrics of its own", OWN_METRICS * usd["custom_metric"], "fixed")
    dashboards, secrets = (
        len(of_type.get(f"AWS::{kind}", [])) for kind in ("CloudWatch::Dashboard", "SecretsManager::Secret")
    )
    yield ForecastLine("a dashboard and a secret", dashboards * usd["dashboard"] + secrets * usd["secret"], "fixed")
    for task in of_type.get("AWS::ECS::TaskDefinition", []):
        hourly = int(task["Cpu"]) * usd["fargate_cpu"] + int(task["Memory"]) * usd["fargate_memory"]
        yield ForecastLine("the stream's container", _HOURS * hourly / 1024, "StreamImage")
    if deployment.values.get("OpenSearchEndpoint"):
        yield ForecastLine("your OpenSearch domain, from", _HOURS * usd["opensearch_node"], "OpenSearchEndpoint")
    if deployment.values.get("QuickSightPrincipalArn"):
        yield ForecastLine("QuickSight, an author, from", usd["quicksight_author"], "QuickSightPrincipalArn")


def _count_metrics(alarm: Mapping[str, Any]) -> int:
    return sum("MetricStat" in metric for metric in alarm["Metrics"]) if "Metrics" in alarm else 1


def _apply_limit(usd: Decimal | None, limit: Decimal) -> Decimal | None:
    return usd if not limit else limit if usd is None else min(usd, limit)


def _add(amounts: Any) -> Decimal | None:
    total = Decimal(0)
    for usd in amounts:
        if usd is None:
            return None
        total += usd
    return total
