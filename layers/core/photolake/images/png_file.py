"""The chunks of a PNG, read without trust: checksums do not count, and the last chunk may be cut off.

The format: https://www.w3.org/TR/png-3/.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, repeat

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# The first column and row of each pass of Adam7, and the steps to the next.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_WHOLE = ((0, 0, 1, 1),)
# Chunks that decide what is seen, and the least bytes that Pillow needs of each.
_DRAWN = {b"PLTE": 3, b"tRNS": 1}
_COLOURS = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"cICP": 4, b"iCCP": 12, b"eXIf": 8}
_LAST_FILTER = 4
_PIECE, _MAX_OUTPUT = 4096, 1 << 20


@dataclass(frozen=True)
class PngHeader:
    """What IHDR says: bits a sample, whether a palette or greys or colours, and whether it is interlaced."""

    width: int
    height: int
    depth: int
    colour: int
    is_interlaced: bool

    @property
    def passes(self) -> tuple[tuple[int, int, int, int], ...]:
        """The first column and row of each pass, and the steps to the next."""
        return _PASSES if self.is_interlaced else _WHOLE


@dataclass(frozen=True)
class DecodedRows:
    """How far the pixels go: whole passes, whole rows of the next one, and the share of all rows of all passes."""

    passes: int
    rows: int
    share: float


def iterate_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each chunk's name and body; of the last as much as is there."""
    at = len(SIGNATURE)
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += length + 12


def read_header(data: bytes) -> PngHeader | None:
    """Read IHDR; None if it is cut off, or says what no PNG has."""
    head = data[16:29]
    if data[12:16] != b"IHDR" or len(head) < 13:
        return None
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", head)
    if colour not in _CHANNELS or depth not in (1, 2, 4, 8, 16) or not width or not height:
        return None
    return PngHeader(width, height, depth, colour, interlace == 1)


def is_whole(data: bytes) -> bool:
    """Whether all chunks and all pixels are there, and every checksum is right.

    Pillow forgives some of that; it is not known whether Rekognition does.
    """
    header = read_header(data)
    if header is None or not _has_right_checksums(data):
        return False
    return measure_pixels(read_pixels(data), header).passes == len(header.passes)


def _has_right_checksums(data: bytes) -> bool:
    at, name = len(SIGNATURE), b""
    while at + 12 <= len(data) and name != b"IEND":
        end = at + 8 + int.from_bytes(data[at : at + 4], "big")
        name, crc = data[at + 4 : at + 8], data[end : end + 4]
        if crc != zlib.crc32(data[at + 4 : end]).to_bytes(4, "big"):
            return False
        at = end + 4
    return name == b"IEND"


def find_chunk(data: bytes, wanted: bytes) -> bytes | None:
    """Find the first chunk of this name before the pixels."""
    for name, body in iterate_chunks(data):
        if name == b"IDAT":
            return None
        if name == wanted:
            return body
    return None


def read_pixels(data: bytes) -> bytes:
    """Return the compressed pixels as far as they go: of the default image, if it is animated."""
    return b"".join(body for name, body in iterate_chunks(data) if name == b"IDAT")


def repack(data: bytes, pixels: bytes, *, with_colours: bool) -> bytes:
    """Write the PNG again with right checksums, and only with chunks that decide what is seen.

    Texts and unknown chunks are left out, unread; colour spaces and the orientation unless `with_colours`.
    """
    kept = {**_DRAWN, **(_COLOURS if with_colours else {})}
    chunks = [(b"IHDR", data[16:29])]
    for name, body in iterate_chunks(data):
        if name == b"IDAT":
            break
        if len(body) >= kept.pop(name, len(body) + 1):
            chunks.append((name, body))
    chunks += [(b"IDAT", pixels), (b"IEND", b"")]
    return SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(name)))
        for name, body in chunks
    )


def measure_pixels(pixels: bytes, header: PngHeader) -> DecodedRows:
    """Find out how far the compressed pixels go, in constant memory."""
    sizes = [_size_of_pass(header, step) for step in header.passes]
    whole = sum(row * rows for row, rows in sizes)
    left = available = _count_bytes(pixels, [size for size in sizes if size[1]], whole)
    for number, (row, rows) in enumerate(sizes):
        if left < row * rows:
            return DecodedRows(number, left // row, available / whole)
        left -= row * rows
    return DecodedRows(len(sizes), 0, 1.0)


def _size_of_pass(header: PngHeader, step: tuple[int, int, int, int]) -> tuple[int, int]:
    """Bytes a row with its filter, and rows; a pass of a narrow image may have none."""
    left, top, across, down = step
    columns, rows = -(-(header.width - left) // across), -(-(header.height - top) // down)
    if columns <= 0 or rows <= 0:
        return 1, 0
    return 1 + -(-columns * _CHANNELS[header.colour] * header.depth // 8), rows


def _count_bytes(pixels: bytes, sizes: Sequence[tuple[int, int]], limit: int) -> int:
    """Count the decompressed bytes up to `limit`, or to the first row whose filter is not one of the five."""
    starts = chain.from_iterable(repeat(row, rows) for row, rows in sizes)
    count, start = 0, 0
    for piece in _decompress(pixels):
        while start < count + len(piece):
            if piece[start - count] > _LAST_FILTER:
                return start
            start += next(starts, limit + 1)
        count += len(piece)
        if count >= limit:
            return limit
    return count


def _decompress(pixels: bytes) -> Iterator[bytes]:
    """Yield what decompresses before the stream ends or is damaged."""
    # Without the header of zlib, so that its checksum does not count either.
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(2, len(pixels), _PIECE):
        before, piece = stream.copy(), pixels[at : at + _PIECE]
        got = 0
        try:
            while piece and not stream.eof:
                out = stream.decompress(piece, _MAX_OUTPUT)
                got += len(out)
                yield out
                piece = stream.unconsumed_tail
        except zlib.error:
            yield from _decompress_bytes(before, pixels[at : at + _PIECE], got)
            return
        if stream.eof:
            return


def _decompress_bytes(stream: zlib._Decompress, piece: bytes, known: int) -> Iterator[bytes]:
    """Yield what comes out of a damaged piece after the bytes that are known."""
    out = bytearray()
    with suppress(zlib.error):
        for byte in piece:
            out += stream.decompress(bytes((byte,)))
    yield bytes(out[known:])
