"""A photo that is searched: where it is, and the form in which Rekognition gets it."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from photolake.images.rendition import is_readable_in_place, render

# A photo of 50 megapixels takes 150 MB while it is decoded.
_DECODERS = threading.BoundedSemaphore(os.cpu_count() or 1)


@dataclass(frozen=True)
class SearchedPhoto:
    """A file or an S3 object that may show the person.

    `identity` names it and changes when its content does. `read` returns its bytes, `read_head` its first ones; both
    raise PermanentError (`gone`, `changed`, `unreadable`, `too_large`).
    """

    name: str
    identity: str
    size: int
    read: Callable[[], bytes]
    read_head: Callable[[], bytes]
    place: tuple[str, str] | None = None
    """Bucket and key, if Rekognition can read objects of this bucket."""

    @property
    def external_id(self) -> str:
        """Its ExternalImageId in a collection, where `/` and spaces are not allowed."""
        return hashlib.sha256(self.identity.encode()).hexdigest()


def check_photo(photo: SearchedPhoto) -> None:
    """PermanentError if its first bytes show no photo, or none that Rekognition could read (see `render`)."""
    is_readable_in_place(photo.read_head(), photo.size)


def build_image(photo: SearchedPhoto, in_place: bool = True) -> dict[str, Any]:
    """Build the Image of a request: the S3 object where Rekognition can read it as it is, else the rendition's bytes.

    PermanentError: it cannot become a rendition (see `render`), or was deleted or replaced since it was listed.
    """
    if in_place and photo.place and is_readable_in_place(photo.read_head(), photo.size):
        bucket, key = photo.place
        return {"S3Object": {"Bucket": bucket, "Name": key}}
    data = photo.read()
    with _DECODERS:
        return {"Bytes": render(data).body}
