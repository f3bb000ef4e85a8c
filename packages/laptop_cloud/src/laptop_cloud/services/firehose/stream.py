"""One delivery stream: buffers records and delivers each once, in a data object or an error object."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from laptop_cloud.server.aws_json import ServiceError
from laptop_cloud.services.firehose.buffer import Buffer, BufferedBatch, BufferGroup
from laptop_cloud.services.firehose.column_types import SchemaError, read_columns
from laptop_cloud.services.firehose.destination import ConversionSchema, StreamDestination, route_failure
from laptop_cloud.services.firehose.objects import DeliveredObject, Renderer, StreamVersion
from laptop_cloud.services.firehose.records import CONVERSION_FAILED, TOO_MANY_PARTITIONS, Failure, Record, RecordError

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client

MAX_PARTITIONS = 500

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StreamCounters:
    """Since the stream was made: records put, lines they held, objects of delivered lines, lines that failed."""

    records: int = 0
    lines: int = 0
    objects: int = 0
    failed: int = 0


@dataclass
class _QueuedDelivery:
    """A batch to be put to S3. Its objects are rendered once and keep their keys, so a second put is harmless."""

    batch: BufferedBatch
    renderer: Renderer
    objects: deque[DeliveredObject] | None = field(default=None)

    def __len__(self) -> int:
        if self.objects is None:
            return len(self.batch.records)
        return sum(delivered.records for delivered in self.objects)


class LocalDeliveryStream:
    """A stream with one S3 destination; safe to use from several threads."""

    def __init__(
        self,
        version: StreamVersion,
        destination: StreamDestination,
        s3: S3Client,
        glue: GlueClient,
        scale: float,
        clock: Callable[[], float],
    ) -> None:
        """Buffering hints are multiplied by `scale`; `clock` gives epoch seconds."""
        self._s3 = s3
        self._glue = glue
        self._scale = scale
        self._clock = clock
        self._lock = threading.Lock()
        self._delivering = threading.Lock()
        self._closed: tuple[str, str, int] | None = None
        self._counters = StreamCounters()
        self._deliveries: deque[_QueuedDelivery] = deque()
        self._use_destination(version, destination)

    def _use_destination(self, version: StreamVersion, destination: StreamDestination) -> None:
        self._renderer = Renderer(version, destination)
        self._buffer = Buffer(destination.max_bytes * self._scale, destination.interval * self._scale)

    def put(self, records: Sequence[bytes]) -> None:
        """Take records, all or none; ServiceError once the stream is closed."""
        with self._lock:
            if self._closed is not None:
                raise ServiceError(*self._closed)
            before = len(self._buffer)
            for data in records:
                for group, record in self._renderer.destination.route(data, self._clock()):
                    self._buffer.add(*self._enforce_partition_limit(group, record))
            counters = self._counters
            lines = len(self._buffer) - before
            self._counters = replace(counters, records=counters.records + len(records), lines=counters.lines + lines)

    def update(self, version: StreamVersion, destination: StreamDestination) -> None:
        """Use another destination from now on; what is buffered still goes to the old one."""
        with self._lock:
            self._queue_deliveries(self._buffer.take_all())
            self._use_destination(version, destination)

    def close(self, code: str, message: str, status: int) -> None:
        """Answer every later put with this error."""
        with self._lock:
            self._closed = (code, message, status)

    def count_buffered(self) -> int:
        """Count the lines not yet in S3."""
        with self._lock:
            return self._count_undelivered()

    def counters(self) -> StreamCounters:
        """The counts so far."""
        with self._lock:
            return self._counters

    def next_due(self) -> float | None:
        """When (epoch seconds) the next buffer is due; None if nothing is buffered."""
        with self._lock:
            return self._buffer.next_due()

    def deliver_due(self) -> bool:
        """Deliver what is full or old enough; False if S3 or Glue failed, and something is left for the next try."""
        with self._lock:
            self._queue_deliveries(self._buffer.take_due(self._clock()))
        return self._deliver_queued()

    def flush(self) -> bool:
        """Deliver everything; False as for `deliver_due`."""
        with self._lock:
            self._queue_deliveries(self._buffer.take_all())
        return self._deliver_queued()

    def _count_undelivered(self) -> int:
        return len(self._buffer) + sum(len(delivery) for delivery in self._deliveries)

    def _enforce_partition_limit(self, group: BufferGroup, record: Record) -> tuple[BufferGroup, Record]:
        if not group.keys or group in self._buffer:
            return group, record
        # A partition counts as active until its object is in S3.
        active = self._buffer.groups() | {delivery.batch.group for delivery in self._deliveries}
        if len({other for other in active if other.keys} | {group}) <= MAX_PARTITIONS:
            return group, record
        # AWS documents the error-output-type; the code is UNVERIFIED.
        code = "DynamicPartitioning.ActivePartitionsLimitExceeded"
        message = f"The stream has {MAX_PARTITIONS} active partitions."
        return route_failure(record, RecordError(TOO_MANY_PARTITIONS, code, message))

    def _queue_deliveries(self, batches: list[BufferedBatch]) -> None:
        self._deliveries.extend(_QueuedDelivery(batch, self._renderer) for batch in batches)

    def _deliver_queued(self) -> bool:
        with self._delivering:
            while self._deliveries:
                try:
                    self._put_objects(self._deliveries[0])
                except (ClientError, BotoCoreError) as error:
                    logger.warning("%s: delivery will be tried again: %s", self._renderer.version.name, error)
                    return False
                with self._lock:
                    self._deliveries.popleft()
            return True

    def _put_objects(self, delivery: _QueuedDelivery) -> None:
        if delivery.objects is None:
            delivery.objects = deque(self._render_objects(delivery))
        while delivery.objects:
            delivered = delivery.objects[0]
            self._s3.put_object(**delivered.put_arguments())
            with self._lock:
                delivery.objects.popleft()
                self._count_object(delivered)

    def _count_object(self, delivered: DeliveredObject) -> None:
        counters = self._counters
        if delivered.failed:
            self._counters = replace(counters, failed=counters.failed + delivered.records)
        else:
            self._counters = replace(counters, objects=counters.objects + 1)

    def _render_objects(self, delivery: _QueuedDelivery) -> list[DeliveredObject]:
        batch, renderer = delivery.batch, delivery.renderer
        schema = renderer.destination.schema
        if batch.group.error_type:
            return [renderer.render_failures(batch.records, self._clock())]
        if schema is None:
            return [renderer.render_lines(batch)]
        return self._render_converted(batch, renderer, schema)

    def _render_converted(
        self, batch: BufferedBatch, renderer: Renderer, schema: ConversionSchema
    ) -> list[DeliveredObject]:
        try:
            table = self._glue.get_table(DatabaseName=schema.database, Name=schema.table)["Table"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "EntityNotFoundException":
                raise
            failure = Failure(CONVERSION_FAILED, "DataFormatConversion.EntityNotFound", str(error))
            return [renderer.render_all_failed(batch.records, failure, self._clock())]
        try:
            columns = read_columns(table)
        except SchemaError as error:
            failure = Failure(CONVERSION_FAILED, "DataFormatConversion.InvalidSchema", str(error))
            return [renderer.render_all_failed(batch.records, failure, self._clock())]
        return renderer.render_parquet(batch, schema, columns, self._clock())
