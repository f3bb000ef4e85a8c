"""What was paid for, and whether whoever paid twice could have known better.

A response of Comprehend or Rekognition that is bought again must be explained by one of the windows that
docs/architecture.md names: the first one never came back, or was never stored, or was bought by another run at the same
time. Whatever a run has read from the cache it must not buy.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from photolake.images.rekognition_apis import APIS
from photolake.posts.comprehend import price_unit
from photolake.posts.text_cache import PostText
from photolake.pricing import count_comprehend_units
from photolake.spending.limits import convert_to_micros
from tests.faults.memory import IMAGE_APIS, Remembered, list_read, list_written, read_change
from tests.faults.refusals import read_body

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

    from tests.faults.invocation import Invocation
    from tests.faults.story import Story

_TEXT_APIS = {
    "BatchDetectSentiment": "sentiment",
    "BatchDetectEntities": "entities",
    "BatchDetectDominantLanguage": "language",
}
_IMAGE_APIS = {api.operation: api.name for api in APIS.values() if api.name != "properties"}

Bought = tuple[str, str]
"""The id of a text in the cache, or an image_id; and the API."""


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
    bought: Counter[str] = field(default_factory=Counter)
    """Millionths of a dollar of each service, also for responses that never came back."""
    _moment: int = 0
    _reads: dict[tuple[str, str], dict[str, tuple[int, Remembered]]] = field(default_factory=lambda: defaultdict(dict))
    _holders: dict[str, Invocation] = field(default_factory=dict)
    _tries: set[tuple[str, str, str]] = field(default_factory=set)

    def record(
        self,
        by: Invocation,
        service: str,
        operation: str,
        request: AWSPreparedRequest,
        response: AWSResponse,
        *,
        is_heard: bool,
    ) -> None:
        """Take down a request that was carried out."""
        self._moment += 1
        self._watch_holders(by, service, operation, request, response)
        if response.status_code == 200:
            if service == "comprehend":
                self._record_texts(by, operation, request, response, is_heard)
            elif service == "rekognition":
                image = read_body(request)["Image"]["S3Object"]["Name"].rpartition("/")[2].partition(".")[0]
                self.story.count("paid: Rekognition calls")
                api = APIS[_IMAGE_APIS[operation]]
                self.bought["rekognition"] += convert_to_micros(api.find_price())
                self._pay(by, (image, _IMAGE_APIS[operation]), is_heard)
            self._record_stored(by, list_written(service, operation, request, response))
        if is_heard:
            for each in list_read(service, operation, request, response):
                self._reads[by.name, each.subject][each.place] = (self._moment, each)

    def note_try(self, by: Invocation, service: str, operation: str, request: AWSPreparedRequest) -> None:
        """Take down what is to be stored, whatever becomes of the request."""
        for each in list_written(service, operation, request):
            self._tries.update((by.name, each.subject, api) for api in each.apis)

    def _record_texts(
        self, by: Invocation, operation: str, request: AWSPreparedRequest, response: AWSResponse, is_heard: bool
    ) -> None:
        sent = read_body(request)
        for result in json.loads(response.content)["ResultList"]:
            text = PostText(sent.get("LanguageCode", "und"), sent["TextList"][result["Index"]])
            units = count_comprehend_units(text.text)
            self.story.count("paid: Comprehend units", units)
            self.bought["comprehend"] += units * price_unit()
            self._pay(by, (text.cache_key, _TEXT_APIS[operation]), is_heard)

    def _record_stored(self, by: Invocation, written: Iterable[Remembered]) -> None:
        for each in written:
            for api in each.apis:
                for payment in self.payments.get((each.subject, api), []):
                    if payment.by is by and payment.stored_at is None:
                        payment.stored_at = self._moment

    def _pay(self, by: Invocation, bought: Bought, is_heard: bool) -> None:
        earlier = self.payments[bought]
        if earlier:
            self._explain(by, bought, earlier)
        earlier.append(Payment(by, self._moment, is_heard))

    def _explain(self, by: Invocation, bought: Bought, earlier: list[Payment]) -> None:
        subject, api = bought
        reads = [(at, found) for at, found in self._reads[by.name, subject].values() if api in found.possible]
        # Nobody can know of a response that never came back: not even the client, which sends the request again.
        if not reads and any(payment.is_heard for payment in earlier):
            self._break(by, bought, "bought again without looking whether there is a response")
            return
        if any(api in found.apis for _, found in reads):
            self._break(by, bought, "bought again although the cache had the response")
            return
        read_at = min((at for at, _ in reads), default=0)
        reasons = {self._find_reason(payment, by, read_at, bought) for payment in earlier}
        if "" in reasons:
            self._break(by, bought, "bought again, and nothing explains it")
        # The latest payment is the one that this one repeats.
        reason = self._find_reason(earlier[-1], by, read_at, bought)
        kind = "images" if api in IMAGE_APIS else "texts"
        self.story.count(f"paid twice, {kind}: {reason}")
        self.story.tell(f"    {subject[:50]} {api} is paid twice: {reason}")

    def _find_reason(self, payment: Payment, by: Invocation, read_at: int, bought: Bought) -> str:
        """Why the payer of a response could not know of an earlier payment; empty if nothing says so."""
        subject, api = bought
        if not payment.is_heard:
            return "response lost"
        if payment.stored_at is None and payment.by.is_lost:
            return "crash before it was stored"
        # Texts are stored together, after all of them have been bought.
        was_tried = api not in IMAGE_APIS or (payment.by.name, subject, api) in self._tries
        is_past = payment.by.is_over or (payment.by is by and read_at > payment.at)
        if payment.stored_at is None and was_tried and is_past:
            return "it could not be stored"
        is_later = payment.stored_at is None or payment.stored_at > read_at
        if api not in IMAGE_APIS:
            return "two concurrent runs" if is_later or self._overlapped(payment.by) else ""
        return "a run outlived its lease" if is_later and (payment.by.outlives_its_time or by.outlives_its_time) else ""

    def _overlapped(self, other: Invocation) -> bool:
        """Whether a run whose results are gone may have been overwritten by one that began before they were stored."""
        return True if other.is_over is False else self.story.counts["overlapping runs of TweetAnalyzer"] > 0

    def _watch_holders(
        self, by: Invocation, service: str, operation: str, request: AWSPreparedRequest, response: AWSResponse
    ) -> None:
        """Only the run that has begun last says how the analysis of an image ended."""
        change = read_change(request) if (service, operation) == ("dynamodb", "UpdateItem") else None
        if change is None or response.status_code != 200:
            return
        holder = self._holders.get(change.image_id)
        if change.state == "analyzing":
            self._holders[change.image_id] = by
        elif change.state in ("done", "gone") and holder is not by:
            self._break(
                by, (change.image_id, change.state), f"marked, although {holder and holder.name} has begun since"
            )

    def _break(self, by: Invocation, bought: Bought, what: str) -> None:
        self.broken.append(f"{bought[0][:60]} {bought[1]}: {what} ({by.name})")
        self.story.tell(f"    BROKEN: {self.broken[-1]}")
