"""Recognises files that hold no posts by their first bytes, and says what to name instead."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from photolake.post_files.compression import Decompressed
from photolake.post_files.documents import BOM, JsonDocument, read_documents
from photolake.post_files.reader import read_entries
from photolake.post_formats.beside import NOTHING, Beside, read_beside
from photolake.post_formats.foreign import describe_foreign
from photolake.post_formats.x_account_archive import POSTS, read_part_name

if TYPE_CHECKING:
    from photolake_cli.collect.files import PostFile

ENTRIES_PROBED = 100
# More than a block of Zstandard, which is at most 128 KiB and is decompressed as a whole (RFC 8878, 3.1.1.2).
HEAD_BYTES = 1 << 18
_UNREADABLE: Mapping[bytes, str] = {
    b"PK\x03\x04": "is a zip file. Unpack it, and name the files of posts in it (data/tweets.js of an account archive)",
    b"BZh": "is compressed by bzip2. Decompress it first (bunzip2), or use gzip or zstd",
    b"\xfd7zXZ\x00": "is compressed by xz. Decompress it first (unxz), or use gzip or zstd",
    b"PAR1": "is Parquet. Name the JSON it was made from",
}
_TABLE = (
    "is a table (CSV). twarc-csv drops the positions of links and mentions, replaces the text of reposts, and adds "
    "posts that were only referenced: name the JSON lines it was made from"
)
_TWEETS_JS = "An account archive has them in tweets.js"
_PARTS: Mapping[str, str] = {
    "note_tweet": "holds long texts, which are read with the posts in tweets.js beside it. Name that",
    "deleted_tweets": f"holds posts that their author deleted, which are not collected. {_TWEETS_JS}",
}
_EVENTS = (
    "holds events of Bluesky's Jetstream. Posts from a file would stay when their authors delete them, so use the "
    "Bluesky source instead: photolake up --param BlueskyKeywords=sunset"
)


class Probe(NamedTuple):
    """What a file holds: `reason` ends a sentence that begins with its name and says why it holds no posts.

    `beside` is what other files of the same folder hold of its posts.
    """

    reason: str | None
    beside: Beside = NOTHING


def probe_file(file: PostFile, needs_post: bool = False) -> Probe:
    """Look at the first bytes of a file; with `needs_post` one of its first 100 entries must be a post."""
    with file.open(HEAD_BYTES) as opened:
        # Looked at without reading, so that the entries can be read from the start.
        head, damage = _decompress(opened.file.peek())
        reason = damage or _find_reason(head)
        if reason is None and needs_post:
            found = itertools.islice(read_entries(opened.file, file.make_context()), ENTRIES_PROBED)
            reason = None if any(isinstance(entry.content, dict) for entry in found) else "holds no posts"
    return Probe(reason, NOTHING if reason else read_beside(file.base, head, file.read_sibling))


def _decompress(stored: bytes) -> tuple[bytes, str]:
    """The first bytes of a file decompressed, and what damaged it if that is why there are none."""
    blocks = Decompressed(io.BufferedReader(io.BytesIO(stored)))
    head = next(iter(blocks), b"")
    return head, blocks.damage


def _find_reason(head: bytes) -> str | None:
    if not head.strip():
        return "is empty"
    for magic, reason in _UNREADABLE.items():
        if head.startswith(magic):
            return reason
    if b"\0" in head:
        return "is binary, or text in UTF-16 (then: iconv -f UTF-16 -t UTF-8). Name a file of JSON"
    part = read_part_name(head)
    if part is not None:
        return None if part in POSTS else _PARTS.get(part, f"holds {part}, and no posts. {_TWEETS_JS}")
    lines = [line.lstrip() for line in head.removeprefix(BOM).splitlines()]
    if _is_table(lines[0]):
        return _TABLE
    if _is_event(lines[0]):
        return _EVENTS
    if not any(line[:1] in (b"{", b"[") for line in lines):
        return "holds no JSON. Name a file of posts"
    return _find_foreign(head)


def _find_foreign(head: bytes) -> str | None:
    """Name the format of the values if all are of one that is not read."""
    documents = read_documents(io.BufferedReader(io.BytesIO(head)), "")
    found = (document.value for document in documents if isinstance(document, JsonDocument))
    values = itertools.chain.from_iterable(value if isinstance(value, list) else [value] for value in found)
    names = {describe_foreign(value) for value in itertools.islice(values, ENTRIES_PROBED)}
    name = names.pop() if len(names) == 1 else None
    return (
        f"holds {name}. Name a file of posts that photolake reads: docs/collect-files.md lists them" if name else None
    )


def _is_table(line: bytes) -> bool:
    if line[:1] in (b"{", b"["):
        return False
    columns = next(csv.reader([line.decode("utf-8", "replace")]), [])
    return len(columns) > 1 and {"id", "text"} <= set(columns)


def _is_event(line: bytes) -> bool:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(event, dict) and {"did", "time_us", "kind"} <= event.keys()
