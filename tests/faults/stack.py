"""The template's stack in this process: its queues, tables, streams and buckets, and its handlers, unmodified."""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import boto3
from moto.backends import get_backend

from laptop_cloud.services.athena.api.service import AthenaService
from laptop_cloud.services.athena.catalog.glue_catalog import GlueCatalog
from laptop_cloud.services.athena.execution.query_engine import QueryEngine
from laptop_cloud.services.athena.storage.object_cache import ObjectCache
from laptop_cloud.services.comprehend.service import build_comprehend_service
from laptop_cloud.services.firehose.service import FirehoseService
from laptop_cloud.services.rekognition.service import build_rekognition_service
from laptop_cloud.stack import creators, template
from laptop_cloud.stack.creators.context import CreationContext
from laptop_cloud.stack.resolver import CreatedResource, Resolver
from photolake.athena_schema.sql_files import read_statements
from photolake.athena_schema.workgroup import Workgroup
from tests.faults.clock import CLOCK
from tests.faults.endpoints import Endpoints
from tests.faults.engines import build_quick_engines
from tests.faults.stored import KnownTables, StoredValues
from tests.resolved_template import ROOT

if TYPE_CHECKING:
    from laptop_cloud.lambda_runtime.pollers import QueueSource
    from laptop_cloud.lambda_runtime.sandbox import DeployedFunction
    from photolake.spending.limits import Service

REGION, ACCOUNT, STACK = "us-east-1", "123456789012", "photolake"
ALBUM = "album-of-another-team"
VIEWS = ("tweets", "tweet_photos", "dropped_photos", "image_analyses")
TOKEN = "token"
DAILY_IMAGE_BUDGET = 6
MONTHLY_DOLLARS: Mapping[Service, str] = {"x": "1000", "comprehend": "0.002", "rekognition": "0.012"}
"""Two images, and three texts of one API less than two; X always goes on, as its search forgets after seven days."""
VISIBILITY_SECONDS = 3_600.0
"""No queue hides a message for longer."""
SANDBOXES = 2
"""Copies of each handler's module: two invocations at a time share no state, as in Lambda."""


@dataclass
class Recorder:
    """Takes the place of what would start processes: remembers what the template asks for."""

    functions: dict[str, DeployedFunction] = field(default_factory=dict)
    sources: list[QueueSource] = field(default_factory=list)

    def deploy(self, function: DeployedFunction) -> None:
        """Remember a function."""
        self.functions[function.logical_id.removesuffix("Function")] = function

    def add(self, source: Any) -> None:
        """Remember an event source of a queue; schedules are the world's."""
        if hasattr(source, "queue_url"):
            self.sources.append(source)

    def add_layer(self, arn: str, code_key: str) -> None:
        """Layers are imported from this checkout."""

    def function_folder(self, code_key: str) -> Path:
        """So is the code."""
        return ROOT

    def layers_folder(self, logical_id: str, arns: Any) -> Path:
        """And so are they."""
        return ROOT

    def invoke(self, function: str, payload: bytes) -> None:
        """Nobody calls a function by its URL here."""
        raise NotImplementedError(function)

    def open(self, *_: Any, **__: Any) -> str:
        """A function URL, which nobody calls."""
        return "http://127.0.0.1:9/"


