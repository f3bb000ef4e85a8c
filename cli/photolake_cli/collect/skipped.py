"""Files of folders and archives that hold no posts: some are named, and many alike are counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from photolake_cli.collect.formats import describe_kind
from photolake_cli.collect.media import PHOTO_ENDINGS

if TYPE_CHECKING:
    from photolake_cli.collect.files import PostFile

FILES_NAMED = 5
KINDS_COUNTED = 10
_MEDIA_NAME = re.compile(rf"[0-9]+-[A-Za-z0-9_-]+\.(?:{'|'.join(PHOTO_ENDINGS)})")


class SkippedFile(NamedTuple):
    """A file that holds no posts; `reason` ends a sentence that begins with its name."""

    file: PostFile
    reason: str


def describe_skipped(skipped: Sequence[SkippedFile], chosen: Collection[PostFile]) -> Iterator[str]:
    """Yield a line for each of a few files, and for the others a line by kind.

    Photos of the posts of a chosen file are left out, as they are uploaded with it.
    """
    folders = {_media_folder(file) for file in chosen if file.beside.media_folder}
    others = [each for each in skipped if not _is_media(each.file, folders)]
    counts = Counter(describe_kind(each.reason) for each in others)
    if len(others) <= FILES_NAMED:
        counts = Counter()
    alike = [kind for kind, count in counts.most_common(KINDS_COUNTED) if count > 1]
    single = [each for each in others if describe_kind(each.reason) not in alike]
    for each in single[:FILES_NAMED]:
        yield f"{each.file.name}: skipped, it {each.reason}"
    for kind in alike:
        example = next(each.file.name for each in others if describe_kind(each.reason) == kind)
        yield f"{counts[kind]:,} files, such as {example}: skipped, each {kind}"
    if rest := single[FILES_NAMED:]:
        yield f"{len(rest):,} other files, such as {rest[0].file.name}: skipped, they hold no posts for other reasons"


def describe_archive(name: str, skipped: Sequence[SkippedFile]) -> str:
    """Say why a named archive is an error: it cannot be read, or no file in it holds posts."""
    if not skipped:
        return f"{name} is an archive without files. Name a file of posts, or an archive of them"
    if len(skipped) == 1 and skipped[0].file.name == name:
        return f"{name} {skipped[0].reason}"
    return (
        f"{name} holds no posts: none of its {len(skipped):,} files does. Name a file of posts, or an archive of them"
    )


def _media_folder(file: PostFile) -> str:
    return f"{file.folder}/{file.beside.media_folder}" if file.folder else file.beside.media_folder


def _is_media(file: PostFile, folders: Collection[str]) -> bool:
    return file.folder in folders and _MEDIA_NAME.fullmatch(file.base) is not None
