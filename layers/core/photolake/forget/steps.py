"""The steps of a pass, in the order in which they may end anywhere."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.clock import format_utc, utc_now
from photolake.forget.archive import forget_collected
from photolake.forget.deleted_rows import MAX_LISTED, split_up
from photolake.forget.images import delete_objects

if TYPE_CHECKING:
    from photolake.forget.archive import ArchiveEraser
    from photolake.forget.deleted_rows import DeletedRows
    from photolake.forget.erased_images import ErasedImages
    from photolake.forget.error_objects import ErrorEraser
    from photolake.forget.photo_jobs import PhotoJobEraser
    from photolake.forget.photos import PhotoEraser

RESULTS = "athena-results/"
_FIRST_TIME = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
Step = tuple[str, Callable[[Counter[str]], None]]


@dataclass(frozen=True)
class ForgetSteps:
    """What erases from each place; `check_time` raises when the invocation is about to end."""

    rows: DeletedRows
    photos: PhotoEraser
    archive: ArchiveEraser
    errors: ErrorEraser
    jobs: PhotoJobEraser
    erased: ErasedImages
    check_time: Callable[[], None]
    clock: Callable[[], dt.datetime] = utc_now

    def list_deleted(self) -> set[int]:
        """Return the posts that a pass erases: a deletion that comes later is for the next one."""
        return self.rows.list_ids()

    def list_steps(self, since: dt.datetime | None, deleted: Collection[int]) -> list[Step]:
        """Return the steps by name; of archive and errors what was written since then, or all of it."""
        if not deleted:
            return []
        start = since or _FIRST_TIME
        day = start.date().isoformat()
        return [
            ("photos", lambda counts: self.photos.erase_rows(deleted, counts)),
            ("late analyses", lambda counts: self._erase_late_analyses(deleted, counts)),
            ("posts", lambda counts: self._erase_posts(deleted, counts)),
            ("archive", lambda counts: self.archive.erase(day, deleted, counts)),
            ("errors", lambda counts: self.errors.erase(start, deleted, self.erased.read(), counts)),
            ("photo jobs", lambda counts: self.jobs.erase(deleted, counts)),
            ("query results", lambda counts: self._erase_results(since is None, counts)),
        ]

    def _erase_late_analyses(self, deleted: Collection[int], counts: Counter[str]) -> None:
        """Erase what somebody who was busy with an image wrote after it was erased."""
        images, removal = self.photos.images, self.photos.removal
        late = {each: day for day, found in self.rows.find_analyses(self.erased.read()).items() for each in found}
        unshown = late.keys() - {each.image_id for each in self.rows.find_showings_of(late)}
        sources = removal.find_sources(unshown)
        self.check_time()
        before = format_utc(self.clock())
        orphans = sorted(unshown - sources.keys())
        for image_id in orphans:
            images.erase_rest(image_id, late[image_id])
        images.erase_analyses(orphans, before, counts)
        again = {image_id: late[image_id] for image_id, post in sources.items() if post in deleted}
        images.erase(again, lambda post: post in deleted, counts)

    def _erase_posts(self, deleted: Collection[int], counts: Counter[str]) -> None:
        posts = sorted((post for post in self.rows.find_posts() if post.id in deleted), key=lambda post: post.dt)
        for group in split_up(posts, MAX_LISTED):
            self.check_time()
            self.archive.texts.erase((post.text, post.lang) for post in group)
            forget_collected(self.archive.collected, (post.id_str for post in group))
            days: dict[str, set[int]] = defaultdict(set)
            for post in group:
                days[post.dt].add(post.id)
            for day, ids in sorted(days.items()):
                self.check_time()
                listed = ", ".join(map(str, sorted(ids)))
                self.photos.rewriter.rewrite("posts", day, keep=f"id not in ({listed})", at_once=True)
                counts["posts"] += len(ids)

    def _erase_results(self, is_new: bool, counts: Counter[str]) -> None:
        """Erase the results of all queries that have ended: nobody knows which of them quote a deleted post."""
        if not is_new and not counts.total():
            return
        s3, bucket = self.photos.s3, self.photos.bucket
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=RESULTS)
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        delete_objects(s3, bucket, keys)
        counts["query results"] += len(keys)
