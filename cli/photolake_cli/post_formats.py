"""What is no file of posts, told by its first bytes, and what to name instead."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from photolake.post_files.compression import Decompressed
from photolake.post_files.documents import BOM
from photolake.post_files.reader import read_entries
from photolake.sources.x.account_archive import POSTS, owner, part_name

if TYPE_CHECKING:
    from photolake_cli.post_files import PostFile

LOOKED_AT_OF_A_FOLDERS_FILE = 100
_PACKED: Mapping[bytes, str] = {
    b"PK\x03\x04": "is a zip file. Unpack it, and name the files of posts in it (data/tweets.js of an account archive)",
    b"BZh": "is packed by bzip2. Unpack it first (bunzip2), or pack it by gzip or zstd",
    b"\xfd7zXZ\x00": "is packed by xz. Unpack it first (unxz), or pack it by gzip or zstd",
    b"PAR1": "is Parquet. Name the JSON that it was made from",
}
_TABLE = (
    "is a table (CSV). twarc-csv leaves out the places of links and mentions, puts the text of the original into a "
    "repost, and lists posts that were merely referred to: name the JSON lines it was made from"
)
_EVENTS = (
    "holds events of Bluesky's Jetstream; from a file, what their authors delete later would stay. Switch the source "
    "on instead: photolake up --param BlueskyKeywords=sunset"
)


def refusal(file: PostFile) -> str | None:
    """Why this is no file of posts, as the end of a sentence that begins with its name; None if it may be one."""
    with file.opened() as opened:
        blocks = Decompressed(opened.file)
        head = next(iter(blocks), b"")
    return blocks.damage or _refusal(head)


def _refusal(head: bytes) -> str | None:
    if not head.strip():
        return "is empty"
    for magic, said in _PACKED.items():
        if head.startswith(magic):
            return said
    if b"\0" in head:
        return "is binary, or text in UTF-16 (then: iconv -f UTF-16 -t UTF-8). Name a file of JSON"
    part = part_name(head)
    if part is not None:
        return None if part in POSTS else f"holds {part}, and no posts. Of an account archive name tweets.js"
    lines = [line.lstrip() for line in head.removeprefix(BOM).splitlines()]
    if _is_table(lines[0]):
        return _TABLE
    if _is_event(lines[0]):
        return _EVENTS
    return None if any(line[:1] in (b"{", b"[") for line in lines) else "holds no JSON. Name a file of posts"


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


def holds_posts(file: PostFile) -> bool:
    """Whether one of the first entries is a post: of a folder only such files are taken."""
    with file.opened() as opened:
        first = itertools.islice(
            read_entries(opened.file, source=file.name, collected_at=""), LOOKED_AT_OF_A_FOLDERS_FILE
        )
        return any(isinstance(entry.content, dict) for entry in first)


def author_of(file: PostFile) -> dict[str, str] | None:
    """Who wrote the posts of an account archive, by the `account.js` beside them."""
    with file.opened() as opened:
        head = next(iter(Decompressed(opened.file)), b"")
    account = file.read_beside("account.js") if part_name(head) in POSTS else None
    return owner(account) if account else None
