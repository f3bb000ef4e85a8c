"""Photos that are small as files and large to decode, and files that are two kinds at once."""

import io
import struct
import zlib
from functools import cache
from typing import Any

from PIL import Image


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int = 100,
    height: int = 100,
    before: bytes = b"",
    after: bytes = b"",
    idat: bytes | None = None,
    color: int = 2,
    depth: int = 8,
) -> bytes:
    """A black PNG with chunks before and after its pixels, which may be those of another size."""
    if idat is None:
        channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
        packer = zlib.compressobj(9)
        row = bytes(1 + width * channels * depth // 8)
        idat = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", idat) + after + chunk(b"IEND", b"")


@cache
def encode(kind: str, width: int = 100, height: int = 100, **options: Any) -> bytes:
    """A plain photo of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (9, 99, 150)).save(out, kind, **options)
    return out.getvalue()


def jpeg_with(segments: bytes) -> bytes:
    """A JPEG with segments at its beginning."""
    plain = encode("JPEG")
    return plain[:2] + segments + plain[2:]


def jpeg_of_size(width: int, height: int) -> bytes:
    """A JPEG whose header says another size."""
    plain = encode("JPEG")
    at = plain.index(b"\xff\xc0") + 5
    return plain[:at] + struct.pack(">HH", height, width) + plain[at + 4 :]


def jpeg_with_scans(count: int, side: int = 100) -> bytes:
    """A progressive JPEG whose last scan comes `count` times more."""
    plain = encode("JPEG", side, side, progressive=True)
    last = plain[plain.rindex(b"\xff\xda") : -2]
    return plain[:-2] + last * count + plain[-2:]


def gif(width: int = 100, height: int = 100, frames: int = 1, before: bytes = b"") -> bytes:
    """A GIF of frames of one pixel."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + before + frame * frames + b";"


def apng(frames: int) -> bytes:
    """A PNG that says it has so many frames."""
    return png(before=chunk(b"acTL", struct.pack(">II", frames, 0)))


def webp_with(chunks: bytes) -> bytes:
    """A WebP with chunks at its end."""
    whole = encode("WEBP") + chunks
    return whole[:4] + struct.pack("<I", len(whole) - 8) + whole[8:]


def avif_of_size(width: int, height: int) -> bytes:
    """An AVIF whose box ispe says another size."""
    plain = encode("AVIF", speed=10)
    at = plain.index(b"ispe") + 8
    return plain[:at] + struct.pack(">II", width, height) + plain[at + 8 :]


def exif(entries: bytes) -> bytes:
    """An EXIF segment with a directory of these entries."""
    body = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", len(entries) // 12) + entries
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
