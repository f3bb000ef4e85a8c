"""Where posts are to be sent, as far as a forecast needs to know it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import boto3

from photolake.clock import utc_now
from photolake.price_list import DEFAULT_REGION
from photolake_cli.collect.post_check import PostCheck
from photolake_cli.spending import MonthlySpending, read_spending
from photolake_cli.template import StackTemplate

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from photolake_cli.cloud import Cloud


@dataclass(frozen=True)
class Destination:
    """A lake, or what template.yaml says of one; `key` tells a lake from every other and is empty if there is none.

    `sample_rate` is the share of posts that are analysed by `image_apis`, `s3` reads the files to send.
    """

    name: str
    key: str
    on_laptop: bool
    image_apis: Sequence[str]
    sample_rate: Decimal
    check: PostCheck
    s3: S3Client
    packs_entities: bool = False
    region: str = DEFAULT_REGION
    read_spending: Callable[[], MonthlySpending | None] = lambda: None
    """What the month has left."""


def describe_lake(cloud: Cloud, check: PostCheck) -> Destination:
    """Describe the lake of a cloud."""
    s3 = cloud.client("s3")
    return Destination(
        cloud.name,
        cloud.key,
        cloud.on_laptop,
        cloud.image_apis,
        cloud.sample_rate,
        check,
        s3,
        packs_entities=cloud.packs_entities,
        region=cloud.region,
        read_spending=lambda: read_spending(cloud, utc_now()),
    )


def describe_template(path: Path) -> Destination:
    """Describe a lake that was deployed as template.yaml is, so that nothing needs to run."""
    template = StackTemplate(path)
    return Destination(
        name="a stack with the settings of template.yaml",
        key="",
        on_laptop=True,
        image_apis=template.read_value("ImageApis").split(","),
        sample_rate=Decimal(template.read_value("SampleRate")),
        check=PostCheck(
            template.read_table("RawTweetsTable"), dt.date.fromisoformat(template.read_value("EarliestDate"))
        ),
        s3=boto3.client("s3"),
        packs_entities=template.read_value("PackEntities") == "true",
    )
