"""Probes by CloudWatch's metrics: runs, ages, and deliveries of a stack on AWS."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake_cli.doctor.checks import Area, Check, Level, Probe
from photolake_cli.doctor.stack_probes import FUNCTION, STREAM
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
    from photolake_cli.doctor.stack_probes import StackProbes

# As the alarm FunctionErrorAlarm.
MAX_FAILED_SHARE = 0.05
_LONG_AGE = dt.timedelta(hours=1)
_INTERVALS = 3
_METRICS = ("cloudwatch:GetMetricData",)


@dataclass(frozen=True)
class MetricProbes:
    """The probes of one stack on AWS at one moment."""

    cloud: Cloud
    stack: StackProbes
    now: dt.datetime

    def list(self) -> Iterator[Probe]:
        """The probes."""
        yield Probe(Area.FLOWS, "runs", _METRICS, self._check_runs)
        yield Probe(Area.FLOWS, "age of messages", _METRICS, self._check_ages)
        yield Probe(Area.FLOWS, "delivery", (*_METRICS, "firehose:DescribeDeliveryStream"), self._check_delivery)

    def _check_runs(self) -> Iterator[Check]:
        client, functions = self.cloud.client("cloudwatch"), self.stack.select(FUNCTION)
        runs = sum_metrics(client, {name: count_runs(each) for name, each in functions.items()}, self.now)
        errors = sum_metrics(client, {name: count_errors(each) for name, each in functions.items()}, self.now)
        for name in functions:
            if errors[name]:
                level = Level.FAILED if errors[name] > runs[name] * MAX_FAILED_SHARE else Level.WARNING
                message = f"{name}: {errors[name]:,} of {runs[name]:,} runs failed in the last day"
                yield Check(Area.FLOWS, "runs", level, message, "Read its log; docs/operations.md: FunctionErrorAlarm")
        if "CollectorFunction" in runs and not runs["CollectorFunction"]:
            message = "CollectorFunction has not run in the last day"
            yield Check(Area.FLOWS, "runs", Level.WARNING, message, "Is its schedule enabled? CollectSchedule")
        if not any(errors.values()):
            yield Check(Area.FLOWS, "runs", Level.OK, f"{sum(runs.values()):,} in the last day, none failed")

    def _check_ages(self) -> Iterator[Check]:
        queues = {flow.name: self.cloud.find_physical_id(flow.queue).rpartition("/")[2] for flow in FLOWS}
        ages = find_maxima(
            self.cloud.client("cloudwatch"), {name: measure_age(queue) for name, queue in queues.items()}, self.now
        )
        late = {name: dt.timedelta(seconds=age) for name, age in ages.items() if age > _LONG_AGE.total_seconds()}
        advice = "More messages come than are processed: raise its concurrency under Mappings, or wait"
        for name, age in late.items():
            message = f"the oldest message of {name} has waited {format_span(age)}"
            yield Check(Area.FLOWS, "age of messages", Level.WARNING, message, advice)
        if not late:
            oldest = format_span(dt.timedelta(seconds=max(ages.values(), default=0)))
            yield Check(Area.FLOWS, "age of messages", Level.OK, f"the oldest has waited {oldest}")

    def _check_delivery(self) -> Iterator[Check]:
        client, streams = self.cloud.client("cloudwatch"), self.stack.select(STREAM)
        ages = find_maxima(client, {name: measure_freshness(each) for name, each in streams.items()}, self.now)
        counts = sum_metrics(client, {name: count_delivered(each) for name, each in streams.items()}, self.now)
        limit = _INTERVALS * self._read_interval(streams["TweetsStream"])
        advice = "Look for access denied in the log group of the streams; docs/operations.md: FreshnessAlarm"
        for name in streams:
            age = format_span(dt.timedelta(seconds=ages[name]))
            message = f"{name}: {counts[name]:,} records in the last day, the oldest that it holds is {age} old"
            is_late = ages[name] > limit
            yield Check(
                Area.FLOWS, "delivery", Level.FAILED if is_late else Level.OK, message, advice if is_late else ""
            )

    def _read_interval(self, stream: str) -> int:
        found = self.cloud.client("firehose").describe_delivery_stream(DeliveryStreamName=stream)
        (destination,) = found["DeliveryStreamDescription"]["Destinations"]
        return int(destination["ExtendedS3DestinationDescription"]["BufferingHints"]["IntervalInSeconds"])
