"""Reading a file that may be gzip, in constant memory, as far as it can be read."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    import io

BLOCK_BYTES = 1 << 16
_GZIP_MAGIC = b"\x1f\x8b"


class Unpacked:
    """The bytes of a file, unpacked if it begins as gzip does; `damage` says afterwards what ended them early."""

    def __init__(self, file: io.BufferedReader) -> None:
        """A file that comes in single bytes would be taken for a plain one."""
        self._file = file
        self.damage = ""

    def __iter__(self) -> Iterator[bytes]:
        """Yield blocks of some 64 KiB."""
        is_gzip = self._file.peek(2)[:2] == _GZIP_MAGIC
        unpacked = gzip.GzipFile(fileobj=cast("IO[bytes]", self._file)) if is_gzip else self._file
        try:
            while block := unpacked.read1(BLOCK_BYTES):
                yield block
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            self.damage = f"the gzip data is damaged from here on: {error}"
