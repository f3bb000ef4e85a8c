"""A bucket with photos, a lake that analyses them, and the backfill between the two; all in memory.

The queues deliver at least once and in any order, and every worker can crash before or after each of its effects.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from photolake.aws.s3 import S3Object, build_created_event, parse_created_objects
from photolake.backfill.allowance import Allowance
from photolake.backfill.jobs import JobStore
from photolake.backfill.listing import ObjectSorter
from photolake.backfill.runner import BackfillRunner
from photolake.images.objects import ObjectRegistry
from photolake.images.registry import ImageRegistry, UnavailablePhoto
from photolake.images.rekognition_apis import digest_requests, find_apis, select_apis
from tests.fakes.client_error import client_error
from tests.fakes.dynamodb_table import FakeTable

LAKE = "lake"
ALBUM = "album"
DAY = dt.datetime(2026, 11, 20, 0, 5, tzinfo=dt.UTC)
PAGE = 3


class CrashError(Exception):
    """The worker dies."""


class FakeCheckpointTable(FakeTable):
    """Conditional on the version, as `CheckpointStore` writes."""

    def put_item(self, **request: Any) -> None:
        assert request["ConditionExpression"] == "attribute_not_exists(id) OR version = :read"
        item = request["Item"]
        known = self.items.get(item["id"])
        if known and known["version"] != request["ExpressionAttributeValues"][":read"]:
            raise client_error("ConditionalCheckFailedException")
        self.items[item["id"]] = item

    def update_item(self, *, Key: Any, UpdateExpression: str, ExpressionAttributeValues: Any, **_: Any) -> None:  # noqa: N803
        assert UpdateExpression == "ADD uris :uris"
        self.items.setdefault(Key["id"], {"uris": set()})["uris"] |= ExpressionAttributeValues[":uris"]


class FakeBuckets:
    """Lists objects as S3 does, `PAGE` at a time; `before_list` is called with each request."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, bytes]] = {LAKE: {}, ALBUM: {}}
        self.classes: dict[str, str] = {}
        self.before_list: Callable[[], None] = lambda: None
        self.lists = 0

    def list_objects_v2(self, *, Bucket: str, Prefix: str, StartAfter: str) -> dict[str, Any]:  # noqa: N803
        self.before_list()
        self.lists += 1
        if Bucket not in self.objects:
            raise client_error("NoSuchBucket")
        keys = sorted((key for key in self.objects[Bucket] if key.startswith(Prefix)), key=str.encode)
        start = bisect_right([key.encode() for key in keys], StartAfter.encode())
        found = keys[start : start + PAGE]
        response: dict[str, Any] = {"IsTruncated": start + PAGE < len(keys)}
        if found:
            response["Contents"] = [self._describe(Bucket, key) for key in found]
        return response

    def etag(self, bucket: str, key: str) -> str:
        return hashlib.md5(self.objects[bucket][key]).hexdigest()

    def _describe(self, bucket: str, key: str) -> dict[str, Any]:
        size = len(self.objects[bucket][key])
        storage = self.classes.get(key, "STANDARD")
        return {"Key": key, "Size": size, "ETag": f'"{self.etag(bucket, key)}"', "StorageClass": storage}


@dataclass
class FakeQueue:
    """Messages in the order in which they were sent; `delays` has the delay of each that was sent."""

    messages: list[str] = field(default_factory=list)
    delays: list[int] = field(default_factory=list)

    def send(self, messages: Iterable[Mapping[str, Any]], delay_seconds: int = 0) -> int:
        sent = [json.dumps(message) for message in messages]
        self.messages += sent
        self.delays += [delay_seconds] * len(sent)
        return len(sent)

    def count_messages(self) -> int:
        return len(self.messages)


