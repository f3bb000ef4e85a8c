"""Checks by X's compliance jobs which posts the lake must not hold, and deletes them: rows of the deletions table.

Every step may be repeated after any failure. A job is created, then noted, then gets its ids; its result is stored
before the next ids are taken. The rows follow from the result alone, so storing them again changes nothing.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc, utc_now
from photolake.compliance.events import parse_event
from photolake.compliance.state import Step
from photolake.errors import PermanentError, RetryableError
from photolake.rejected import MAX_CUT_BYTES, RejectedRecord
from photolake.sources.x.compliance_api import AddressExpiredError, JobType

if TYPE_CHECKING:
    from photolake.collect.deletions import DeletionStore
    from photolake.compliance.events import ComplianceEvent
    from photolake.compliance.held_posts import HeldPosts
    from photolake.compliance.state import ComplianceState, StateStore
    from photolake.rejected import RejectedStore
    from photolake.sources.x.compliance_api import ComplianceApi, ComplianceJob

# X names no limit. These are 20 MB, which go up in seconds, and are read within the memory of the function.
IDS_PER_JOB = 1_000_000
EVENTS_PER_BATCH = 5_000
ROWS_PER_OBJECT = 50_000
MAX_FAILURES = 3
POLL_S = 30.0
# An upload begins only if the address lasts so much longer.
RESERVE = dt.timedelta(minutes=2)
# A job that has its ids and has not begun so long after that has lost them.
MAX_START = dt.timedelta(hours=1)
REJECTED_FOLDER = "x/compliance"


@dataclass(frozen=True)
class ComplianceLake:
    """What of the lake is read and written."""

    posts: HeldPosts
    deletions: DeletionStore
    rejected: RejectedStore


@dataclass(frozen=True)
class ComplianceRunner:
    """Goes on with the check of a lake. `name` is that of its jobs, by which it knows one that it has not noted yet.

    `on_progress` gets lines for people.
    """

    api: ComplianceApi
    lake: ComplianceLake
    states: StateStore
    name: str
    ids_per_job: int = IDS_PER_JOB
    clock: Callable[[], dt.datetime] = utc_now
    sleep: Callable[[float], object] = time.sleep
    on_progress: Callable[[str], object] = lambda line: None

    def run(self, every: dt.timedelta, has_time: Callable[[], bool]) -> ComplianceState:
        """Begin a check if the last one began `every` ago, and go on with it until it is done or no time is left.

        CheckpointConflictError: another run goes on with it. RateLimitedError, RetryableError: try again later.
        PermanentError: X refuses, or job after job fails; a later run tries again.
        """
        state = self.states.load()
        if state.step == Step.IDLE:
            if not state.is_due(self.clock(), every):
                return state
            state = self._begin(state)
        while state.step != Step.IDLE and has_time():
            try:
                if state.step == Step.NEXT_JOB:
                    state = self._create_job(state)
                elif state.step == Step.UPLOAD:
                    state = self._upload(state)
                else:
                    state = self._finish_job(state)
            except AddressExpiredError as error:
                state = self._give_up_job(state, str(error))
        return state

    def _begin(self, state: ComplianceState) -> ComplianceState:
        now = format_utc(self.clock())
        fresh = {"after": 0, "last": 0, "ids": 0, "job_id": "", "failures": 0, "checked": 0, "deleted": 0}
        return self.states.save(state, step=Step.NEXT_JOB, kind=JobType.USERS, started_at=now, finished_at="", **fresh)

    def _create_job(self, state: ComplianceState) -> ComplianceState:
        self.on_progress(f"{_name(state.kind)}: reading ids after {state.after}")
        ids = self.lake.posts.read_ids(state.kind, state.after, limit=self.ids_per_job)
        if not ids:
            if state.kind == JobType.USERS:
                return self.states.save(state, kind=JobType.POSTS, after=0)
            return self.states.save(state, step=Step.IDLE, finished_at=format_utc(self.clock()))
        job = self._find_or_create_job(state.kind)
        state = self.states.save(state, step=Step.UPLOAD, job_id=job.id, last=ids[-1], ids=len(ids))
        return self._send_ids(state, job, ids)

    def _find_or_create_job(self, kind: JobType) -> ComplianceJob:
        """Create a job, unless a run that was interrupted has created one already."""
        opened = self.api.list_open(kind)
        ours = [job for job in opened if job.name == self.name and self._takes_ids(job)]
        running = [job for job in opened if job.status == "in_progress" or (self._takes_ids(job) and job not in ours)]
        job = ours[0] if ours else None if running else self.api.create(kind, self.name)
        if job is None:
            raise RetryableError(
                f"X works on another compliance job of the app for {_name(kind)}; it takes one at a time"
            )
        return job

    def _takes_ids(self, job: ComplianceJob) -> bool:
        return job.status == "created" and self.clock() < job.upload_expires_at - RESERVE

    def _upload(self, state: ComplianceState) -> ComplianceState:
        """Go on with a job whose ids may or may not have arrived."""
        job = self.api.read(state.job_id)
        if job.status in ("in_progress", "complete"):
            return self.states.save(state, step=Step.RESULT)
        if not self._takes_ids(job):
            return self._give_up_job(state, f"it is {job.status} and takes no ids any more")
        return self._send_ids(state, job, self.lake.posts.read_ids(state.kind, state.after, state.last))

    def _send_ids(self, state: ComplianceState, job: ComplianceJob, ids: Sequence[int]) -> ComplianceState:
        self.on_progress(f"{_name(state.kind)}: uploading {len(ids):,} ids")
        self.api.upload(job, "".join(f"{number}\n" for number in ids).encode())
        return self.states.save(state, step=Step.RESULT)

    def _finish_job(self, state: ComplianceState) -> ComplianceState:
        job = self.api.read(state.job_id)
        if job.status == "complete":
            deleted = self._store_result(state, job)
            return self.states.save(
                state,
                step=Step.NEXT_JOB,
                after=state.last,
                job_id="",
                failures=0,
                checked=state.checked + state.ids,
                deleted=state.deleted + deleted,
            )
        lasts_until = job.upload_expires_at + MAX_START if job.status == "created" else job.download_expires_at
        if job.status not in ("in_progress", "created") or self.clock() >= lasts_until:
            return self._give_up_job(state, f"it is {job.status}")
        self.on_progress(f"{_name(state.kind)}: X works on {state.ids:,} ids")
        self.sleep(POLL_S)
        return state

    def _give_up_job(self, state: ComplianceState, reason: str) -> ComplianceState:
        """Let the next job have the same ids; PermanentError if that has happened too often."""
        failures = state.failures + 1
        given_up = failures >= MAX_FAILURES
        state = self.states.save(state, step=Step.NEXT_JOB, job_id="", failures=0 if given_up else failures)
        if given_up:
            raise PermanentError(
                "refused", f"{failures} compliance jobs of X in a row came to nothing, the last one because {reason}"
            )
        self.on_progress(f"{_name(state.kind)}: the job came to nothing, because {reason}; another one takes its ids")
        return state

    def _store_result(self, state: ComplianceState, job: ComplianceJob) -> int:
        """Store the deletions of a result, and what of it cannot be read; return the number of deletions."""
        self.on_progress(f"{_name(state.kind)}: reading the result")
        rejected: list[RejectedRecord] = []
        events = self._read_events(state, job, rejected)
        deleted = 0
        while batch := list(islice(events, EVENTS_PER_BATCH)):
            rows = self._make_rows(batch, state.kind, job)
            while some := list(islice(rows, ROWS_PER_OBJECT)):
                deleted += self.lake.deletions.put(some)
                self.on_progress(f"{_name(state.kind)}: {deleted:,} posts deleted")
            self._store_rejected(rejected)
        self._store_rejected(rejected)
        return deleted

    def _store_rejected(self, rejected: list[RejectedRecord]) -> None:
        if rejected:
            self.lake.rejected.put_unnamed(REJECTED_FOLDER, rejected)
            rejected.clear()

    def _read_events(
        self, state: ComplianceState, job: ComplianceJob, rejected: list[RejectedRecord]
    ) -> Iterator[ComplianceEvent]:
        asked = range(state.after + 1, state.last + 1)
        for line in self.api.download(job):
            if not line.strip():
                continue
            try:
                yield parse_event(line, state.kind, asked)
            except PermanentError as error:
                rejected.append(RejectedRecord(line[:MAX_CUT_BYTES], f"compliance job {job.id}: {error.message}"))

    def _make_rows(
        self, events: Sequence[ComplianceEvent], kind: JobType, job: ComplianceJob
    ) -> Iterator[dict[str, Any]]:
        gone = {event.id: event for event in events if not event.is_location}
        moved = {event.id: event for event in events if event.is_location}
        posts: Iterable[tuple[int, int]] = ((number, number) for number in gone)
        if kind == JobType.USERS:
            posts = self.lake.posts.find_posts(kind, list(gone), only_located=False)
        for post, asked in posts:
            yield gone[asked].make_row(post, kind, job.created_at)
        for post, asked in self.lake.posts.find_posts(kind, list(moved), only_located=True):
            yield moved[asked].make_row(post, kind, job.created_at)


def _name(kind: JobType) -> str:
    return "authors" if kind == JobType.USERS else "posts"
