"""What is in an account, by the APIs of its services and not by CloudFormation."""

from collections.abc import Callable, Iterable
from typing import Any

from tests.deploy.ministack import Ministack

Clients = Callable[[str], Any]
_SAM_BUCKET = "aws-sam-cli-managed"


def list_resources(ministack: Ministack) -> set[tuple[str, str]]:
    """The type and name of everything that a stack of photolake makes, but for what the SAM CLI keeps for itself."""
    return {
        (kind, name)
        for kind, find in _FIND.items()
        for name in find(ministack.client)
        if not name.startswith(_SAM_BUCKET)
    }


def _read(
    service: str, operation: str, path: str, *, manual: bool = False, **arguments: Any
) -> Callable[[Clients], Iterable[str]]:
    """`path` names the list in the response and the field of its items, if they are not names themselves."""
    items, _, field = path.partition(".")

    def find(clients: Clients) -> list[str]:
        client = clients(service)
        if manual:
            pages = [getattr(client, operation)(**arguments)]
        else:
            pages = client.get_paginator(operation).paginate(**arguments)
        return [item[field] if field else item for page in pages for item in page.get(items, [])]

    return find


def _find_glue_tables(clients: Clients) -> list[str]:
    glue = clients("glue")
    databases = _read("glue", "get_databases", "DatabaseList.Name")(clients)
    return [
        f"{database}.{table['Name']}"
        for database in databases
        for table in glue.get_tables(DatabaseName=database)["TableList"]
    ]


_FIND: dict[str, Callable[[Clients], Iterable[str]]] = {
    "AWS::Athena::WorkGroup": _read("athena", "list_work_groups", "WorkGroups.Name", manual=True),
    "AWS::CloudWatch::Alarm": _read("cloudwatch", "describe_alarms", "MetricAlarms.AlarmName"),
    "AWS::CloudWatch::Dashboard": _read("cloudwatch", "list_dashboards", "DashboardEntries.DashboardName"),
    "AWS::DynamoDB::Table": _read("dynamodb", "list_tables", "TableNames"),
    "AWS::Glue::Database": _read("glue", "get_databases", "DatabaseList.Name"),
    "AWS::Glue::Table": _find_glue_tables,
    "AWS::IAM::ManagedPolicy": _read("iam", "list_policies", "Policies.Arn", Scope="Local"),
    "AWS::IAM::Role": _read("iam", "list_roles", "Roles.RoleName"),
    "AWS::KinesisFirehose::DeliveryStream": _read(
        "firehose", "list_delivery_streams", "DeliveryStreamNames", manual=True
    ),
    "AWS::Lambda::EventSourceMapping": _read("lambda", "list_event_source_mappings", "EventSourceMappings.UUID"),
    "AWS::Lambda::Function": _read("lambda", "list_functions", "Functions.FunctionName"),
    "AWS::Lambda::LayerVersion": _read("lambda", "list_layers", "Layers.LayerName"),
    "AWS::Logs::LogGroup": _read("logs", "describe_log_groups", "logGroups.logGroupName"),
    "AWS::S3::Bucket": _read("s3", "list_buckets", "Buckets.Name"),
    "AWS::SNS::Topic": _read("sns", "list_topics", "Topics.TopicArn"),
    "AWS::SQS::Queue": _read("sqs", "list_queues", "QueueUrls"),
    "AWS::Scheduler::Schedule": _read("scheduler", "list_schedules", "Schedules.Name"),
    "AWS::SecretsManager::Secret": _read("secretsmanager", "list_secrets", "SecretList.ARN"),
}
