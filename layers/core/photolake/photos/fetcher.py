"""Photo jobs: each photo is downloaded unless its media key is known, and ingested."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.errors import PermanentError
from photolake.images.ingest import IngestedPhoto
from photolake.images.registry import UnavailablePhoto

if TYPE_CHECKING:
    from photolake.images.ingest import PhotoIngester
    from photolake.images.registry import ImageRegistry
    from photolake.photos.job import PhotoJob

# These say something about the photo itself. The others (a host that is not allowed yet, a status such as 403) may be
# different tomorrow: they give a row, and the next job for the same media key downloads again.
_FINAL_STATUSES = frozenset({"gone", "too_small", "too_large", "unsupported_format", "broken"})


@dataclass(frozen=True)
class FetchResult:
    """What became of one job: its photo, and whether that was downloaded now or its media key was known."""

    photo: IngestedPhoto | UnavailablePhoto
    was_downloaded: bool = False
    was_known: bool = False


class PhotoFetcher:
    """Carries out photo jobs; any of them may be repeated after any failure."""

    def __init__(self, registry: ImageRegistry, download: Callable[[str], bytes], ingester: PhotoIngester) -> None:
        """`download` returns the photo at a URL, as `Downloader.download` does; `ingester` uses the same registry."""
        self._registry = registry
        self._download = download
        self._ingester = ingester

    def fetch(self, job: PhotoJob) -> FetchResult:
        """Find out what the job's photo is, with at most one download; RetryableError: not known yet.

        The result is remembered before it is returned, so that a job whose row could not be delivered is not
        downloaded again, and does not become `gone` although it was there.
        """
        known = self._find_known(job)
        if known is not None:
            return FetchResult(known, was_known=True)
        if job.media_url is None:
            return FetchResult(UnavailablePhoto("no_url", "the post gives no URL for this photo"))
        was_downloaded = False
        try:
            data = self._download(job.media_url)
            was_downloaded = True
            photo = self._ingester.ingest(data, origin=job.origin, source_key=job.source_key, dt=job.dt)
        except PermanentError as error:
            unavailable = UnavailablePhoto(error.status, error.message)
            if error.status in _FINAL_STATUSES:
                self._registry.remember_photo(job.source_platform, job.mediaid, unavailable)
            return FetchResult(unavailable, was_downloaded)
        self._registry.remember_photo(job.source_platform, job.mediaid, photo.image_id)
        return FetchResult(photo, was_downloaded)

    def _find_known(self, job: PhotoJob) -> IngestedPhoto | UnavailablePhoto | None:
        known = self._registry.find_photo(job.source_platform, job.mediaid)
        if not isinstance(known, str):
            return known
        image = self._registry.get(known)
        # An image that was deleted before its analysis has to be downloaded again.
        return IngestedPhoto.from_record(image, job.source_key) if image and image.state != "gone" else None
