"""What is done to the whole index: posts forgotten, and the alias moved once a new index is filled."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from photolake.errors import PhotolakeError, RetryableError
from photolake.opensearch.client import JSON_LINES
from photolake.rows.json_text import compact_json

if TYPE_CHECKING:
    from photolake.opensearch.client import OpenSearchClient, Response
    from photolake.opensearch.index import ImageIndex

_BATCH_POSTS = 1000
_BATCH_DOCUMENTS = 200
# Each finds what was there before, or has been written in between.
_MAX_ROUNDS = 10_000


def forget_posts(client: OpenSearchClient, index: ImageIndex, post_ids: Collection[str]) -> int:
    """Take the photos of these posts out of the index, and the images that no other photo in it is; return how many.

    A document has only the newest photos of its image, and goes with them although older posts show it: put those then.
    """
    remaining = iter(post_ids)
    forgotten = 0
    while batch := frozenset(islice(remaining, _BATCH_POSTS)):
        forgotten += sum(_forget_batch(client, index, batch))
    return forgotten


def _forget_batch(client: OpenSearchClient, index: ImageIndex, post_ids: frozenset[str]) -> Iterator[int]:
    shows = {"nested": {"path": "photos", "query": {"terms": {"photos.tweetid": sorted(post_ids)}}}}
    for _ in range(_MAX_ROUNDS):
        _require(client.request("POST", f"{index.name}/_refresh"), "refresh")
        body = {"query": shows, "size": _BATCH_DOCUMENTS, "seq_no_primary_term": True}
        hits = _require(client.request("POST", f"{index.name}/_search", body), "search")["hits"]["hits"]
        if not hits:
            return
        lines = "".join(line for hit in hits for line in _change(hit, post_ids))
        written = _require(client.request("POST", f"{index.name}/_bulk", lines.encode(), JSON_LINES), "write to")
        statuses = _require_all_taken(index, written)
        yield sum(status < 300 for status in statuses)  # a conflict is found again
    raise RetryableError(f"{index.name}: others keep writing what is to be forgotten")


def _change(hit: dict[str, Any], post_ids: frozenset[str]) -> Iterator[str]:
    photos = [photo for photo in hit["_source"]["photos"] if photo.get("tweetid") not in post_ids]
    condition = {"_id": hit["_id"], "if_seq_no": hit["_seq_no"], "if_primary_term": hit["_primary_term"]}
    yield f"{compact_json({('index' if photos else 'delete'): condition})}\n"
    if photos:
        yield f"{compact_json({**hit['_source'], 'photos': photos})}\n"


def delete_images(client: OpenSearchClient, index: ImageIndex, image_ids: Collection[str]) -> None:
    """Delete the documents of these images, if there are any."""
    remaining = iter(image_ids)
    while batch := list(islice(remaining, _BATCH_POSTS)):
        lines = "".join(f"{compact_json({'delete': {'_id': image_id}})}\n" for image_id in batch)
        written = _require(client.request("POST", f"{index.name}/_bulk", lines.encode(), JSON_LINES), "write to")
        _require_all_taken(index, written)


def move_alias(client: OpenSearchClient, index: ImageIndex) -> list[str]:
    """Let the alias name this index alone, at one instant; return the indexes that it named before."""
    found = client.request("GET", f"_alias/{index.alias}")
    before = [name for name in (found.content if found.status == 200 else {}) if name != index.name]
    actions: list[dict[str, Any]] = [{"remove": {"index": name, "alias": index.alias}} for name in before]
    actions.append({"add": {"index": index.name, "alias": index.alias}})
    _require(client.request("POST", "_aliases", {"actions": actions}), "move the alias to")
    return before


def count_documents(client: OpenSearchClient, index: ImageIndex) -> int:
    """How many images the index has, with those that are being written."""
    _require(client.request("POST", f"{index.name}/_refresh"), "refresh")
    return int(_require(client.request("POST", f"{index.name}/_count"), "count")["count"])


def _require_all_taken(index: ImageIndex, written: dict[str, Any]) -> list[int]:
    statuses = [next(iter(item.values()))["status"] for item in written["items"]]
    if any(status == 429 or status >= 500 for status in statuses):
        raise RetryableError(f"OpenSearch does not write all documents to {index.name} now")
    return statuses


def _require(response: Response, action: str) -> Any:
    if response.status != 200:
        raise PhotolakeError(f"OpenSearch does not {action} the index: status {response.status}, {response.error_type}")
    return response.content
