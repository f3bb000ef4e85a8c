"""What it may cost to process messages again: list prices, from the messages that were looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from photolake.aws.s3 import parse_created_objects
from photolake.errors import PermanentError
from photolake.pricing import format_usd
from photolake_cli.collect.files import PostFile, find_files
from photolake_cli.collect.forecast import sample_posts
from photolake_cli.collect.journal import Checkpoint
from photolake_cli.errors import CommandError
from photolake_cli.redrive.flows import MessageKind

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake_cli.cloud import Cloud
    from photolake_cli.redrive.queues import DeadLetterQueue, DeadMessage

SAMPLE_POSTS = 5_000


@dataclass(frozen=True)
class Price:
    """The most that the messages of a queue may cost, and what that is made of."""

    usd: Decimal
    description: str


def forecast_messages(queue: DeadLetterQueue, sample: Sequence[DeadMessage], cloud: Cloud) -> Price:
    """The price of a queue's messages: nothing that was bought before is bought again, so often it is less."""
    if not queue.messages:
        return Price(Decimal(0), "")
    match queue.flow.kind:
        case MessageKind.POSTS:
            return _forecast_posts(queue.messages, sample, cloud)
        case MessageKind.PHOTO:
            usd = queue.messages * cloud.image_usd
            apis = f"{len(cloud.image_apis)} APIs"
            return Price(usd, f"{queue.messages:,} photos for {apis}: {format_usd(usd)}")
        case MessageKind.JOB:
            description = "backfills go on; what they cost: photolake backfill s3://BUCKET/PREFIX --dry-run"
            return Price(Decimal(0), description)


def _forecast_posts(messages: int, sample: Sequence[DeadMessage], cloud: Cloud) -> Price:
    s3 = cloud.client("s3")
    read = [(message, _find_objects(message, s3)) for message in sample]
    files = [(file, Checkpoint()) for _, found in read for file in found]
    posts = sample_posts(files, lambda post, size: None, SAMPLE_POSTS)
    scale = Decimal(messages) / len(sample) if sample else Decimal(1)
    forecast = replace(posts, factor=posts.factor * scale).forecast(
        cloud.image_apis, cloud.sample_rate, packs_entities=cloud.packs_entities, region=cloud.region
    )
    about = "" if forecast.is_whole else "about "
    description = (
        f"{about}{forecast.posts:,} posts with {forecast.text_units:,} units of text ({format_usd(forecast.text_usd)}) "
        f"and {forecast.photos:,} photos for {forecast.apis} APIs ({format_usd(forecast.photo_usd)})"
    )
    return Price(forecast.usd, description)


def _find_objects(message: DeadMessage, s3: S3Client) -> list[PostFile]:
    """The objects that a message announces and that still exist."""
    found: list[PostFile] = []
    try:
        for created in parse_created_objects(message.body):
            found.extend(find_files(created.uri, s3))
    except (CommandError, PermanentError):
        # Deleted, or not an event of S3: nothing is bought for it.
        return found
    return found
