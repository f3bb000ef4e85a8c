"""What the command needs of a running cloud, wired once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError

from photolake_cli.aws_errors import explained
from photolake_cli.stacks import stack_values

if TYPE_CHECKING:
    from photolake_cli.laptop import Laptop
    from photolake_cli.query.client import Queries

LAPTOP_POLL_SECONDS = 0.05
AWS_POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Lake:
    """Where questions are asked: a workgroup and a database of Athena."""

    place: str
    """To be named in messages: `the stack photolake in eu-west-1`."""
    session: boto3.Session
    workgroup: str
    database: str
    earliest_date: Callable[[], str]
    """The first partition's date."""
    poll_seconds: float = AWS_POLL_SECONDS
    endpoint_url: str | None = None
    """Where Athena answers, if not where AWS says."""
    on_laptop: bool = False


def laptop_lake(laptop: Laptop) -> Lake:
    """The laptop cloud's lake."""
    environment = laptop.state.environment
    session = boto3.Session(
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_DEFAULT_REGION"],
    )
    return Lake(
        place=f"the laptop cloud in {laptop.folder}",
        session=session,
        workgroup=laptop.output("WorkgroupName"),
        database=laptop.output("DatabaseName"),
        earliest_date=lambda: _first_partition(laptop),
        poll_seconds=LAPTOP_POLL_SECONDS,
        endpoint_url=environment["AWS_ENDPOINT_URL_ATHENA"],
        on_laptop=True,
    )


def deployed_lake(stack: str, region: str | None) -> Lake:
    """The lake of a stack on AWS, with the credentials boto3 finds; CommandError says what to do if that fails."""
    place = f"the stack {stack}" + (f" in {region}" if region else "")
    try:
        session = boto3.Session(region_name=region)
        client = session.client("cloudformation")
    except BotoCoreError as error:
        raise explained(error, place) from error
    place = f"the stack {stack} in {client.meta.region_name}"
    values = stack_values(client, stack, place)
    return Lake(
        place=place,
        session=session,
        workgroup=values["WorkgroupName"],
        database=values["DatabaseName"],
        earliest_date=lambda: values["EarliestDate"],
    )


def queries_of(lake: Lake) -> Queries:
    """Athena in the lake's workgroup and database."""
    # PyAthena takes a moment to import, which commands that ask nothing need not wait for.
    from photolake_cli.query.client import Queries

    return Queries(lake)


def _first_partition(laptop: Laptop) -> str:
    """The template's EarliestDate, which begins the projected range of every landing table."""
    table = laptop.client("athena").get_table_metadata(
        CatalogName="AwsDataCatalog", DatabaseName=laptop.output("LandingDatabaseName"), TableName="posts"
    )["TableMetadata"]
    return str(table["Parameters"]["projection.dt.range"]).partition(",")[0]
