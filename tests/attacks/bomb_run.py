"""Reads or draws one bomb, in a process of its own, and prints what became of it with its peak of memory.

`python -m tests.attacks.bomb_run NAME`; the names are those of BOMBS.
"""

import gzip
import io
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from photolake.errors import PermanentError
from photolake.images.rendition import render
from photolake.post_files.reader import read_entries
from photolake.post_formats.format import FileContext
from photolake.posts.archive_reader import read_chunks
from photolake.rejected import RejectedRecord
from tests.builders.bombs import chunk, encode, gif, jpeg_with, jpeg_with_scans, png

LINE = b'{"id": "2030500000000000001", "text": "good", "author_id": "7"}\n'
ARCHIVED = b'{"id": 2030500000000000001, "text": "good"}\n'
MEGABYTE = 1 << 20


class Endless(io.RawIOBase):
    """A file made up while it is read."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        super().__init__()
        self._blocks = blocks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._blocks, b""))
        part = self._rest[: len(buffer)]
        buffer[: len(part)] = part
        self._rest = self._rest[len(part) :]
        return len(part)


def surround(block: bytes, times: int, line: bytes = LINE) -> Iterator[bytes]:
    """A good line, a line of so many blocks, and a good line."""
    yield line
    for _ in range(times):
        yield block
    yield b"\n" + line


def pack(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same as gzip, while it is read."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1) as packer:
        for block in blocks:
            packer.write(block)
            if out.tell() > MEGABYTE:
                yield out.getvalue()
                out.seek(0)
                out.truncate()
    yield out.getvalue()


def read_file(blocks: Iterator[bytes]) -> Counter[str]:
    entries = read_entries(io.BufferedReader(Endless(blocks)), FileContext("a", "2026-03-01T09:00:00.000Z"))
    return Counter(type(entry.content).__name__ for entry in entries)


def read_object(blocks: Iterator[bytes]) -> Counter[str]:
    lines = (line for chunk in read_chunks("s3://lake/tweets/a", Endless(blocks)) for line in chunk)
    return Counter(type(line).__name__ if isinstance(line, RejectedRecord) else "dict" for line in lines)


def draw(data: bytes) -> Counter[str]:
    try:
        return Counter([render(data).content_type])
    except PermanentError as error:
        return Counter([error.status])


GIGABYTE = 1024
BOMBS: dict[str, Callable[[], Counter[str]]] = {
    "nothing": Counter,
    "line of zeros": lambda: read_file(surround(bytes(MEGABYTE), GIGABYTE)),
    "line of text": lambda: read_file(surround(b"x" * MEGABYTE, GIGABYTE)),
    "string without an end": lambda: read_file(surround(b'"' + b"x" * (MEGABYTE - 1), GIGABYTE)),
    "brackets": lambda: read_file(surround(b"[" * MEGABYTE, 64)),
    "gzip of zeros": lambda: read_file(pack(surround(bytes(MEGABYTE), GIGABYTE))),
    "object with a line of zeros": lambda: read_object(surround(bytes(MEGABYTE), GIGABYTE, ARCHIVED)),
    "object of gzip of zeros": lambda: read_object(pack(surround(bytes(MEGABYTE), GIGABYTE, ARCHIVED))),
    "PNG of 50 megapixels": lambda: draw(png(10_000, 5_000)),
    "PNG of 50 megapixels with alpha": lambda: draw(png(10_000, 5_000, color=6)),
    "PNG of 49 megapixels with alpha in 16 bits": lambda: draw(png(7_000, 7_000, color=6, depth=16)),
    "PNG of 50 megapixels in grey with alpha": lambda: draw(png(10_000, 5_000, color=4)),
    "PNG with a million chunks": lambda: draw(png(before=chunk(b"abCd", b"") * 1_000_000)),
    "WebP of 49 megapixels": lambda: draw(encode("WEBP", 7_000, 7_000, lossless=True, method=0)),
    "JPEG of 49 megapixels": lambda: draw(encode("JPEG", 7_000, 7_000)),
    "JPEG of 100 scans of 16 megapixels": lambda: draw(jpeg_with_scans(90, 4_000)),
    "JPEG with 3,500,000 comments": lambda: draw(jpeg_with(b"\xff\xfe\x00\x02" * 3_500_000)),
    "GIF of 49 megapixels": lambda: draw(gif(7_000, 7_000)),
    "GIF of 600,000 frames": lambda: draw(gif(frames=600_000)),
}


def main(name: str) -> None:
    """Run one bomb."""
    started = time.process_time()
    found = BOMBS[name]()
    seconds = time.process_time() - started
    print(json.dumps({"found": found, "seconds": round(seconds, 1), "peak_mib": read_peak_mib()}))  # noqa: T201


def read_peak_mib() -> int:
    """Read the peak of this process; ru_maxrss would be that of the process which started it, if that is larger."""
    (line,) = [line for line in Path("/proc/self/status").read_text("ascii").splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) >> 10


if __name__ == "__main__":
    main(sys.argv[1])
