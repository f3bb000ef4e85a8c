"""What was paid for, and whether whoever paid twice could have known better.

A response of Comprehend or Rekognition that is bought again must be explained by one of the windows that
docs/architecture.md names: the first one never came back, or was never stored, or was bought by another run at the same
time. Whatever a run has read from the cache it must not buy.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from photolake.images.rekognition_apis import APIS
from photolake.posts.text_cache import PostText
from photolake.pricing import count_comprehend_units

if TYPE_CHECKING:
    from tests.faults.invocation import Invocation
    from tests.faults.story import Story

_TEXT_APIS = {
    "BatchDetectSentiment": "sentiment",
    "BatchDetectEntities": "entities",
    "BatchDetectDominantLanguage": "language",
}
_IMAGE_APIS = {api.operation: api.name for api in APIS.values() if api.name != "properties"}

WATCHED = frozenset({"comprehend", "rekognition", "dynamodb"})

Bought = tuple[str, str]
"""The id of the cache's item that remembers it, and the API."""


@dataclass
class Payment:
    """A response that was paid for; `is_heard`: it came back."""

    by: Invocation
    at: int
    is_heard: bool
    stored_at: int | None = None


@dataclass
class Ledger:
    """Sees every request that a service carried out, in order."""

    story: Story
    payments: dict[Bought, list[Payment]] = field(default_factory=lambda: defaultdict(list))
    broken: list[str] = field(default_factory=list)
    _moment: int = 0
    _reads: dict[tuple[str, str], tuple[int, frozenset[str]]] = field(default_factory=dict)
    _tries: set[tuple[str, str]] = field(default_factory=set)

    def record(
        self, by: Invocation, service: str, operation: str, sent: dict[str, Any], received: bytes, *, is_heard: bool
    ) -> None:
        """Take down a request that was carried out."""
        self._moment += 1
        if service == "comprehend":
            self._record_texts(by, operation, sent, json.loads(received), is_heard)
        elif service == "rekognition":
            image = sent["Image"]["S3Object"]["Name"].rpartition("/")[2].partition(".")[0]
            api = _IMAGE_APIS[operation]
            self.story.count("paid: Rekognition calls")
            self._pay(by, (f"partial#{image}#{api}", api), is_heard)
        elif service == "dynamodb":
            self._record_items(by, operation, sent, json.loads(received), is_heard)

    def note_try(self, by: Invocation, operation: str, sent: dict[str, Any]) -> None:
        """Take down that an item is to be stored, whatever becomes of the request."""
        if operation == "PutItem" and "id" in sent["Item"]:
            self._tries.add((by.name, sent["Item"]["id"]["S"]))

    def _record_texts(
        self, by: Invocation, operation: str, sent: dict[str, Any], received: dict[str, Any], is_heard: bool
    ) -> None:
        for result in received["ResultList"]:
            text = PostText(sent.get("LanguageCode", "und"), sent["TextList"][result["Index"]])
            self.story.count("paid: Comprehend units", count_comprehend_units(text.text))
            self._pay(by, (text.cache_key, _TEXT_APIS[operation]), is_heard)

    def _pay(self, by: Invocation, bought: Bought, is_heard: bool) -> None:
        earlier = self.payments[bought]
        if earlier:
            self._explain(by, bought, earlier)
        earlier.append(Payment(by, self._moment, is_heard))

    def _explain(self, by: Invocation, bought: Bought, earlier: list[Payment]) -> None:
        item, api = bought
        read = self._reads.get((by.name, item))
        if read is None:
            self._break(by, bought, "bought again without looking whether there is a response")
            return
        read_at, found = read
        if api in found:
            self._break(by, bought, "bought again although the cache had the response")
            return
        reasons = {self._find_reason(payment, by, read_at, item) for payment in earlier}
        if "" in reasons:
            self._break(by, bought, "bought again, and nothing explains it")
        # The latest payment is the one that this one repeats.
        reason = self._find_reason(earlier[-1], by, read_at, item)
        kind = "texts" if item.startswith("text#") else "images"
        self.story.count(f"paid twice, {kind}: {reason}")
        self.story.tell(f"    {item[:50]} {api} is paid twice: {reason}")

    def _find_reason(self, payment: Payment, by: Invocation, read_at: int, item: str) -> str:
        """Why the payer of a response could not know of an earlier payment; empty if nothing says so."""
        if not payment.is_heard:
            return "response lost"
        if payment.stored_at is None and payment.by.is_lost:
            return "crash before it was stored"
        # Texts are stored together, after all of them have been bought.
        was_tried = item.startswith("text#") or (payment.by.name, item) in self._tries
        is_past = payment.by.is_over or (payment.by is by and read_at > payment.at)
        if payment.stored_at is None and was_tried and is_past:
            return "it could not be stored"
        is_later = payment.stored_at is None or payment.stored_at > read_at
        if item.startswith("text#"):
            return "two concurrent runs" if is_later or self._overlapped(payment.by, read_at) else ""
        return "a run outlived its lease" if is_later and (payment.by.outlives_its_time or by.outlives_its_time) else ""

    def _overlapped(self, other: Invocation, read_at: int) -> bool:
        """Whether a run whose results are gone may have been overwritten by one that began before they were stored."""
        return True if other.is_over is False else self.story.counts["overlapping runs of TweetAnalyzer"] > 0

    def _break(self, by: Invocation, bought: Bought, what: str) -> None:
        self.broken.append(f"{bought[0][:60]} {bought[1]}: {what} ({by.name})")
        self.story.tell(f"    BROKEN: {self.broken[-1]}")

    def _record_items(
        self, by: Invocation, operation: str, sent: dict[str, Any], received: dict[str, Any], is_heard: bool
    ) -> None:
        if operation == "PutItem":
            self._record_store(by, sent["Item"])
        elif operation == "BatchWriteItem":
            left = [
                json.dumps(write, sort_keys=True)
                for writes in (received.get("UnprocessedItems") or {}).values()
                for write in writes
            ]
            for write in (write for writes in sent["RequestItems"].values() for write in writes):
                if "PutRequest" in write and json.dumps(write, sort_keys=True) not in left:
                    self._record_store(by, write["PutRequest"]["Item"])
        elif operation == "GetItem" and is_heard and "id" in sent["Key"]:
            item = received.get("Item")
            self._record_read(by, sent["Key"]["id"]["S"], item)
        elif operation == "BatchGetItem" and is_heard:
            self._record_batch(by, sent, received)

    def _record_batch(self, by: Invocation, sent: dict[str, Any], received: dict[str, Any]) -> None:
        found = {item["id"]["S"]: item for items in received["Responses"].values() for item in items if "id" in item}
        for asked in sent["RequestItems"].values():
            for key in asked["Keys"]:
                if "id" in key:
                    self._record_read(by, key["id"]["S"], found.get(key["id"]["S"]))

    def _record_store(self, by: Invocation, item: dict[str, Any]) -> None:
        if "id" not in item:
            return
        name = item["id"]["S"]
        for api in _read_apis(name, item):
            for payment in self.payments.get((name, api), []):
                if payment.by is by and payment.stored_at is None:
                    payment.stored_at = self._moment

    def _record_read(self, by: Invocation, name: str, item: dict[str, Any] | None) -> None:
        self._reads[by.name, name] = (self._moment, frozenset(_read_apis(name, item)) if item else frozenset())


def _read_apis(name: str, item: dict[str, Any]) -> set[str]:
    """The APIs whose responses an item of the cache holds."""
    if name.startswith("text#"):
        return set(json.loads(item["body"]["S"]))
    if name.startswith("partial#"):
        json.loads(gzip.decompress(base64.b64decode(item["body"]["B"])))
        return {name.rpartition("#")[2]}
    return set()
