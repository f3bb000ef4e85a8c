"""Text as searchable words: case, accents and forms of the same character make no difference.

Scripts that put no spaces between words (Han, kana, Thai, Lao, Khmer, Myanmar) are cut into pairs of neighbouring
characters, so that a word is found wherever it stands: its pairs are all there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import groupby, pairwise

MAX_WORD = 64
"""Longer words are cut, in the index and in a search alike."""

# Marks that readers leave out: accents of Latin, Greek and Cyrillic; vowel points of Hebrew and Arabic. Other marks
# make another letter (the dakuten of kana) or are vowels themselves (Devanagari, Thai).
_OPTIONAL_MARKS = ((0x0300, 0x036F), (0x0591, 0x05C7), (0x064B, 0x065F), (0x0670, 0x0670))
# Letters with a stroke, and ligatures, which Unicode does not decompose.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
_WITHOUT_SPACES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # iteration mark, closing mark, zero
    (0x3040, 0x30FF),  # kana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_OTHER, _SPACED, _UNSPACED = 0, 1, 2


def fold_text(text: str) -> str:
    """Return the text without case, accents and compatibility forms: `Café`, `CAFE` and full-width letters agree."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(character for character in decomposed if not _is_in(character, _OPTIONAL_MARKS))
    return unicodedata.normalize("NFKC", kept.translate(_PLAIN_LETTERS))


def split_words(text: str) -> list[str]:
    """Return the words by which a text is found, in its order; single characters and pairs of unspaced scripts."""
    return [word for run, is_spaced in _iterate_runs(text) for word in ([run] if is_spaced else [*run, *_pairs(run)])]


def split_wanted(text: str) -> list[str]:
    """Return the words that a text must have to be found by this one: of an unspaced run its pairs, if it has any."""
    return [word for run, is_spaced in _iterate_runs(text) for word in ([run] if is_spaced else _pairs(run) or [run])]


def join_words(text: str) -> str:
    """Return a name as one term: its words, folded, with one blank between them."""
    return " ".join(run for run, _ in _iterate_runs(text))


def _iterate_runs(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each run of letters, digits and marks, and whether its script puts spaces between words."""
    for kind, characters in groupby(fold_text(text), _classify):
        if kind == _SPACED:
            yield "".join(characters)[:MAX_WORD], True
        elif kind == _UNSPACED:
            yield "".join(characters), False


def _pairs(run: str) -> list[str]:
    return [first + second for first, second in pairwise(run)]


def _classify(character: str) -> int:
    if unicodedata.category(character)[0] not in "LNM":
        return _OTHER
    return _UNSPACED if _is_in(character, _WITHOUT_SPACES) else _SPACED


def _is_in(character: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(character) <= last for first, last in ranges)
