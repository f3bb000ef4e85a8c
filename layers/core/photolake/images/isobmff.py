"""The colours of an AVIF, which Pillow does not tell: the `colr` box of its primary item.

The boxes: ISO/IEC 14496-12; how a HEIF has them: https://aomediacodec.github.io/av1-avif/.
"""

from __future__ import annotations

from collections.abc import Iterator

_MAX_BOXES = 4096


def find_colour_codes(data: bytes) -> tuple[int, int] | None:
    """Find the colour primaries and transfer characteristics of the primary item, in the numbers of ITU-T H.273."""
    for name, meta in _iterate_boxes(data):
        if name == b"meta":
            boxes = dict(_iterate_boxes(meta[4:]))  # after version and flags
            properties = dict(_iterate_boxes(boxes.get(b"iprp", b"")))
            bodies = list(_iterate_boxes(properties.get(b"ipco", b"")))
            for number in _list_properties(properties.get(b"ipma", b""), _read_primary(boxes.get(b"pitm", b""))):
                if 0 < number <= len(bodies):
                    kind, body = bodies[number - 1]
                    if kind == b"colr" and body[:4] == b"nclx" and len(body) >= 8:
                        return int.from_bytes(body[4:6], "big"), int.from_bytes(body[6:8], "big")
            return None
    return None


def _iterate_boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    for _ in range(_MAX_BOXES):
        if at + 8 > len(data):
            return
        size, head = int.from_bytes(data[at : at + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = len(data) - at
        if size < head:
            return
        yield data[at + 4 : at + 8], data[at + head : at + size]
        at += size


def _read_primary(body: bytes) -> int:
    return int.from_bytes(body[4:6] if body[:1] == b"\0" else body[4:8], "big")


def _list_properties(body: bytes, item: int) -> Iterator[int]:
    """Yield the numbers of an item's properties; a box that is cut off gives fewer."""
    if len(body) < 8:
        return
    wide_id, wide_number = body[0] > 0, body[3] & 1
    at = 8
    for _ in range(min(int.from_bytes(body[4:8], "big"), _MAX_BOXES)):
        size = 4 if wide_id else 2
        found, count = int.from_bytes(body[at : at + size], "big"), body[at + size : at + size + 1]
        at += size + 1
        if not count:
            return
        for _ in range(count[0]):
            width = 2 if wide_number else 1
            if found == item:
                # The highest bit says whether a reader must know the property.
                yield int.from_bytes(body[at : at + width], "big") & (0x7FFF if wide_number else 0x7F)
            at += width
