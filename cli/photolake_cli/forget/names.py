"""What people call posts: ids of the lake, `id_str`, URLs of pages; one by one, or in a file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from photolake.rows.ids import hash_to_bigint
from photolake.sources.bluesky.identifiers import PostKey
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from pathlib import Path

_NUMBER = re.compile(r"[0-9]{1,19}")
_X_PATH = re.compile(r"/(?:[^/]+|i)/(?:web/)?status(?:es)?/([0-9]{1,19})(?:/.*)?")
_X_HOSTS = frozenset({"x.com", "twitter.com"})
_BLUESKY_PATH = re.compile(r"/profile/(did:[^/]+)/post/([^/]+)/?")
_MAX_ID = 2**63 - 1


@dataclass(frozen=True, order=True)
class PostName:
    """A post: its `id`, and its `id_str` if that is known."""

    id: int
    id_str: str = ""


def parse_name(text: str) -> PostName:
    """Read the name of a post; CommandError if it is none."""
    name = text.strip()
    if _NUMBER.fullmatch(name) and int(name) <= _MAX_ID:
        return PostName(int(name))
    parts = urlsplit(name)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("mobile.")
    if host in _X_HOSTS and (found := _X_PATH.fullmatch(parts.path)):
        return PostName(int(found[1]), found[1])
    if host == "bsky.app":
        found = _BLUESKY_PATH.fullmatch(parts.path)
        name = PostKey(found[1], found[2]).uri if found else ""
    if post := PostKey.parse(name):
        return PostName(post.id, post.uri)
    if parts.scheme in ("http", "https") and host not in _X_HOSTS and host != "bsky.app":
        return PostName(hash_to_bigint(name), name)
    raise CommandError(
        f"{text.strip()!r} is not a post. Write its id or id_str as tweets has it (a number, at://…, or Mastodon's "
        "URI), or the URL of its page on x.com, or on bsky.app with the account's DID"
    )


def read_file(path: Path, column: str) -> Iterator[PostName]:
    """Yield the posts of a file: one a line, or a column of a CSV; CommandError names the line that has none."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, text in _read_texts(file, column, path):
                try:
                    yield parse_name(text)
                except CommandError as error:
                    raise CommandError(f"{path}, line {number}: {error}") from error
    except (OSError, UnicodeError, csv.Error) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error


def _read_texts(file: Iterable[str], column: str, path: Path) -> Iterator[tuple[int, str]]:
    reader = csv.reader(file)
    header: list[str] | None = None
    for row in reader:
        if not any(each.strip() for each in row):
            continue
        if header is None:
            header = row if column in row or len(row) > 1 else []
            if header and column not in header:
                raise CommandError(f"{path} has no column {column}. Name one of: {', '.join(header)}, by --column")
            if header:
                continue
        place = header.index(column) if header else 0
        yield reader.line_num, row[place] if place < len(row) else ""
