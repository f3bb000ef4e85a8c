"""JSON as text: strict to read, compact to write, and always encodable as UTF-8."""

from __future__ import annotations

import json
from typing import Any, NoReturn

# With its columns, and its quotes escaped, a post of this size still fits a Firehose record of 1,000,000 bytes.
MAX_SOURCE_BYTES = 300_000


def reject_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, as `parse_constant` of a decoder."""
    raise ValueError(f"{name} is not valid JSON")


_DECODER = json.JSONDecoder(parse_constant=reject_constant)


def parse_json(text: str) -> Any:
    """Parse JSON as RFC 8259 defines it: ValueError for NaN and Infinity too. RecursionError if nested too deeply."""
    return _DECODER.decode(text)


def parse_json_at(text: str, start: int) -> tuple[Any, int]:
    """Parse the value that begins at `start` in a longer text, and return it with the index after it."""
    return _DECODER.raw_decode(text, start)


def compact_json(value: Any, *, allow_nan: bool = True) -> str:
    """Write JSON without spaces; in ASCII if it contains a lone surrogate, which UTF-8 cannot encode."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=allow_nan)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=allow_nan)
    return text


def replace_lone_surrogates(text: str) -> str:
    """Replace each half of a surrogate pair (an emoji that a client cut in two) by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
