"""Looks for what has expired, again and again in a thread."""

from __future__ import annotations

import datetime as dt
import sys
import threading
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from laptop_cloud.services.expiry.expirer import Expirer, PacedClock

if TYPE_CHECKING:
    from laptop_cloud.server.aws_clients import Clients

REAL_DAY_SECONDS = 86_400.0
_LONGEST_PAUSE = 3600.0


class ExpiryWorker:
    """Runs an Expirer from `start` to `stop`: four times a day of `day_seconds`, and at least once an hour."""

    def __init__(self, clients: Clients, day_seconds: float = REAL_DAY_SECONDS) -> None:
        """`day_seconds` is how long a day of a lifecycle rule takes."""
        clock = PacedClock(_utc_now(), REAL_DAY_SECONDS / day_seconds)
        self._expirer = Expirer(clients, _utc_now, clock)
        self._pause = min(_LONGEST_PAUSE, day_seconds / 4)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="expiry", daemon=True)

    def start(self) -> None:
        """Begin to look, after the first pause."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the run that is under way, and look no more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._pause):
            try:
                expired = self._expirer.run()
            except (ClientError, BotoCoreError) as error:
                sys.stderr.write(f"what has expired could not be deleted, and is tried again: {error}\n")
                continue
            for name in (*expired.objects, *expired.uploads):
                sys.stderr.write(f"expired: {name}\n")


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
