"""Reading a file that may be packed, in constant memory, as far as it can be read."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import io

BLOCK_BYTES = 1 << 16
_GZIP_MAGIC = b"\x1f\x8b"
# pyarrow fills what it is asked for; at a damage the part that it has filled is lost.
_ZSTANDARD_STEP = 1 << 12
_ZSTANDARD_MAGIC = b"\x28\xb5\x2f\xfd"

Unpack = Callable[["io.BufferedReader[Any]"], Callable[[int], bytes]]
"""From a packed file to a function that reads at most so many unpacked bytes, b"" at the end; DamageError."""


class DamageError(Exception):
    """Packed data is cut off or broken; the message says how."""


def gzip_reader(file: io.BufferedReader[Any]) -> Callable[[int], bytes]:
    """Read gzip, of any number of members."""
    unpacked = gzip.GzipFile(fileobj=cast("IO[bytes]", file))

    def read(size: int) -> bytes:
        try:
            return unpacked.read1(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DamageError(f"the gzip data is damaged from here on: {error}") from error

    return read


def zstandard_reader(file: io.BufferedReader[Any]) -> Callable[[int], bytes]:
    """Read Zstandard, of any number of frames; it needs pyarrow, which the functions do without."""
    import pyarrow as pa

    unpacked = pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd")

    def read(size: int) -> bytes:
        try:
            return bytes(unpacked.read(min(size, _ZSTANDARD_STEP)))
        except OSError as error:
            # One of the file itself has a number; pyarrow's own have none.
            if error.errno is not None:
                raise
            raise DamageError(f"the Zstandard data is damaged from here on: {error}") from error

    return read


GZIP: Mapping[bytes, Unpack] = {_GZIP_MAGIC: gzip_reader}
"""What the functions unpack, by the first bytes of a file."""
GZIP_AND_ZSTANDARD: Mapping[bytes, Unpack] = {**GZIP, _ZSTANDARD_MAGIC: zstandard_reader}
"""What the command unpacks."""


class Unpacked:
    """The bytes of a file, unpacked if its first ones say so; `damage` says afterwards what ended them early."""

    def __init__(self, file: io.BufferedReader[Any], packings: Mapping[bytes, Unpack] = GZIP) -> None:
        """A file that comes in single bytes would be taken for a plain one."""
        self._file = file
        self._packings = packings
        self.damage = ""

    def __iter__(self) -> Iterator[bytes]:
        """Yield blocks of at most 64 KiB."""
        read = self._reader()
        try:
            while block := read(BLOCK_BYTES):
                yield block
        except DamageError as error:
            self.damage = str(error)

    def _reader(self) -> Callable[[int], bytes]:
        head = self._file.peek(4)
        for magic, unpack in self._packings.items():
            if head.startswith(magic):
                return unpack(self._file)
        return self._file.read1
