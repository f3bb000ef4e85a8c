"""Promises broken on purpose: each mutant takes one rule out of the library, and the seeds must notice.

A mutant is a context manager over a deployed stack. The library itself has no part in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from photolake.aws import dynamodb
from photolake.aws.firehose import DeliveryStream
from photolake.aws.sqs import MessageQueue
from photolake.backfill.runner import BackfillRunner
from photolake.collect.runner import SourceCollector, SourceSummary
from photolake.images import lease
from photolake.images.cache import PartialResults
from photolake.images.ingest import PhotoIngester
from photolake.images.lease import Lease
from photolake.images.registry import parse_image_key
from photolake.images.responses import KeptResponses
from photolake.posts.waiting_objects import WaitingObjects
from photolake.search.indexes import SearchIndexes
from photolake.spending.limits import SpendingLimits
from photolake.spending.purse import Purse

if TYPE_CHECKING:
    from tests.faults.stack import Stack

Mutant = Callable[["Stack"], AbstractContextManager[Any]]


def forget_refused_records(stack: Stack) -> AbstractContextManager[Any]:
    """FailedPutCount is not read."""

    def put(self: Any, records: list[bytes]) -> None:
        batch = [{"Data": record} for record in records]
        self._client.put_record_batch(DeliveryStreamName=self._name, Records=batch)

    return patch.object(DeliveryStream, "_put_records", put)


def forget_refused_messages(stack: Stack) -> AbstractContextManager[Any]:
    """`Failed` of SendMessageBatch is not read."""

    def send(self: Any, bodies: list[str], delay_seconds: int) -> None:
        entries = [
            {"Id": str(number), "MessageBody": body, "DelaySeconds": delay_seconds}
            for number, body in enumerate(bodies)
        ]
        self._client.send_message_batch(QueueUrl=self._url, Entries=entries)

    return patch.object(MessageQueue, "_send_batch", send)


def forget_unwritten_items(stack: Stack) -> AbstractContextManager[Any]:
    """UnprocessedItems is not read."""

    def write(table: Any, requests: Any, sleep: Any) -> None:
        writes = list(requests)
        for start in range(0, len(writes), dynamodb.MAX_WRITES):
            group = writes[start : start + dynamodb.MAX_WRITES]
            table.meta.client.batch_write_item(RequestItems={table.name: group})

    return patch.object(dynamodb, "_write", write)


def take_unread_keys_for_absent(stack: Stack) -> AbstractContextManager[Any]:
    """UnprocessedKeys is not read."""

    def read(table: Any, keys: Any, sleep: Any, is_consistent: bool = True) -> Iterator[dict[str, Any]]:
        if asked := list(keys):
            request = {table.name: {"Keys": asked, "ConsistentRead": is_consistent}}
            yield from table.meta.client.batch_get_item(RequestItems=request)["Responses"].get(table.name, [])

    return patch.object(dynamodb, "read_keys", read)


def analyse_without_a_lease(stack: Stack) -> AbstractContextManager[Any]:
    """Two runs analyse the same image at once."""
    # Every value that is sent has to be in the condition.
    always = lease._IS_FREE.replace("holder = :holder", "holder = :holder OR holder <> :holder")
    return patch.object(lease, "_IS_FREE", always)


def finish_without_being_the_holder(stack: Stack) -> AbstractContextManager[Any]:
    """Whoever comes to an end finishes the image, although another run has begun since."""
    update = Lease._update

    def finish(self: Any, expression: str, values: Any, condition: str = lease._IS_HELD) -> None:
        update(self, expression, values, f"attribute_exists(id) OR {condition}")

    return patch.object(Lease, "_update", finish)


def keep_no_partial_results(stack: Stack) -> AbstractContextManager[Any]:
    """A retry buys again what has been bought."""
    return patch.object(PartialResults, "store", lambda self, image_id, responses: None)


def mark_done_before_delivery(stack: Stack) -> AbstractContextManager[Any]:
    """The image is done before Firehose has its row."""
    analyzer = stack.handlers["ImageAnalyzer"][0].analyzer
    store = KeptResponses.store

    def store_and_mark(self: Any, image_id: str, responses: Any, kept: Any) -> None:
        store(self, image_id, responses, kept)
        analyzer.leases._table.update_item(
            Key={"id": f"image#{image_id}"},
            UpdateExpression="SET #state = :done, request_digest = :digest",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={":done": "done", ":digest": analyzer.requests.digest},
        )

    return patch.object(KeptResponses, "store", store_and_mark)


@contextmanager
def index_after_done(stack: Stack) -> Iterator[None]:
    """The search index is written when nothing brings the image back any more."""
    waiting: dict[str, Any] = {}
    put, mark_done = SearchIndexes.put, Lease.mark_done

    def mark_and_put(self: Any, digest: str) -> None:
        mark_done(self, digest)
        indexes, row = waiting.pop(self.image.image_id)
        put(indexes, row)

    def wait(self: Any, row: Any) -> None:
        waiting[row["image_id"]] = (self, row)

    with patch.object(SearchIndexes, "put", wait), patch.object(Lease, "mark_done", mark_and_put):
        yield


def store_only_the_first_time(stack: Stack) -> AbstractContextManager[Any]:
    """A photo whose bytes are claimed is taken for stored."""
    ingest, put_if_absent = PhotoIngester.ingest, PhotoIngester._put_if_absent
    claimed: dict[str | None, bool] = {}

    def look_and_ingest(self: Any, data: bytes, **options: Any) -> Any:
        image_id = hashlib.sha256(data).hexdigest()
        claimed[image_id] = self._registry.get(image_id) is not None
        return ingest(self, data, **options)

    def put_unclaimed(self: Any, key: str, body: bytes, content_type: str) -> bool:
        return not claimed.get(parse_image_key(key)) and put_if_absent(self, key, body, content_type)

    stacked = ExitStack()
    stacked.enter_context(patch.object(PhotoIngester, "ingest", look_and_ingest))
    stacked.enter_context(patch.object(PhotoIngester, "_put_if_absent", put_unclaimed))
    return stacked


def save_checkpoint_before_delivery(stack: Stack) -> AbstractContextManager[Any]:
    """The checkpoint counts posts as delivered that are not yet."""

    def collect(self: Any, source: Any, has_time: Callable[[], bool]) -> SourceSummary:
        checkpoint, summary = self.checkpoints.load(source.name), SourceSummary(source.name)
        state = {name: value for name, value in checkpoint.state.items() if name != "not_before"}
        with closing(source.fetch(state)) as batches:
            for batch in batches:
                checkpoint = self.checkpoints.save(checkpoint, batch.state)
                summary = self._deliver_batch(batch, summary)
        return summary

    return patch.object(SourceCollector, "collect", collect)


@contextmanager
def save_position_before_announcing(stack: Stack) -> Iterator[None]:
    """A backfill job counts objects as announced that are not yet."""
    announce, save = BackfillRunner._announce, BackfillRunner._save
    waiting: list[tuple[str, Any]] = []

    def wait(self: Any, bucket: str, objects: Any) -> int:
        waiting.append((bucket, objects))
        return sum(each.is_announced for each in objects)

    def save_and_announce(self: Any, job: Any, handled: Any, state: Any) -> Any:
        saved = save(self, job, handled, state)
        announce(self, *waiting.pop())
        return saved

    with patch.object(BackfillRunner, "_announce", wait), patch.object(BackfillRunner, "_save", save_and_announce):
        yield


def take_the_partition_from_the_clock(stack: Stack) -> AbstractContextManager[Any]:
    """A post that is delivered twice lies in two partitions."""
    return patch("photolake.posts.analyzer.compute_post_dt", lambda row, earliest: datetime.now(UTC).date().isoformat())


def spend_without_counting(stack: Stack) -> AbstractContextManager[Any]:
    """A call is made without its price being taken."""
    return patch.object(Purse, "take", lambda self, amount: True)


def give_back_what_was_spent(stack: Stack) -> AbstractContextManager[Any]:
    """Half of what a call costs is put back."""
    take = Purse.take

    def take_less(self: Any, amount: int) -> bool:
        return take(self, amount) and not self.put_back(amount // 2)

    return patch.object(Purse, "take", take_less)


def forget_the_limits(stack: Stack) -> AbstractContextManager[Any]:
    """The counters have no condition; a worker stops only by what it knows itself."""
    return patch.object(SpendingLimits, "select", lambda self, service: {"total": 10**12})


def forget_what_waits_for_money(stack: Stack) -> AbstractContextManager[Any]:
    """An object with posts over the budget is taken for done."""
    return patch.object(WaitingObjects, "add", lambda self, created, posts, price: None)


@contextmanager
def acknowledge_everything(stack: Stack) -> Iterator[None]:
    """A message is done whatever became of it."""
    with ExitStack() as exits:
        for modules in stack.handlers.values():
            for module in modules:
                if process := getattr(module, "process_messages", None):
                    exits.enter_context(patch.object(module, "process_messages", _without_failures(process)))
        yield


def _without_failures(process: Callable[..., Mapping[str, Any]]) -> Callable[..., Mapping[str, Any]]:
    def run(*arguments: Any) -> Mapping[str, Any]:
        process(*arguments)
        return {"batchItemFailures": []}

    return run


MUTANTS: Mapping[str, Mutant] = {
    mutant.__name__: mutant
    for mutant in (
        forget_refused_records,
        forget_refused_messages,
        forget_unwritten_items,
        take_unread_keys_for_absent,
        analyse_without_a_lease,
        finish_without_being_the_holder,
        keep_no_partial_results,
        mark_done_before_delivery,
        index_after_done,
        store_only_the_first_time,
        save_checkpoint_before_delivery,
        save_position_before_announcing,
        take_the_partition_from_the_clock,
        spend_without_counting,
        give_back_what_was_spent,
        forget_the_limits,
        forget_what_waits_for_money,
        acknowledge_everything,
    )
}
