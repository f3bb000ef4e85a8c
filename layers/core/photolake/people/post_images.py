"""Keeps the photos of posts out of a search: the terms of their platforms do not allow facial recognition.

X names it among its prohibited uses (https://developer.x.com/en/developer-terms/policy). The lake keeps the photos of
posts, of all platforms, and those dropped by hand under the same kind of key, and only its registry knows which is
which.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.images.registry import ImageRecord, UnavailablePhoto

if TYPE_CHECKING:
    from photolake.people.photo import SearchedPhoto

OWN_ORIGINS = frozenset({"dropped", "backfill"})
"""Where images come from that are not of a post; every other origin is left out, also one that is not known yet."""

# Also in a copy of the lake, such as a folder that `aws s3 sync` has made of its images/.
_IMAGE_NAME = re.compile(r"(?:^|/)([0-9a-f]{2})/(\1[0-9a-f]{62})\.(?:jpg|png)$")

ReadRecords = Callable[[Iterable[str]], Iterable[ImageRecord]]


@dataclass(frozen=True)
class ChosenPhotos:
    """The photos that may be searched, and those that are left out, with the reason."""

    photos: Sequence[SearchedPhoto]
    left_out: Sequence[tuple[SearchedPhoto, UnavailablePhoto]]


def leave_out_post_images(
    photos: Sequence[SearchedPhoto], read_records: ReadRecords, include_posts: bool = False
) -> ChosenPhotos:
    """Leave out images that belong to posts, or of which the registry does not say that they do not.

    `read_records` reads the registry of a lake; without a lake it returns nothing. An image that was dropped by hand is
    left out too if the dropped object itself is among the photos, so that no photo is searched twice.
    """
    image_ids = {photo.identity: match[2] for photo in photos if (match := _IMAGE_NAME.search(photo.name))}
    records = {record.image_id: record for record in read_records(image_ids.values())} if image_ids else {}
    names = {photo.name for photo in photos}
    sorted_photos = [
        (photo, _find_reason(image_ids.get(photo.identity), records, names, include_posts)) for photo in photos
    ]
    return ChosenPhotos(
        [photo for photo, reason in sorted_photos if reason is None],
        [(photo, reason) for photo, reason in sorted_photos if reason is not None],
    )


def _find_reason(
    image_id: str | None, records: Mapping[str, ImageRecord], names: set[str], include_posts: bool
) -> UnavailablePhoto | None:
    if image_id is None:
        return None
    record = records.get(image_id)
    if record is not None and record.origin in OWN_ORIGINS:
        if record.source_key in names:
            return UnavailablePhoto("duplicate", f"it is the image of {record.source_key}")
        return None
    if include_posts:
        return None
    if record is None:
        return UnavailablePhoto(
            "unknown_origin", "it is named like an image of a lake, and no registry says that it is not of a post"
        )
    return UnavailablePhoto("post", f"it is the photo of a post ({record.source_key})")
