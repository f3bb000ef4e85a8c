"""Photo jobs: each photo is downloaded unless its media key is known, and ingested."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.errors import PermanentError
from photolake.images.ingest import IngestedPhoto
from photolake.images.registry import UnavailablePhoto
from photolake.photos.provided import MESSAGE, is_missing

if TYPE_CHECKING:
    from photolake.images.ingest import PhotoIngester
    from photolake.images.registry import ImageRecord, ImageRegistry
    from photolake.photos.job import PhotoJob

# These say something about the photo itself. The others (a host that is not allowed yet, a status such as 403) may be
# different tomorrow: they give a row, and the next job for the same media key downloads again.
_FINAL_STATUSES = frozenset({"gone", "too_small", "too_large", "unsupported_format", "broken"})


@dataclass(frozen=True)
class FetchResult:
    """What became of one job: its photo, and whether that was downloaded now or its media key was known.

    `message` says where the photo is from if it is not from its URL.
    """

    photo: IngestedPhoto | UnavailablePhoto
    was_downloaded: bool = False
    was_known: bool = False
    message: str | None = None


class PhotoFetcher:
    """Carries out photo jobs; any of them may be repeated after any failure."""

    def __init__(
        self,
        registry: ImageRegistry,
        download: Callable[[str], bytes],
        ingester: PhotoIngester,
        find_copy: Callable[[str], bytes | None],
    ) -> None:
        """`download` returns the photo at a URL, as `Downloader.download` does; `ingester` uses the same registry.

        `find_copy` returns the copy of a photo that its owner provided, as `ProvidedPhotos.find` does.
        """
        self._registry = registry
        self._download = download
        self._ingester = ingester
        self._find_copy = find_copy

    def fetch(self, job: PhotoJob) -> FetchResult:
        """Find out what the job's photo is, with at most one download; RetryableError: not known yet.

        The result is remembered before it is returned, so that a job whose row could not be delivered is not
        downloaded again, and does not become `gone` although it was there. A photo that is gone is looked for among
        the copies each time: they may be provided later.
        """
        result = self._find_known(job) or self._fetch_unknown(job)
        if job.media_url is not None and is_missing(result.photo.status):
            return self._fetch_copy(job, job.media_url) or result
        return result

    def _fetch_unknown(self, job: PhotoJob) -> FetchResult:
        if job.media_url is None:
            return FetchResult(UnavailablePhoto("no_url", "the post gives no URL for this photo"))
        was_downloaded = False
        try:
            data = self._download(job.media_url)
            was_downloaded = True
            return FetchResult(self._ingest(job, data), was_downloaded)
        except PermanentError as error:
            unavailable = UnavailablePhoto(error.status, error.message)
            if error.status in _FINAL_STATUSES:
                self._registry.remember_photo(job.source_platform, job.mediaid, unavailable)
            return FetchResult(unavailable, was_downloaded)

    def _fetch_copy(self, job: PhotoJob, url: str) -> FetchResult | None:
        """Ingest the copy of a photo; None if there is none that can become an image."""
        try:
            data = self._find_copy(url)
            return None if data is None else FetchResult(self._ingest(job, data, MESSAGE), message=MESSAGE)
        except PermanentError:
            return None

    def _ingest(self, job: PhotoJob, data: bytes, message: str | None = None) -> IngestedPhoto:
        def claim(record: ImageRecord) -> ImageRecord:
            return self._registry.claim_of_photo(job.source_platform, job.mediaid, record, message)

        return self._ingester.ingest(data, origin=job.origin, source_key=job.source_key, dt=job.dt, claim=claim)

    def _find_known(self, job: PhotoJob) -> FetchResult | None:
        known = self._registry.find_photo(job.source_platform, job.mediaid)
        if known is None:
            return None
        if isinstance(known, UnavailablePhoto):
            return FetchResult(known, was_known=True)
        image = self._registry.get(known.image_id)
        if image is None or image.state == "gone":
            return None  # An image that was deleted before its analysis has to be downloaded again.
        if image.state == "stored" and not self._ingester.is_stored(image):
            return None  # Its worker has stopped before the object was put; where an analysis has begun, it was.
        return FetchResult(IngestedPhoto.from_record(image, job.source_key), was_known=True, message=known.message)
