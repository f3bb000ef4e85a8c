"""Recognises files that hold no posts by their first bytes, and says what to name instead."""

from __future__ import annotations

import codecs
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from photolake.post_files.compression import Decompressed
from photolake.post_files.documents import JsonDocument, read_documents
from photolake.post_files.encodings import transcode
from photolake.post_files.reader import Entry, read_entries
from photolake.post_files.tables import Table, find_table, take_head
from photolake.post_formats import csv_twarc, fourcat_csv
from photolake.post_formats.beside import NOTHING, Beside, read_beside
from photolake.post_formats.foreign import describe_foreign
from photolake.post_formats.format import Notice
from photolake.post_formats.table_map import TableMap, describe_columns
from photolake.post_formats.x_account_archive import POSTS, read_part_name
from photolake.rejected import RejectedRecord
from photolake_cli.collect.containers import is_tar
from photolake_cli.collect.unreadable import find_unreadable

if TYPE_CHECKING:
    from photolake_cli.collect.files import PostFile

REJECTED_PROBED = 1_000
"""How many rejected records a file may begin with before it counts as one that holds no posts."""
# More than a block of Zstandard, which is at most 128 KiB and is decompressed as a whole (RFC 8878, 3.1.1.2).
HEAD_BYTES = 1 << 18
_KNOWN_TABLES = (fourcat_csv.FORMAT, csv_twarc.FORMAT)
_TWEETS_JS = "An account archive has them in tweets.js"
_OTHER_PART = ", and no posts"
_PARTS: Mapping[str, str] = {
    "note_tweet": "holds long texts, which are read with the posts in tweets.js beside it. Name that",
    "deleted_tweets": f"holds posts that their author deleted, which are not collected. {_TWEETS_JS}",
}
VALUES_PROBED = 100
_IDS = re.compile(rb"[^A-Za-z{}]*[0-9]{5,19}[^A-Za-z{}]*")
# An object or an array, after a record separator or NUL bytes, in a string of JSON, or as Python writes it.
_JSON = re.compile(rb"""[\x1e\0 ]*(?:\xef\xbb\xbf)?(?:b?['"]\s*)?[{\[]|.{0,200}[{]\s*["']""")


class Probe(NamedTuple):
    """What a file holds: `reason` ends a sentence that begins with its name and says why it holds no posts.

    `beside` is what other files of the same folder hold of its posts.
    """

    reason: str | None
    beside: Beside = NOTHING


def probe_file(file: PostFile, needs_post: bool = False) -> Probe:
    """Look at the first bytes of a file; with `needs_post` a post must follow on 999 rejected records at most."""
    if file.unreadable:
        return Probe(file.unreadable)
    with file.open(HEAD_BYTES) as opened:
        # Looked at without reading, so that the entries can be read from the start.
        head, damage = _read_head(opened.file.peek())
        reason = damage or _find_reason(head, file.table_map)
        if reason is None and needs_post:
            reason = _find_no_post(read_entries(opened.file, file.make_context()))
    return Probe(reason, NOTHING if reason else read_beside(file.base, head, file.read_sibling))


def describe_kind(reason: str) -> str:
    """What the reason of a file has in common with those of other files: not the details of this one."""
    if reason.endswith(_TWEETS_JS) and _OTHER_PART in reason:
        return "is another part of an account archive, which holds no posts"
    return "holds no posts" if reason.startswith("holds no posts") else reason


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


def _read_head(stored: bytes) -> tuple[bytes, str]:
    """The first bytes of a file as text in UTF-8, and what damaged it if that is why there are none."""
    blocks = Decompressed(io.BufferedReader(io.BytesIO(stored)))
    head = take_head(transcode(iter(blocks)))
    return head, blocks.damage if not head else ""


def _find_reason(head: bytes, table_map: TableMap | None) -> str | None:
    if not head.strip():
        return "is empty"
    if reason := find_unreadable(head):
        return reason
    if is_tar(head):
        return "is a tar archive without .tar in its name, or inside another file. Unpack it, or rename it"
    if table := find_table(head):
        return _find_table_reason(table, table_map)
    if table_map:
        return "is not a table (CSV), but --map names columns. Collect it without"
    part = read_part_name(head)
    if part is not None:
        return None if part in POSTS else _PARTS.get(part, f"holds {part}{_OTHER_PART}. {_TWEETS_JS}")
    if _IDS.fullmatch(head):
        return "holds ids of posts without the posts. Name the posts that X returned for them"
    lines = [line.lstrip() for line in head.removeprefix(codecs.BOM_UTF8).splitlines()]
    if not any(_JSON.match(line) for line in lines):
        what = ", but binary data, or text whose encoding is not known" if b"\0" in head else ""
        return f"holds no JSON{what}. Name a file of posts"
    return _find_foreign(head)


def _find_foreign(head: bytes) -> str | None:
    """Name the format of the values if all are of one that is not read."""
    documents = read_documents(io.BufferedReader(io.BytesIO(head)), "")
    found = (document.value for document in documents if isinstance(document, JsonDocument))
    values = itertools.chain.from_iterable(value if isinstance(value, list) else [value] for value in found)
    names = {describe_foreign(value) for value in itertools.islice(values, VALUES_PROBED)}
    name = names.pop() if len(names) == 1 else None
    return f"holds {name}. docs/post-files.md lists the formats that it reads" if name else None


def _find_table_reason(table: Table, table_map: TableMap | None) -> str | None:
    """Why a table cannot be read: it is of no known tool, or lacks a named column."""
    if table_map:
        return table_map.find_missing(table.columns)
    if any(known.recognize(dict.fromkeys(table.columns, "")) for known in _KNOWN_TABLES):
        return None
    return (
        f"is a table of no tool that photolake knows; {describe_columns(table.columns)}. Say which of them hold the "
        "posts: photolake collect --map id=COLUMN,text=COLUMN,created_at=COLUMN,media_url=COLUMN"
    )
