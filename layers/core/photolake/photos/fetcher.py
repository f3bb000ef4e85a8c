"""What becomes of a photo job: the photo is downloaded unless its media key is known, and taken in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from photolake.errors import PermanentError
from photolake.images.ingest import Intake, PhotoIntake
from photolake.images.registry import ImageRegistry, Verdict

if TYPE_CHECKING:
    from photolake.photos.job import PhotoJob

# Verdicts on the photo itself. The others (a host that is not allowed yet, a refusal such as 403) may be different
# tomorrow: they give a row, and the next job for the same media key asks again.
_FINAL = frozenset({"gone", "too_small", "too_large", "unsupported_format", "broken"})


class PhotoSite(Protocol):
    """Where photos come from: `photolake.photos.download.Downloader`."""

    def fetch(self, url: str) -> bytes:
        """Return the photo's bytes; PermanentError or RetryableError."""


@dataclass(frozen=True)
class Fetched:
    """What became of one job; `downloaded` if its bytes were, `saved` if its media key was known."""

    outcome: Intake | Verdict
    downloaded: bool = False
    saved: bool = False


class PhotoFetcher:
    """Carries out photo jobs; any of them may be repeated after any failure."""

    def __init__(self, registry: ImageRegistry, site: PhotoSite, intake: PhotoIntake) -> None:
        """`intake` works on the same registry."""
        self._registry = registry
        self._site = site
        self._intake = intake

    def fetch(self, job: PhotoJob) -> Fetched:
        """Find out what the job's photo is, at the price of at most one download; RetryableError: not yet known.

        The answer is remembered before it is returned, so that a job whose row could not be delivered is not
        downloaded again, and does not become `gone` although it was there.
        """
        known = self._known(job)
        if known is not None:
            return Fetched(known, saved=True)
        if job.media_url is None:
            return Fetched(Verdict("no_url", "the post gives no URL for this photo"))
        try:
            data = self._site.fetch(job.media_url)
        except PermanentError as error:
            return Fetched(self._refused(job, error))
        try:
            taken = self._intake.take_in(data, origin=job.origin, source_key=job.source_key, dt=job.dt)
        except PermanentError as error:
            return Fetched(self._refused(job, error), downloaded=True)
        self._registry.remember_media(job.source_platform, job.mediaid, taken.image_id)
        return Fetched(taken, downloaded=True)

    def _known(self, job: PhotoJob) -> Intake | Verdict | None:
        known = self._registry.media(job.source_platform, job.mediaid)
        if not isinstance(known, str):
            return known
        record = self._registry.get(known)
        # An image that was deleted before its analysis has to be downloaded again.
        return Intake.of(record, job.source_key) if record and record.state != "gone" else None

    def _refused(self, job: PhotoJob, error: PermanentError) -> Verdict:
        verdict = Verdict(error.status, error.message)
        if verdict.status in _FINAL:
            self._registry.remember_media(job.source_platform, job.mediaid, verdict)
        return verdict
