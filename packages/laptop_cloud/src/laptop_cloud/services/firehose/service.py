"""The local Firehose: its API, and the thread that delivers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from laptop_cloud.server.aws_json import JsonService
from laptop_cloud.services.firehose.operations import StreamOperations

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client

    from laptop_cloud.services.firehose.operations import Clock, Refuse
    from laptop_cloud.services.firehose.stream import StreamCounters

STOP_ATTEMPTS = 3


class DeliveryError(Exception):
    """What was buffered could not be delivered before the service stopped."""


class FirehoseService:
    """Delivery streams with S3 destinations, delivered by one background thread between `start` and `stop`."""

    def __init__(
        self,
        s3: S3Client,
        glue: GlueClient,
        account_id: str,
        region: str,
        scale: float = 1.0,
        clock: Clock = time.time,
        refuse: Refuse = lambda _stream, _index: False,
        retry_seconds: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Buffering hints, sizes and intervals, are multiplied by `scale`; `clock` gives epoch seconds.

        `refuse(stream, index)` makes the entry at that place of a put fail as if the service were overloaded.
        After a failed delivery `retry_seconds` pass before the next try.
        """
        arn_prefix = f"arn:aws:firehose:{region}:{account_id}:deliverystream/"
        self._operations = StreamOperations(s3, glue, arn_prefix, scale, clock, refuse, self._wake_thread)
        self._clock = clock
        self._retry_seconds = retry_seconds
        self._sleep = sleep
        self._wake = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._deliver_until_stopped, name="firehose", daemon=True)

    def service(self) -> JsonService:
        """The operations, for a JsonServer."""
        return JsonService("firehose", self._operations.by_name())

    def start(self) -> None:
        """Deliver in the background what is due."""
        self._thread.start()

    def stop(self) -> None:
        """Refuse further puts and deliver everything.

        DeliveryError: S3 or Glue failed three times in a row; the message says what is left.
        """
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        for stream in self._operations.streams().values():
            stream.close("ServiceUnavailableException", "The service is shutting down.", 503)
        for attempt in range(STOP_ATTEMPTS):
            if attempt:
                self._sleep(self._retry_seconds)
            if self.flush():
                return
        raise DeliveryError(f"Firehose could not deliver what is buffered: {self.count_buffered()}")

    def flush(self) -> bool:
        """Deliver everything now; False if S3 or Glue failed, and something is left for the next try."""
        done = [stream.flush() for stream in self._operations.streams().values()]
        return all(done)

    def deliver_due(self) -> bool:
        """Deliver what is full or old enough, as the background thread does; False as for `flush`."""
        done = [stream.deliver_due() for stream in self._operations.streams().values()]
        return all(done)

    def count_buffered(self) -> dict[str, int]:
        """Count by stream the records that are not yet in S3 (the pieces, where a stream de-aggregates)."""
        return {name: stream.count_buffered() for name, stream in self._operations.streams().items()}

    def counters(self) -> dict[str, StreamCounters]:
        """Count by stream what came in, what was delivered and what failed."""
        return {name: stream.counters() for name, stream in self._operations.streams().items()}

    def _wake_thread(self) -> None:
        with self._wake:
            self._wake.notify_all()

    def _deliver_until_stopped(self) -> None:
        done = True
        while True:
            with self._wake:
                if not self._stopping:
                    self._wake.wait(self._compute_pause() if done else self._retry_seconds)
                if self._stopping:
                    return
            done = self.deliver_due()

    def _compute_pause(self) -> float | None:
        moments = [stream.next_due() for stream in self._operations.streams().values()]
        due = [moment for moment in moments if moment is not None]
        return max(0.0, min(due) - self._clock()) if due else None