class Stack:
    """One stack for all seeds of a process; `empty` brings it back to how it was deployed."""

    def __init__(self, endpoints: Endpoints, photo_endpoint: str, x_url: str, folder: Path) -> None:
        self.s3: Any = boto3.client("s3")
        self.sqs: Any = boto3.client("sqs")
        self.glue: Any = boto3.client("glue")
        self.dynamodb: Any = boto3.resource("dynamodb")
        self.refuse: Callable[[str, int], bool] = lambda stream, index: False
        known = cast("Any", KnownTables(self.glue))
        self.firehose = FirehoseService(
            self.s3, known, ACCOUNT, REGION, clock=time.time, refuse=lambda stream, index: self.refuse(stream, index)
        )
        self._athena = AthenaService(self.s3, self.glue, folder / "athena")
        self.engine = QueryEngine(GlueCatalog(known), ObjectCache(self.s3, folder / "objects"), _now)
        endpoints.serve(
            self.firehose.service(),
            self._athena.service(),
            build_comprehend_service(),
            build_rekognition_service(self._read_object, build_quick_engines()),
        )
        self._recorder = Recorder()
        self._resolver = self._deploy({"PhotoEndpoint": photo_endpoint})
        self.s3.create_bucket(Bucket=ALBUM)
        secret = self._variables("Collector")["X_TOKEN_SECRET"]
        boto3.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=TOKEN)
        self.bucket: str = (
            self._variables("TweetAnalyzer").get("LAKE_BUCKET") or self._variables("Collector")["LAKE_BUCKET"]
        )
        self.handlers = {
            name: [self._import_handler(name, number, x_url) for number in range(SANDBOXES)]
            for name in ("TweetAnalyzer", "PhotoFetcher", "ImageAnalyzer", "Backfill", "Collector", "Forgetter")
        }
        self.timeouts = {name: function.timeout for name, function in self._recorder.functions.items()}
        self.tables = {name: self.dynamodb.Table(name) for name in self._names("AWS::DynamoDB::Table")}
        self._create_views()

    @property
    def sources(self) -> dict[str, QueueSource]:
        """The queue that feeds each function, by the function's name."""
        by_function = {function.name: name for name, function in self._recorder.functions.items()}
        return {by_function[source.function]: source for source in self._recorder.sources}

    def table(self, logical_id: str) -> Any:
        """A table of the template."""
        return self.tables[f"{STACK}-{logical_id}"]

    def read_items(self, logical_id: str) -> list[dict[str, Any]]:
        """All items of a table as boto3 gives them, without a request."""
        table = get_backend("dynamodb")[ACCOUNT][REGION].tables[f"{STACK}-{logical_id}"]
        deserialize = StoredValues().deserialize
        return [{name: deserialize(value) for name, value in item.attrs.items()} for item in table.all_items()]

    def queue(self, logical_id: str) -> Any:
        """A queue of the template, as moto holds it."""
        return get_backend("sqs")[ACCOUNT][REGION].queues[f"{STACK}-{logical_id}"]

    @property
    def dead_letter_queues(self) -> dict[str, str]:
        """The logical id of each dead-letter queue, and of the queue that it belongs to."""
        found = {}
        for logical_id, resource in self._resolver.resources.items():
            policy = resource.get("Properties", {}).get("RedrivePolicy")
            if resource["Type"] == "AWS::SQS::Queue" and policy:
                found[policy["deadLetterTargetArn"]["Fn::GetAtt"][0]] = logical_id
        return found

    def move_messages(self, dead: str, alive: str) -> None:
        """Send every message of a dead-letter queue to the queue that it came from."""
        urls = [self.sqs.get_queue_url(QueueName=f"{STACK}-{name}")["QueueUrl"] for name in (dead, alive)]
        while messages := self.sqs.receive_message(QueueUrl=urls[0], MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                self.sqs.send_message(QueueUrl=urls[1], MessageBody=message["Body"])
                self.sqs.delete_message(QueueUrl=urls[0], ReceiptHandle=message["ReceiptHandle"])

    def empty(self) -> None:
        """Take out every message, item, object and buffered record."""
        for queue in get_backend("sqs")[ACCOUNT][REGION].queues.values():
            queue._messages, queue._pending_messages = [], set()
            queue.deleted_messages = set()  # by receipt handle, which the same seed makes again
        assert self.firehose.flush()
        for table in get_backend("dynamodb")[ACCOUNT][REGION].tables.values():
            table.items.clear()
        for bucket in get_backend("s3")[ACCOUNT]["aws"].buckets.values():
            bucket.keys = type(bucket.keys)()

    def ask(self, sql: str) -> list[tuple[str | None, ...]]:
        """Answer a SELECT over the views, values as Athena writes them."""
        return [tuple(row) for row in self.engine.answer(sql, "photolake").rows]

    def _deploy(self, settings: Mapping[str, str]) -> Resolver:
        overrides = {
            "EarliestDate": "2026-01-01",
            "DailyImageBudget": str(DAILY_IMAGE_BUDGET),
            "MonthlyBudget": "0",
            **{f"Monthly{service.title()}Budget": dollars for service, dollars in MONTHLY_DOLLARS.items()},
            "Sources": "x",
            "BackfillBuckets": ALBUM,
        }
        written = template.load_template(ROOT / "template.yaml", overrides, settings, REGION)
        pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::NotificationARNs": [],
            "AWS::Partition": "aws",
            "AWS::Region": REGION,
            "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/local",
            "AWS::StackName": STACK,
            "AWS::URLSuffix": "amazonaws.com",
        }
        resolver = Resolver(written.document, {**written.parameters, **pseudo})
        recorder = cast("Any", self._recorder)
        clients: dict[str, Any] = {}
        context = CreationContext(
            stack=STACK,
            region=REGION,
            account=ACCOUNT,
            client=lambda service: clients.setdefault(service, cast("Any", boto3).client(service)),
            builds=recorder,
            functions=recorder,
            pollers=recorder,
            schedules=recorder,
            callbacks=recorder,
            function_urls=recorder,
        )
        for logical_id in resolver.order:
            kind = resolver.resources[logical_id]["Type"]
            if kind.startswith("Custom::"):  # the views are made below
                resolver.add(logical_id, CreatedResource(logical_id))
            else:
                created = creators.create_resource(kind, logical_id, resolver.properties(logical_id), context)
                resolver.add(logical_id, created)
        return resolver

    def _names(self, kind: str) -> list[str]:
        found = self._resolver.resources.items()
        return [f"{STACK}-{logical_id}" for logical_id, resource in found if resource["Type"] == kind]

    def _variables(self, function: str) -> dict[str, str]:
        return dict(self._recorder.functions[function].variables)

    def _import_handler(self, function: str, number: int, x_url: str) -> ModuleType:
        """Import a handler's module anew. The sources read their settings later, so those of the collector stay."""
        folder = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in function).lstrip("_")
        quiet = {"POWERTOOLS_LOG_LEVEL": "CRITICAL", "POWERTOOLS_METRICS_DISABLED": "true"}
        os.environ.update({**self._variables(function), **quiet, "X_API_URL": x_url})
        spec = importlib.util.spec_from_file_location(
            f"functions_{folder}_{number}", ROOT / "functions" / folder / "app.py"
        )
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[module.__name__] = module
        spec.loader.exec_module(module)
        return module

    def _create_views(self) -> None:
        (name,) = (
            r["Properties"]["Name"] for r in self._resolver.resources.values() if r["Type"] == "AWS::Athena::WorkGroup"
        )
        workgroup = Workgroup(boto3.client("athena"), self._resolver.resolve(name), "photolake")
        views = read_statements(ROOT / "athena" / "views", "photolake_landing")
        workgroup.create_views(view for view in views if view.name in VIEWS)

    def _read_object(self, bucket: str, key: str) -> bytes:
        try:
            body: bytes = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except self.s3.exceptions.NoSuchKey as error:
            raise FileNotFoundError(key) from error
        return body


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def make_context(function: str, remaining_ms: Callable[[], int]) -> Any:
    """What Lambda hands to a handler."""
    return SimpleNamespace(
        function_name=function,
        function_version="$LATEST",
        memory_limit_in_mb=1536,
        invoked_function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}",
        aws_request_id="52fdfc07-2182-454f-963f-5f0f9a621d72",
        log_group_name=function,
        log_stream_name=function,
        get_remaining_time_in_millis=remaining_ms,
    )


@contextmanager
def deploy_stack(photo_endpoint: str, x_url: str, folder: Path) -> Iterator[tuple[Stack, Endpoints]]:
    """Deploy the stack for the block."""
    endpoints = Endpoints()
    before = dict(os.environ)
    with endpoints.open():
        try:
            with CLOCK.stand_still():  # what clients remember must not be later than the beginning of a seed
                stack = Stack(endpoints, photo_endpoint, x_url, folder)
            yield stack, endpoints
        finally:
            os.environ.clear()
            os.environ.update(before)
