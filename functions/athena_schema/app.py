"""A deploy -> the views and saved queries of `athena/` in Athena; a broken one fails the deploy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from photolake.athena.custom_resource import answer, send
from photolake.athena.statements import in_dependency_order, read_statements
from photolake.athena.workgroup import Workgroup
from photolake.errors import PhotolakeError
from photolake.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

PHYSICAL_ID = "athena-schema"


@dataclass(frozen=True)
class AthenaSchemaSettings(Settings):
    """Where the SQL lies and where it goes."""

    sql_directory: str
    database: str
    landing_database: str
    workgroup: str


logger = Logger()
settings = AthenaSchemaSettings.from_env()
workgroup = Workgroup(boto3.client("athena"), settings.workgroup, settings.database)


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Handle Create, Update and Delete of the custom resource; there is nothing to delete that Glue does not."""
    failure = None
    if event["RequestType"] != "Delete":
        try:
            create_schema(Path(settings.sql_directory))
        except (PhotolakeError, BotoCoreError, ClientError) as error:
            logger.exception("the schema could not be created")
            failure = str(error)
    send(event["ResponseURL"], answer(event, PHYSICAL_ID, failure))


def create_schema(folder: Path) -> None:
    """Create every view after those it reads, then the saved queries."""
    views = in_dependency_order(read_statements(folder / "views", settings.landing_database))
    for view in views:
        workgroup.run(view)
    queries = read_statements(folder / "queries", settings.landing_database)
    workgroup.save_queries(queries)
    logger.info("schema created", views=len(views), queries=len(queries))
