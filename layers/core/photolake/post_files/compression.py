"""Reading a file that may be compressed, in constant memory, up to the first damage."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    import io

BLOCK_BYTES = 1 << 16
GZIP_MAGIC = b"\x1f\x8b"
# Of damaged data the block that is being decompressed is lost, so blocks are small.
_STEP_BYTES = 1 << 13
# `zstd --long=31`, the largest window. So much memory is used only if the data has as many bytes.
_MAX_WINDOW_LOG = 31
# `xz -9` needs 65 MiB.
_XZ_MEMORY_BYTES = 512 << 20

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
    """Read Zstandard, of any number of frames. It needs backports.zstd, which the functions do not have."""
    from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

    options = {int(DecompressionParameter.window_log_max): _MAX_WINDOW_LOG}
    return _StreamReader(file, lambda: ZstdDecompressor(options=options), "Zstandard", ZstdError).read


def open_bzip2(file: io.BufferedReader[Any]) -> Callable[[int], bytes]:
    """Read bzip2, of any number of streams."""
    return _StreamReader(file, bz2.BZ2Decompressor, "bzip2").read


def open_xz(file: io.BufferedReader[Any]) -> Callable[[int], bytes]:
    """Read xz, of any number of streams, with at most 512 MiB of memory."""
    return _StreamReader(file, lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY_BYTES), "xz", lzma.LZMAError).read


class _Decompressor(Protocol):
    """What the decompressors of bz2, lzma and zstd have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _StreamReader:
    """Reads compressed streams that follow one another; zeros between them are padding (xz's specification, 2.2)."""

    def __init__(
        self,
        file: io.BufferedReader[Any],
        make: Callable[[], _Decompressor],
        name: str,
        error: type[Exception] = ValueError,
    ) -> None:
        """`error` is what the decompressor raises, besides EOFError and OSError."""
        self._file = file
        self._make = make
        self._name = name
        self._errors = (EOFError, MemoryError, error)
        self._decompressor = make()
        self._given = b""

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes, b"" at the end; DamageError."""
        try:
            while True:
                if self._decompressor.eof and not self._open_next():
                    return b""
                if self._decompressor.needs_input and not self._given:
                    self._given = self._file.read1(_STEP_BYTES)
                    if not self._given:
                        raise EOFError("Compressed file ended before the end-of-stream marker was reached")
                given, self._given = self._given, b""
                if block := self._decompressor.decompress(given, max_length=size):
                    return block
        except self._errors as error:
            raise self._describe(error) from error
        except OSError as error:
            # An error of the file itself has a number; that of bzip2 has none.
            if error.errno is not None:
                raise
            raise self._describe(error) from error

    def _open_next(self) -> bool:
        """Begin the next stream; false if there is none."""
        rest = self._decompressor.unused_data.lstrip(b"\0")
        while not rest:
            block = self._file.read1(_STEP_BYTES)
            if not block:
                return False
            rest = block.lstrip(b"\0")
        self._decompressor, self._given = self._make(), rest
        return True

    def _describe(self, error: Exception) -> DamageError:
        return DamageError(f"the {self._name} data is damaged from here on: {error}")


# By the first bytes of a file. Zstandard may begin with a frame to be skipped (RFC 8878, 3.1.2).
_DECOMPRESSORS: Mapping[re.Pattern[bytes], OpenReader] = {
    re.compile(GZIP_MAGIC): open_gzip,
    re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"): open_zstandard,
    re.compile(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)"): open_bzip2,
    re.compile(rb"\xfd7zXZ\x00"): open_xz,
}
_MAGIC_BYTES = 10


def find_decompressor(head: bytes) -> OpenReader | None:
    """Find how to read a file by its first ten bytes; None if it is not compressed, or not in a known way."""
    return next((open_reader for magic, open_reader in _DECOMPRESSORS.items() if magic.match(head)), None)


class Decompressed:
    """The bytes of a file, decompressed if its first bytes say so.

    `damage` says, after the iteration, why it ended early.
    """

    def __init__(self, file: io.BufferedReader[Any]) -> None:
        """`file` must not return single bytes: it would be taken for an uncompressed one."""
        self._file = file
        self.damage = ""

    def __iter__(self) -> Iterator[bytes]:
        """Yield blocks of at most 64 KiB."""
        try:
            open_reader = find_decompressor(self._file.peek(_MAGIC_BYTES))
            read = open_reader(self._file) if open_reader else self._file.read1
            while block := read(BLOCK_BYTES):
                yield block
        except DamageError as error:
            self.damage = str(error)
