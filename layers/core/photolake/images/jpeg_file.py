"""The segments of a JPEG, read without trust: what lies between them is skipped, and the last may be cut off.

The format: https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_START, _END, _SCAN = b"\xff\xd8", b"\xff\xd9", 0xDA
_SCAN_START = b"\xff\xda"
MAX_SCANS = 100
"""Photos have up to a dozen. Each takes as long as all pixels, and a file could have 300,000 of them."""
_LONE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})
_END_MARKER = 0xD9
# Tables, frames and scans, JFIF and Adobe's note of the colours: what decides the pixels.
_DRAWN = frozenset({*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD, 0xE0, 0xEE})
# EXIF and XMP, profiles; comments and the notes of programs are left out.
_NOTED = frozenset({0xE1, 0xE2})
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
# In a scan 0xff stands for itself before 0, and before a restart marker for nothing.
_AFTER_FILL = re.compile(rb"[^\xff]")
_MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_NOISE = bytes((number * 73 + 41) % 251 for number in range(256))


@dataclass(frozen=True)
class RepackedJpeg:
    """A JPEG of whole segments that ends as it should.

    `noisy` has noise where `body` has nothing, at the end of its last scan: how they differ shows where the pixels
    end. None if that scan is whole.
    """

    body: bytes
    noisy: bytes | None
    is_progressive: bool
    scans: int


def repack(data: bytes, *, with_metadata: bool) -> RepackedJpeg:
    """Write the JPEG again as far as it goes; without profile, orientation and other notes unless `with_metadata`."""
    kept = _DRAWN | _NOTED if with_metadata else _DRAWN
    segments = [found for found in _iterate_segments(data) if found[0] in kept]
    markers = [marker for marker, *_ in segments]
    body = b"".join([_START, *(data[start:end] for _, start, end, _ in segments)])
    noisy = None if not segments or segments[-1][3] else body + _NOISE + _END
    return RepackedJpeg(body + _END, noisy, bool(_PROGRESSIVE & set(markers)), markers.count(_SCAN))


def has_too_many_scans(data: bytes) -> bool:
    """Whether a JPEG has more scans than any program writes; each may take as long as a whole image."""
    if data.count(_SCAN_START) <= MAX_SCANS:
        return False
    return sum(marker == _SCAN for marker, *_ in _iterate_segments(data)) > MAX_SCANS


def _iterate_segments(data: bytes) -> Iterator[tuple[int, int, int, bool]]:
    """Yield the marker, start and end of each whole segment, a scan with its pixels, and whether those are whole."""
    at = len(_START)
    while (at := data.find(b"\xff", at)) >= 0:
        start, after = at, _AFTER_FILL.search(data, at)
        if after is None or after[0][0] == _END_MARKER:
            return
        at = after.start()
        marker, at = data[at], at + 1
        if marker == 0 or marker in _LONE_MARKERS:
            continue
        end = at + int.from_bytes(data[at : at + 2], "big")
        if end < at + 2 or end > len(data):
            return
        is_whole = True
        if marker == _SCAN:
            found = _MARKER_IN_SCAN.search(data, end)
            end, is_whole = (found.start(), True) if found else (len(data.rstrip(b"\xff")), False)
        yield marker, start, max(end, at), is_whole
        at = max(end, at)
