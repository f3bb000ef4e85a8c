"""Delivery of rows to a Firehose stream, without losing one.

Limits: 500 records and 4 MiB a call, 1,000 KiB a record
(https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html), 500 lines a record for
de-aggregation (https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-deaggregation.html). Firehose
bills a record in steps of 5 KB, so lines are packed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.aws.backoff import MAX_ATTEMPTS, attempts
from photolake.errors import DeliveryError, RowError, RowTooLargeError

if TYPE_CHECKING:
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_firehose.type_defs import RecordTypeDef

    from photolake.rows.schema import Table

MAX_LINES = 500
MAX_RECORD_BYTES = 1_000_000
MAX_RECORDS = 500
MAX_CALL_BYTES = 4_000_000
# Sources map their posts to the columns, whatever is in them. So many rows that do not fit, beside none that does, are
# the fault of the table, such as one that lacks a new column.
NEVER_ALL_UNFIT = 10

SetAside = Callable[[Mapping[str, Any], RowError], None]
"""Told of a row that does not fit its table, or is larger than a record, and so is not sent."""


class DeliveryStream:
    """A Firehose stream that takes rows of one landing table, at least once each."""

    def __init__(
        self, client: FirehoseClient, name: str, table: Table | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Rows are checked against `table` (RowError), if one is given; `sleep` takes seconds."""
        self._client = client
        self._name = name
        self._table = table
        self._sleep = sleep

    def put(self, rows: Iterable[Mapping[str, Any]], set_aside: SetAside | None = None) -> int:
        """Deliver the rows and return how many; a generator is consumed call by call, so memory stays small.

        A row that does not fit its table, or is larger than a record, goes to `set_aside`, and the others are sent.
        RowError: there is no `set_aside`, and nothing of the row's call has been sent; or ten rows or more do not fit
        the table, and none is sent. DeliveryError: Firehose still refused some after six attempts. Both mean: do not
        acknowledge the source.
        """
        accepted = 0
        unfit: list[str] = []
        for call in _calls(_records(self._lines(rows, set_aside, unfit))):
            self._put_call([record for record, _ in call])
            accepted += sum(lines for _, lines in call)
        if not accepted and len(unfit) >= NEVER_ALL_UNFIT:
            raise RowError(f"none of {len(unfit)} rows fits, the first for this: {unfit[0]}")
        return accepted

    def check(self, row: Mapping[str, Any]) -> None:
        """Raise the RowError that `put` would raise for this row."""
        self._line(row)

    def _lines(
        self, rows: Iterable[Mapping[str, Any]], set_aside: SetAside | None, unfit: list[str]
    ) -> Iterator[bytes]:
        """The rows that can be sent; `unfit` gets the reason of each that does not fit the table."""
        for row in rows:
            try:
                yield self._line(row)
            except RowError as error:
                if set_aside is None:
                    raise
                set_aside(row, error)
                if not isinstance(error, RowTooLargeError):
                    unfit.append(str(error))

    def _line(self, row: Mapping[str, Any]) -> bytes:
        if self._table is not None:
            self._table.check(row)
        # A lone surrogate (half an emoji, cut off by a client) has no UTF-8; it becomes "?".
        line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"
        if len(line) > MAX_RECORD_BYTES:
            raise RowTooLargeError(f"a row of {len(line)} bytes is larger than a Firehose record may be")
        return line

    def _put_call(self, records: list[bytes]) -> None:
        code = ""
        for _ in attempts(self._sleep):
            batch: list[RecordTypeDef] = [{"Data": record} for record in records]
            response = self._client.put_record_batch(DeliveryStreamName=self._name, Records=batch)
            if not response["FailedPutCount"]:
                return
            replies = list(zip(records, response["RequestResponses"], strict=True))
            records = [record for record, reply in replies if "ErrorCode" in reply]
            code = next(reply["ErrorCode"] for _, reply in replies if "ErrorCode" in reply)
        raise DeliveryError(f"{self._name} still refuses {len(records)} records after {MAX_ATTEMPTS} attempts: {code}")


def _records(lines: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    """Pack lines into records; yields (record, number of lines in it)."""
    pending: list[bytes] = []
    size = 0
    for line in lines:
        if len(pending) == MAX_LINES or size + len(line) > MAX_RECORD_BYTES:
            yield b"".join(pending), len(pending)
            pending, size = [], 0
        pending.append(line)
        size += len(line)
    if pending:
        yield b"".join(pending), len(pending)


def _calls(records: Iterable[tuple[bytes, int]]) -> Iterator[list[tuple[bytes, int]]]:
    """Group records into calls."""
    pending: list[tuple[bytes, int]] = []
    size = 0
    for record, lines in records:
        if len(pending) == MAX_RECORDS or size + len(record) > MAX_CALL_BYTES:
            yield pending
            pending, size = [], 0
        pending.append((record, lines))
        size += len(record)
    if pending:
        yield pending
