"""`photolake reindex-opensearch`: fills the index from the lake, day by day, and lets searches use it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from photolake.opensearch.document import image_document, photo_document
from photolake.opensearch.maintenance import (
    count_documents,
    delete_images,
    delete_images_before,
    forget_posts,
    move_alias,
)
from photolake.photos.job import PostSummary
from photolake_cli.console import print_note
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from photolake.opensearch.client import OpenSearchClient
    from photolake.opensearch.document import ImageDocument
    from photolake.opensearch.index import ImageIndex, RejectedDocument
    from photolake_cli.lake import Lake
    from photolake_cli.reindex.run import RebuiltDays

_BATCH = 200
_SHOWN_REJECTED = 10


@dataclass(frozen=True)
class RebuildResult:
    """What a rebuild did: rows put by table, documents in the index, what it rejects, and what the alias named."""

    put: Counter[str] = field(default_factory=Counter)
    images: int = 0
    rejected: list[RejectedDocument] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)


def rebuild_index(
    lake: Lake,
    client: OpenSearchClient,
    index: ImageIndex,
    done: RebuiltDays,
    first_day: str,
    on_progress: Callable[[str], None],
) -> RebuildResult:
    """Put every photo and analysis of the lake into the index, without deleted posts, then let its alias name it.

    Nothing newer is overwritten, so the functions may write at the same time, and the run may be repeated. `done` has
    the days that an interrupted run has put. Images first seen before `first_day` go, as their rows expire.
    """
    result = RebuildResult()
    index.create()
    deleted = lake.read_deleted_posts()
    hidden = find_hidden_images(lake, deleted)
    forget_posts(client, index, [str(post) for post in deleted])
    delete_images(client, index, hidden)
    delete_images_before(client, index, first_day)
    for day in lake.list_days():
        if day >= first_day and day not in done.days:
            for table, documents in (
                ("analyses", (image_document(row) for row in _rows(lake.read_analyses(day), hidden))),
                ("photos", _photo_documents(lake, day, deleted)),
            ):
                for number in _put(index, documents, result.rejected):
                    result.put[table] += number
                    on_progress(f"{day}, {result.put['analyses']:,} analyses, {result.put['photos']:,} photos")
            done.add(day)
    done.clear()
    replaced = move_alias(client, index)
    return RebuildResult(result.put, count_documents(client, index), result.rejected, replaced)


def find_hidden_images(lake: Lake, deleted: set[int]) -> set[str]:
    """The images that deleted posts show, and no other post or drop: those that the views leave out."""
    if not deleted:
        return set()
    shown: set[str] = set()
    suspects: set[str] = set()
    for day in lake.list_days():
        for row in _rows(lake.read_photos(day)):
            (suspects if row["tweetid"] in deleted else shown).add(row["image_id"])
    return suspects - shown


def show_result(index: ImageIndex, result: RebuildResult) -> None:
    """Say what was done; CommandError names documents that the index rejects."""
    print_note(
        f"{index.name} has {result.images:,} images, from {result.put['analyses']:,} analyses and "
        f"{result.put['photos']:,} photos. Searches use it as {index.alias}."
    )
    if result.replaced:
        print_note(
            f"Searches used {', '.join(result.replaced)} before. What Firehose still held is not in the new index: run "
            "this again in 15 minutes, then delete the old one."
        )
    if result.rejected:
        shown = "\n".join(f"  {each.image_id}: {each.reason}" for each in result.rejected[:_SHOWN_REJECTED])
        raise CommandError(f"OpenSearch rejects {len(result.rejected):,} documents:\n{shown}")


def _rows(rows: Iterable[Any], hidden: frozenset[str] | set[str] = frozenset()) -> Iterator[Any]:
    """The rows of images, without these."""
    return (row for row in rows if row["image_id"] and row["image_id"] not in hidden)


def _photo_documents(lake: Lake, day: str, deleted: set[int]) -> Iterator[ImageDocument]:
    rows = [row for row in _rows(lake.read_photos(day)) if row["tweetid"] not in deleted]
    posts: dict[int, Any] = lake.read_posts(day, {row["tweetid"] for row in rows if row["tweetid"] is not None})
    for row in rows:
        post = posts.get(row["tweetid"])
        document = photo_document(row, PostSummary.of_post(post) if post else None)
        if document is not None:
            yield document


def _put(index: ImageIndex, documents: Iterator[ImageDocument], rejected: list[RejectedDocument]) -> Iterator[int]:
    """Put the documents, and yield the number of each batch."""
    while batch := list(islice(documents, _BATCH)):
        rejected += index.put(batch)
        yield len(batch)
