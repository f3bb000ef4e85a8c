"""Fills the search index from the lake, and lets searches use it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from photolake.opensearch.client import OpenSearchClient
from photolake.opensearch.document import image_document, photo_document
from photolake.opensearch.index import ImageIndex, RejectedDocument
from photolake.opensearch.maintenance import count_documents, forget_posts, move_alias
from photolake_cli.console import print_note, show_progress
from photolake_cli.errors import CommandError
from photolake_cli.opensearch.lake import LakeReader
from photolake_cli.query.client import QueryClient

if TYPE_CHECKING:
    from photolake.opensearch.document import ImageDocument
    from photolake_cli.cloud import Cloud

_BATCH = 200
_SHOWN_REJECTED = 10


@dataclass
class RebuildResult:
    """What a rebuild did: rows read by table, images that lost a deleted post, and what the index rejects."""

    photos: int = 0
    analyses: int = 0
    forgotten: int = 0
    images: int = 0
    rejected: list[RejectedDocument] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)


def rebuild_index(
    lake: LakeReader, client: OpenSearchClient, index: ImageIndex, on_progress: Callable[[str], None]
) -> RebuildResult:
    """Put every photo and analysis of the lake into the index, then let its alias name it.

    Nothing newer is overwritten, so the functions may write at the same time, and the run may be repeated.
    """
    result = RebuildResult()
    index.create()
    on_progress("forgetting deleted posts")
    result.forgotten = forget_posts(client, index, lake.deleted_posts())
    photos = (photo_document(row, post) for row, post in lake.photos())
    for done in _put(index, (each for each in photos if each is not None), result.rejected):
        result.photos = done
        on_progress(f"{done:,} photos")
    for done in _put(index, map(image_document, lake.analyses()), result.rejected):
        result.analyses = done
        on_progress(f"{result.photos:,} photos, {done:,} analyses")
    result.replaced = move_alias(client, index)
    result.images = count_documents(client, index)
    return result


def run_rebuild(cloud: Cloud, since: str | None, endpoint: str | None) -> None:
    """Rebuild the index of this stack and say what was done; CommandError if it has none, or rejects documents."""
    endpoint = endpoint or cloud.values.get("OpenSearchEndpoint", "")
    if not endpoint:
        raise CommandError(f"{cloud.name} has no search index in OpenSearch. Set one up: docs/opensearch.md")
    client = OpenSearchClient.of_session(endpoint, cloud.session)
    index = ImageIndex(client, f"{cloud.values['DatabaseName']}-images")
    queries = QueryClient(cloud)
    lake = LakeReader(
        query=lambda sql: _rows(queries, sql),
        s3=cloud.client("s3"),
        bucket=cloud.values["LakeBucketName"],
        landing_database=cloud.values["LandingDatabaseName"],
        since=since or cloud.values["EarliestDate"],
    )
    with show_progress(f"Filling {index.name}") as on_progress:
        result = rebuild_index(lake, client, index, on_progress)
    _show(index, result)


def _rows(queries: QueryClient, sql: str) -> Iterator[dict[str, str | None]]:
    result = queries.run(sql)
    return (dict(zip(result.column_names, row, strict=True)) for row in result.rows)


def _put(index: ImageIndex, documents: Iterable[ImageDocument], rejected: list[RejectedDocument]) -> Iterator[int]:
    """Put the documents, and yield how many have been put."""
    remaining = iter(documents)
    done = 0
    while batch := list(islice(remaining, _BATCH)):
        rejected += index.put(batch)
        done += len(batch)
        yield done


def _show(index: ImageIndex, result: RebuildResult) -> None:
    print_note(
        f"{index.name} has {result.images:,} images, from {result.photos:,} rows of photos and {result.analyses:,} of "
        f"analyses. Searches use it as {index.alias}."
    )
    if result.forgotten:
        print_note(f"{result.forgotten:,} images lost the photo of a deleted post.")
    if result.replaced:
        print_note(
            f"Searches used {', '.join(result.replaced)} before. What Firehose still held is not in the new index: run "
            "this again in 15 minutes, then delete the old one."
        )
    if result.rejected:
        shown = "\n".join(f"  {each.image_id}: {each.reason}" for each in result.rejected[:_SHOWN_REJECTED])
        raise CommandError(f"OpenSearch rejects {len(result.rejected):,} documents:\n{shown}")
