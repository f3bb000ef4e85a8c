"""Finds where reading can go on after a damaged place: where the next document of the file begins.

There is no mark for that in JSON, so it is found by what files of posts have in common. A document begins on a line of
its own, no deeper than the damaged one, or in the middle of a line with the name that documents of this file begin
with, and then it is whole and something else than another member follows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set
from typing import NamedTuple

from photolake.post_files.json_values import Value, decode_value

_NAME = r'"([^"\\\n]{1,64})"'
_FIRST_NAME = re.compile(r"\s*\{\s*" + _NAME)
# An object at the beginning of a line.
_LINE_NAME = re.compile(r"\n([ \t]*)[\[,}\ufeff\x1e \t]*\{\s*" + _NAME)
_ANY_NAME = re.compile(r"\{\s*" + _NAME)
_BLANKS = re.compile(r"([ \t]*)[\r\ufeff\x1e]*[ \t\r]*")
# A line that goes on with an indented document: a member's name, or closing brackets.
_MEMBER = re.compile(r'"(?:[^"\\\n]|\\.){0,200}"\s*:|"[^"\n]*"?\s*\Z|[}\])]')
_NOT_INDENTED = re.compile(r"\{[ \t\r]*\n" + _NAME)
# What may follow a document, after blanks: the end of its line, another one, or the end of an array.
_FOLLOWS = re.compile(
    r"[ \t\r]*(?:$|[\n\x1e\x00{\[;]|,\s*(?:[{\[\]]|$|\n)|\]\s*(?:[,;\[{\]]|$))|[ \t\r]*(?:,?[ \t\r]*\n)"
)
_LOOK_AHEAD = 256
_MAX_CANDIDATES = 64
_MAX_CANDIDATE = 1 << 20


class Resume(NamedTuple):
    """A place: the next document begins there if `is_found`, else nothing before it is worth another look."""

    at: int
    is_found: bool


def read_first_name(text: str, start: int) -> str | None:
    """The name of the first member of an object, which may be damaged."""
    found = _FIRST_NAME.match(text, start)
    return found[1] if found else None


def find_first_names(head: str) -> frozenset[str]:
    """The name that documents begin with, by the first characters of a file: the one that most of the text follows.

    The first documents may be damaged, so that what is in them looks like documents.
    """
    sizes: Counter[str] = Counter()
    end = 0
    for found in _ANY_NAME.finditer(head):
        if found.start() < end:
            continue
        decoded = decode_value(head, found.start())
        if isinstance(decoded, Value):
            end = decoded.end
        elif decoded.is_cut:
            end = len(head)
        else:
            continue
        sizes[found[1]] += end - found.start()
    return frozenset(name for name, _ in sizes.most_common(1))


def has_begin_after(text: str, start: int, indent: int, names: Set[str]) -> bool:
    """Whether a line after `start` begins a document, no deeper than `indent`, with one of the names."""
    return any(len(line[1]) <= indent and line[2] in names for line in _LINE_NAME.finditer(text, start))


class Resynchronizer:
    """Looks for the next document after a damaged place, whose line has `indent` blanks in front."""

    def __init__(self, indent: int, names: Set[str], own_name: str | None) -> None:
        """`names` are those that documents begin with; the damaged one began with `own_name`, if that can be told."""
        names = names | {own_name} if own_name else names
        self._indent = indent
        self._is_object = own_name is not None
        self._own_names = frozenset({own_name}) if own_name else names
        any_name = "|".join(re.escape(name) for name in sorted(names))
        self._begin = re.compile(rf'\n|\{{\s*"(?:{any_name})"\s*:' if names else r"\n")
        self._candidates = 0

    def find(self, text: str, start: int, is_final: bool) -> Resume:
        """Look from `start` on; unless `is_final`, more text may follow."""
        for found in self._begin.finditer(text, start):
            at = found.start()
            index = (
                self._look_at_line(text, at + 1, is_final) if text[at] == "\n" else self._look_at(text, at, is_final)
            )
            if index is not None:
                return index
        return Resume(len(text) if is_final else max(start, len(text) - _LOOK_AHEAD), False)

    def _look_at_line(self, text: str, begin: int, is_final: bool) -> Resume | None:
        blanks = _BLANKS.match(text, begin)
        if blanks is None:
            return None
        at = blanks.end()
        if not is_final and len(text) - at < _LOOK_AHEAD:
            return Resume(begin - 1, False)
        if at == len(text) or text[at] == "\n":
            return None
        if len(blanks[1]) > self._indent or _MEMBER.match(text, at):
            return None
        # An object that begins on a line by itself may be a member of an array that is not indented.
        opened = _NOT_INDENTED.match(text, at)
        return None if opened and self._own_names and opened[1] not in self._own_names else Resume(at, True)

    def _look_at(self, text: str, at: int, is_final: bool) -> Resume | None:
        if self._candidates == _MAX_CANDIDATES or (self._is_object and self._is_deeper(text, at)):
            return None
        decoded = decode_value(text, at)
        if not isinstance(decoded, Value):
            if decoded.is_cut and not is_final and len(text) - at < _MAX_CANDIDATE:
                return Resume(at, False)
            self._candidates += 1
            return None
        if not is_final and len(text) - decoded.end < _LOOK_AHEAD:
            return Resume(at, False)
        return Resume(at, True) if _FOLLOWS.match(text, decoded.end, decoded.end + _LOOK_AHEAD) else None

    def _is_deeper(self, text: str, at: int) -> bool:
        """Whether a place is the beginning of a line that is indented more than the damaged object."""
        line = text.rfind("\n", 0, at) + 1
        before = text[line:at]
        return line > 0 and not before.strip(" \t\r,") and len(before) - len(before.lstrip(" \t")) > self._indent
