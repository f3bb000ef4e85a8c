"""Probes of what should flow: messages, objects, sources, and a query through Athena."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from photolake.collect.budgets import WARNING_SHARE
from photolake.pricing import format_usd
from photolake.rows.ids import read_snowflake_ms
from photolake_cli.doctor.checks import Area, Check, Level, Probe
from photolake_cli.query.client import QueryClient
from photolake_cli.redrive.flows import FLOWS
from photolake_cli.redrive.marks import mark_key
from photolake_cli.redrive.objects import ERRORS
from photolake_cli.spans import format_span
from photolake_cli.spending import LIMITS, read_spending
from photolake_cli.waiting import count_waiting

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud

COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
_ARCHIVE_DAYS = 7
# Listing more would take long, and the number would say no more.
_MAX_OBJECTS = 1_000
_CHECKPOINT_PAGES = 20
_CENT = Decimal("0.01")
_LATE = dt.timedelta(days=1)
_1970 = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class FlowProbes:
    """The probes of one lake at one moment."""

    cloud: Cloud
    now: dt.datetime

    def list(self) -> Iterator[Probe]:
        """The probes, in the order in which data flows."""
        flows = Area.FLOWS
        yield Probe(flows, "sources", ("dynamodb:Scan",), self._check_sources)
        yield Probe(flows, "archive", ("s3:ListBucket",), self._check_archive)
        yield Probe(flows, "messages", ("sqs:GetQueueAttributes",), self._check_messages)
        yield Probe(flows, "dead letters", ("sqs:GetQueueAttributes",), self._check_dead_letters)
        yield Probe(flows, "errors/", ("s3:ListBucket",), self._check_errors)
        yield Probe(flows, "budget", ("dynamodb:GetItem", "dynamodb:Query"), self._check_budget)
        query = ("athena:StartQueryExecution", "athena:GetQueryExecution", "s3:PutObject", "s3:GetObject")
        yield Probe(flows, "query", query, self._check_query)

    def _check_sources(self) -> Iterator[Check]:
        """How far each source is read; only a cursor says how far behind it is."""
        table = self.cloud.find_physical_id("CheckpointTable")
        pages = (
            self.cloud.client("dynamodb")
            .get_paginator("scan")
            .paginate(
                TableName=table,
                FilterExpression="attribute_exists(#version) and not begins_with(id, :backfill) and id <> :forgetter",
                ExpressionAttributeNames={"#version": "version"},
                ExpressionAttributeValues={":backfill": {"S": "backfill"}, ":forgetter": {"S": "forgetter"}},
            )
        )
        items = [item for page in islice(pages, _CHECKPOINT_PAGES) for item in page["Items"]]
        for item in sorted(items, key=lambda each: each["id"]["S"]):
            state = {name: value["S"] for name, value in item.items() if "S" in value}
            yield self._check_source(state)
        if not items:
            message = "none has been read yet; files that photolake collect sends need none"
            yield Check(Area.FLOWS, "sources", Level.OK, message)

    def _check_source(self, state: Mapping[str, str]) -> Check:
        source = state.get("id", "")
        if moment := read_cursor(state):
            behind = self.now - moment
            message = f"{source} is read up to {moment:%Y-%m-%d %H:%M} UTC, {format_span(behind)} ago"
            if behind > _LATE:
                advice = "Read the collector's log: does it run, and reach the source?"
                return Check(Area.FLOWS, "sources", Level.WARNING, message, advice)
            return Check(Area.FLOWS, "sources", Level.OK, message)
        if newest := read_newest_post(state):
            message = f"{source}: the newest post is {format_span(self.now - newest)} old"
            return Check(Area.FLOWS, "sources", Level.OK, message)
        return Check(Area.FLOWS, "sources", Level.OK, f"{source} has a checkpoint without a time")

    def _check_archive(self) -> Iterator[Check]:
        """The newest object of the last days: the archive is partitioned by the day of arrival."""
        s3, bucket = self.cloud.client("s3"), self.cloud.values["LakeBucketName"]
        for days in range(_ARCHIVE_DAYS):
            prefix = f"tweets/dt={self.now.date() - dt.timedelta(days=days)}/"
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            if times := [item["LastModified"] for page in pages for item in page.get("Contents", [])]:
                yield Check(Area.FLOWS, "archive", Level.OK, f"newest object {format_span(self.now - max(times))} ago")
                return
        advice = "Collect posts: photolake collect FILE, or see why the collector finds none"
        yield Check(Area.FLOWS, "archive", Level.WARNING, f"no posts have come in {_ARCHIVE_DAYS} days", advice)

    def _check_messages(self) -> Iterator[Check]:
        counts = {flow.name: self._count_messages(flow.queue) for flow in FLOWS}
        waiting = ", ".join(f"{name} {count:,}" for name, count in counts.items() if count)
        yield Check(Area.FLOWS, "messages", Level.OK, f"waiting: {waiting}" if waiting else "none is waiting")

    def _check_dead_letters(self) -> Iterator[Check]:
        counts = {flow: self._count_messages(flow.dead_letters) for flow in FLOWS}
        for flow, count in counts.items():
            if count:
                advice = f"See why: photolake redrive {flow.name} --dry-run; when it is mended, without --dry-run"
                message = f"{count:,} in {flow.dead_letters}"
                yield Check(Area.FLOWS, "dead letters", Level.FAILED, message, advice)
        if not any(counts.values()):
            yield Check(Area.FLOWS, "dead letters", Level.OK, "none")

    def _count_messages(self, logical_id: str) -> int:
        url = self.cloud.find_physical_id(logical_id)
        found = self.cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=list(COUNTS))["Attributes"]
        return sum(int(found[name]) for name in COUNTS)

    def _check_errors(self) -> Iterator[Check]:
        s3, bucket = self.cloud.client("s3"), self.cloud.values["LakeBucketName"]

        def list_keys(prefix: str) -> Iterator[Any]:
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            return (item for page in pages for item in page.get("Contents", []))

        found = list(islice(list_keys(ERRORS), _MAX_OBJECTS))
        marked = {item["Key"] for item in islice(list_keys("redriven/"), 10 * _MAX_OBJECTS)}
        left = [item for item in found if mark_key(item["Key"]) not in marked]
        if left:
            count = f"{len(left):,}{' or more' if len(found) == _MAX_OBJECTS else ''} objects that were not redriven"
            newest = format_span(self.now - max(item["LastModified"] for item in left))
            advice = "See what they are: photolake redrive --errors --dry-run"
            yield Check(Area.FLOWS, "errors/", Level.WARNING, f"{count}, the newest {newest} old", advice)
        else:
            yield Check(Area.FLOWS, "errors/", Level.OK, f"{len(found):,} objects, all redriven" if found else "empty")

    def _check_budget(self) -> Iterator[Check]:
        spending = read_spending(self.cloud, self.now)
        if spending is None:
            without = "MonthlyBudget is 0: no limit, and nothing is counted"
            older = "the stack is of before there was MonthlyBudget"
            yield Check(Area.FLOWS, "budget", Level.OK, without if self.cloud.values.get(LIMITS) else older)
            return
        for name, spent, limit in spending.list_limits():
            left = format_usd(max(limit - spent, Decimal(0)).quantize(_CENT, ROUND_DOWN))
            message = f"{name}: {format_usd(spent)} of {format_usd(limit)} are spent in {spending.month}, {left} left"
            is_high = float(spent) >= WARNING_SHARE * float(limit)
            advice = f"At the limit the pipeline waits. Raise {name} and deploy, or wait for the next month (UTC)"
            yield Check(Area.FLOWS, "budget", Level.WARNING if is_high else Level.OK, message, advice * is_high)
        waiting = count_waiting(self.cloud)
        waits = f"{waiting.images:,} images and {waiting.objects:,} objects of posts wait for a budget"
        held = f"; {format_usd(spending.held)} is held by runs" if spending.held else ""
        yield Check(Area.FLOWS, "budget", Level.OK, f"{spending.describe_services()}; {waits}{held}")

    def _check_query(self) -> Iterator[Check]:
        result = QueryClient(self.cloud).run("select 1 as one", [], lambda _: None)
        if [list(row) for row in result.typed_rows()] == [[1]]:
            yield Check(Area.FLOWS, "query", Level.OK, "Athena runs a statement, and its result can be read")
        else:
            yield Check(Area.FLOWS, "query", Level.FAILED, "Athena gives a wrong result", "Run it: photolake query")


def read_cursor(state: Mapping[str, str]) -> dt.datetime | None:
    """The time of a checkpoint that is a cursor in microseconds, as Jetstream's."""
    cursor = state.get("cursor", "")
    return _1970 + dt.timedelta(microseconds=int(cursor)) if cursor.isdecimal() and len(cursor) < 18 else None


def read_newest_post(state: Mapping[str, str]) -> dt.datetime | None:
    """The time of the newest post of a checkpoint that holds ids of X."""
    ids = [int(state[name]) for name in ("newest_id", "since_id") if state.get(name, "").isdecimal()]
    ms = read_snowflake_ms(max(ids)) if ids else None
    return _1970 + dt.timedelta(milliseconds=ms) if ms is not None else None
