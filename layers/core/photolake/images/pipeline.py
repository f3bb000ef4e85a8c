"""What an object under images/ is, and what is to be done about it: an image is analysed, a photo becomes an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.images.analyze import AnalysisResult

if TYPE_CHECKING:
    from photolake.aws.s3 import S3Object
    from photolake.images.analyze import ImageAnalyzer
    from photolake.images.ingest import DroppedPhotoIngester
    from photolake.images.registry import ImageRecord, ImageRegistry


@dataclass(frozen=True)
class ProcessedObject:
    """What became of an object; `photo_status` is the status of its photos row if it was not an image yet."""

    result: AnalysisResult
    photo_status: str | None = None


@dataclass(frozen=True)
class ImagePipeline:
    """Processes the objects that are announced, each of them once or many times."""

    bucket: str
    registry: ImageRegistry
    dropped_photos: DroppedPhotoIngester
    analyzer: ImageAnalyzer

    def process(self, created: S3Object, lease_seconds: float) -> ProcessedObject:
        """Analyse the object if it is an image of the lake, else ingest it; errors are those of either."""
        if image := self._find_image(created):
            return ProcessedObject(self.analyzer.analyze(image, lease_seconds))
        photo = self.dropped_photos.ingest(created)
        image = self.dropped_photos.find_unannounced_image(created, photo)
        result = self.analyzer.analyze(image, lease_seconds) if image else AnalysisResult.DROPPED
        return ProcessedObject(result, photo.status)

    def _find_image(self, created: S3Object) -> ImageRecord | None:
        """Find the image; an object of another bucket is none of ours, whatever its key."""
        return self.registry.find_by_key(created.key) if created.bucket == self.bucket else None
