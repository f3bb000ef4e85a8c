"""Erases the photos of deleted posts: their rows, and what follows from them, the rows last."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.forget.deleted_rows import MAX_LISTED, Showing, list_texts, split_up
from photolake.forget.images import delete_objects
from photolake.photos.job import PhotoJob, list_photo_jobs
from photolake.photos.provided import build_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake.forget.deleted_rows import DeletedRows
    from photolake.forget.images import ImageEraser
    from photolake.images.removal import ImageRemoval
    from photolake.lake.rewriter import PartitionRewriter
    from photolake.rows.types import PostRow
    from photolake.search.indexes import SearchIndexes


@dataclass(frozen=True)
class PhotoEraser:
    """Erases photos in the lake `bucket`; `check_time` raises when the invocation is about to end."""

    s3: S3Client
    bucket: str
    rows: DeletedRows
    images: ImageEraser
    removal: ImageRemoval
    indexes: SearchIndexes
    rewriter: PartitionRewriter
    check_time: Callable[[], None]

    def erase_rows(self, deleted: Collection[int], counts: Counter[str]) -> None:
        """Erase the photos of deleted posts that the table photos has."""
        showings = self.rows.find_showings()
        dead = sorted((each for each in showings if each.tweetid in deleted), key=lambda each: each.dt)
        for group in split_up(dead, MAX_LISTED):
            for post_id in sorted({each.tweetid for each in group if each.tweetid is not None}):
                self.check_time()
                self.indexes.forget_post(post_id)
            postponed = self.erase_shown(group, showings, deleted, counts)
            self._rewrite(group, postponed, counts)

    def erase_archived(self, posts: Sequence[PostRow], deleted: Collection[int], counts: Counter[str]) -> bool:
        """Erase the photos of archived posts that have no row; False if some cannot be erased now."""
        jobs = [job for post in posts for job in list_photo_jobs(post, "")]
        images = self.removal.find_images({(job.source_platform, job.mediaid) for job in jobs})
        dead = [_read_job(job, images.get((job.source_platform, job.mediaid), "")) for job in jobs]
        showings = self.rows.find_showings_of(set(images.values())) if images else []
        return not self.erase_shown(dead, showings, deleted, counts)

    def erase_shown(
        self, dead: Sequence[Showing], showings: Iterable[Showing], deleted: Collection[int], counts: Counter[str]
    ) -> set[str]:
        """Erase what only these photos show, of all that show the same; return images that cannot be erased now."""
        living = [each for each in showings if each.tweetid not in deleted]
        heirs = {each.image_id: each.source_key for each in living if each.image_id}
        only_dead = {each.image_id: each.image_dt for each in dead if each.image_id and each.image_id not in heirs}
        self.check_time()
        postponed = self.images.erase(only_dead, lambda post: post in deleted, counts)
        for each in dead:
            if each.image_id in heirs:
                self.removal.pass_on(each.image_id, each.source_key, heirs[each.image_id])
        gone = [each for each in dead if each.image_id not in postponed]
        kept_media = {each.media for each in living}
        self.removal.forget_media({each.media for each in gone} - kept_media)
        copies = {build_key(each.media_url) for each in gone if each.media not in kept_media}
        copies -= {build_key(each.media_url) for each in living} | {None}
        delete_objects(self.s3, self.bucket, sorted(filter(None, copies)))
        return postponed

    def _rewrite(self, dead: Sequence[Showing], postponed: Collection[str], counts: Counter[str]) -> None:
        days: dict[str, set[int]] = defaultdict(set)
        for each in dead:
            if each.image_id not in postponed and each.tweetid is not None:
                days[each.dt].add(each.tweetid)
                counts["photos"] += 1
        for day, posts in sorted(days.items()):
            self.check_time()
            keep = f"tweetid is null or tweetid not in ({', '.join(map(str, sorted(posts)))})"
            held = f" or image_id in ({list_texts(sorted(postponed))})" if postponed else ""
            self.rewriter.rewrite("photos", day, keep=keep + held, at_once=True)


def _read_job(job: PhotoJob, image_id: str) -> Showing:
    url = job.media_url or ""
    return Showing(job.dt, job.tweetid, job.source_key, job.source_platform, job.mediaid, url, image_id, "")
