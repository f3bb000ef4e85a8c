"""What a file is that holds no text, by its first bytes, and what to name instead."""

from __future__ import annotations

import re

_TABLES = "Export its posts as JSON lines or CSV, and name that"
_UNPACK = "Unpack it, and name the files of posts in it"
# https://www.garykessler.net/library/file_sigs.html, and the formats' own specifications.
_KINDS = (
    (rb"PK\x03\x04|PK\x05\x06", f"is a zip archive inside another file, or without .zip in its name. {_UNPACK}"),
    (rb"7z\xbc\xaf\x27\x1c", f"is a 7z archive. {_UNPACK}"),
    (rb"Rar!\x1a\x07", f"is a RAR archive. {_UNPACK}"),
    (rb"\x1f\x9d|\x1f\xa0", f"is compressed by compress (.Z). {_UNPACK}"),
    (rb"\x04\x22\x4d\x18|\x02\x21\x4c\x18", "is compressed by LZ4. Decompress it first: unlz4"),
    (rb"\xff\x06\x00\x00sNaPpY", "is compressed by Snappy. Decompress it first"),
    (rb"BZh[1-9]", "is bzip2 data that is cut off or damaged at its beginning. Download it again"),
    (rb"LZIP", "is compressed by lzip. Decompress it first: lzip -d"),
    (rb"PAR1", f"is Parquet. {_TABLES}"),
    (rb"Obj\x01", f"is Avro. {_TABLES}"),
    (rb"ORC", f"is ORC. {_TABLES}"),
    (rb"ARROW1|FEA1", f"is an Arrow or Feather file. {_TABLES}"),
    (rb"SQLite format 3\x00", f"is a SQLite database. {_TABLES}"),
    (rb"\x89HDF\r\n\x1a\n", f"is an HDF5 file. {_TABLES}"),
    (rb"\x93NUMPY", f"is a NumPy array. {_TABLES}"),
    (rb"RD[XA][23]\n|[XA]\n\x00\x00\x00[\x02\x03]", f"is an R object (.rds, .RData). {_TABLES}"),
    (rb"\x80[\x02-\x05][\x95\]}(cX]", f"is a pickle of Python, which is not loaded, as it may run code. {_TABLES}"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"is an old Office document. {_TABLES}"),
    (rb"%PDF-", "is a PDF document"),
    (rb"\x00\x00\x00\x01Bud1", "is a folder's settings of macOS (.DS_Store)"),
    (rb"\xff\xd8\xff", "is a JPEG photo. For photos: photolake drop"),
    (rb"\x89PNG\r\n\x1a\n", "is a PNG image. For photos: photolake drop"),
    (rb"GIF8[79]a", "is a GIF image. For photos: photolake drop"),
    (rb"RIFF.{4}WEBP", "is a WebP image. For photos: photolake drop"),
    (rb".{4}ftyp", "is a video, or a photo in HEIC or AVIF. For photos: photolake drop"),
    (rb"\x1aE\xdf\xa3", "is a Matroska or WebM video"),
    (rb"\x7fELF|MZ", "is a program"),
    (rb"(?i:\s*(?:<!doctype html|<html))", "is an HTML page. Name a file of JSON"),
    (rb"\s*<(?:\?xml|rss|feed|svg)", "is XML. Name a file of JSON"),
    (rb"\x00+\Z", "holds nothing but NUL bytes here: its content was lost, as in a crash. Restore it from a copy"),
)
_PATTERNS = [(re.compile(pattern, re.DOTALL), reason) for pattern, reason in _KINDS]


def find_unreadable(head: bytes) -> str | None:
    """Say what a file is, in words that follow on its name; None if it may be text. `head` is decompressed."""
    text = head.removeprefix(b"\xef\xbb\xbf")
    return next((reason for pattern, reason in _PATTERNS if pattern.match(text)), None)
