"""Probes of what only a stack on AWS has: functions as Lambda sees them, alarms and who hears them, quotas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photolake_cli.doctor.checks import Area, Check, Level, Probe, summarize
from photolake_cli.doctor.stack_probes import FUNCTION, MAPPING

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.doctor.stack_probes import StackProbes

ALARM, SCHEDULE = "AWS::CloudWatch::Alarm", "AWS::Scheduler::Schedule"
_ALARMS = 100  # of a call
_SEE_OPERATIONS = "What each alarm means, and what to do: docs/operations.md"
# Below this the functions of the flow hold each other up; new accounts have 10.
MIN_CONCURRENCY = 20


@dataclass(frozen=True)
class AwsProbes:
    """The probes of one stack on AWS."""

    cloud: Cloud
    stack: StackProbes
    name: str

    def list(self) -> Iterator[Probe]:
        """The probes."""
        exists, tells = Area.EXISTS, Area.TELLS
        yield Probe(exists, "stack", ("cloudformation:DescribeStacks",), self._check_stack)
        yield Probe(exists, "functions", ("lambda:GetFunctionConfiguration",), self._check_functions)
        yield Probe(exists, "event sources", ("lambda:GetEventSourceMapping",), self._check_mappings)
        yield Probe(exists, "schedules", ("scheduler:GetSchedule",), self._check_schedules)
        yield Probe(exists, "Lambda's concurrency", ("lambda:GetAccountSettings",), self._check_concurrency)
        yield Probe(tells, "alarms", ("cloudwatch:DescribeAlarms",), self._check_alarms)
        yield Probe(tells, "who hears the alarms", ("sns:ListSubscriptionsByTopic",), self._check_subscriptions)

    def _check_stack(self) -> Iterator[Check]:
        (found,) = self.cloud.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        status = found["StackStatus"]
        level = Level.OK if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE") else Level.WARNING
        if status.endswith("FAILED"):
            level = Level.FAILED
        advice = "" if level is Level.OK else "See its events: sam list stack-outputs, or the CloudFormation console"
        yield Check(Area.EXISTS, "stack", level, f"{self.name} is {status}", advice)

    def _check_functions(self) -> Iterator[Check]:
        client = self.cloud.client("lambda")
        functions = self.stack.select(FUNCTION)
        problems = []
        for logical_id, name in functions.items():
            found = client.get_function_configuration(FunctionName=name)
            if found.get("State", "Active") not in ("Active", "Inactive"):
                problems.append((logical_id, f"{found['State']}: {found.get('StateReason', '')}"))
            elif found.get("LastUpdateStatus", "Successful") == "Failed":
                problems.append((logical_id, f"its last update failed: {found.get('LastUpdateStatusReason', '')}"))
        yield from summarize(Area.EXISTS, "functions", problems, f"{len(functions)} active")

    def _check_mappings(self) -> Iterator[Check]:
        client = self.cloud.client("lambda")
        mappings = self.stack.select(MAPPING)
        problems = []
        for logical_id, mapping in mappings.items():
            state = client.get_event_source_mapping(UUID=mapping)["State"]
            if state != "Enabled":
                command = f"aws lambda update-event-source-mapping --uuid {mapping} --enabled"
                problems.append((logical_id, f"{state}, so its messages wait; to enable it: {command}"))
        yield from summarize(Area.EXISTS, "event sources", problems, f"{len(mappings)} enabled", "")

    def _check_schedules(self) -> Iterator[Check]:
        client = self.cloud.client("scheduler")
        schedules = self.stack.select(SCHEDULE)
        states = {name: client.get_schedule(Name=schedule)["State"] for name, schedule in schedules.items()}
        problems = [(name, state.lower()) for name, state in states.items() if state != "ENABLED"]
        yield from summarize(
            Area.EXISTS, "schedules", problems, f"{len(states)} enabled", "Enable it in EventBridge Scheduler"
        )

    def _check_concurrency(self) -> Iterator[Check]:
        limit = self.cloud.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
        name = "Lambda's concurrency"
        if limit < MIN_CONCURRENCY:
            advice = "Ask for more: aws service-quotas request-service-quota-increase --service-code lambda "
            advice += "--quota-code L-B99A9384 --desired-value 1000"
            yield Check(Area.EXISTS, name, Level.WARNING, f"the account runs {limit} functions at a time", advice)
        else:
            yield Check(Area.EXISTS, name, Level.OK, f"the account runs {limit:,} functions at a time")

    def _check_alarms(self) -> Iterator[Check]:
        client = self.cloud.client("cloudwatch")
        names = self.stack.select(ALARM)
        states: dict[str, Any] = {}
        physical = list(names.values())
        for start in range(0, len(physical), _ALARMS):
            found = client.describe_alarms(AlarmNames=physical[start : start + _ALARMS])["MetricAlarms"]
            states.update({alarm["AlarmName"]: alarm for alarm in found})
        problems = [
            (logical_id, f"is red: {states[name].get('StateReason', '')}" if name in states else "does not exist")
            for logical_id, name in names.items()
            if name not in states or states[name]["StateValue"] == "ALARM"
        ]
        yield from summarize(Area.TELLS, "alarms", problems, f"{len(names)}, none is red", _SEE_OPERATIONS)

    def _check_subscriptions(self) -> Iterator[Check]:
        name = "who hears the alarms"
        topic = self.cloud.values.get("AlarmTopicArn") or self.cloud.find_physical_id("AlarmTopic")
        pages = self.cloud.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        found = [each["SubscriptionArn"] for page in pages for each in page["Subscriptions"]]
        pending = sum(arn == "PendingConfirmation" for arn in found)
        if not found:
            advice = "Deploy with the parameter AlarmEmail, or subscribe to the topic of the output AlarmTopicArn"
            yield Check(Area.TELLS, name, Level.WARNING, "nobody", advice)
        elif pending:
            message = f"{pending} of {len(found)} have not confirmed yet"
            yield Check(Area.TELLS, name, Level.WARNING, message, "Click on the link in the mail from AWS")
        else:
            yield Check(Area.TELLS, name, Level.OK, f"{len(found)} subscribed")
