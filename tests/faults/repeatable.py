"""What is left to chance in the library and below it, made to follow from the seed."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

import moto.moto_api._internal as moto_internal

if TYPE_CHECKING:
    from tests.faults.schedule import Schedule


@contextmanager
def make_repeatable(schedule: Schedule) -> Iterator[None]:
    """Make what is left to chance (jitter, ids) follow from the seed; `threads.py` does it for what runs at once."""
    random.seed(schedule.bits(32))
    moto_internal.mock_random.seed(schedule.bits(32))
    ids = random.Random(schedule.bits(32))
    with patch("uuid.uuid4", lambda: uuid.UUID(int=ids.getrandbits(128), version=4)):
        yield
