"""HTTP requests to the function's URL, signed by IAM users and roles -> images of the search index as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config

from photolake.search.api import build_api
from photolake.search.searcher import ImageSearch
from photolake.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

URL_SECONDS = 900


@dataclass(frozen=True)
class SearchApiSettings(Settings):
    """The function's environment."""

    lake_bucket: str
    search_index_table: str


logger, metrics = Logger(), Metrics()
settings = SearchApiSettings.from_env()
# Whoever waits for a response has no use for a long retry.
RETRIES = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
table = boto3.resource("dynamodb", config=RETRIES).Table(settings.search_index_table)


def presign(key: str) -> str:
    """Return a URL of an object in the lake that needs no signature."""
    location = {"Bucket": settings.lake_bucket, "Key": key}
    return s3.generate_presigned_url("get_object", Params=location, ExpiresIn=URL_SECONDS)


api = build_api(ImageSearch(table, presign))


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request; what was searched for is not logged."""
    response = api.resolve(event, context)
    metrics.add_metric("Searches", MetricUnit.Count, 1)
    return response
