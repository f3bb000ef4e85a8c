"""Photos on this machine: finds them below files and folders by what they hold, whatever they are called."""

from __future__ import annotations

import filecmp
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from photolake.errors import PermanentError
from photolake.images.file_format import HEAD_BYTES, detect_format
from photolake.images.ingest import MAX_PHOTO_BYTES
from photolake_cli.errors import CommandError

PREFIX = "images/dropped/"
MAX_KEY_BYTES = 1024


@dataclass(frozen=True)
class PhotoFile:
    """A photo to be dropped: `name` is its key below `images/dropped/`, `size` is in bytes."""

    path: Path
    name: str
    size: int
    content_type: str

    @property
    def key(self) -> str:
        """Its key in the lake bucket."""
        return PREFIX + self.name

    def read(self) -> bytes:
        """Its bytes now; OSError if it cannot be read, PermanentError if it has grown too large."""
        with self.path.open("rb") as file:
            data = file.read(MAX_PHOTO_BYTES + 1)
        _check_size(len(data))
        return data


@dataclass
class FoundFiles:
    """The photos by name, why each other file is left out, and how many hidden files there are in folders."""

    photos: dict[str, PhotoFile] = field(default_factory=dict)
    skipped: list[tuple[Path, str]] = field(default_factory=list)
    hidden: int = 0

    @property
    def size(self) -> int:
        """The bytes of all photos."""
        return sum(photo.size for photo in self.photos.values())


def find_photos(paths: Sequence[Path], below: str = "") -> FoundFiles:
    """Find the photos at these paths; CommandError for a path where nothing is.

    A file is named as it is called; a photo in a folder by its path from there, which begins with the folder's name.
    `below` is put before all names. Links are followed, a folder that is reached twice is read once.
    """
    found = FoundFiles()
    seen: set[tuple[int, int]] = set()
    folder = _check_folder(below)
    for path in paths:
        if not path.exists():
            raise CommandError(f"There is no file {path}. Name a photo, or a folder of photos")
        if path.is_dir():
            base = path.resolve().name
            for file, relative in _walk(path, Path(base), seen, found):
                _add(found, file, folder + relative.as_posix())
        else:
            _add(found, path, folder + path.name)
    return found


def _check_folder(below: str) -> str:
    """The folder with its slash; CommandError for one that HTTP clients would resolve to another key."""
    parts = below.strip("/").split("/")
    if parts == [""]:
        return ""
    if {"", ".", ".."} & set(parts):
        raise CommandError(f"--below {below} has an empty part, . or .., which S3 does not resolve. Write it without")
    return "/".join(parts) + "/"


def _walk(folder: Path, relative: Path, seen: set[tuple[int, int]], found: FoundFiles) -> Iterator[tuple[Path, Path]]:
    """Yield the files below a folder, each with its path from there."""
    try:
        status = folder.stat()
        if (status.st_dev, status.st_ino) in seen:
            found.skipped.append((folder, "a folder that was read already; a link leads back to it"))
            return
        seen.add((status.st_dev, status.st_ino))
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        found.skipped.append((folder, f"cannot be read: {error.strerror}"))
        return
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith("."):
            found.hidden += 1
        elif _is_folder(path):
            yield from _walk(path, relative / entry.name, seen, found)
        else:
            yield path, relative / entry.name


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # such as a folder that may not be entered; _add says so
        return False


def _add(found: FoundFiles, path: Path, name: str) -> None:
    """Add the file, or the reason why it is left out."""
    try:
        photo = _probe(path, name)
    except PermanentError as error:
        found.skipped.append((path, error.message))
        return
    except OSError as error:
        found.skipped.append((path, f"cannot be read: {error.strerror}"))
        return
    other = found.photos.setdefault(name, photo)
    if other is not photo:
        is_same = filecmp.cmp(path, other.path, shallow=False)
        reason = "the same photo as" if is_same else "another photo with the same name as"
        found.skipped.append((path, f"{reason} {other.path}"))


def _probe(path: Path, name: str) -> PhotoFile:
    """Read the head of a file; PermanentError if it is not a photo, or cannot have a key."""
    if path.is_symlink() and not path.exists():
        raise PermanentError("gone", "a link to nothing")
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise PermanentError("unsupported_format", "neither a file nor a folder")
    try:
        length = len((PREFIX + name).encode())
    except UnicodeEncodeError:
        raise PermanentError("unsupported_name", "its name is not UTF-8; rename it") from None
    if length > MAX_KEY_BYTES:
        raise PermanentError("unsupported_name", f"its key would have {length} bytes, and S3 allows {MAX_KEY_BYTES}")
    with path.open("rb") as file:
        kind = detect_format(file.read(HEAD_BYTES))
    _check_size(status.st_size)
    return PhotoFile(path, name, status.st_size, f"image/{kind.lower()}")


def _check_size(size: int) -> None:
    if size > MAX_PHOTO_BYTES:
        raise PermanentError("too_large", f"larger than {MAX_PHOTO_BYTES >> 20} MiB")
