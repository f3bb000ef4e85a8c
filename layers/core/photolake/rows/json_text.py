"""JSON as text: strict to read, compact to write, and always encodable as UTF-8.

orjson reads and writes four to thirty times as fast as `json`, but not all of what `json` does, nor all alike. It is
used where both are sure to agree in what they read, and in what is read from what they write; only the form of small
floats differs, 1e-5 for 1e-05 (docs/decisions/0042-fast-json.md).
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

import orjson

# With its columns, and its quotes escaped, a post of this size still fits a Firehose record of 1,000,000 bytes.
MAX_SOURCE_BYTES = 300_000
# orjson writes values up to this depth, and reads up to 1,024; `json` goes to the limit of the interpreter's stack.
_SURE_DEPTH = 254
_DIGITS_AS_ZEROS = bytes.maketrans(b"123456789", b"000000000")
# 2^64 has 20 digits; the least 64-bit integer has 19.
_LONG_NUMBER, _LONG_NEGATIVE = b"0" * 20, b"-" + b"0" * 19


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


def parse_json_fast(raw: bytes) -> Any:
    """Parse what is a JSON text from its first to its last byte, in UTF-8, to what `parse_json` makes of it.

    ValueError not only for what is not JSON, but also for what orjson is not sure to read alike: half surrogate pairs,
    numbers that look larger than 64 bits, values that are nested deeply.
    """
    value = orjson.loads(raw)
    digits = raw.translate(_DIGITS_AS_ZEROS)
    if _LONG_NUMBER in digits or _LONG_NEGATIVE in digits:
        raise ValueError("there may be a number of more than 64 bits")
    if raw.count(b"[") + raw.count(b"{") > _SURE_DEPTH and not _is_shallow(value):
        raise ValueError("nested deeply")
    return value


def _is_shallow(value: Any) -> bool:
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        return False
    return True


def compact_json(value: Any, *, allow_nan: bool = True) -> str:
    """Write JSON without spaces; in ASCII if it contains a lone surrogate, which UTF-8 cannot encode."""
    raw = _write_fast(value)
    # orjson writes NaN and Infinity as null.
    if raw is not None and (b"null" not in raw or orjson.loads(raw) == value):
        return raw.decode()
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=allow_nan)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=allow_nan)
    return text


def encode_finite_json(value: Any) -> bytes:
    """Write JSON without spaces in UTF-8, and "?" for a lone surrogate; no number of it may be NaN or infinite."""
    raw = _write_fast(value)
    if raw is not None:
        return raw
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _write_fast(value: Any) -> bytes | None:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return None


def replace_lone_surrogates(text: str) -> str:
    """Replace each half of a surrogate pair (an emoji that a client cut in two) by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
