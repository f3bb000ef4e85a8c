"""A deploy -> the views and saved queries of `athena/` in Athena; a broken one fails the deploy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from photolake.athena_schema.custom_resource import build_response, send_response
from photolake.athena_schema.sql_files import read_statements
from photolake.athena_schema.workgroup import Workgroup
from photolake.errors import PhotolakeError
from photolake.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_s3.service_resource import Bucket

PHYSICAL_ID = "athena-schema"
RESULTS = "athena-results/"


@dataclass(frozen=True)
class AthenaSchemaSettings(Settings):
    """Where the SQL lies and where it goes."""

    sql_directory: str
    database: str
    landing_database: str
    workgroup: str
    lake_bucket: str


logger = Logger()
settings = AthenaSchemaSettings.from_env()
workgroup = Workgroup(boto3.client("athena"), settings.workgroup, settings.database)


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Handle Create, Update and Delete of the custom resource; Glue deletes the views with their database."""
    # CloudFormation gets a response in any case; without one it would wait for an hour.
    failure: str | None = "an unexpected error: see the function's log"
    try:
        if event["RequestType"] == "Delete":
            delete_objects(boto3.resource("s3").Bucket(settings.lake_bucket), RESULTS)
        else:
            create_schema(Path(settings.sql_directory))
        failure = None
    except (PhotolakeError, BotoCoreError, ClientError) as error:
        logger.exception("the schema could not be changed")
        # A deletion that failed would keep the stack from being deleted.
        failure = None if event["RequestType"] == "Delete" else str(error)
    finally:
        send_response(event["ResponseURL"], build_response(event, PHYSICAL_ID, failure))


def delete_objects(bucket: Bucket, prefix: str) -> None:
    """Delete what queries left: a first deploy that fails can delete its bucket only when it is empty."""
    bucket.objects.filter(Prefix=prefix).delete()


def create_schema(folder: Path) -> None:
    """Create every view, then the saved queries."""
    views = read_statements(folder / "views", settings.landing_database)
    queries = read_statements(folder / "queries", settings.landing_database)
    workgroup.create_views(views)
    workgroup.save_queries(queries)
    logger.info("schema created", views=len(views), queries=len(queries))
