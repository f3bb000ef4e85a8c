"""Works off a backfill job page by page: sort the objects, announce what is left to do, then save the position.

A worker that dies between the last two announces a page again. That is harmless, because an image is known by its
bytes; the other way round objects would be skipped.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from photolake.aws.s3 import build_created_event
from photolake.backfill.jobs import BackfillJob, JobState, check_place
from photolake.backfill.listing import list_page
from photolake.clock import utc_now
from photolake.errors import CheckpointConflictError, PermanentError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake.aws.sqs import MessageQueue
    from photolake.backfill.allowance import Allowance
    from photolake.backfill.jobs import JobStore
    from photolake.backfill.listing import ObjectSorter, SortedObject

PAUSE_SECONDS = 900  # the longest delay of a message
# Nobody but the owner of bucket or stack can help.
_REFUSALS = frozenset({"AccessDenied", "AllAccessDisabled", "InvalidBucketName", "NoSuchBucket"})


@dataclass(frozen=True)
class RunResult:
    """How far one run came: the job as it is now, and how many objects it announced.

    `delay_seconds` until the job has to go on, None if it does not, or another run goes on with it.
    """

    job: BackfillJob | None
    announced: int = 0
    delay_seconds: int | None = None


@dataclass(frozen=True)
class BackfillRunner:
    """Goes on with jobs. `images` is the queue of image_analyzer; `buckets` as in `check_place`."""

    jobs: JobStore
    s3: S3Client
    sorter: ObjectSorter
    images: MessageQueue
    allowance: Allowance
    buckets: Sequence[str]
    clock: Callable[[], dt.datetime] = utc_now

    def run(self, message: Mapping[str, str], has_time: Callable[[], bool]) -> RunResult:
        """Go on with the job of this message until it is done, has to pause, or has no time left.

        May be repeated after any failure. A message that is not the job's last, and a run whose job another one goes
        on with, do nothing more.
        """
        job = self.jobs.load(message["job"])
        if job is None or job.state != JobState.RUNNING or job.token != message["token"]:
            return RunResult(job)
        announced = 0
        try:
            check_place(job.bucket, job.prefix, self.buckets)
            allowed = self.allowance.read()
            while has_time():
                page, is_last = self._read_page(job)
                handled = take_allowed(page, allowed.count)
                if page and not handled:
                    job = self.jobs.save(job, note=allowed.reason)
                    return RunResult(job, announced, PAUSE_SECONDS)
                sent = self._announce(job.bucket, handled)
                allowed, announced = allowed.take(sent), announced + sent
                is_done = is_last and len(handled) == len(page)
                job = self._save(job, handled, JobState.DONE if is_done else JobState.RUNNING)
                if is_done:
                    return RunResult(job, announced)
            return RunResult(job, announced, 0)
        except PermanentError as error:
            return RunResult(self.jobs.save(job, state=JobState.FAILED, note=error.message), announced)
        except CheckpointConflictError:
            return RunResult(job, announced)

    def _read_page(self, job: BackfillJob) -> tuple[list[SortedObject], bool]:
        try:
            page = list_page(self.s3, job.bucket, job.prefix, job.position)
        except ClientError as error:
            if error.response["Error"]["Code"] in _REFUSALS:
                raise PermanentError("refused", f"S3 does not list {job.uri}: {error}") from error
            raise
        return self.sorter.sort(job.bucket, page.objects), page.is_last

    def _announce(self, bucket: str, objects: Sequence[SortedObject]) -> int:
        return self.images.send(
            build_created_event(bucket, each.listed.key, self.clock(), each.listed.size, each.listed.etag)
            for each in objects
            if each.is_announced
        )

    def _save(self, job: BackfillJob, handled: Sequence[SortedObject], state: JobState) -> BackfillJob:
        counts = Counter(job.counts) + Counter(str(each.kind) for each in handled)
        position = handled[-1].listed.key if handled else job.position
        return self.jobs.save(job, state=state, position=position, counts=dict(counts), note="")


def take_allowed(page: Sequence[SortedObject], allowed: int) -> Sequence[SortedObject]:
    """Return the start of the page with at most `allowed` objects to announce."""
    for index, each in enumerate(page):
        if each.is_announced:
            if allowed <= 0:
                return page[:index]
            allowed -= 1
    return page
