"""One measurement: posts from their archive objects to the last analysis, by some instances of each function."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.pipeline.event_source import MessageQueue, read_failures
from bench.pipeline.floor import time_image
from bench.pipeline.latencies import Clock
from bench.pipeline.posts import pack_posts
from bench.pipeline.services import Call, Services
from bench.pipeline.stack import Function, announce_object, build_message

if TYPE_CHECKING:
    from bench.pipeline.sandboxes import Sandbox, SandboxPool


@dataclass(frozen=True)
class Handled:
    """An invocation in milliseconds of the clock; `floor` is that of its slowest image, 0 of other functions."""

    function: str
    messages: int
    milliseconds: float
    floor: float


@dataclass
class Measurement:
    """What a load took, in milliseconds of the clock; but `wall` and `processor` are seconds of this machine."""

    posts: int
    slowness: float
    milliseconds: float = 0.0
    wall: float = 0.0
    processor: float = 0.0
    lateness_ms: float = 0.0
    handled: list[Handled] = field(default_factory=list)
    calls: Counter[Call] = field(default_factory=Counter)
    rows: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)
    processor_ms: Counter[str] = field(default_factory=Counter)

    @property
    def posts_per_second(self) -> float:
        """From the first message to the end of the last invocation."""
        return self.posts / self.milliseconds * 1000

    @property
    def busy(self) -> float:
        """The share of this machine's processors that the handlers and the services used, 0 to 1."""
        return self.processor / self.wall / (os.cpu_count() or 1)

    def busy_ms(self, function: str) -> float:
        """The time of all invocations of a function."""
        return sum(each.milliseconds for each in self.handled if each.function == function)

    def count_messages(self, function: str) -> int:
        """How many messages a function has handled."""
        return sum(each.messages for each in self.handled if each.function == function)


class Pipeline:
    """The functions, their queues, and the services that they call."""

    def __init__(
        self,
        functions: Mapping[str, Function],
        tables: Mapping[str, Mapping[str, Any]],
        glue_tables: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """`functions` by name, in the order of the data."""
        self.functions = functions
        self.clock = Clock()
        self.services = Services(self.clock, tables, glue_tables, self._put_message, self._announce)
        self._queues: dict[str, MessageQueue] = {}
        self._sent = 0
        self._idle = asyncio.Event()

    async def measure(
        self,
        pool: SandboxPool,
        posts: Sequence[Mapping[str, Any]],
        instances: Mapping[str, int],
        objects: int,
        slowness: float = 1.0,
        batch_sizes: Mapping[str, int] | None = None,
    ) -> Measurement:
        """Let so many instances of each function work off the posts, which lie in so many archive objects.

        `batch_sizes` replace those of the template. RuntimeError: a handler raises, or gives a message back for ever.
        """
        self.services.empty()
        self.clock.slowness = slowness
        self._queues = {function.queue: MessageQueue() for function in self.functions.values()}
        self._idle.clear()
        result = Measurement(len(posts), slowness)
        first = next(iter(instances))
        processor, began = pool.total_processor() + time.process_time(), time.monotonic()
        for number, body in enumerate(pack_posts(posts, objects)):
            self._put_object(self.functions[first], f"tweets/{number}.jsonl.gz", body)
        pollers = [
            asyncio.create_task(self._poll(self.functions[name], sandbox, result, batch_sizes or {}))
            for name, count in instances.items()
            for sandbox in pool.by_function[name][:count]
        ]
        await self._wait_until_idle(pollers)
        result.wall = time.monotonic() - began
        result.milliseconds = self.clock.from_wall(result.wall) * 1000
        result.processor = pool.total_processor() + time.process_time() - processor
        result.lateness_ms = self.clock.from_wall(self.services.lateness.mean) * 1000
        result.calls, result.rows = self.services.calls, self.services.rows
        return result

    async def _wait_until_idle(self, pollers: Sequence[asyncio.Task[None]]) -> None:
        idle = asyncio.create_task(self._idle.wait())
        done, _ = await asyncio.wait([idle, *pollers], return_when=asyncio.FIRST_COMPLETED)
        for task in (idle, *pollers):
            task.cancel()
        for task in done - {idle}:
            task.result()
        if self.services.errors:
            raise self.services.errors[0]

    async def _poll(
        self, function: Function, sandbox: Sandbox, result: Measurement, batch_sizes: Mapping[str, int]
    ) -> None:
        queue = self._queues[function.queue]
        size = batch_sizes.get(function.name, function.batch_size)
        while True:
            batch = await queue.take(size, self.clock.to_wall(function.window_seconds * 1000))
            records = [message.record for message in batch]
            invocation = await sandbox.invoke(records, function.timeout_seconds * self.clock.slowness)
            milliseconds = self.clock.from_wall(invocation.seconds) * 1000
            floor = max(map(self._find_floor, records)) if function.name == "image_analyzer" else 0.0
            result.handled.append(Handled(function.name, len(batch), milliseconds, floor))
            result.peak_mb[function.name] = max(result.peak_mb.get(function.name, 0), invocation.peak_mb)
            result.processor_ms[function.name] += round(invocation.processor * 1000)
            queue.finish(batch, read_failures(invocation.response))
            if not any(each.unfinished for each in self._queues.values()):
                self._idle.set()

    def _find_floor(self, record: Mapping[str, Any]) -> float:
        key = json.loads(record["body"])["Records"][0]["s3"]["object"]["key"]
        return time_image(self.services.store.objects[key])

    def _put_object(self, function: Function, key: str, body: bytes) -> None:
        self.services.store.objects[key] = body
        announced = announce_object(function.event, key, len(body), self.services.store.etag(key))
        self._put_message(function.queue, announced)

    def _announce(self, key: str) -> None:
        """S3 announces an object in the queue that its prefix belongs to."""
        for function in self.functions.values():
            if function.prefix and key.startswith(function.prefix):
                size, etag = len(self.services.store.objects[key]), self.services.store.etag(key)
                self._put_message(function.queue, announce_object(function.event, key, size, etag))

    def _put_message(self, queue: str, body: str) -> None:
        (function,) = (each for each in self.functions.values() if each.queue == queue)
        self._sent += 1
        self._queues[queue].put(build_message(function.event, self._sent, body))
