"""The functions image_analyzer and backfill over a cloud in memory."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.dynamodb.models import DynamoDBBackend

from tests.builders.dynamodb_tables import template_table
from tests.fakes.image_pipeline import ALBUM, BUCKET, ENVIRONMENT, FakeFirehose, Lake
from tests.fakes.rekognition import FakeRekognition
from tests.resolved_template import table_input


def create_tables() -> None:
    """The tables as the template has them, as far as the functions notice."""
    template_table("CacheTable", "cache")
    template_table("CheckpointTable", "checkpoints")
    template_table("ImagesTable", "images")
    template_table("SearchIndexTable", "search")
    glue = boto3.client("glue")
    glue.create_database(DatabaseInput={"Name": "photolake_landing"})
    for logical_id in ("AnalysesTable", "PhotosTable"):
        table = table_input(logical_id)
        columns: Any = {"Columns": table["StorageDescriptor"]["Columns"]}
        glue.create_table(
            DatabaseName="photolake_landing",
            TableInput={"Name": table["Name"], "StorageDescriptor": columns, "PartitionKeys": table["PartitionKeys"]},
        )


def write_one_by_one(patch: pytest.MonkeyPatch) -> None:
    """Make conditional writes atomic: moto looks at the condition and writes in two steps."""
    lock = threading.RLock()
    for name in ("put_item", "update_item", "transact_write_items"):
        patch.setattr(DynamoDBBackend, name, one_by_one(getattr(DynamoDBBackend, name), lock))


def one_by_one(write: Any, lock: Any) -> Any:
    """Let one thread in at a time."""

    def wait_and_write(*arguments: Any, **options: Any) -> Any:
        with lock:
            return write(*arguments, **options)

    return wait_and_write


@pytest.fixture(scope="module")
def functions() -> Iterator[Lake]:
    """The functions, imported once over a cloud in memory."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        names = ("images", "tweets", "jobs")
        queue, tweet_queue, job_queue = (boto3.resource("sqs").create_queue(QueueName=name) for name in names)
        urls = {"IMAGE_QUEUE": queue.url, "TWEET_QUEUE": tweet_queue.url, "BACKFILL_QUEUE": job_queue.url}
        for name, value in {**ENVIRONMENT, **urls}.items():
            patch.setenv(name, value)
        for bucket in (BUCKET, ALBUM):
            boto3.client("s3").create_bucket(Bucket=bucket)
        create_tables()
        fakes = {"firehose": FakeFirehose(), "rekognition": FakeRekognition()}
        real = boto3.client
        patch.setattr(boto3, "client", lambda name, **options: fakes.get(name) or real(name, **options))
        write_one_by_one(patch)
        # image_analyzer is the last, because it also reads its name later.
        apps = {}
        for name in ("backfill", "image_analyzer"):
            patch.delitem(sys.modules, f"functions.{name}.app", raising=False)
            patch.setenv("POWERTOOLS_SERVICE_NAME", name)
            apps[name] = importlib.import_module(f"functions.{name}.app")
        yield Lake(
            s3=real("s3"),
            images=boto3.resource("dynamodb").Table("images"),
            cache=boto3.resource("dynamodb").Table("cache"),
            search=boto3.resource("dynamodb").Table("search"),
            queue=queue,
            tweet_queue=tweet_queue,
            job_queue=job_queue,
            checkpoints=boto3.resource("dynamodb").Table("checkpoints"),
            analyzer=apps["image_analyzer"],
            backfill=apps["backfill"],
            **fakes,  # type: ignore[arg-type]
        )


@pytest.fixture
def lake(functions: Lake) -> Lake:
    """An empty lake."""
    for table in (functions.images, functions.cache, functions.checkpoints):
        for item in table.scan()["Items"]:
            table.delete_item(Key={"id": item["id"]})
    for item in functions.search.scan()["Items"]:
        functions.search.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
    for bucket in (BUCKET, ALBUM):
        for item in functions.s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            functions.s3.delete_object(Bucket=bucket, Key=item["Key"])
    for queue in (functions.queue, functions.tweet_queue, functions.job_queue):
        functions.take_messages(queue)
    vars(functions.firehose).update(vars(FakeFirehose()))
    vars(functions.rekognition).update(vars(FakeRekognition()))
    return functions
