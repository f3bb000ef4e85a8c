"""What is taken out of the index, and the alias that moves once a new index is filled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from photolake.errors import PhotolakeError, RetryableError
from photolake.opensearch.client import JSON_LINES
from photolake.rows.json_text import compact_json

if TYPE_CHECKING:
    from photolake.opensearch.client import OpenSearchClient, Response
    from photolake.opensearch.index import ImageIndex

_BATCH_KEYS = 1000
_BATCH_DOCUMENTS = 200
# Each finds what is still there, or has been written in between.
_MAX_ROUNDS = 10_000

Document = dict[str, Any]


def forget_posts(client: OpenSearchClient, index: ImageIndex, tweetids: Collection[str]) -> int:
    """Take the photos of these posts out of the index, and the images that no other photo in it is; return how many.

    A document has only the newest photos of its image, and goes with them although older posts show it: put those then.
    """
    remaining = iter(tweetids)
    forgotten = 0
    while batch := frozenset(islice(remaining, _BATCH_KEYS)):
        shows = {"nested": {"path": "photos", "query": {"terms": {"photos.tweetid": sorted(batch)}}}}
        forgotten += _change_found(client, index, shows, partial(_without_photos, tweetids=batch))
    return forgotten


def delete_images(client: OpenSearchClient, index: ImageIndex, image_ids: Collection[str]) -> int:
    """Delete the documents of these images; return how many there were."""
    remaining = iter(image_ids)
    deleted = 0
    while batch := list(islice(remaining, _BATCH_KEYS)):
        deleted += _change_found(client, index, {"terms": {"image_id": batch}}, lambda document: None)
    return deleted


def delete_images_before(client: OpenSearchClient, index: ImageIndex, day: str) -> int:
    """Delete the documents of images first seen before this day (an ISO date), whose rows expire; return how many."""
    return _change_found(client, index, {"range": {"dt": {"lt": day}}}, lambda document: None)


def move_alias(client: OpenSearchClient, index: ImageIndex) -> list[str]:
    """Let the alias name this index alone, at one instant; return the indexes that it named before."""
    found = client.request("GET", f"_alias/{index.alias}")
    before = [name for name in (found.content if found.status == 200 else {}) if name != index.name]
    actions: list[dict[str, Any]] = [{"remove": {"index": name, "alias": index.alias}} for name in before]
    actions.append({"add": {"index": index.name, "alias": index.alias}})
    _require(client.request("POST", "_aliases", {"actions": actions}), "move the alias to")
    return before


def count_documents(client: OpenSearchClient, index: ImageIndex) -> int:
    """How many images the index has, with those that have just been written."""
    _require(client.request("POST", f"{index.name}/_refresh"), "refresh")
    return int(_require(client.request("POST", f"{index.name}/_count"), "count")["count"])


def _change_found(
    client: OpenSearchClient, index: ImageIndex, query: Document, change: Callable[[Document], Document | None]
) -> int:
    """Replace each document found by what `change` makes of it, or delete it for None; return how many.

    An index that does not exist has none. RetryableError: not all are changed; doing it again is safe.
    """
    changed = 0
    for _ in range(_MAX_ROUNDS):
        refreshed = client.request("POST", f"{index.name}/_refresh")
        if refreshed.error_type == "index_not_found_exception":
            return changed
        _require(refreshed, "refresh")
        body = {"query": query, "size": _BATCH_DOCUMENTS, "seq_no_primary_term": True}
        hits = _require(client.request("POST", f"{index.name}/_search", body), "search")["hits"]["hits"]
        if not hits:
            return changed
        lines = "".join(line for hit in hits for line in _write(hit, change(hit["_source"])))
        written = _require(client.request("POST", f"{index.name}/_bulk", lines.encode(), JSON_LINES), "write to")
        statuses = [next(iter(item.values()))["status"] for item in written["items"]]
        if any(status == 429 or status >= 500 for status in statuses):
            raise RetryableError(f"OpenSearch does not write all documents to {index.name} now")
        changed += sum(status < 300 for status in statuses)  # what somebody has written in between is found again
    raise RetryableError(f"{index.name}: others keep writing what is to be taken out")


def _write(hit: Document, document: Document | None) -> Iterator[str]:
    condition = {"_id": hit["_id"], "if_seq_no": hit["_seq_no"], "if_primary_term": hit["_primary_term"]}
    yield f"{compact_json({('delete' if document is None else 'index'): condition})}\n"
    if document is not None:
        yield f"{compact_json(document)}\n"


def _without_photos(document: Document, tweetids: frozenset[str]) -> Document | None:
    photos = [photo for photo in document["photos"] if photo.get("tweetid") not in tweetids]
    return {**document, "photos": photos} if photos else None


def _require(response: Response, action: str) -> Any:
    if response.status != 200:
        raise PhotolakeError(f"OpenSearch does not {action} the index: status {response.status}, {response.error_type}")
    return response.content
