"""What files beside a file of posts hold of its posts: their author, their long texts, their users and media."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from photolake.errors import PermanentError
from photolake.post_formats.archive_notes import NoteIndex
from photolake.post_formats.x_account_archive import read_owner, read_part_name, strip_assignment
from photolake.rows.json_text import parse_json
from photolake.sources.x.includes import Includes

MAX_SIBLING_BYTES = 1 << 26
"""A file beside a file of posts is read into memory whole; one that is larger is left alone, and the user is told."""
_PAGE_OF_R = re.compile(r"data_(\w+\.json)$")
_MEDIA_FOLDERS = {"tweet": "tweet_media", "tweets": "tweets_media", "community_tweet": "community_tweet_media"}
_INCLUDED = ("includes", "users", "media")
_REFERENCES = (b'"author_id"', b'"media_keys"')
_KINDS = ("users", "media", "tweets", "posts", "places", "polls")

_Parsed = TypeVar("_Parsed")
ReadSibling = Callable[[str], bytes | None]
"""Reads a file of the same folder, or of a folder in it, by its name; None if there is none. LargeSiblingError."""


class LargeSiblingError(Exception):
    """A file beside a file of posts is larger than what is read into memory."""


@dataclass(frozen=True)
class Beside:
    """What other files hold of the posts of a file, and sentences on files that could not be read.

    `media_folder` is the folder of its photos, "" if there is none.
    """

    author: Mapping[str, Any] | None = None
    notes: NoteIndex | None = None
    includes: Includes | None = None
    problems: tuple[str, ...] = ()
    media_folder: str = ""


NOTHING = Beside()


def read_beside(base: str, head: bytes, read_sibling: ReadSibling) -> Beside:
    """Read what there is beside the file `base` that begins with `head`.

    Beside the posts of an account archive: `account.js` and `note-tweet.js`. Beside `data_1.json` of academictwitteR:
    `users_1.json`. Beside other posts of API v2: `includes`, `users` and `media`, each `.json` or `.jsonl`.
    """
    reader = _SiblingReader(read_sibling)
    part = read_part_name(head)
    if part is not None and part in _MEDIA_FOLDERS:
        account, notes = reader.read("account.js"), reader.read("note-tweet.js")
        author = read_owner(account) if account else None
        index = reader.parse("note-tweet.js", lambda: NoteIndex.parse(strip_assignment(notes))) if notes else None
        return Beside(author, index, None, tuple(reader.problems), _MEDIA_FOLDERS[part])
    lists = _merge_lists(reader, _list_names(base, head))
    includes = reader.parse("includes", lambda: Includes(lists)) if lists else None
    return Beside(None, None, includes, tuple(reader.problems))


def _list_names(base: str, head: bytes) -> list[str]:
    page = _PAGE_OF_R.match(base)
    if page:
        return [f"users_{page[1]}"]
    if b'"includes"' in head or not any(field in head for field in _REFERENCES):
        return []
    stem = base.partition(".")[0]
    return [f"{name}.{end}" for name in _INCLUDED for end in ("json", "jsonl") if name != stem]


def _merge_lists(reader: _SiblingReader, names: list[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name in names:
        content = reader.read(name)
        values = reader.parse(name, partial(_parse_values, content)) if content else None
        for value in values or []:
            for kind, items in _find_lists(value):
                found.setdefault(kind, []).extend(items)
    return found


def _parse_values(content: bytes) -> list[Any]:
    """Read a JSON document, or the JSON lines of a file."""
    text = content.decode("utf-8-sig")
    try:
        value = parse_json(text)
    except ValueError:
        return [parse_json(line) for line in text.splitlines() if line.strip()]
    return value if isinstance(value, list) else [value]


def _find_lists(value: Any) -> Iterator[tuple[str, list[Any]]]:
    """Yield the included objects in a value: lists by kind, a page of users, or a single user or medium."""
    if not isinstance(value, Mapping):
        return
    included = value.get("includes")
    for part in (value, included if isinstance(included, Mapping) else {}):
        for kind in _KINDS:
            if isinstance(part.get(kind), list):
                yield kind, part[kind]
    data = value.get("data")
    for item in [value, *(data if isinstance(data, list) else [])]:
        if isinstance(item, Mapping) and "media_key" in item:
            yield "media", [item]
        elif isinstance(item, Mapping) and {"id", "username"} <= item.keys():
            yield "users", [item]


class _SiblingReader:
    """Reads files beside a file, and gathers what was wrong with them."""

    def __init__(self, read_sibling: ReadSibling) -> None:
        self._read_sibling = read_sibling
        self.problems: list[str] = []

    def read(self, name: str) -> bytes | None:
        try:
            return self._read_sibling(name)
        except LargeSiblingError:
            limit = MAX_SIBLING_BYTES >> 20
            self.problems.append(f"{name} beside it is larger than {limit} MiB and is not read: split it")
            return None

    def parse(self, name: str, parse: Callable[[], _Parsed]) -> _Parsed | None:
        try:
            return parse()
        except (ValueError, RecursionError, PermanentError) as error:
            self.problems.append(f"{name} beside it cannot be read: {error}")
            return None
