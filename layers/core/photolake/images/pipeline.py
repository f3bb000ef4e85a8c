"""What an object under images/ is, and what is to be done about it: an image is analysed, a photo becomes an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.images.analyze import AnalysisResult

if TYPE_CHECKING:
    from photolake.aws.s3 import S3Object
    from photolake.images.analyze import ImageAnalyzer
    from photolake.images.ingest import DroppedPhotoIngester


@dataclass(frozen=True)
class ProcessedObject:
    """What became of an object; `photo_status` is the status of its photos row if it was not an image yet."""

    result: AnalysisResult
    photo_status: str | None = None


@dataclass(frozen=True)
class ImagePipeline:
    """Processes the objects that are announced, each of them once or many times."""

    bucket: str
    dropped_photos: DroppedPhotoIngester
    analyzer: ImageAnalyzer

    def process(self, created: S3Object, lease_seconds: float) -> ProcessedObject:
        """Analyse the object if it is an image of the lake, else ingest it; errors are those of either.

        An object of another bucket is none of ours, whatever its key.
        """
        result = self.analyzer.analyze(created.key, lease_seconds) if created.bucket == self.bucket else None
        if result:
            return ProcessedObject(result)
        photo = self.dropped_photos.ingest(created)
        image = self.dropped_photos.find_unannounced_image(created, photo)
        result = self.analyzer.analyze(image.s3_key, lease_seconds) if image else None
        return ProcessedObject(result or AnalysisResult.DROPPED, photo.status)
