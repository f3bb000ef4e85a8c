"""Erases images that no living post shows: object, responses, analyses, postings, and at last the registry's item.

The order is for whoever comes in between. An image is held first, so that no analysis of it begins unnoticed; then the
search index is asked whether a living post shows it, for it knows a photo before Firehose has written its row.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.aws.dynamodb import delete_items
from photolake.clock import format_utc, utc_now
from photolake.forget.deleted_rows import MAX_LISTED, list_texts, split_up
from photolake.images.responses import response_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_s3 import S3Client

    from photolake.forget.deleted_rows import DeletedRows
    from photolake.forget.erased_images import ErasedImages
    from photolake.images.removal import HeldImage, ImageRemoval
    from photolake.lake.rewriter import PartitionRewriter
    from photolake.search.index import SearchIndex
    from photolake.search.indexes import SearchIndexes

SETTLING_SECONDS = 5.0
"""From asking the registry for an image to its photo's place in the search index takes a worker less than a second."""


@dataclass(frozen=True)
class ImageEraser:
    """`search` is the index in DynamoDB, `indexes` are all of the stack. `clock` and `sleep` as everywhere."""

    s3: S3Client
    bucket: str
    removal: ImageRemoval
    cache: Table
    search: SearchIndex
    indexes: SearchIndexes
    rows: DeletedRows
    erased: ErasedImages
    rewriter: PartitionRewriter
    clock: Callable[[], dt.datetime] = utc_now
    sleep: Callable[[float], None] = time.sleep

    def erase(
        self, images: Mapping[str, str], is_deleted: Callable[[int | None], bool], counts: Counter[str]
    ) -> set[str]:
        """Erase images, each with the day it was first seen, and return those that cannot be erased now.

        A worker analyses them, or a living post shows them whose photos row is not delivered yet.
        """
        postponed: set[str] = set()
        for group in split_up(sorted(images), MAX_LISTED):
            self.erased.add(group)
            held = [each for image_id in group if (each := self.removal.hold(image_id))]
            marked_at = format_utc(self.clock())
            self.sleep(SETTLING_SECONDS)
            gone = [each for each in held if self._erase_object(each, images[each.image_id], is_deleted)]
            postponed |= set(group) - {each.image_id for each in gone}
            self.erase_analyses([each.image_id for each in gone], marked_at, counts)
            for each in gone:
                self.removal.remove(each)
            counts["images"] += len(gone)
        counts["postponed"] += len(postponed)
        return postponed

    def erase_analyses(self, image_ids: Sequence[str], before: str, counts: Counter[str]) -> None:
        """Rewrite the partitions with analyses of these images that began before a time."""
        for day, found in sorted(self.rows.find_analyses(image_ids).items()):
            listed = list_texts(sorted(found))
            is_erased = f"image_id in ({listed}) and analyzed_at < '{before}'"
            self.rewriter.rewrite("analyses", day, keep=f"not coalesce({is_erased}, false)", at_once=True)
            counts["analyses"] += len(found)

    def erase_rest(self, image_id: str, image_dt: str, s3_key: str = "") -> None:
        """Erase what hangs on an image besides its rows and its item in the registry."""
        stem = f"images/{image_id[:2]}/{image_id}"
        keys = {s3_key or f"{stem}.jpg", f"{stem}.jpg", f"{stem}.png", response_key(image_id)}
        delete_objects(self.s3, self.bucket, sorted(keys))
        delete_items(self.cache, [{"id": f"partial#{image_id}"}], self.sleep)
        self.indexes.forget_image(image_id, image_dt)

    def _erase_object(self, held: HeldImage, image_dt: str, is_deleted: Callable[[int | None], bool]) -> bool:
        """Erase all but the rows and the registry's item, unless a living post shows it."""
        if not all(map(is_deleted, self.search.list_posts(held.image_id))):
            self.removal.give_back(held)
            return False
        self.erase_rest(held.image_id, held.image_dt or image_dt, held.s3_key)
        return True


def delete_objects(s3: S3Client, bucket: str, keys: Collection[str] | Iterable[str]) -> None:
    """Delete the objects with these keys, if they exist."""
    for group in split_up(keys, 1_000):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in group], "Quiet": True})
