"""Why messages failed: SQS keeps no error, so the functions' logs are searched for the messages' ids."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.redrive.flows import Flow
    from photolake_cli.redrive.queues import DeadMessage

# Of `photolake.aws.sqs.process_messages`; a test compares them.
LOG_MESSAGE = "message goes back to the queue"
# A filter pattern has at most 1,024 characters
# (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html).
_IDS_A_PATTERN = 15
_MAX_PAGES = 50
_CRASH_PATTERN = '?"Task timed out" ?"Runtime exited" ?"[ERROR]"'
# What Lambda itself writes when a function could not; the time and the id of the request stand before it.
_CRASH = re.compile(r"(Task timed out after .*|Runtime exited .*|\[ERROR\].*)")
_LEADING_TIME = re.compile(r"^\[ERROR\]\s+\S*\d{4}-\d\d-\d\dT\S+\s+\S+\s+|^\[ERROR\]\s+")


@dataclass
class Findings:
    """What a log says: the error of the last try by message id, how often the function crashed, and what hinders."""

    errors: dict[str, str] = field(default_factory=dict)
    crashes: Counter[str] = field(default_factory=Counter)
    hindrance: str = ""

    def explain(self, message_id: str) -> str:
        """The reason of a message, or what is known if its log line is missing."""
        if error := self.errors.get(message_id):
            return error
        if self.hindrance:
            return f"unknown: {self.hindrance}"
        if self.crashes:
            crash, count = self.crashes.most_common(1)[0]
            return f"unknown: the log does not name the message, but says {count:,} times: {crash}"
        return "unknown: the log does not name the message"


class FunctionLog(Protocol):
    """The log of one function."""

    def search_errors(self, ids: Sequence[str], since: dt.datetime) -> Iterator[str]:
        """Yield the JSON lines of failed messages with these ids, in the order of their times."""

    def search_crashes(self, since: dt.datetime) -> Iterator[str]:
        """Yield the lines that may say that the function itself failed."""


@dataclass(frozen=True)
class LogFile:
    """The log of a function of the laptop cloud."""

    path: Path

    def search_errors(self, ids: Sequence[str], since: dt.datetime) -> Iterator[str]:
        """Lines of failed messages; the caller compares the ids."""
        return (line for line in self._read_lines() if LOG_MESSAGE in line)

    def search_crashes(self, since: dt.datetime) -> Iterator[str]:
        """All lines, of whatever time: the log begins with the cloud."""
        return self._read_lines()

    def _read_lines(self) -> Iterator[str]:
        with self.path.open(encoding="utf-8", errors="replace") as lines:
            yield from lines


@dataclass(frozen=True)
class LogGroup:
    """The log of a function on AWS; the client is that of CloudWatch Logs."""

    client: Any
    name: str

    def search_errors(self, ids: Sequence[str], since: dt.datetime) -> Iterator[str]:
        """Ask for up to 15 ids at a time."""
        for start in range(0, len(ids), _IDS_A_PATTERN):
            named = " || ".join(f'($.message_id = "{one}")' for one in ids[start : start + _IDS_A_PATTERN])
            yield from self._filter(f'{{ ($.message = "{LOG_MESSAGE}") && ({named}) }}', since)

    def search_crashes(self, since: dt.datetime) -> Iterator[str]:
        """Lines of Lambda's own."""
        return self._filter(_CRASH_PATTERN, since)

    def _filter(self, pattern: str, since: dt.datetime) -> Iterator[str]:
        pages = self.client.get_paginator("filter_log_events").paginate(
            logGroupName=self.name, filterPattern=pattern, startTime=int(since.timestamp() * 1000)
        )
        for page in islice(pages, _MAX_PAGES):
            yield from (event["message"] for event in page["events"])


def open_log(flow: Flow, cloud: Cloud) -> FunctionLog:
    """Open the log of the function of a flow."""
    if cloud.laptop:
        return LogFile(cloud.laptop.folder / "logs" / f"{flow.function}.log")
    return LogGroup(cloud.client("logs"), cloud.find_physical_id(flow.logs))


def find_reasons(log: FunctionLog, messages: Sequence[DeadMessage]) -> Findings:
    """Search a log for the errors of these messages, and if one is not named for crashes of the function."""
    findings = Findings()
    if not messages:
        return findings
    ids, since = [message.id for message in messages], min(message.sent_at for message in messages)
    try:
        findings.errors.update(_read_errors(log.search_errors(ids, since), frozenset(ids)))
        if len(findings.errors) < len(ids):
            findings.crashes.update(_read_crashes(log.search_crashes(since)))
    except FileNotFoundError as error:
        findings.hindrance = f"there is no log {error.filename}"
    except ClientError as error:
        findings.hindrance = _describe_hindrance(error)
    return findings


def _read_errors(lines: Iterable[str], ids: frozenset[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, Mapping) and entry.get("message_id") in ids and entry.get("message") == LOG_MESSAGE:
            yield str(entry["message_id"]), str(entry.get("error"))


def _read_crashes(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("{") and (found := _CRASH.search(line)):
            yield _LEADING_TIME.sub("", found[1]).strip()


def _describe_hindrance(error: ClientError) -> str:
    code = error.response["Error"]["Code"]
    if code == "ResourceNotFoundException":
        return "the log group does not exist"
    if code.startswith("AccessDenied"):
        return "you may not read the log (logs:FilterLogEvents)"
    return f"the log cannot be read ({code})"
