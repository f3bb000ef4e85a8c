"""Backfill jobs: one for each bucket and prefix, with how far it has been read.

Items of the checkpoint table: `backfill#<bucket>/<prefix>` holds a job, `backfills` the URIs of all of them.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from photolake.clock import format_utc, utc_now
from photolake.collect.checkpoints import Checkpoint, CheckpointStore
from photolake.errors import CheckpointConflictError, PermanentError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_LIST_ID = "backfills"
_ATTEMPTS = 20


class JobState(StrEnum):
    """Whether a job goes on: only a running one does."""

    RUNNING = "running"
    STOPPED = "stopped"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True)
class BackfillJob:
    """One reading of the objects under a prefix, in the order of their keys.

    Everything up to `position` is handled; `counts` has the objects by ObjectKind. A message counts only with the
    job's `token`. `note` says why a job pauses or has failed. `version` is the item's; times are ISO-8601.
    """

    bucket: str
    prefix: str
    state: JobState = JobState.RUNNING
    position: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    token: str = ""
    note: str = ""
    started_at: str = ""
    updated_at: str = ""
    version: int = 0

    @property
    def uri(self) -> str:
        """`s3://bucket/prefix`, the name of the job."""
        return f"s3://{self.bucket}/{self.prefix}"

    @property
    def message(self) -> dict[str, str]:
        """The message that makes the function go on with this job."""
        return {"job": self.uri, "token": self.token}

    @classmethod
    def from_checkpoint(cls, checkpoint: Checkpoint) -> Self:
        """Read what `JobStore` saved."""
        state = checkpoint.state
        texts = {name: str(state[name]) for name in ("bucket", "prefix", "position", "token", "note")}
        times = {name: str(state[name]) for name in ("started_at", "updated_at")}
        counts = {str(name): int(count) for name, count in state["counts"].items()}
        return cls(**texts, **times, state=JobState(state["state"]), counts=counts, version=checkpoint.version)


class JobStore:
    """The jobs of a lake. A job is saved only if nobody has saved it since it was read."""

    def __init__(
        self,
        table: Table,
        clock: Callable[[], dt.datetime] = utc_now,
        make_token: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        """`table` is the checkpoint table."""
        self._table = table
        self._checkpoints = CheckpointStore(table)
        self._clock = clock
        self._make_token = make_token

    def load(self, uri: str) -> BackfillJob | None:
        """Return the job of this bucket and prefix."""
        checkpoint = self._checkpoints.load(_item_id(uri))
        return BackfillJob.from_checkpoint(checkpoint) if checkpoint.version else None

    def list(self) -> list[BackfillJob]:
        """Return all jobs, the latest first."""
        item: Mapping[str, Any] = self._table.get_item(Key={"id": _LIST_ID}, ConsistentRead=True).get("Item", {})
        jobs = [job for uri in item.get("uris", ()) if (job := self.load(uri))]
        return sorted(jobs, key=lambda job: job.started_at, reverse=True)

    def save(self, job: BackfillJob, **changes: Any) -> BackfillJob:
        """Save the job with these changes. CheckpointConflictError: somebody has saved it since it was read."""
        job = replace(job, **changes, updated_at=format_utc(self._clock()))
        state = {name: value for name, value in asdict(job).items() if name != "version"}
        checkpoint = Checkpoint(_item_id(job.uri), job.version, {})
        saved = self._checkpoints.save(checkpoint, {**state, "state": str(job.state), "counts": dict(job.counts)})
        return replace(job, version=saved.version)

    def start(self, bucket: str, prefix: str) -> BackfillJob:
        """Start a job, let an unfinished one go on where it was, or read the objects of a finished one again.

        Its message has to be sent then. Messages sent before do not count any more.
        """
        job = BackfillJob(bucket, prefix)
        self._table.update_item(
            Key={"id": _LIST_ID}, UpdateExpression="ADD uris :uris", ExpressionAttributeValues={":uris": {job.uri}}
        )

        def begin(known: BackfillJob | None) -> BackfillJob:
            if known and known.state != JobState.DONE:
                return self.take_over(known)
            version = known.version if known else 0
            fresh = replace(job, version=version, token=self._make_token(), started_at=format_utc(self._clock()))
            return self.save(fresh)

        return self._try(job.uri, begin)

    def resume_all(self) -> Iterator[BackfillJob]:
        """Yield each running job with a new token, should its message be lost; not one that is saved meanwhile."""
        for job in self.list():
            if job.state == JobState.RUNNING:
                with suppress(CheckpointConflictError):
                    yield self.take_over(job)

    def take_over(self, job: BackfillJob) -> BackfillJob:
        """Let a job go on with a new token; CheckpointConflictError as in `save`."""
        return self.save(job, state=JobState.RUNNING, token=self._make_token(), note="")

    def stop(self, uri: str) -> BackfillJob:
        """Stop a running job where it is; PermanentError if there is none of this name."""

        def end(known: BackfillJob | None) -> BackfillJob:
            if known is None:
                raise PermanentError("no_job", f"there is no backfill of {uri}")
            return self.save(known, state=JobState.STOPPED, note="") if known.state == JobState.RUNNING else known

        return self._try(uri, end)

    def _try(self, uri: str, change: Callable[[BackfillJob | None], BackfillJob]) -> BackfillJob:
        """Make a change that a running function may be faster than."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return change(self.load(uri))
            except CheckpointConflictError:
                continue
        return change(self.load(uri))


def check_place(bucket: str, prefix: str, buckets: Sequence[str]) -> None:
    """PermanentError unless objects with this prefix may be backfilled; `buckets` are the lake's, then the others."""
    if bucket not in buckets:
        raise PermanentError("bucket", f"the bucket {bucket} is not in the setting BackfillBuckets")
    if bucket == buckets[0] and not prefix.startswith("images/"):
        raise PermanentError("prefix", f"the lake has its photos under images/: s3://{bucket}/images/")


def _item_id(uri: str) -> str:
    return f"backfill#{uri.removeprefix('s3://')}"
