"""Where collected posts go in: the `tweets` stream of a cloud, on this machine or on AWS."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from photolake.aws.firehose import DeliveryStream
from photolake.rejected import RejectedStore
from photolake.rows.schema import TableSchema
from photolake_cli.collecting import FileCollector
from photolake_cli.connections import deployed_lake, laptop_lake
from photolake_cli.errors import CommandError
from photolake_cli.explanations import explained
from photolake_cli.pacing import Pace
from photolake_cli.stacks import stack_values

if TYPE_CHECKING:
    from photolake_cli.laptop import Laptop

# The template's own, which the laptop cloud does not tell.
IMAGE_APIS = ("labels", "moderation", "text", "faces", "celebrities")
_NEEDED = ("TweetsStreamName", "LandingDatabaseName", "LakeBucketName")


@dataclass(frozen=True)
class Inlet:
    """A way in. `key` tells this lake from every other, `sample_rate` is the share of posts that it analyses."""

    place: str
    key: str
    s3: Any
    collector: FileCollector
    image_apis: Sequence[str] = IMAGE_APIS
    sample_rate: Decimal = Decimal(1)
    on_laptop: bool = False


def laptop_inlet(laptop: Laptop) -> Inlet:
    """The laptop cloud's; what it holds is gone when it stops, so each that is started is a lake of its own."""
    lake = laptop_lake(laptop)
    s3, firehose = laptop.client("s3"), laptop.client("firehose")
    interval = _interval(firehose, laptop.state.resources["PostsStream"]["physical_id"]) * laptop.state.scale
    collector = FileCollector(
        DeliveryStream(firehose, laptop.output("TweetsStreamName")),
        TableSchema.from_glue(laptop.client("glue"), laptop.output("LandingDatabaseName"), "raw_tweets"),
        RejectedStore(s3, laptop.output("LakeBucketName")),
        Pace(interval, time.monotonic),
        dt.date.fromisoformat(lake.earliest_date()),
    )
    return Inlet(lake.place, f"laptop {laptop.state.started_at}", s3, collector, on_laptop=True)


def deployed_inlet(stack: str, region: str | None) -> Inlet:
    """A stack's on AWS; CommandError says what to do if there is none."""
    lake = deployed_lake(stack, region)
    client = lake.session.client
    try:
        cloudformation = client("cloudformation")
        values = stack_values(cloudformation, stack, lake.place)
        if missing := [name for name in _NEEDED if name not in values]:
            raise CommandError(f"{lake.place} has no {', '.join(missing)}. Deploy it again: sam build && sam deploy")
        found = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId="PostsStream")
        firehose = client("firehose")
        collector = FileCollector(
            DeliveryStream(firehose, values["TweetsStreamName"]),
            TableSchema.from_glue(client("glue"), values["LandingDatabaseName"], "raw_tweets"),
            RejectedStore(client("s3"), values["LakeBucketName"]),
            Pace(_interval(firehose, found["StackResourceDetail"]["PhysicalResourceId"]), time.monotonic),
            dt.date.fromisoformat(values["EarliestDate"]),
        )
    except (BotoCoreError, ClientError) as error:
        raise explained(error, lake.place) from error
    return Inlet(
        lake.place,
        f"{lake.session.region_name} {values['LakeBucketName']}",
        client("s3"),
        collector,
        [api for api in values.get("ImageApis", ",".join(IMAGE_APIS)).split(",") if api],
        Decimal(values.get("SampleRate", "1")),
    )


def _interval(firehose: Any, stream: str) -> float:
    """For how many seconds a stream buffers."""
    (destination,) = firehose.describe_delivery_stream(DeliveryStreamName=stream)["DeliveryStreamDescription"][
        "Destinations"
    ]
    return float(destination["ExtendedS3DestinationDescription"]["BufferingHints"]["IntervalInSeconds"])
