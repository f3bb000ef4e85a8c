"""Objects that wrap a list of posts and are too large to be read as a whole."""

from __future__ import annotations

import re
from typing import NamedTuple

from photolake.post_files.json_values import Value, decode_value

# The names of lists whose posts are complete by themselves. That of API v2, "data", is not one of them: its authors and
# photos are in "includes", which may come last.
_LISTS = frozenset({"statuses", "results", "tweets"})
_NAME = re.compile(r'\s*,?\s*"([^"\\\n]{1,64})"\s*:\s*')
_MAX_MEMBERS = 100


class WrappedList(NamedTuple):
    """Where the list of an object begins; `is_first` if no other member stands before it."""

    start: int
    is_first: bool


def find_list(text: str, start: int) -> WrappedList | None:
    """Find the list of posts in the object that begins at `start`; None if it has none in its first members."""
    if text[start] != "{":
        return None
    at = start + 1
    for number in range(_MAX_MEMBERS):
        name = _NAME.match(text, at)
        if name is None:
            return None
        if name[1] in _LISTS and text[name.end() : name.end() + 1] == "[":
            return WrappedList(name.end(), number == 0)
        member = decode_value(text, name.end())
        if not isinstance(member, Value):
            return None
        at = member.end
    return None
