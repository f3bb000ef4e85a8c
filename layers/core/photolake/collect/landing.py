"""The lake that collecting writes to, put together from the names that the stack gave to its parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photolake.aws.firehose import DeliveryStream
from photolake.collect.checkpoints import CheckpointStore
from photolake.collect.deletions import DeletionStore
from photolake.collect.runner import Collection
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


def collection_into(settings: LandingSettings, client: Callable[..., Any], table: Callable[[str], Table]) -> Collection:
    """The loop that writes there; `client` makes an AWS client of a service, `table` gives a DynamoDB table by name."""
    s3 = client("s3")
    raw_tweets = TableSchema.from_glue(client("glue"), settings.landing_database, "raw_tweets")
    return Collection(
        CheckpointStore(table(settings.checkpoint_table)),
        deliver=DeliveryStream(client("firehose"), settings.tweets_stream, raw_tweets).put,
        keep_malformed=RejectedStore(s3, settings.lake_bucket).put_unnamed,
        keep_deletions=DeletionStore(s3, settings.lake_bucket).put,
    )
