"""The user metadata of an S3 object: what whoever put it there wrote into `x-amz-meta-` headers, at most 2 KB.

S3 lower-cases the names. Headers are ASCII, so S3 takes and returns any other value in the words of RFC 2047, such as
`=?UTF-8?Q?caf=C3=A9?=` (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from email.errors import HeaderParseError
from email.header import decode_header
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from photolake.rows.types import MetadataEntry

_WORD = "=?"
_WORD_CHARACTERS = 11  # of at most four bytes each, which are 60 characters of base64


def read_metadata(headers: Mapping[str, str]) -> list[MetadataEntry]:
    """Return the `Metadata` of a response, sorted by name, as a column of rows holds it."""
    return [{"name": name, "value": decode_value(headers[name])} for name in sorted(headers)]


def decode_value(value: str) -> str:
    """Decode the words of RFC 2047 in a value; one with damaged words, or in an unknown charset, stays as it is."""
    if _WORD not in value:
        return value
    try:
        return "".join(_decode_part(part, charset) for part, charset in decode_header(value))
    except (HeaderParseError, LookupError, UnicodeError):
        return value


def _decode_part(part: bytes | str, charset: str | None) -> str:
    """Decode what `decode_header` gives; in the bytes of a part that is not a word it has Python's own escapes."""
    return part if isinstance(part, str) else part.decode(charset or "raw-unicode-escape")


def encode_value(value: str) -> str:
    """Write a value so that S3 can take it in a header, and `decode_value` gives it back."""
    if value.isascii() and value.isprintable() and value == value.strip() and _WORD not in value:
        return value
    # A word has at most 75 characters (https://www.rfc-editor.org/rfc/rfc2047#section-2).
    pieces = [value[at : at + _WORD_CHARACTERS] for at in range(0, len(value), _WORD_CHARACTERS)]
    return " ".join(f"=?UTF-8?B?{b64encode(piece.encode()).decode()}?=" for piece in pieces)
