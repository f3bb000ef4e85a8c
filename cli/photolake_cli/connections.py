"""What the command needs of a running cloud, wired once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photolake.columns import Table
from photolake.delivery import DeliveryStream
from photolake.malformed import MalformedStore
from photolake_cli.collecting import FileCollector
from photolake_cli.querying import Queries

if TYPE_CHECKING:
    from photolake_cli.laptop import Laptop


def file_collector(laptop: Laptop) -> FileCollector:
    """A collector into the cloud's `tweets` stream."""
    table = Table.from_glue(laptop.client("glue"), laptop.output("LandingDatabaseName"), "raw_tweets")
    return FileCollector(
        DeliveryStream(laptop.client("firehose"), laptop.output("TweetsStreamName"), table),
        MalformedStore(laptop.client("s3"), laptop.output("LakeBucketName")),
    )


def queries_of(laptop: Laptop) -> Queries:
    """Athena in the stack's workgroup and database."""
    return Queries(laptop.client("athena"), laptop.output("WorkgroupName"), laptop.output("DatabaseName"))
