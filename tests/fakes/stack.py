"""A photolake stack on AWS in which all is well, by canned responses; a test breaks one thing, or denies an action."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from photolake.aws.dynamodb import SharedTable
from photolake_cli.cloud import Cloud, StackResource
from tests.resolved_template import ROOT, transformed

NOW = dt.datetime(2026, 11, 20, 15, tzinfo=dt.UTC)
VALUES = {
    "LakeBucketName": "lake",
    "DatabaseName": "photolake",
    "LandingDatabaseName": "photolake_landing",
    "WorkgroupName": "work",
    "AlarmTopicArn": "arn:topic",
    "XTokenSecretArn": "arn:secret",
    "MonthlyBudgets": "100,0,0,20",
}


class FakeClient:
    """A client of one service: attributes are its operations, `get_paginator` gives one page."""

    def __init__(self, stack: FakeStack, service: str) -> None:
        self._stack = stack
        self._service = service

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> Any:
            operation = "".join(part.capitalize() for part in name.split("_"))
            action = f"{self._service}:{operation}"
            self._stack.calls.append(action)
            if action in self._stack.denied:
                raise access_denied(action)
            response = self._stack.responses[action]
            return response(request) if callable(response) else response

        return call

    def get_paginator(self, name: str) -> Any:
        return SimpleNamespace(paginate=lambda **request: [getattr(self, name)(**request)])


def access_denied(action: str) -> ClientError:
    """A refusal as AWS words it."""
    message = f"User: arn:aws:iam::1:user/ann is not authorized to perform: {action} on resource: *"
    return ClientError({"Error": {"Code": "AccessDeniedException", "Message": message}}, action.partition(":")[2])


class FakeStack:
    """The stack of template.yaml; `responses` by IAM's action, `sums` and `maxima` of metrics by name and resource."""

    def __init__(self) -> None:
        self.denied: set[str] = set()
        self.calls: list[str] = []
        self.depths: dict[str, int] = {}
        self.objects: list[str] = ["tweets/dt=2026-11-20/a.gz"]
        self.items: list[dict[str, Any]] = []
        self.month: dict[str, Any] = {}
        self.waiting_images = 0
        self.waiting_objects: list[dict[str, Any]] = []
        self.metrics: dict[tuple[str, str], float] = {("Invocations", "CollectorFunction"): 24}
        self.alarms: dict[str, str] = {}
        views = [path.stem for path in (ROOT / "athena/views").glob("*.sql")]
        self.tables = {
            "photolake": views,
            "photolake_landing": ["raw_tweets", "posts", "photos", "analyses", "deletions", "collection_runs"],
        }
        self.resources = {
            name: StackResource(found["Type"], name) for name, found in transformed().document["Resources"].items()
        }
        queries = len(list((ROOT / "athena/queries").glob("*.sql")))
        self.responses: dict[str, Any] = {
            "cloudformation:DescribeStacks": {"Stacks": [{"StackStatus": "UPDATE_COMPLETE"}]},
            "s3:ListObjectsV2": self._list_objects,
            "sqs:GetQueueAttributes": self._read_queue,
            "dynamodb:DescribeTable": {"Table": {"TableStatus": "ACTIVE"}},
            "dynamodb:GetItem": lambda _: {"Item": self.month} if self.month else {},
            "dynamodb:Query": self._query_waiting,
            "dynamodb:Scan": lambda _: {"Items": self.items},
            "firehose:DescribeDeliveryStream": {
                "DeliveryStreamDescription": {
                    "DeliveryStreamStatus": "ACTIVE",
                    "Destinations": [
                        {"ExtendedS3DestinationDescription": {"BufferingHints": {"IntervalInSeconds": 900}}}
                    ],
                }
            },
            "glue:GetTables": lambda request: {
                "TableList": [{"Name": name} for name in self.tables[request["DatabaseName"]]]
            },
            "athena:GetWorkGroup": {"WorkGroup": {"State": "ENABLED"}},
            "athena:ListNamedQueries": {"NamedQueryIds": ["id"] * queries},
            "secretsmanager:DescribeSecret": {"VersionIdsToStages": {"a": ["AWSCURRENT"]}},
            "lambda:GetFunctionConfiguration": {"State": "Active", "LastUpdateStatus": "Successful"},
            "lambda:GetEventSourceMapping": {"State": "Enabled"},
            "lambda:GetAccountSettings": {"AccountLimit": {"ConcurrentExecutions": 1000}},
            "scheduler:GetSchedule": {"State": "ENABLED"},
            "cloudwatch:DescribeAlarms": self._describe_alarms,
            "cloudwatch:GetMetricData": self._read_metrics,
            "sns:ListSubscriptionsByTopic": {"Subscriptions": [{"SubscriptionArn": "arn:ann"}]},
        }

    def connect(self) -> Cloud:
        """The handle of the stack, with these clients."""
        session: Any = None
        cloud = _FakeCloud(
            "the stack photolake in eu-west-1",
            "lake",
            session,
            VALUES,
            lambda name: self.resources[name].physical_id,
            list_resources=lambda: self.resources,
        )
        object.__setattr__(cloud, "stack", self)
        return cloud

    def _list_objects(self, request: dict[str, Any]) -> dict[str, Any]:
        prefix = request.get("Prefix", "")
        found = [{"Key": key, "LastModified": NOW} for key in self.objects if key.startswith(prefix)]
        return {"Contents": found} if found else {}

    def _query_waiting(self, request: dict[str, Any]) -> dict[str, Any]:
        """The index of the images table; a count is that of the images, items are those of the objects."""
        if request.get("Select") == "COUNT":
            return {"Count": self.waiting_images}
        return {"Items": self.waiting_objects}

    def _read_queue(self, request: dict[str, Any]) -> dict[str, Any]:
        depth = self.depths.get(request["QueueUrl"], 0)
        names = request["AttributeNames"]
        return {"Attributes": {name: str(depth if name == "ApproximateNumberOfMessages" else 0) for name in names}}

    def _describe_alarms(self, request: dict[str, Any]) -> dict[str, Any]:
        names = request["AlarmNames"]
        assert len(names) <= 100
        found = [
            {"AlarmName": name, "StateValue": self.alarms.get(name, "OK"), "StateReason": "1 datapoint"}
            for name in names
            if self.alarms.get(name) != "MISSING"
        ]
        return {"MetricAlarms": found}

    def _read_metrics(self, request: dict[str, Any]) -> dict[str, Any]:
        assert request["EndTime"] == NOW
        results = []
        for query in request["MetricDataQueries"]:
            metric = query["MetricStat"]["Metric"]
            key = (metric["MetricName"], metric["Dimensions"][0]["Value"])
            assert re.fullmatch(r"[a-z]\w*", query["Id"])
            results.append({"Id": query["Id"], "Values": [self.metrics[key]] if key in self.metrics else []})
        return {"MetricDataResults": results}


class _FakeCloud(Cloud):
    stack: FakeStack

    def client(self, service: str) -> Any:
        return FakeClient(self.stack, service)

    def table(self, name: str) -> Any:
        return SharedTable(self.client("dynamodb"), name)
