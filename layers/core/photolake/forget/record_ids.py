"""Which post a record under `errors/` is about: a line of the archive, a row, or what a source sent.

A record that cannot be read, because it is cut off or no JSON, counts as one of every post that it names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from photolake.rows.ids import hash_to_bigint
from photolake.sources.bluesky.identifiers import PostKey, is_did, is_tid

_OWN_IDS = ("id", "id_str", "tweetid", "uri")
_NUMBER = re.compile(r"(?<![0-9])[0-9]{1,19}(?![0-9])")
_URI = re.compile(r"""(?:at|https?)://[^\s"'\\<>,]+""")
_MESSAGE = re.compile(r"post (\S+?): ")


def find_post_ids(raw: bytes, message: str = "") -> set[int]:
    """Return the ids of the post in a record; `message` says why it was rejected, and may begin with its name."""
    text = raw.decode("utf-8", "replace")
    found = set(_read_names([match[1]] if (match := _MESSAGE.match(message)) else []))
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return found | set(_read_names([*_NUMBER.findall(text), *_URI.findall(text)]))
    if isinstance(document, Mapping):
        found |= set(_read_names(_list_names(document)))
    return found


def _list_names(document: Mapping[str, Any]) -> Iterator[Any]:
    yield from (document.get(name) for name in _OWN_IDS)
    data, commit, did = document.get("data"), document.get("commit"), document.get("did")
    if isinstance(data, Mapping):  # a page of X's API
        yield data.get("id")
    if isinstance(commit, Mapping) and isinstance(did, str):  # an event of Bluesky
        rkey = str(commit.get("rkey"))
        yield PostKey(did, rkey).uri if is_did(did) and is_tid(rkey) else None


def _read_names(names: Any) -> Iterator[int]:
    for name in names:
        if isinstance(name, int) and not isinstance(name, bool):
            yield name
        elif isinstance(name, str) and name:
            yield int(name) if _NUMBER.fullmatch(name) else hash_to_bigint(name)
