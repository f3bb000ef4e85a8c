"""What a stack on AWS did lately, by CloudWatch's metrics."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DAY = dt.timedelta(days=1)
QUARTER = dt.timedelta(minutes=15)
_MAX_QUERIES = 500  # of a call: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html


@dataclass(frozen=True)
class Metric:
    """A metric of one resource; `dimension` is the name of CloudWatch's dimension, `value` the resource's.

    `more` are further dimensions, as names and values.
    """

    namespace: str
    name: str
    dimension: str
    value: str
    more: tuple[tuple[str, str], ...] = ()


def count_runs(function: str) -> Metric:
    """The invocations of a function."""
    return Metric("AWS/Lambda", "Invocations", "FunctionName", function)


def count_errors(function: str) -> Metric:
    """The invocations of a function that failed; a message that goes back to its queue is not one of them."""
    return Metric("AWS/Lambda", "Errors", "FunctionName", function)


def measure_age(queue: str) -> Metric:
    """The age in seconds of the oldest message of a queue."""
    return Metric("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", queue)


def measure_freshness(stream: str) -> Metric:
    """The age in seconds of the oldest row that a delivery stream holds."""
    return Metric("AWS/Firehose", "DeliveryToS3.DataFreshness", "DeliveryStreamName", stream)


def count_delivered(stream: str) -> Metric:
    """The records that a delivery stream wrote to S3."""
    return Metric("AWS/Firehose", "DeliveryToS3.Records", "DeliveryStreamName", stream)


def sum_metrics(client: Any, metrics: Mapping[str, Metric], now: dt.datetime) -> dict[str, int]:
    """The sum of each metric over the last day, by the keys of `metrics`; 0 if CloudWatch has no value."""
    return {key: round(sum(values)) for key, values in _read(client, metrics, now, DAY, 3600, "Sum").items()}


def sum_metrics_between(
    client: Any, metrics: Mapping[str, Metric], start: dt.datetime, end: dt.datetime
) -> dict[str, int]:
    """The sum of each metric over whole days; CloudWatch keeps their sums for 15 months."""
    found = _read(client, metrics, end, end - start, 86400, "Sum")
    return {key: round(sum(values)) for key, values in found.items()}


def find_maxima(client: Any, metrics: Mapping[str, Metric], now: dt.datetime) -> dict[str, float]:
    """The maximum of each metric over the last quarter of an hour; 0 if CloudWatch has no value."""
    found = _read(client, metrics, now, QUARTER, 300, "Maximum")
    return {key: max(values, default=0.0) for key, values in found.items()}


def _read(
    client: Any, metrics: Mapping[str, Metric], now: dt.datetime, span: dt.timedelta, period: int, statistic: str
) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {key: [] for key in metrics}
    keys = list(metrics)
    for start in range(0, len(keys), _MAX_QUERIES):
        part = keys[start : start + _MAX_QUERIES]
        queries = [_build_query(f"m{number}", metrics[key], period, statistic) for number, key in enumerate(part)]
        pages = client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=now - span, EndTime=now
        )
        for page in pages:
            for result in page["MetricDataResults"]:
                found[part[int(result["Id"][1:])]].extend(result["Values"])
    return found


def _build_query(query_id: str, metric: Metric, period: int, statistic: str) -> dict[str, Any]:
    named_values = [(metric.dimension, metric.value), *metric.more]
    dimensions = [{"Name": name, "Value": value} for name, value in named_values]
    named = {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
    return {"Id": query_id, "MetricStat": {"Metric": named, "Period": period, "Stat": statistic}}
