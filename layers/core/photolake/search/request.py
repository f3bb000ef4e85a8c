"""What a search asks for, as the terms that an image must have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from photolake.errors import InvalidSearchError
from photolake.search import terms
from photolake.search.words import join_words, split_wanted

Sort = Literal["date", "relevance"]
Wanted = tuple[str, ...]
"""Terms of which an image must have one."""

MAX_WANTED = 20
MAX_LIMIT, DEFAULT_LIMIT = 100, 20


@dataclass(frozen=True)
class SearchRequest:
    """A search: an image must fit every value of every filter, with `min_confidence` (0 to 100) or more.

    `next` is what the page before gave; None for the first page.
    """

    label: Sequence[str] = ()
    text: Sequence[str] = ()
    celebrity: Sequence[str] = ()
    moderation: Sequence[str] = ()
    entity: Sequence[str] = ()
    q: Sequence[str] = ()
    min_confidence: float = 0.0
    sort: Sort = "date"
    limit: int = DEFAULT_LIMIT
    next: str | None = None

    @property
    def wanted(self) -> list[Wanted]:
        """What an image must have, each once; InvalidSearchError for a value without words, or for too many words."""
        found = list(dict.fromkeys(self._iterate_wanted()))
        if len(found) > MAX_WANTED:
            raise InvalidSearchError(f"the filters have {len(found)} words; at most {MAX_WANTED} can be asked for")
        return found or [(terms.make_term(terms.ANY, ""),)]

    @property
    def digest(self) -> str:
        """16 hex digits that differ for every other search; page size and position do not count."""
        asked = json.dumps([self.wanted, float(self.min_confidence), self.sort])
        return sha256(asked.encode()).hexdigest()[:16]

    def _iterate_wanted(self) -> Iterator[Wanted]:
        for value in self.label:
            yield (terms.make_term(terms.LABEL, _join("label", value)),)
        for value in self.moderation:
            yield (terms.make_term(terms.MODERATION, _join("moderation", value)),)
        for value in self.text:
            yield from _read_text(value)
        for name, kind in (("celebrity", terms.CELEBRITY), ("entity", terms.ENTITY)):
            for value in getattr(self, name):
                yield from ((terms.make_term(kind, word),) for word in _split(name, value))
        for value in self.q:
            for word in _split("q", value):
                yield terms.make_term(terms.SEEN, word), terms.make_term(terms.SAID, word)


def _read_text(value: str) -> Iterator[Wanted]:
    """Words, and beginnings of words: `NDV*`."""
    _split("text", value)
    for part in value.split():
        words = split_wanted(part)
        if part.endswith("*") and words:
            yield (terms.make_term(terms.PREFIX, _check_beginning(words.pop())),)
        yield from ((terms.make_term(terms.TEXT, word),) for word in words)


def _check_beginning(word: str) -> str:
    if not terms.MIN_PREFIX <= len(word) <= terms.MAX_PREFIX:
        bounds = f"{terms.MIN_PREFIX} to {terms.MAX_PREFIX}"
        raise InvalidSearchError(f"text: the beginning of a word has {bounds} characters, not {len(word)}")
    return word


def _split(name: str, value: str) -> list[str]:
    words = split_wanted(value)
    if not words:
        raise InvalidSearchError(f"{name}: {value[:40]!r} has no letters or digits")
    return words


def _join(name: str, value: str) -> str:
    _split(name, value)
    return join_words(value)
