"""Makes the collector that writes posts to the parts of the lake that the environment names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photolake.aws.firehose import DeliveryStream
from photolake.collect.checkpoints import CheckpointStore
from photolake.collect.deletions import DeletionStore
from photolake.collect.runner import SourceCollector
from photolake.rejected import RejectedStore
from photolake.rows.schema import TableSchema
from photolake.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True)
class LandingSettings(Settings):
    """The part of the environment that says where collected posts go."""

    landing_database: str
    lake_bucket: str
    tweets_stream: str
    checkpoint_table: str


def make_collector(
    settings: LandingSettings, make_client: Callable[..., Any], get_table: Callable[[str], Table]
) -> SourceCollector:
    """Make the collector that writes there; `make_client` makes a boto3 client of a service."""
    s3 = make_client("s3")
    schema = TableSchema.from_glue(make_client("glue"), settings.landing_database, "raw_tweets")
    return SourceCollector(
        CheckpointStore(get_table(settings.checkpoint_table)),
        DeliveryStream(make_client("firehose"), settings.tweets_stream, schema),
        RejectedStore(s3, settings.lake_bucket),
        DeletionStore(s3, settings.lake_bucket),
    )
