"""Recognises files that hold no posts by their first bytes, and says what to name instead."""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from photolake.post_files.compression import Decompressed
from photolake.post_files.documents import BOM, JsonDocument, read_documents
from photolake.post_files.reader import Entry, read_entries
from photolake.post_formats.beside import NOTHING, Beside, read_beside
from photolake.post_formats.foreign import describe_foreign
from photolake.post_formats.format import Notice
from photolake.post_formats.x_account_archive import POSTS, read_part_name
from photolake.rejected import RejectedRecord

if TYPE_CHECKING:
    from photolake_cli.collect.files import PostFile

REJECTED_PROBED = 1_000
"""How many rejected records a file may begin with before it counts as one that holds no posts."""
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
VALUES_PROBED = 100


class Probe(NamedTuple):
    """What a file holds: `reason` ends a sentence that begins with its name and says why it holds no posts.

    `beside` is what other files of the same folder hold of its posts.
    """

    reason: str | None
    beside: Beside = NOTHING


def probe_file(file: PostFile, needs_post: bool = False) -> Probe:
    """Look at the first bytes of a file; with `needs_post` a post must follow on 999 rejected records at most."""
    with file.open(HEAD_BYTES) as opened:
        # Looked at without reading, so that the entries can be read from the start.
        head, damage = _decompress(opened.file.peek())
        reason = damage or _find_reason(head)
        if reason is None and needs_post:
            reason = _find_no_post(read_entries(opened.file, file.make_context()))
    return Probe(reason, NOTHING if reason else read_beside(file.base, head, file.read_sibling))


def _find_no_post(entries: Iterable[Entry]) -> str | None:
    """Read up to the first post or deletion; None if there is one, else what there is instead."""
    notices: Counter[str] = Counter()
    rejected: list[str] = []
    for entry in entries:
        if isinstance(entry.content, Notice):
            notices[entry.content.kind] += 1
        elif isinstance(entry.content, RejectedRecord):
            rejected.append(entry.content.message)
        else:
            return None
        if len(rejected) == REJECTED_PROBED:
            return f"holds no posts in its first {REJECTED_PROBED:,} records: {rejected[0]}"
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in notices.items())
    return "holds no posts" + (f": {rejected[0]}" if rejected else f", but {kinds}" if kinds else "")


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
    if not any(line[:1] in (b"{", b"[") for line in lines):
        return "holds no JSON. Name a file of posts"
    return _find_foreign(head)


def _find_foreign(head: bytes) -> str | None:
    """Name the format of the values if all are of one that is not read."""
    documents = read_documents(io.BufferedReader(io.BytesIO(head)), "")
    found = (document.value for document in documents if isinstance(document, JsonDocument))
    values = itertools.chain.from_iterable(value if isinstance(value, list) else [value] for value in found)
    names = {describe_foreign(value) for value in itertools.islice(values, VALUES_PROBED)}
    name = names.pop() if len(names) == 1 else None
    return f"holds {name}. docs/formats.md lists the formats that it reads" if name else None


def _is_table(line: bytes) -> bool:
    if line[:1] in (b"{", b"["):
        return False
    columns = next(csv.reader([line.decode("utf-8", "replace")]), [])
    return len(columns) > 1 and {"id", "text"} <= set(columns)
