import boto3
import pytest
from moto import mock_aws

from tests.builders.landing_tables import create_landing_tables
from tests.fakes.x_stream_server import FakeStream


@pytest.fixture
def x():
    with FakeStream() as fake:
        yield fake


@pytest.fixture
def cloud(x):
    """What a run needs on AWS, as the collector's environment names it."""
    with mock_aws():
        create_landing_tables()
        boto3.client("firehose").create_delivery_stream(
            DeliveryStreamName="tweets",
            ExtendedS3DestinationConfiguration={
                "BucketARN": "arn:aws:s3:::lake",
                "RoleARN": "arn:aws:iam::123456789012:role/r",
                "Prefix": "tweets/",
            },
        )
        secret = boto3.client("secretsmanager").create_secret(Name="x-token")["ARN"]
        yield {
            "LANDING_DATABASE": "landing",
            "LAKE_BUCKET": "lake",
            "TWEETS_STREAM": "tweets",
            "CHECKPOINT_TABLE": "checkpoints",
            "X_API_URL": x.url,
            "X_TOKEN_SECRET": secret,
            "SEARCH_QUERY": "sea",
            "SEARCH_QUERIES": "",
            "SEARCH_LANGUAGES": "",
            "MONTHLY_POST_BUDGET": "100",
            "MONTHLY_BUDGETS": "1000,0,0,0",
        }
