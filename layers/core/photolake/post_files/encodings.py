"""Text in other encodings than UTF-8: whole files in UTF-16 and UTF-32, and single documents in what a tool wrote."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

# With its mark, and how ASCII, such as every JSON begins with, is written in it (RFC 4627, 3).
_ENCODINGS = (
    (codecs.BOM_UTF32_LE, rb"(?:[\t\n\r\x1e -~]\0\0\0)", "utf-32-le"),
    (codecs.BOM_UTF32_BE, rb"(?:\0\0\0[\t\n\r\x1e -~])", "utf-32-be"),
    (codecs.BOM_UTF16_LE, rb"(?:[\t\n\r\x1e -~]\0)", "utf-16-le"),
    (codecs.BOM_UTF16_BE, rb"(?:\0[\t\n\r\x1e -~])", "utf-16-be"),
)
_HEAD_BYTES = 16
_SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_LONE_BYTES = re.compile("[\udc80-\udcff]+")
_SHORT_SEQUENCE = re.compile("[\x80-\u07ff]")
_LONG_SEQUENCE = re.compile("[\u0800-\ud7ff\ue000-\U0010ffff]")
# Dashes, dots and quotation marks of Windows-1252 stand beside other characters.
_PUNCTUATION = dict.fromkeys([0xDC00 + byte for byte in b"\x84\x85\x91\x92\x93\x94\x96\x97\xa0\xab\xbb"], " ")
_LONE_WORD = re.compile("(?<![A-Za-z\udc80-\udcff])[\udc80-\udcff]{2,}(?![A-Za-z\udc80-\udcff])")
# Western texts have their accents and quotation marks apart; Cyrillic, Greek and Asian ones have whole words of them.
_MAX_RUN = 4

WINDOWS_1252 = "documents in Windows-1252"
BROKEN_UTF8 = "documents with bytes that are not UTF-8"


class Decoded(NamedTuple):
    """The text of a document, and a name in the plural for such documents if it is not in UTF-8."""

    text: str
    notice: str


def transcode(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the text in UTF-8, if it is in UTF-16 or UTF-32 with or without a mark, else the blocks as they are."""
    head = b""
    for block in blocks:
        head += block
        if len(head) >= _HEAD_BYTES:
            break
    encoding = detect_encoding(head)
    if encoding is None:
        if head:
            yield head
        yield from blocks
        return
    # A cut character becomes U+FFFD; surrogates pass, and are joined later if they are a pair.
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield decoder.decode(head).encode("utf-8", "surrogatepass")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", "surrogatepass")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


def detect_encoding(head: bytes) -> str | None:
    """Detect UTF-16 or UTF-32 by the first 16 bytes; None for anything else."""
    for mark, pattern, encoding in _ENCODINGS:
        if head.startswith(mark) and re.match(pattern * 3, head.removeprefix(mark)):
            return encoding
        if re.match(pattern * 4, head):
            return encoding
    return None


def decode_document(raw: bytes) -> Decoded | None:
    """Decode a document that is not UTF-8, as what it is; None if that cannot be told.

    - CESU-8, as Java and MySQL write emoji: each surrogate of a pair in three bytes.
    - UTF-8 with a few bytes that are not, such as half a character: these become U+FFFD.
    - Windows-1252, and so Latin-1 too.
    """
    text = _join_surrogates(raw)
    if text is not None:
        return Decoded(text, "")
    escaped = raw.decode("utf-8", "surrogateescape")
    lone = [len(run) for run in _LONE_BYTES.findall(escaped)]
    words = sum(map(len, _LONE_WORD.findall(escaped.translate(_PUNCTUATION))))
    # Of two neighbours in Windows-1252 some look like a short sequence of UTF-8, but hardly any like a longer one.
    if _LONG_SEQUENCE.search(escaped) or len(_SHORT_SEQUENCE.findall(escaped)) > sum(lone):
        return Decoded(_LONE_BYTES.sub("\ufffd", escaped), BROKEN_UTF8)
    try:
        return Decoded(raw.decode("cp1252"), WINDOWS_1252) if max(lone) <= _MAX_RUN and 2 * words < sum(lone) else None
    except UnicodeDecodeError:
        return None


def _join_surrogates(raw: bytes) -> str | None:
    try:
        text = raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    return _SURROGATE_PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