class World:
    """The album, the lake, and the two functions. Content that begins with `no` is not a photo."""

    def __init__(self, apis: Iterable[str] = ("labels", "text"), budget: int = 0) -> None:
        self.s3 = FakeBuckets()
        self.apis = tuple(apis)
        self.budget = budget
        self.now = DAY
        self.image_table, self.checkpoints = FakeTable(), FakeCheckpointTable()
        self.image_queue, self.job_queue = FakeQueue(), FakeQueue()
        self.bought: Counter[tuple[str, str]] = Counter()
        self.taken: Counter[str] = Counter()
        self.reads: Counter[str] = Counter()
        self.rows: list[tuple[str, str]] = []
        self.tokens = iter(range(10**9))

    # --- the album

    def put(self, key: str, content: str, bucket: str = ALBUM) -> None:
        self.s3.objects[bucket][key] = content.encode()

    # --- what users and the schedule do

    @property
    def jobs(self) -> JobStore:
        table: Any = self.checkpoints
        return JobStore(table, lambda: self.now, lambda: f"token {next(self.tokens)}")

    def start(self, prefix: str = "", bucket: str = ALBUM) -> None:
        self.job_queue.send([self.jobs.start(bucket, prefix).message])

    def begin_day(self) -> None:
        """The new day's budget, and the daily run of the function."""
        self.now += dt.timedelta(days=1)
        waiting = [item for item in self.image_table.items.values() if item.get("waiting")]
        self.image_queue.send(build_created_event(LAKE, item["s3_key"], self.now) for item in waiting)
        self.job_queue.send(job.message for job in self.jobs.resume_all())

    # --- backfill

    def run_job(self, *, before: int = 0, after: int = 0, pages: int = 2, keep: bool = False, at: int = 0) -> None:
        """Deliver a message of the job queue to a worker that crashes before or after that effect.

        A message stays in the queue if its worker crashes, or if it is to be kept (SQS delivers at least once).
        """
        if not self.job_queue.messages:
            return
        body = self.job_queue.messages[at % len(self.job_queue.messages)]
        steps = Steps(before, after)
        images, own = SteppingQueue(self.image_queue, steps), SteppingQueue(self.job_queue, steps)
        clock = iter([True] * pages + [False] * 1000)
        try:
            result = self.make_runner(images, steps).run(json.loads(body), lambda: next(clock))
            if result.job and result.delay_seconds is not None:
                own.send([result.job.message], result.delay_seconds)
        except CrashError:
            return
        if not keep:
            self.job_queue.messages.remove(body)

    def make_runner(self, images: Any, steps: Steps | None = None) -> BackfillRunner:
        world: Any = self
        jobs: Any = SteppingJobs(self.jobs, steps) if steps else self.jobs
        registry = CountingRegistry(world.image_table)
        sorter = ObjectSorter(ObjectRegistry(world.image_table), registry, LAKE, self.apis)
        allowance = Allowance(world, registry, images, lambda: self.now)
        return BackfillRunner(jobs, world.s3, sorter, images, allowance, [LAKE, ALBUM], lambda: self.now)

    def count_left(self, now: dt.datetime) -> int | None:
        return self.budget - self.taken[now.date().isoformat()] if self.budget else None

    # --- image_analyzer, as far as backfill sees it

    def analyze(self, at: int = 0, *, keep: bool = False) -> None:
        """Deliver a message of the image queue."""
        if not self.image_queue.messages:
            return
        position = at % len(self.image_queue.messages)
        body = self.image_queue.messages[position]
        if not keep:
            del self.image_queue.messages[position]
        (created,) = parse_created_objects(body)
        if created.bucket == LAKE and created.key.startswith("images/"):
            self._analyze_image(created.key.split("/")[-1].removesuffix(".jpg"))
        else:
            self._ingest(created)

    def _ingest(self, created: S3Object) -> None:
        content = self.s3.objects[created.bucket].get(created.key)
        self.reads[created.key] += 1
        if content is None:
            self.rows.append((created.key, "gone"))
            return
        table: Any = self.image_table
        objects = ObjectRegistry(table)
        if content.startswith(b"no") or not content:
            self.rows.append((created.key, "unsupported_format"))
            objects.remember(created, UnavailablePhoto("unsupported_format", "not a photo"))
            return
        image_id = hashlib.sha256(content).hexdigest()
        key = f"images/{image_id[:2]}/{image_id}.jpg"
        item_id = f"image#{image_id}"
        known = self.image_table.items.get(item_id)
        if known is None:
            self.image_table.items[item_id] = image_item(image_id, created.uri)
            self.image_queue.send([build_created_event(LAKE, key, self.now)])  # S3's own event
        self.rows.append((created.key, "ok"))
        objects.remember(created, image_id)
        if known and known["state"] == "done":
            self._analyze_image(image_id)

    def _analyze_image(self, image_id: str) -> None:
        item = self.image_table.items[f"image#{image_id}"]
        digest = digest_requests(select_apis(self.apis))
        if item["state"] == "done" and item["request_digest"] == digest:
            return
        left = self.count_left(self.now)
        if left is not None and left <= 0:
            item |= {"state": "waiting", "waiting": "yes"}
            return
        self.taken[self.now.date().isoformat()] += 1
        for api in set(self.apis) - item.setdefault("kept", set()):
            self.bought[image_id, api] += 1
            item["kept"] = item["kept"] | {api}
        item |= {"state": "done", "request_digest": digest}
        item.pop("waiting", None)

    # --- to the end

    def drain(self, days: int = 200) -> None:
        """Let everything happen that is left, without faults."""
        for _ in range(days):
            for _ in range(500):
                if not self.job_queue.messages and not self.image_queue.messages:
                    break
                self.run_job(pages=100)
                for _ in range(len(self.image_queue.messages)):
                    self.analyze()
                if set(self.job_queue.delays[-1:]) == {900} and not self.image_queue.messages:
                    break
            waits = any(item.get("waiting") for item in self.image_table.items.values())
            if not waits and all(job.state != "running" for job in self.jobs.list()):
                return
            self.begin_day()
        raise AssertionError("it never ends")

    def analyzed_keys(self, bucket: str = ALBUM) -> set[str]:
        """The keys whose photo has been analysed with today's APIs."""
        return {
            key
            for key, content in self.s3.objects[bucket].items()
            if (item := self.image_table.items.get(f"image#{hashlib.sha256(content).hexdigest()}"))
            and item["state"] == "done"
            and find_apis(item["request_digest"]) >= set(self.apis)
        }


