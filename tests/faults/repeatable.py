"""What is left to chance in the library and below it, made to follow from the seed."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import moto.moto_api._internal as moto_internal

from tests.faults.invocation import KilledError

if TYPE_CHECKING:
    from tests.faults.schedule import Schedule


@contextmanager
def make_repeatable(schedule: Schedule) -> Iterator[None]:
    """Make what is left to chance (jitter, ids, the order of requests that run at once) follow from the seed."""
    random.seed(schedule.bits(32))
    moto_internal.mock_random.seed(schedule.bits(32))
    pool = "photolake.images.rekognition"
    ids = random.Random(schedule.bits(32))
    with (
        patch("uuid.uuid4", lambda: uuid.UUID(int=ids.getrandbits(128), version=4)),
        patch(f"{pool}.ThreadPoolExecutor", lambda max_workers: OrderedPool()),
        patch(f"{pool}.as_completed", lambda futures: schedule.reorder(list(futures))),
    ):
        yield


class OrderedPool:
    """Runs what is submitted one after the other, so that a kill between two requests comes at the same place again."""

    def __enter__(self) -> OrderedPool:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is left to wait for."""

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Run it now."""
        future: Future[Any] = Future()
        try:
            future.set_result(call(*arguments))
        except KilledError as error:
            future.set_exception(error)
        except Exception as error:  # noqa: BLE001 (as a pool does)
            future.set_exception(error)
        return future
