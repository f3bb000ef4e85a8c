"""Zip and tar archives: each member is a file of posts with its neighbours. Nothing is unpacked under a member's name.

A compressed tar archive is decompressed into a temporary file without a name first, as its members can be found only
from its beginning.
"""

from __future__ import annotations

import io
import lzma
import re
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote
from weakref import finalize

from photolake.post_files.compression import DamageError, Decompressed, find_decompressor
from photolake.post_formats.beside import MAX_SIBLING_BYTES, LargeSiblingError
from photolake_cli.collect.files import PostFile
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from photolake_cli.collect.files import OpenFile

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_TAR_HEADER_BYTES = 512
# Objects in S3 with such names are not asked for their first bytes twice; the probe names an archive among them.
_POSTS_NAME = re.compile(r"(?!.*\.tar\.).*\.(?:json[a-z]?|ndjson|js|csv|tsv|txt|gz|zst|bz2|xz)", re.IGNORECASE)
_ENCRYPTED = 0x1
# https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.4.5
_METHODS = {9: "Deflate64", 93: "Zstandard", 95: "xz", 96: "JPEG", 97: "WavPack", 98: "PPMd", 99: "AES"}
_READ_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_OFFICE = {"xl": "an Excel workbook. Save its sheet as CSV", "word": "a Word document", "ppt": "a presentation"}
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError)


class _Archive:
    """The one open file of an archive, which serves all its members and is closed when they are gone."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        finalize(self, file.close)


@dataclass(frozen=True)
class _Member:
    """A member: its path as the archive has it, its size, and what tells two of one path apart."""

    path: str
    size: int
    version: str
    open_raw: Callable[[], io.RawIOBase]
    unreadable: str = ""


def open_containers(files: Iterable[PostFile]) -> Iterator[tuple[PostFile, bool]]:
    """Yield the files, and the members of archives in their place; and whether it is a member."""
    for file in files:
        members = None if _POSTS_NAME.fullmatch(file.base) else _find_members(file)
        if members is None:
            yield file, False
        else:
            for member in members:
                yield member, True


def is_tar(head: bytes) -> bool:
    """Whether a file, decompressed, begins like a tar archive; its headers have a checksum."""
    try:
        tarfile.TarInfo.frombuf(head[:_TAR_HEADER_BYTES], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _find_members(file: PostFile) -> list[PostFile] | None:
    with file.open() as opened:
        head = opened.file.peek(_TAR_HEADER_BYTES)
        if head.startswith(ZIP_MAGIC):
            return _list_zip(file)
        is_compressed = find_decompressor(head) is not None
        if is_tar(_read_head(head)):
            source, damage = _decompress(opened, file) if is_compressed else (_open_archive(file), "")
            return _list_tar(file, source, damage)
    return None


def _read_head(stored: bytes) -> bytes:
    blocks = Decompressed(io.BufferedReader(io.BytesIO(stored)))
    head = b""
    for block in blocks:
        head += block
        if len(head) >= _TAR_HEADER_BYTES:
            break
    return head


def _list_zip(file: PostFile) -> list[PostFile]:
    source = _open_archive(file)
    try:
        archive = zipfile.ZipFile(source.file)
    except zipfile.BadZipFile as error:
        reason = f"is a zip archive that is cut off or damaged ({error}). Download it again"
        return [replace(file, unreadable=reason)]
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if any(info.filename == "[Content_Types].xml" for info in infos):
        kinds = (_OFFICE.get(info.filename.partition("/")[0]) for info in infos)
        return [replace(file, unreadable=f"is {next(filter(None, kinds), 'an Office document')}")]

    members = [
        _Member(
            info.filename,
            info.file_size,
            f"{info.header_offset} {info.CRC}",
            partial(_ZipReader, source, archive, info),
            _check(info),
        )
        for info in infos
    ]
    return _make_files(file, members)


def _open_archive(file: PostFile) -> _Archive:
    # A raw file may return less than it is asked for, which readers of archives take for the end.
    return _Archive(io.BufferedReader(file.open_raw()))


def _check(info: zipfile.ZipInfo) -> str:
    """Why a member cannot be read; empty if it can."""
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted. Unpack the archive with its password, and name the files in it"
    if info.compress_type not in _READ_METHODS:
        method = _METHODS.get(info.compress_type, f"method {info.compress_type}")
        return f"is compressed by {method}, which is not read. Unpack the archive, and name the files in it"
    return ""


def _decompress(opened: OpenFile, file: PostFile) -> tuple[_Archive, str]:
    """Decompress a tar archive into a temporary file, up to the first damage, which is returned too."""
    unpacked = _Archive(tempfile.TemporaryFile())  # noqa: SIM115 (it is closed when the members are gone)
    blocks = Decompressed(opened.file)
    try:
        for block in blocks:
            unpacked.file.write(block)
        unpacked.file.flush()
    except OSError as error:
        raise CommandError(
            f"{file.name} cannot be decompressed into {tempfile.gettempdir()}: {error.strerror}. "
            "Name a folder with more room: TMPDIR=/folder photolake collect ..."
        ) from error
    return unpacked, blocks.damage


def _list_tar(file: PostFile, source: _Archive, damage: str) -> list[PostFile]:
    """List the members up to the first damage; if there is one, the archive itself follows on them, to say so."""
    source.file.seek(0)
    members: list[_Member] = []
    try:
        with tarfile.open(fileobj=source.file, mode="r:") as archive:
            for info in archive:
                if info.isreg() and not info.issparse():
                    reader = partial(_TarReader, source, info.offset_data, info.size)
                    members.append(_Member(info.name, info.size, str(info.offset), reader))
    except (tarfile.TarError, EOFError) as error:
        damage = damage or f"{error}"
    files = _make_files(file, members)
    if damage or not members:
        reason = (
            f"is a tar archive that ends too early: no file after its first {len(members):,} can be found ({damage})"
        )
        files.append(replace(file, unreadable=reason))
    return files


class _ZipReader(io.RawIOBase):
    """Reads a member of a zip archive; DamageError if the archive is damaged there."""

    def __init__(self, source: _Archive, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        super().__init__()
        self._source = source
        self._archive = archive
        self._info = info
        self._stream: IO[bytes] | None = None

    def readable(self) -> bool:
        """Always, as io.BufferedReader asks for it."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill `buffer` with the next bytes."""
        try:
            self._stream = self._stream or self._archive.open(self._info)
            read = self._stream.read(len(buffer))
        except _DAMAGE as error:
            raise DamageError(f"the zip archive is damaged here: {error or type(error).__name__}") from error
        buffer[: len(read)] = read
        return len(read)

    def close(self) -> None:
        """Close the member, not the archive."""
        if self._stream:
            self._stream.close()
        super().close()


