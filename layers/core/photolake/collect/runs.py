"""Stores what each run covered, as rows of `collection_runs`: without them an absence of posts says nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc
from photolake.logged_error import describe_error

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

    from photolake.collect.runner import RunSummary, SourceSummary
    from photolake.collect.source import Span

PREFIX = "collection_runs/"
MAX_REASON = 500


class RunStatus(StrEnum):
    """How a run of a source ended. Only after `ok` nothing was left to read."""

    OK = "ok"
    RATE_LIMITED = "rate_limited"
    OVER_BUDGET = "over_budget"
    OUT_OF_TIME = "out_of_time"
    FAILED = "failed"
    SKIPPED = "skipped"


# What SourceSummary.stopped says, but for the names of budgets.
_STATUSES = {None: RunStatus.OK, "rate_limit": RunStatus.RATE_LIMITED, "time": RunStatus.OUT_OF_TIME}


@dataclass(frozen=True)
class SourceRun:
    """What one run did with one source, or with a platform whose sources could not be made (`query` is None then).

    `covered` is the time of which nothing is left to read. `has_gap`: posts from before it are lost, because the source
    no longer had them. `posts` and `bought` are None if the run failed.
    """

    run_id: str
    collected_by: str
    source: str
    query: str | None
    started_at: dt.datetime
    ended_at: dt.datetime
    status: RunStatus
    reason: str = ""
    covered: Span | None = None
    has_gap: bool = False
    posts: int | None = None
    bought: int | None = None

    def to_row(self) -> dict[str, Any]:
        """Return the row of the table."""
        return {
            "run_id": self.run_id,
            "collected_by": self.collected_by,
            "source_platform": self.source.partition("#")[0],
            "source": self.source,
            "query": self.query,
            "started_at": format_utc(self.started_at),
            "ended_at": format_utc(self.ended_at),
            "covered_from": format_utc(self.covered.start) if self.covered else None,
            "covered_to": format_utc(self.covered.end) if self.covered else None,
            "status": str(self.status),
            "reason": self.reason[:MAX_REASON] or None,
            "has_gap": self.has_gap,
            "posts": self.posts,
            "bought": self.bought,
        }


class RunStore:
    """Writes rows of the table."""

    def __init__(self, s3: S3Client, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def put(self, runs: Sequence[SourceRun]) -> None:
        """Store runs as one object, under the day on which the first started; the same runs again change nothing."""
        if not runs:
            return
        body = "".join(f"{json.dumps(run.to_row(), sort_keys=True)}\n" for run in runs).encode("ascii")
        key = f"{PREFIX}dt={runs[0].started_at:%Y-%m-%d}/{sha256(body).hexdigest()}.jsonl"
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="application/x-ndjson")


def list_source_runs(run: RunSummary, run_id: str) -> list[SourceRun]:
    """List what a run of the collector did with each source and platform."""
    return list(_iterate_source_runs(run, run_id))


def _iterate_source_runs(run: RunSummary, run_id: str) -> Iterator[SourceRun]:
    def make(source: str, status: RunStatus, reason: str, summary: SourceSummary | None = None) -> SourceRun:
        return SourceRun(
            run_id,
            "collector",
            source,
            run.queries.get(source),
            run.started_at,
            run.ended_at or run.started_at,
            status,
            reason,
            run.covered.get(source),
            *((summary.has_gap, summary.posts, summary.bought) if summary else ()),
        )

    for summary in run.sources:
        status = _STATUSES.get(summary.stopped, RunStatus.OVER_BUDGET)
        yield make(summary.source, status, _explain(summary, status), summary)
    for source, error in run.failed.items():
        yield make(source, RunStatus.FAILED, describe_error(error))
    for source, reason in run.skipped.items():
        yield make(source, RunStatus.SKIPPED, reason)


def _explain(summary: SourceSummary, status: RunStatus) -> str:
    budget = [str(summary.stopped)] if status == RunStatus.OVER_BUDGET else []
    is_told = status != RunStatus.OK or summary.has_gap
    return ". ".join([*budget, *(summary.notices if is_told else ())])
