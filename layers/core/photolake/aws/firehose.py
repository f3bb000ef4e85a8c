"""Firehose: rows delivered to a stream without losing one.

Limits: 500 records and 4 MiB a call, 1,000 KiB a record
(https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html), 500 lines a record for
de-aggregation (https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-deaggregation.html). Firehose
bills a record in steps of 5 KB, so lines are packed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.aws.backoff import MAX_ATTEMPTS, iterate_attempts
from photolake.errors import DeliveryError, RowError, RowTooLargeError
from photolake.rows.json_text import encode_finite_json

if TYPE_CHECKING:
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_firehose.type_defs import RecordTypeDef

    from photolake.rows.schema import TableSchema

MAX_LINES = 500
MAX_RECORD_BYTES = 1_000_000
MAX_RECORDS = 500
MAX_CALL_BYTES = 4_000_000
# Sources map their posts to the columns whatever is in them. If this many rows do not fit and none does, the table is
# wrong, for example because it lacks a new column.
MIN_ROWS_TO_BLAME_TABLE = 10

OnRejected = Callable[[Mapping[str, Any], RowError], object]
"""Called with a row that does not fit its table or a Firehose record, and so is not sent."""


class DeliveryStream:
    """A Firehose stream that takes rows of one landing table, at least once each."""

    def __init__(
        self,
        client: FirehoseClient,
        name: str,
        schema: TableSchema | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Rows are checked against `schema`, if one is given; `sleep` takes seconds."""
        self._client = client
        self._name = name
        self._schema = schema
        self._sleep = sleep

    def put(self, rows: Iterable[Mapping[str, Any]], on_rejected: OnRejected | None = None) -> int:
        """Deliver the rows and return how many; a generator is read call by call, so that memory stays small.

        A row that does not fit its table or a Firehose record is passed to `on_rejected`, and the others are sent.
        RowError: there is no `on_rejected`, and nothing of the row's call has been sent; or ten rows or more do not
        fit the table, and none was sent. DeliveryError: Firehose still refuses some after six attempts. After either,
        the caller must not acknowledge what the rows were made of.
        """
        accepted = 0
        errors: list[str] = []
        for call in _group_into_calls(_pack_into_records(self._encode_rows(rows, on_rejected, errors))):
            self._put_records([record for record, _ in call])
            accepted += sum(lines for _, lines in call)
        if not accepted and len(errors) >= MIN_ROWS_TO_BLAME_TABLE:
            raise RowError(f"none of {len(errors)} rows fits; the first error is: {errors[0]}")
        return accepted

    def _encode_rows(
        self, rows: Iterable[Mapping[str, Any]], on_rejected: OnRejected | None, errors: list[str]
    ) -> Iterator[bytes]:
        """Yield the rows that can be sent; the error of each row that does not fit the table is added to `errors`."""
        for row in rows:
            try:
                yield self._encode(row)
            except RowError as error:
                if on_rejected is None:
                    raise
                on_rejected(row, error)
                if not isinstance(error, RowTooLargeError):
                    errors.append(str(error))

    def _encode(self, row: Mapping[str, Any]) -> bytes:
        if self._schema is not None:
            self._schema.check(row)
        return encode_row(row)

    def _put_records(self, records: list[bytes]) -> None:
        code = ""
        for _ in iterate_attempts(self._sleep):
            batch: list[RecordTypeDef] = [{"Data": record} for record in records]
            response = self._client.put_record_batch(DeliveryStreamName=self._name, Records=batch)
            if not response["FailedPutCount"]:
                return
            replies = list(zip(records, response["RequestResponses"], strict=True))
            records = [record for record, reply in replies if "ErrorCode" in reply]
            code = next(reply["ErrorCode"] for _, reply in replies if "ErrorCode" in reply)
        raise DeliveryError(f"{self._name} still refuses {len(records)} records after {MAX_ATTEMPTS} attempts: {code}")


def encode_row(row: Mapping[str, Any]) -> bytes:
    """Write a row that `TableSchema.check` lets pass as a line of a record; RowTooLargeError if none can hold it.

    A lone surrogate (half an emoji, cut off by a client) cannot be encoded; it becomes "?".
    """
    line = encode_finite_json(row) + b"\n"
    if len(line) > MAX_RECORD_BYTES:
        raise RowTooLargeError(f"a row of {len(line)} bytes is larger than a Firehose record may be")
    return line


def _pack_into_records(lines: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
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


def _group_into_calls(records: Iterable[tuple[bytes, int]]) -> Iterator[list[tuple[bytes, int]]]:
    """Group the records into calls of PutRecordBatch."""
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
