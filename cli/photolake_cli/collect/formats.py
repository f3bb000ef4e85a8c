"""Recognises files that hold no posts by their first bytes, and says what to name instead."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from photolake.post_files.compression import Decompressed
from photolake.post_files.documents import BOM
from photolake.post_files.reader import Entry, read_entries
from photolake.post_formats.format import Notice
from photolake.post_formats.x_account_archive import POSTS, read_owner, read_part_name
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


class Probe(NamedTuple):
    """What a file holds: `reason` ends a sentence that begins with its name and says why it holds no posts.

    `author` is the owner of an account archive, from the `account.js` in the same folder.
    """

    reason: str | None
    author: Mapping[str, Any] | None = None


def probe_file(file: PostFile, needs_post: bool = False) -> Probe:
    """Look at the first bytes of a file; with `needs_post` a post must follow on 999 rejected records at most."""
    with file.open(HEAD_BYTES) as opened:
        # Looked at without reading, so that the entries can be read from the start.
        head, damage = _decompress(opened.file.peek())
        reason = damage or _find_reason(head)
        if reason is None and needs_post:
            reason = _find_no_post(read_entries(opened.file, file.make_context()))
    return Probe(reason, None if reason else _read_author(file, head))


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


def _read_author(file: PostFile, head: bytes) -> Mapping[str, Any] | None:
    account = file.read_sibling("account.js") if read_part_name(head) in POSTS else None
    return read_owner(account) if account else None


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
        return None if part in POSTS else f"holds {part}, and no posts. An account archive has them in tweets.js"
    lines = [line.lstrip() for line in head.removeprefix(BOM).splitlines()]
    if _is_table(lines[0]):
        return _TABLE
    return None if any(line[:1] in (b"{", b"[") for line in lines) else "holds no JSON. Name a file of posts"


def _is_table(line: bytes) -> bool:
    if line[:1] in (b"{", b"["):
        return False
    columns = next(csv.reader([line.decode("utf-8", "replace")]), [])
    return len(columns) > 1 and {"id", "text"} <= set(columns)
