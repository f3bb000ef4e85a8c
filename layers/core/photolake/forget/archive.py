"""Erases deleted posts from the archive: each object with one of them is written again without its lines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from photolake.errors import PermanentError
from photolake.forget.record_ids import find_post_ids
from photolake.sources.bluesky.identifiers import PostKey

if TYPE_CHECKING:
    from photolake.forget.deleted_rows import DeletedRows
    from photolake.forget.line_objects import LineObjects
    from photolake.forget.photos import PhotoEraser
    from photolake.forget.texts import TextEraser
    from photolake.rows.types import PostRow
    from photolake.sources.bluesky.collected_posts import CollectedPosts

_REQUIRED = {"id", "source_platform", "collected_at"}  # else tweet_analyzer has rejected it


@dataclass(frozen=True)
class ArchiveEraser:
    """Erases posts from the objects under `tweets/`."""

    rows: DeletedRows
    objects: LineObjects
    photos: PhotoEraser
    texts: TextEraser
    collected: CollectedPosts
    check_time: Callable[[], None]

    def erase(self, first_day: str, deleted: Collection[int], counts: Counter[str]) -> None:
        """Erase deleted posts from the objects that arrived on this day or later, and what follows from them."""
        for uri, found in sorted(self.rows.find_archived(first_day).items()):
            if ids := found.intersection(deleted):
                self.check_time()
                self._erase_from(uri.removeprefix(f"s3://{self.objects.bucket}/"), ids, deleted, counts)

    def _erase_from(self, key: str, ids: Collection[int], deleted: Collection[int], counts: Counter[str]) -> None:
        try:
            posts = [post for line in self.objects.read(key) if (post := _read_post(line, ids))]
            self.texts.erase((post.get("text"), post.get("lang")) for post in posts)
            forget_collected(self.collected, (post.get("id_str") for post in posts))
            if self.photos.erase_archived(posts, deleted, counts):
                result = self.objects.rewrite(key, lambda line: None if _is_of(line, ids) else line)
                counts["archived posts"] += result.erased
                counts["archive objects"] += bool(result.erased)
                counts["damaged archive objects"] += bool(result.damage)
        except PermanentError as error:
            if error.status != "gone":  # it has expired
                raise


def forget_collected(collected: CollectedPosts, names: Any) -> None:
    """Forget that the posts of Bluesky among these were collected."""
    collected.forget(key for name in names if (key := PostKey.parse(name)))


def _is_of(line: bytes, ids: Collection[int]) -> bool:
    return not find_post_ids(line).isdisjoint(ids)


def _read_post(line: bytes, ids: Collection[int]) -> PostRow | None:
    """Read the line if it is one of these posts, and can be read."""
    if not _is_of(line, ids):
        return None
    try:
        post = json.loads(line)
    except (ValueError, RecursionError):
        return None
    is_complete = isinstance(post, dict) and post.keys() >= _REQUIRED
    return cast("PostRow", post) if is_complete else None