class _TarReader(io.RawIOBase):
    """Reads a member of a tar archive; DamageError if the archive ends in it."""

    def __init__(self, source: _Archive, begin: int, size: int) -> None:
        super().__init__()
        self._source = source
        self._at = begin
        self._end = begin + size

    def readable(self) -> bool:
        """Always, as io.BufferedReader asks for it."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill `buffer` with the next bytes."""
        self._source.file.seek(self._at)
        read = self._source.file.read(min(len(buffer), self._end - self._at))
        if not read and self._at < self._end:
            raise DamageError(f"the tar archive is cut off: {self._end - self._at:,} bytes are missing")
        self._at += len(read)
        buffer[: len(read)] = read
        return len(read)


def _make_files(file: PostFile, members: list[_Member]) -> list[PostFile]:
    """Make a file of each member that is not hidden, as in a folder."""
    paths = {member: _clean_path(member.path) for member in members}
    by_path = {path: member for member, path in paths.items()}
    uri, _, version = file.identity.partition(" ")

    def make_sibling_reader(folder: str) -> Callable[[str], bytes | None]:
        return lambda base: _read_sibling(by_path.get(f"{folder}/{base}" if folder else base))

    made = []
    for member, path in paths.items():
        if not path or any(part.startswith((".", "__MACOSX")) for part in path.split("/")):
            continue
        folder, _, base = path.rpartition("/")
        made.append(
            PostFile(
                folder=f"{file.name}/{folder}" if folder else file.name,
                base=base,
                size=member.size,
                identity=f"{uri}/{quote(path)} {version} {member.version}",
                open_raw=member.open_raw,
                read_sibling=make_sibling_reader(folder),
                unreadable=member.unreadable,
            )
        )
    return made


def _clean_path(path: str) -> str:
    """A path for messages and keys: without parts that lead out of the archive, and what no terminal should see."""
    parts = path.replace("\\", "/").split("/")
    kept = "/".join(part for part in parts if part not in ("", ".", ".."))
    return "".join(character if character.isprintable() else "\ufffd" for character in kept)


def _read_sibling(member: _Member | None) -> bytes | None:
    if member is None or member.unreadable:
        return None
    try:
        with io.BufferedReader(member.open_raw()) as stream:
            # A member may be larger than it says.
            data = stream.read(MAX_SIBLING_BYTES + 1)
    except DamageError:
        return None
    if len(data) > MAX_SIBLING_BYTES:
        raise LargeSiblingError
    return data
