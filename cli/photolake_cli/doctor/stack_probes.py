"""Probes of what should exist, in a stack on AWS and in the laptop cloud."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from photolake_cli.doctor.checks import Area, Check, Level, Probe, summarize

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud, StackResource

QUEUE, TABLE, STREAM = "AWS::SQS::Queue", "AWS::DynamoDB::Table", "AWS::KinesisFirehose::DeliveryStream"
FUNCTION, MAPPING = "AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping"
LANDING_TABLES = ("raw_tweets", "posts", "photos", "analyses", "deletions", "collection_runs")
_SET_X = (
    "For X: aws secretsmanager put-secret-value --secret-id ARN --secret-string TOKEN, with the ARN of the output "
    "XTokenSecretArn"
)


@dataclass(frozen=True)
class StackProbes:
    """The probes of one stack; `sql` is the folder athena/ of this version."""

    cloud: Cloud
    sql: Path

    @cached_property
    def resources(self) -> Mapping[str, StackResource]:
        """All resources by their logical ids."""
        return self.cloud.list_resources()

    def list(self) -> Iterator[Probe]:
        """The probes, in the order in which data flows."""
        exists = Area.EXISTS
        yield Probe(exists, "bucket", ("s3:ListBucket",), self._check_bucket)
        yield Probe(exists, "queues", ("sqs:GetQueueAttributes",), self._check_queues)
        yield Probe(exists, "DynamoDB tables", ("dynamodb:DescribeTable",), self._check_tables)
        yield Probe(exists, "delivery streams", ("firehose:DescribeDeliveryStream",), self._check_streams)
        yield Probe(exists, "landing tables", ("glue:GetTables",), self._check_landing)
        yield Probe(exists, "views", ("glue:GetTables",), self._check_views)
        yield Probe(exists, "workgroup", ("athena:GetWorkGroup",), self._check_workgroup)
        yield Probe(exists, "saved queries", ("athena:ListNamedQueries",), self._check_saved_queries)
        yield Probe(exists, "secret of X", ("secretsmanager:DescribeSecret",), self._check_secret)

    def select(self, kind: str) -> dict[str, str]:
        """The physical ids of the resources of a type, by logical id."""
        return {name: found.physical_id for name, found in self.resources.items() if found.type == kind}

    def _check_bucket(self) -> Iterator[Check]:
        bucket = self.cloud.values["LakeBucketName"]
        self.cloud.client("s3").list_objects_v2(Bucket=bucket, MaxKeys=1)
        yield Check(Area.EXISTS, "bucket", Level.OK, f"{bucket} can be listed")

    def _check_queues(self) -> Iterator[Check]:
        sqs = self.cloud.client("sqs")
        queues = self.select(QUEUE)
        for url in queues.values():
            sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        yield Check(Area.EXISTS, "queues", Level.OK, f"{len(queues)} can be read")

    def _check_tables(self) -> Iterator[Check]:
        dynamodb = self.cloud.client("dynamodb")
        states = {
            name: _state_of(lambda each=table: dynamodb.describe_table(TableName=each)["Table"]["TableStatus"])
            for name, table in self.select(TABLE).items()
        }
        yield from _expect(states, "ACTIVE", "DynamoDB tables")

    def _check_streams(self) -> Iterator[Check]:
        firehose = self.cloud.client("firehose")

        def describe(stream: str) -> str:
            found = firehose.describe_delivery_stream(DeliveryStreamName=stream)["DeliveryStreamDescription"]
            return str(found["DeliveryStreamStatus"])

        states = {name: _state_of(lambda each=stream: describe(each)) for name, stream in self.select(STREAM).items()}
        yield from _expect(states, "ACTIVE", "delivery streams")

    def _check_landing(self) -> Iterator[Check]:
        database = self.cloud.values["LandingDatabaseName"]
        found = self._list_tables(database)
        missing = [(f"{database}.{name}", "is missing") for name in LANDING_TABLES if name not in found]
        yield from summarize(Area.EXISTS, "landing tables", missing, f"{len(LANDING_TABLES)} in {database}")

    def _check_views(self) -> Iterator[Check]:
        database = self.cloud.values["DatabaseName"]
        found = self._list_tables(database)
        expected = [path.stem for path in sorted((self.sql / "views").glob("*.sql"))]
        missing = [(f"{database}.{name}", "is missing") for name in expected if name not in found]
        advice = "The stack is of another version, or athena_schema failed: read its log, then sam build && sam deploy"
        yield from summarize(Area.EXISTS, "views", missing, f"{len(expected)} in {database}", advice)

    def _list_tables(self, database: str) -> set[str]:
        pages = self.cloud.client("glue").get_paginator("get_tables").paginate(DatabaseName=database)
        return {table["Name"] for page in pages for table in page["TableList"]}

    def _check_workgroup(self) -> Iterator[Check]:
        name = self.cloud.values["WorkgroupName"]
        state = self.cloud.client("athena").get_work_group(WorkGroup=name)["WorkGroup"].get("State", "ENABLED")
        yield from _expect({name: state}, "ENABLED", "workgroup")

    def _check_saved_queries(self) -> Iterator[Check]:
        pages = (
            self.cloud.client("athena")
            .get_paginator("list_named_queries")
            .paginate(WorkGroup=self.cloud.values["WorkgroupName"])
        )
        found = sum(len(page["NamedQueryIds"]) for page in pages)
        expected = len(list((self.sql / "queries").glob("*.sql")))
        if found < expected:
            message = f"{found} of {expected}"
            advice = "The stack is of another version, or athena_schema failed: sam build && sam deploy"
            yield Check(Area.EXISTS, "saved queries", Level.WARNING, message, advice)
        else:
            yield Check(Area.EXISTS, "saved queries", Level.OK, str(found))

    def _check_secret(self) -> Iterator[Check]:
        """Whether it has a value, which is not read."""
        arn = self.cloud.values.get("XTokenSecretArn") or self.cloud.find_physical_id("XTokenSecret")
        described = self.cloud.client("secretsmanager").describe_secret(SecretId=arn)
        if described.get("VersionIdsToStages"):
            yield Check(Area.EXISTS, "secret of X", Level.OK, "is set (its value was not read)")
        else:
            yield Check(Area.EXISTS, "secret of X", Level.WARNING, "is not set, so X is not collected", _SET_X)


def _state_of(read: Any) -> str:
    """The state of a resource, or how AWS words that it does not exist."""
    try:
        return str(read())
    except ClientError as error:
        if error.response["Error"]["Code"] in ("ResourceNotFoundException", "ResourceNotFound"):
            return "does not exist"
        raise


def _expect(states: Mapping[str, str], expected: str, name: str) -> Iterable[Check]:
    problems = [(each, state.lower()) for each, state in states.items() if state != expected]
    return summarize(Area.EXISTS, name, problems, f"{len(states)} {expected.lower()}")
