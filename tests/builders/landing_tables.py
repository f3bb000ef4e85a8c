"""Creates what a collector reads and writes, on moto: call it within `mock_aws`."""

import boto3

from tests.builders.dynamodb_tables import template_table
from tests.builders.raw_tweets import COLUMNS


def create_landing_tables() -> None:
    """Create the lake's bucket, the table of checkpoints, and the landing table of collected posts in the catalog."""
    boto3.client("s3").create_bucket(Bucket="lake")
    template_table("CheckpointTable", "checkpoints")
    glue = boto3.client("glue")
    glue.create_database(DatabaseInput={"Name": "landing"})
    glue.create_table(
        DatabaseName="landing", TableInput={"Name": "raw_tweets", "StorageDescriptor": {"Columns": COLUMNS}}
    )
