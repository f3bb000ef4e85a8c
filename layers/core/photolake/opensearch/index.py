"""The search index: documents merged into what it holds, whoever else writes at the same time.

An index is named after the version of its mapping, `<alias>-v1`; searches use the alias. A new mapping gets an index of
its own, and the alias moves to it once it is filled (`photolake reindex-opensearch`).
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice
from typing import TYPE_CHECKING, Any

from photolake.errors import PhotolakeError, RetryableError
from photolake.opensearch.client import JSON_LINES, OpenSearchClient, Response
from photolake.opensearch.merge import merge_documents
from photolake.rows.json_text import compact_json

if TYPE_CHECKING:
    from photolake.opensearch.document import ImageDocument

# A small domain takes requests of 10 MiB
# (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html#network-limits).
_MAX_BODY_BYTES = 5 * 1024 * 1024
_BATCH = 200
# OpenSearch goes on with the beginning of a value, which may be a post's text.
_PREVIEW = ". Preview of field's value"
# Each time somebody else has written the document in between; more than a few in a row is a hot image.
_MAX_ROUNDS = 12
_PAUSE_SECONDS = 0.03


@dataclass(frozen=True)
class RejectedDocument:
    """A document that OpenSearch will never take; `reason` is its own."""

    image_id: str
    reason: str


@dataclass(frozen=True)
class _Stored:
    """A document as the index holds it, and what proves that nobody has written it since."""

    document: ImageDocument
    condition: Mapping[str, int]


@cache
def index_definition() -> dict[str, Any]:
    """The settings and mappings of the index."""
    text = resources.files("photolake.opensearch").joinpath("image_index.json").read_text(encoding="utf-8")
    definition: dict[str, Any] = json.loads(text)
    return definition


class ImageIndex:
    """The index of the current mapping."""

    def __init__(self, client: OpenSearchClient, alias: str, sleep: Callable[[float], None] = time.sleep) -> None:
        """`alias` is the name by which it is searched; `sleep` takes seconds."""
        self._client = client
        self._sleep = sleep
        self.alias = alias
        self.name = f"{alias}-v{index_definition()['mappings']['_meta']['version']}"

    def put(self, documents: Iterable[ImageDocument]) -> list[RejectedDocument]:
        """Merge the documents into the index, which is created if it is missing; return those it rejects for good.

        RetryableError: not all are stored; putting them again is safe.
        """
        remaining = iter(documents)
        rejected: list[RejectedDocument] = []
        while batch := list(islice(remaining, _BATCH)):
            rejected += self._put_batch(batch)
        return rejected

    def create(self) -> bool:
        """Create the index unless it exists, and let the alias name it unless that names another; whether it is new."""
        is_first = self._client.request("HEAD", self.alias).status == 404
        body = {**index_definition(), **({"aliases": {self.alias: {}}} if is_first else {})}
        response = self._client.request("PUT", self.name, body)
        if response.status != 200 and response.error_type != "resource_already_exists_exception":
            raise PhotolakeError(f"OpenSearch does not create {self.name}: {response.content}")
        return response.status == 200

    def _put_batch(self, documents: Iterable[ImageDocument]) -> list[RejectedDocument]:
        pending: dict[str, ImageDocument] = {}
        for document in documents:
            image_id = document["image_id"]
            pending[image_id] = merge_documents(pending.get(image_id), document)
        rejected: list[RejectedDocument] = []
        for attempt in range(_MAX_ROUNDS):
            self._sleep(random.uniform(0, _PAUSE_SECONDS * attempt))  # noqa: S311 (jitter, not a secret)
            writes = self._merge_with_stored(pending)
            conflicts = {key for body in _bulk_bodies(writes) for key in self._write(body, rejected)}
            if not conflicts:
                return rejected
            pending = {image_id: pending[image_id] for image_id in conflicts}
        raise RetryableError(f"{self.name}: others keep writing the documents {', '.join(pending)}")

    def _merge_with_stored(self, pending: Mapping[str, ImageDocument]) -> dict[str, _Stored]:
        """The documents to write: what each becomes, if that is not what is stored already."""
        stored = self._read(list(pending))
        writes = {}
        for image_id, document in pending.items():
            old = stored.get(image_id)
            merged = merge_documents(old.document if old else None, document)
            if old is None or merged != old.document:
                writes[image_id] = _Stored(merged, old.condition if old else {})
        return writes

    def _read(self, image_ids: list[str]) -> dict[str, _Stored]:
        found = self._client.request("POST", f"{self.name}/_mget", {"ids": image_ids})
        items = found.content.get("docs", [])
        if any(_error_type(item) == "index_not_found_exception" for item in items):
            self.create()
            return {}
        if found.status != 200 or len(items) != len(image_ids) or any("error" in item for item in items):
            raise RetryableError(f"OpenSearch does not read from {self.name}: {_describe(found, items)}")
        return {
            item["_id"]: _Stored(
                item["_source"], {"if_seq_no": item["_seq_no"], "if_primary_term": item["_primary_term"]}
            )
            for item in items
            if item["found"]
        }

    def _write(self, body: Mapping[str, bytes], rejected: list[RejectedDocument]) -> Iterator[str]:
        """Write the documents, append what is rejected for good, and yield the ids that somebody else has written."""
        response = self._client.request("POST", f"{self.name}/_bulk", b"".join(body.values()), JSON_LINES)
        items = [next(iter(item.values())) for item in response.content.get("items", [])]
        if response.status != 200 or len(items) != len(body):
            raise RetryableError(f"OpenSearch does not write to {self.name}: {_describe(response, items)}")
        for image_id, item in zip(body, items, strict=True):
            if item["status"] == 409:
                yield image_id
            elif item["status"] == 429 or item["status"] >= 500:
                raise RetryableError(f"OpenSearch does not store {image_id}: {_reason(item)}")
            elif item["status"] >= 400:
                rejected.append(RejectedDocument(image_id, _reason(item)))


def _bulk_bodies(writes: Mapping[str, _Stored]) -> Iterator[dict[str, bytes]]:
    """Yield the two lines of each write by its id, as many together as one request may have."""
    body: dict[str, bytes] = {}
    size = 0
    for image_id, write in writes.items():
        # Without `create`, a document that somebody has put in between would be overwritten.
        action = {("index" if write.condition else "create"): {"_id": image_id, **write.condition}}
        lines = f"{compact_json(action)}\n{compact_json(write.document)}\n".encode()
        if body and size + len(lines) > _MAX_BODY_BYTES:
            yield body
            body, size = {}, 0
        body[image_id] = lines
        size += len(lines)
    if body:
        yield body


def _describe(response: Response, items: Iterable[Mapping[str, Any]]) -> str:
    """The errors of a response without what it says of documents, which a log must not contain."""
    kinds = {kind for kind in (response.error_type, *map(_error_type, items)) if kind}
    return f"status {response.status}, {', '.join(sorted(kinds)) or 'no error'}"


def _reason(item: Mapping[str, Any]) -> str:
    reason = str((item.get("error") or {}).get("reason", ""))
    return f"{_error_type(item)}: {reason.partition(_PREVIEW)[0]}"


def _error_type(item: Mapping[str, Any]) -> str:
    return str((item.get("error") or {}).get("type", ""))
