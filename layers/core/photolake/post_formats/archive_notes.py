"""Joins the long texts of an account archive, `note-tweet.js`, to their posts, which have the first 280 characters.

Nothing in the two files names the other: `noteTweetId` is an id of its own, given out within moments of the post's. So
a text belongs to the post that is nearest in time and begins with the same words.
"""

from __future__ import annotations

import html
import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from photolake.rows.ids import read_snowflake_ms

_NEAR_MS = 60_000
_SHORTEST_HEAD = 50
_CUT = re.compile(r"\s*…?\s*(https://t\.co/\w+)?\s*$")
_MENTIONS = re.compile(r"^(@\w+\s+)+")


@dataclass(frozen=True)
class Note:
    """A long text, when it was written in milliseconds since 1970, and what X found in it."""

    ms: int
    text: str
    core: Mapping[str, Any]


class NoteIndex:
    """The long texts of an archive by time."""

    def __init__(self, notes: list[Note]) -> None:
        """The notes may come in any order."""
        self._notes = sorted(notes, key=lambda note: note.ms)
        self._times = [note.ms for note in self._notes]

    @classmethod
    def parse(cls, array: bytes) -> NoteIndex:
        """Read the array of `note-tweet.js`; ValueError if it is not JSON. An item of another shape is passed over."""
        items = json.loads(array)
        return cls(list(_read_notes(items if isinstance(items, list) else [])))

    def join(self, status: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the status with its long text, if it has one."""
        note = self._find(status)
        return status if note is None else {**status, **_make_fields(note, status), "truncated": False}

    def _find(self, status: Mapping[str, Any]) -> Note | None:
        given, key = status.get("full_text"), str(status.get("id_str") or status.get("id") or "")
        ms = read_snowflake_ms(int(key)) if key.isdecimal() else None
        if ms is None or not isinstance(given, str):
            return None
        head = _normalise(_CUT.sub("", given))
        if len(head) < _SHORTEST_HEAD:
            return None
        first, last = bisect_left(self._times, ms - _NEAR_MS), bisect_left(self._times, ms + _NEAR_MS + 1)
        near = sorted(self._notes[first:last], key=lambda note: abs(note.ms - ms))
        return next((note for note in near if _normalise(note.text).startswith(head)), None)


def _read_notes(items: list[Any]) -> Iterator[Note]:
    for item in items:
        note = item.get("noteTweet") if isinstance(item, Mapping) else None
        core = note.get("core") if isinstance(note, Mapping) else None
        key = str(note.get("noteTweetId")) if isinstance(note, Mapping) else ""
        ms = read_snowflake_ms(int(key)) if key.isdecimal() else None
        if ms is not None and isinstance(core, Mapping) and isinstance(core.get("text"), str):
            yield Note(ms, core["text"], core)


def _normalise(text: str) -> str:
    """Return a text for comparison: posts write & as &amp;, and begin with the accounts that they reply to."""
    return " ".join(_MENTIONS.sub("", html.unescape(text).strip()).split())


def _make_fields(note: Note, status: Mapping[str, Any]) -> dict[str, Any]:
    entities = status.get("entities")
    old = entities if isinstance(entities, Mapping) else {}
    found = {
        "hashtags": [*_find_tags(note, "hashtags", "#")],
        "symbols": [*_find_tags(note, "cashtags", "$")],
        "urls": [*_find_urls(note)],
        "user_mentions": [*_find_mentions(note, old.get("user_mentions"))],
    }
    return {"full_text": note.text, "entities": {**old, **found}}


def _list_items(note: Note, name: str) -> list[Any]:
    items = note.core.get(name)
    return items if isinstance(items, list) else []


def _find_tags(note: Note, name: str, sign: str) -> Iterator[dict[str, Any]]:
    for item in _list_items(note, name):
        text = item.get("text", item.get("tag")) if isinstance(item, Mapping) else item
        if isinstance(text, str):
            yield {"text": text, **_find_place(note.text, f"{sign}{text}")}


def _find_urls(note: Note) -> Iterator[dict[str, Any]]:
    for item in _list_items(note, "urls"):
        if isinstance(item, Mapping) and isinstance(item.get("shortUrl"), str):
            names = {"url": "shortUrl", "expanded_url": "expandedUrl", "display_url": "displayUrl"}
            found = {name: item[given] for name, given in names.items() if isinstance(item.get(given), str)}
            yield found | _find_place(note.text, item["shortUrl"])


def _find_mentions(note: Note, known: Any) -> Iterator[dict[str, Any]]:
    by_name = {
        user["screen_name"].lower(): user
        for user in (known if isinstance(known, list) else [])
        if isinstance(user, Mapping) and isinstance(user.get("screen_name"), str)
    }
    for item in _list_items(note, "mentions"):
        name = item.get("screenName", item.get("text")) if isinstance(item, Mapping) else item
        if isinstance(name, str):
            yield {**by_name.get(name.lower(), {"screen_name": name}), **_find_place(note.text, f"@{name}")}


def _find_place(text: str, part: str) -> dict[str, Any]:
    start = text.lower().find(part.lower())
    return {"indices": [start, start + len(part)]} if start >= 0 else {"indices": None}
