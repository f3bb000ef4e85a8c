"""Reading a file that may be compressed, in constant memory, up to the first damage."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import io

BLOCK_BYTES = 1 << 16
GZIP_MAGIC = b"\x1f\x8b"
# pyarrow fills the buffer it is given; if the data is damaged, the part that is already filled is lost.
_ZSTANDARD_STEP = 1 << 12
_ZSTANDARD_MAGIC = b"\x28\xb5\x2f\xfd"

OpenReader = Callable[["io.BufferedReader[Any]"], Callable[[int], bytes]]
"""Takes a compressed file and returns a function that reads at most n decompressed bytes, b"" at the end. The function
raises DamageError."""


class DamageError(Exception):
    """Compressed data is cut off or damaged; the message says how."""


def open_gzip(file: io.BufferedReader[Any]) -> Callable[[int], bytes]:
    """Read gzip, of any number of members."""
    decompressed = gzip.GzipFile(fileobj=cast("IO[bytes]", file))

    def read(size: int) -> bytes:
        try:
            return decompressed.read1(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DamageError(f"the gzip data is damaged from here on: {error}") from error

    return read


def open_zstandard(file: io.BufferedReader[Any]) -> Callable[[int], bytes]:
    """Read Zstandard, of any number of frames. It needs pyarrow, which the functions do not have."""
    import pyarrow as pa

    decompressed = pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd")

    def read(size: int) -> bytes:
        try:
            return bytes(decompressed.read(min(size, _ZSTANDARD_STEP)))
        except OSError as error:
            # An error of the file itself has a number; pyarrow's own errors have none.
            if error.errno is not None:
                raise
            raise DamageError(f"the Zstandard data is damaged from here on: {error}") from error

    return read


_DECOMPRESSORS: Mapping[bytes, OpenReader] = {GZIP_MAGIC: open_gzip, _ZSTANDARD_MAGIC: open_zstandard}
"""By the first bytes of a file."""


class Decompressed:
    """The bytes of a file, decompressed if its first bytes say gzip or Zstandard.

    `damage` says, after the iteration, why it ended early.
    """

    def __init__(self, file: io.BufferedReader[Any]) -> None:
        """`file` must not return single bytes: it would be taken for an uncompressed one."""
        self._file = file
        self.damage = ""

    def __iter__(self) -> Iterator[bytes]:
        """Yield blocks of at most 64 KiB."""
        head = self._file.peek(4)
        read = next(
            (open_reader(self._file) for magic, open_reader in _DECOMPRESSORS.items() if head.startswith(magic)),
            self._file.read1,
        )
        try:
            while block := read(BLOCK_BYTES):
                yield block
        except DamageError as error:
            self.damage = str(error)
