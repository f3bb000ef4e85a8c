"""What a process may spend: it takes money from the month for many calls at once, and gives back what is left.

Every call is paid before it is made, so a process that dies has spent too little rather than too much: what it held
counts as spent for the rest of the month.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, cast

from botocore.exceptions import BotoCoreError, ClientError

from photolake.spending.ledger import Hold, Spending, SpendingLedger
from photolake.spending.limits import SpendingLimits

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.spending.limits import Service

# Nobody takes more than this share of what is left at once, unless a single call costs more: else the last dollars of a
# month would lie with a few workers while the others stop.
LARGEST_SHARE = 20
# Others can take what is left between a refusal and the next attempt; each time somebody has got on.
ATTEMPTS = 10


class Purse:
    """Money of one service for a batch of work. Threads may share it; `close` ends the batch."""

    def __init__(
        self,
        ledger: SpendingLedger,
        service: Service,
        on_lost: Callable[[int, Exception], object] = lambda amount, error: None,
    ) -> None:
        """`on_lost` receives millionths of a dollar that could not be given back, and why; they count as spent."""
        self._ledger = ledger
        self._service = service
        self._on_lost = on_lost
        self._limits = ledger.limits.select(service)
        self._lock = Lock()
        self._month = ""
        self._hold: Hold | None = None
        self._rest = 0
        self._expected = 0
        self._left = 0
        self._spending: Spending | None = None

    def expect(self, amount: int) -> None:
        """Say what the work ahead costs at most, so that it is taken at once, if that is little of what is left."""
        with self._lock:
            self._expected = amount

    def take(self, amount: int) -> bool:
        """Take the price of a call that is about to be made; False if the month does not have it."""
        if not self._limits:
            return True
        with self._lock:
            if self._rest < amount and not self._fill(amount):
                return False
            self._rest -= amount
            return True

    def put_back(self, amount: int) -> None:
        """Put back the price of a call that was not made, or that was refused and is not billed."""
        if self._limits:
            with self._lock:
                self._rest += amount

    def keep(self, amount: int) -> bool:
        """Have this much ready for what cannot be asked for before; False if the month does not have it.

        What is left of another month goes back to it, because what comes unasked may go on for months.
        """
        if self._month not in ("", self._ledger.month):
            self.close()
        self.expect(amount)
        if not self.take(amount):
            return False
        self.put_back(amount)
        return True

    def count_left(self) -> int | None:
        """Read what the month has left besides what is held; None if nothing limits it."""
        return self._ledger.read().count_left(self._ledger.limits, self._service) if self._limits else None

    def read_share(self) -> float:
        """Read the largest share of a limit that is spent; 0 if nothing limits it."""
        return self._ledger.read().find_share(self._ledger.limits, self._service) if self._limits else 0.0

    def charge(self, amount: int) -> None:
        """Pay for what has been bought, by what is ready; what is not is counted all the same."""
        if not self._limits:
            return
        with self._lock:
            missing = max(amount - self._rest, 0)
            self._rest -= amount - missing
            if missing:
                self._ledger.add(self._service, missing)

    def close(self) -> float | None:
        """Give back what is left; return the largest share of a limit that is spent, None if nothing was taken."""
        with self._lock:
            self._give_back()
            spending, self._spending = self._spending, None
            self._expected, self._month = 0, ""
            return spending.find_share(self._ledger.limits, self._service) if spending else None

    def _fill(self, amount: int) -> bool:
        """Take at least what is missing for an amount from the month in which the batch began.

        It pays until the end of the batch: what is put back must not be taken out of the counters of another month.
        """
        if not self._month:
            self._month, self._left = self._ledger.month, min(self._limits.values())
        missing = amount - self._rest
        for _ in range(ATTEMPTS):
            if self._left < missing:
                return False
            wanted = max(missing, min(self._expected, self._left // LARGEST_SHARE))
            if self._grow(wanted):
                return True
        return False

    def _grow(self, wanted: int) -> bool:
        """Let the hold grow; whether it did or not, what is left is known then."""
        hold = self._hold or Hold(self._month, uuid.uuid4().hex[:12])
        try:
            is_taken, self._spending = self._ledger.take(self._service, wanted, hold)
        except (BotoCoreError, ClientError):
            # Whether the hold has grown is not known, so it cannot grow again or be given back.
            self._hold, self._rest = None, 0
            raise
        self._left = self._spending.count_left(self._ledger.limits, self._service) or 0
        if is_taken:
            self._hold = replace(hold, taken=hold.taken + wanted)
            self._rest += wanted
            self._expected = max(self._expected - wanted, 0)
        return is_taken

    def _give_back(self) -> None:
        # Forgotten first: money that may have been given back must not be spent.
        hold, rest, self._hold, self._rest = self._hold, self._rest, None, 0
        if hold is None:
            return
        try:
            self._spending = self._ledger.give_back(self._service, rest, hold)
        except (BotoCoreError, ClientError) as error:
            self._on_lost(rest, error)


NO_LIMIT = Purse(SpendingLedger(cast("Table", None), SpendingLimits()), "x")
"""Pays for everything: without a limit nothing is counted, and the ledger never asked."""


class Payment(AbstractContextManager["Payment"]):
    """The price of several calls, taken together before the first; what they do not need goes back after the block."""

    def __init__(self, purse: Purse, amount: int) -> None:
        """`amount` has been taken from the purse."""
        self._purse = purse
        self._lock = Lock()
        self._left = amount

    def spend(self, amount: int) -> None:
        """A call is about to be made."""
        with self._lock:
            self._left -= amount

    def refund(self, amount: int) -> None:
        """The call was refused, and is not billed."""
        self.spend(-amount)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Put back what is left."""
        self._purse.put_back(self._left)