def image_item(image_id: str, source_key: str) -> dict[str, Any]:
    """The registry's item of an image that has just been stored."""
    return {
        "id": f"image#{image_id}",
        "image_dt": "2026-11-20",
        "origin": "backfill",
        "source_key": source_key,
        "s3_key": f"images/{image_id[:2]}/{image_id}.jpg",
        "width": 90,
        "height": 90,
        "content_type": "image/jpeg",
        "state": "stored",
    }


class CountingRegistry(ImageRegistry):
    """Counts waiting images without the index, which FakeTable does not have."""

    def count_waiting(self, limit: int) -> int:
        table: Any = self._table
        return min(limit, sum("waiting" in item for item in table.items.values()))


class Steps:
    """Counts a worker's effects, and crashes before or after the numbered one."""

    def __init__(self, before: int = 0, after: int = 0) -> None:
        self._before, self._after, self._taken = before, after, 0

    def take(self, effect: Callable[[], Any]) -> Any:
        self._taken += 1
        if self._taken == self._before:
            raise CrashError
        result = effect()
        if self._taken == self._after:
            raise CrashError
        return result


@dataclass
class SteppingQueue:
    """A queue of which each single message sent is an effect."""

    queue: FakeQueue
    steps: Steps

    def send(self, messages: Iterable[Mapping[str, Any]], delay_seconds: int = 0) -> int:
        return sum(self.steps.take(partial(self.queue.send, [one], delay_seconds)) for one in messages)

    def count_messages(self) -> int:
        return self.queue.count_messages()


@dataclass
class SteppingJobs:
    """Jobs of which each saving is an effect."""

    jobs: JobStore
    steps: Steps

    def load(self, uri: str) -> Any:
        return self.jobs.load(uri)

    def save(self, job: Any, **changes: Any) -> Any:
        return self.steps.take(lambda: self.jobs.save(job, **changes))
