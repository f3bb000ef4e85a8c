"""The status of a stack on AWS: queues now, runs and deliveries of the last day, alarms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from photolake_cli.aws_errors import explain_error
from photolake_cli.budget_status import read_budget, show_budget
from photolake_cli.console import show_table
from photolake_cli.redrive.flows import FLOWS
from photolake_cli.spans import format_span
from photolake_cli.stack_metrics import (
    count_delivered,
    count_errors,
    count_runs,
    find_maxima,
    measure_age,
    measure_freshness,
    sum_metrics,
)

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud

_COUNTS = {
    "visible": "ApproximateNumberOfMessages",
    "in_flight": "ApproximateNumberOfMessagesNotVisible",
    "delayed": "ApproximateNumberOfMessagesDelayed",
}
_ALARMS = 100  # of a call


def read_status(cloud: Cloud, now: dt.datetime) -> dict[str, Any]:
    """Queues, functions, streams and alarms by logical id, and the budget; the words are those of the laptop cloud."""
    try:
        return {
            "queues": _read_queues(cloud, now),
            "functions": _read_functions(cloud, now),
            "streams": _read_streams(cloud, now),
            "alarms": _read_alarms(cloud),
            **read_budget(cloud, now),
        }
    except (BotoCoreError, ClientError) as error:
        raise explain_error(error, cloud.name) from error


def show_status(document: Mapping[str, Any]) -> None:
    """Print it as tables."""
    queues = [
        (name, depth["visible"], depth["in_flight"], _format_age(depth), "dead letters" if depth["is_dlq"] else "")
        for name, depth in document["queues"].items()
    ]
    functions = [(name, run["invocations"], run["errors"]) for name, run in document["functions"].items()]
    streams = [(name, found["records"], _format_age(found)) for name, found in document["streams"].items()]
    show_table("Queues", ["queue", "waiting", "in flight", "oldest", ""], queues)
    show_table("Functions in the last day", ["function", "runs", "errors"], functions)
    show_table("Firehose in the last day", ["stream", "records", "oldest held"], streams)
    show_budget(document)
    show_table("Alarms", ["alarm", "state"], [(name, state.lower()) for name, state in document["alarms"].items()])


def _select(cloud: Cloud, kind: str) -> dict[str, str]:
    return {name: found.physical_id for name, found in cloud.list_resources().items() if found.type == kind}


def _read_queues(cloud: Cloud, now: dt.datetime) -> dict[str, Any]:
    sqs, queues = cloud.client("sqs"), _select(cloud, "AWS::SQS::Queue")
    ages = find_maxima(
        cloud.client("cloudwatch"),
        {name: measure_age(url.rpartition("/")[2]) for name, url in queues.items()},
        now,
    )
    dead, feeding = {flow.dead_letters for flow in FLOWS}, {flow.queue for flow in FLOWS}
    document = {}
    for name, url in queues.items():
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS.values()))["Attributes"]
        document[name] = {
            **{count: int(found[attribute]) for count, attribute in _COUNTS.items()},
            "oldest_seconds": ages[name],
            "is_dlq": name in dead,
            "feeds_function": name in feeding,
        }
    return document


def _read_functions(cloud: Cloud, now: dt.datetime) -> dict[str, Any]:
    client, functions = cloud.client("cloudwatch"), _select(cloud, "AWS::Lambda::Function")
    runs = sum_metrics(client, {name: count_runs(each) for name, each in functions.items()}, now)
    errors = sum_metrics(client, {name: count_errors(each) for name, each in functions.items()}, now)
    return {name: {"invocations": runs[name], "errors": errors[name]} for name in functions}


def _read_streams(cloud: Cloud, now: dt.datetime) -> dict[str, Any]:
    client, streams = cloud.client("cloudwatch"), _select(cloud, "AWS::KinesisFirehose::DeliveryStream")
    records = sum_metrics(client, {name: count_delivered(each) for name, each in streams.items()}, now)
    ages = find_maxima(client, {name: measure_freshness(each) for name, each in streams.items()}, now)
    return {name: {"records": records[name], "oldest_seconds": ages[name]} for name in streams}


def _read_alarms(cloud: Cloud) -> dict[str, str]:
    client, alarms = cloud.client("cloudwatch"), _select(cloud, "AWS::CloudWatch::Alarm")
    physical = list(alarms.values())
    states: dict[str, str] = {}
    for start in range(0, len(physical), _ALARMS):
        found = client.describe_alarms(AlarmNames=physical[start : start + _ALARMS])["MetricAlarms"]
        states.update({alarm["AlarmName"]: alarm["StateValue"] for alarm in found})
    return {name: states.get(alarm, "MISSING") for name, alarm in alarms.items()}


def _format_age(found: Mapping[str, Any]) -> str:
    seconds = found["oldest_seconds"]
    return format_span(dt.timedelta(seconds=seconds)) if seconds else ""
