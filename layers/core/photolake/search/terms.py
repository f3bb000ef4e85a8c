"""The terms that an image is found by, each with a confidence of 0 to 100.

A term is `<kind>#<words>`. The kinds of an analysis and those of a photo (its post, or its name) do not overlap, so
that neither has to know of the other's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from photolake.search.words import join_words, split_words

if TYPE_CHECKING:
    from photolake.rows.types import AnalysisRow, TextEntity

Terms = Mapping[str, float]
"""Each term with the highest confidence with which it holds."""

ANY = "any"  # every analysed image
LABEL = "label"  # a label, its parents, aliases and categories; the whole name
TEXT = "text"  # a word of the text in the image
PREFIX = "prefix"  # the beginnings of those words
CELEBRITY = "celebrity"  # a word of a celebrity's name
MODERATION = "moderation"  # a moderation label or its parent; the whole name
SEEN = "seen"  # a word of any of these
SAID = "said"  # a word of a post that shows the image, of its alternative text, or of the name it was dropped by
ENTITY = "entity"  # a word of an entity that Comprehend found in such a post

MIN_PREFIX, MAX_PREFIX = 2, 20
MAX_NAME = 200
"""Characters of a label's name; a longer one is cut."""
MAX_ANALYSIS_TERMS = 1000
MAX_PHOTO_TERMS = 300
CERTAIN = 100.0
_DECIMALS = 2

_Scored = Iterator[tuple[str, str, float]]


def make_term(kind: str, words: str) -> str:
    """Return the term of this kind; `words` are folded."""
    return f"{kind}#{words[:MAX_NAME]}"


def list_analysis_terms(row: AnalysisRow) -> Terms:
    """Return all terms of an analysis, the most useful first: names, then words of text, then their beginnings."""
    labels = row.get("image_labels") or {}
    terms: dict[str, float] = {f"{ANY}#": CERTAIN}
    named = [*_read_labels(labels), *_read_moderation(labels), *_read_celebrities(labels)]
    texts = list(_read_texts(labels))
    _add(terms, named)
    _add(terms, ((TEXT, word, score) for _, word, score in texts))
    _add(terms, ((SEEN, word, score) for _, name, score in named for word in split_words(name)))
    _add(terms, ((SEEN, word, score) for _, word, score in texts))
    _add(terms, ((PREFIX, beginning, score) for _, word, score in texts for beginning in _beginnings(word)))
    return terms


def list_photo_terms(texts: Iterable[str | None], entities: Sequence[TextEntity] = ()) -> Terms:
    """Return all terms of a photo: the words of its texts, and of the entities (scores 0 to 1) in its post."""
    terms: dict[str, float] = {}
    _add(terms, ((SAID, word, CERTAIN) for text in texts if text for word in split_words(text)))
    for entity in entities:
        score = 100 * (entity.get("score") or 0.0)
        _add(terms, ((ENTITY, word, score) for word in split_words(entity.get("text") or "")))
    return terms


def cut_terms(terms: Terms, limit: int) -> tuple[Terms, int]:
    """Return the first `limit` terms, and how many are left out."""
    return dict(islice(terms.items(), limit)), max(0, len(terms) - limit)


def _add(terms: dict[str, float], found: Iterable[tuple[str, str, float]]) -> None:
    for kind, words, score in found:
        if not words:
            continue
        term = make_term(kind, words)
        terms[term] = max(terms.get(term, 0.0), round(min(max(score, 0.0), CERTAIN), _DECIMALS))


def _read_labels(labels: Mapping[str, Any]) -> _Scored:
    for label in _items(labels.get("labels")):
        related = (name for part in ("parents", "aliases", "categories") for name in _names(label.get(part)))
        for name in (*_names([label]), *related):
            yield LABEL, join_words(name), _score(label.get("confidence"))


def _read_moderation(labels: Mapping[str, Any]) -> _Scored:
    for label in _items(labels.get("moderationlabels")):
        for name in filter(None, (label.get("name"), label.get("parentname"))):
            yield MODERATION, join_words(name), _score(label.get("confidence"))


def _read_celebrities(labels: Mapping[str, Any]) -> _Scored:
    for face in _items((labels.get("celebrityrecognition") or {}).get("celebrityfaces")):
        for word in split_words(face.get("name") or ""):
            yield CELEBRITY, word, _score(face.get("matchconfidence"))


def _read_texts(labels: Mapping[str, Any]) -> _Scored:
    """Lines and words: a line has words that are not detected on their own, and the other way round."""
    for detection in _items(labels.get("textdetections")):
        for word in split_words(detection.get("detectedtext") or ""):
            yield TEXT, word, _score(detection.get("confidence"))


def _beginnings(word: str) -> list[str]:
    return [word[:length] for length in range(MIN_PREFIX, min(len(word), MAX_PREFIX) + 1)]


def _names(values: Any) -> list[str]:
    return [value["name"] for value in _items(values) if value.get("name")]


def _items(values: Any) -> list[Mapping[str, Any]]:
    return [value for value in values or [] if value]


def _score(confidence: float | None) -> float:
    return 0.0 if confidence is None else float(confidence)
