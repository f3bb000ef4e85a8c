"""De-aggregation and partition keys: what happens to a record before it is buffered.

https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-multirecord-deaggergation.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jq

MAX_SUBRECORDS = 500
PROCESSING_FAILED = "processing-failed"
CONVERSION_FAILED = "format-conversion-failed"
# https://docs.aws.amazon.com/firehose/latest/dev/buffering.html
TOO_MANY_PARTITIONS = "activePartitionExceeded"

_JSON_SPACE = " \t\r\n"

Splitter = Callable[[bytes], list[bytes]]


@dataclass(frozen=True)
class Failure:
    """Why a record cannot be delivered: `kind` is the value of `!{firehose:error-output-type}`."""

    kind: str
    code: str
    message: str


class RecordError(Exception):
    """One record cannot be delivered; the others of its batch can."""

    def __init__(self, kind: str, code: str, message: str) -> None:
        super().__init__(message)
        self.failure = Failure(kind, code, message)


@dataclass(frozen=True)
class Record:
    """A record, or a piece of a de-aggregated one; `arrived` is in epoch seconds."""

    data: bytes
    arrived: float
    failure: Failure | None = None


def split_json(data: bytes) -> list[bytes]:
    """Split newline-delimited or concatenated JSON values; blanks and newlines between them are dropped.

    Text that is not JSON becomes a separate piece, up to the end of its line, so that only it fails.
    """
    return [piece for line in data.split(b"\n") for piece in _split_line(line)]


def split_delimited(data: bytes, delimiter: bytes) -> list[bytes]:
    """Split at the delimiter, without it; empty pieces are dropped."""
    return [piece for piece in data.split(delimiter) if piece]


def split_subrecords(data: bytes, split: Splitter) -> list[bytes]:
    """De-aggregate a record; RecordError if nothing is in it, or more than the service splits."""
    pieces = split(data)
    if len(pieces) > MAX_SUBRECORDS:
        raise RecordError(
            PROCESSING_FAILED,
            "DynamicPartitioning.DeAggregationRecordCountLimitExceeded",
            f"The record holds {len(pieces)} records; at most {MAX_SUBRECORDS} can be de-aggregated.",
        )
    if not pieces:
        raise _extraction_error("The record holds no record to de-aggregate.")
    return pieces


class PartitionKeys:
    """The keys that a `MetadataExtractionQuery` takes from a record.

    The jq package speaks a newer JQ than the service's 1.6; ValueError: the query is not JQ.
    """

    def __init__(self, query: str) -> None:
        self._program = jq.compile(query)

    def names(self) -> set[str]:
        """The keys that the query produces; ValueError if it does not turn an empty object into an object."""
        results = self._program.input_text("{}").all()
        if len(results) != 1 or not isinstance(results[0], dict):
            raise ValueError("the query does not make one object")
        return set(results[0])

    def of(self, data: bytes) -> dict[str, str]:
        """Extract the keys as text; RecordError if a key is null, empty or not a scalar."""
        try:
            results = self._program.input_text(data.decode()).all()
        except ValueError as error:
            raise _extraction_error(f"The query failed: {error}") from error
        if len(results) != 1 or not isinstance(results[0], dict):
            raise _extraction_error("The query did not make one object.")
        return {name: _format_key(value) for name, value in results[0].items()}


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def make_strict_decoder(**hooks: Any) -> json.JSONDecoder:
    """Make a decoder that refuses NaN and Infinity, which Python reads and JSON does not have."""
    return json.JSONDecoder(parse_constant=_refuse_constant, **hooks)


def decode_values(text: str, decoder: json.JSONDecoder) -> Iterator[tuple[Any, int, int]]:
    """Yield each concatenated JSON value with its start and end; ValueError or RecursionError where it is not JSON."""
    position = _skip_space(text, 0)
    while position < len(text):
        value, end = decoder.raw_decode(text, position)
        yield value, position, end
        position = _skip_space(text, end)


_DECODER = make_strict_decoder()


def _split_line(line: bytes) -> Iterator[bytes]:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        yield line
        return
    done = _skip_space(text, 0)
    try:
        for _, start, end in decode_values(text, _DECODER):
            yield text[start:end].encode()
            done = _skip_space(text, end)
    except (ValueError, RecursionError):
        yield text[done:].encode()


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in _JSON_SPACE:
        position += 1
    return position


def _format_key(value: Any) -> str:
    if value is None or value == "" or isinstance(value, dict | list):
        raise _extraction_error("partitionKeys values must not be null or empty")
    return value if isinstance(value, str) else json.dumps(value)


def _extraction_error(message: str) -> RecordError:
    return RecordError(PROCESSING_FAILED, "DynamicPartitioning.MetadataExtractionFailed", message)
