"""Entities of several short texts bought as one document, because Comprehend bills a document at least 300 characters.

What is found in a document belongs to the text in which it lies, with its offsets counted from the beginning of that
text. Offsets count code points, as Python's strings do (https://docs.aws.amazon.com/comprehend/latest/APIReference/
API_Entity.html); they are checked against the words that Comprehend names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from photolake.posts.comprehend import (
    BATCH_SIZE,
    MAX_BYTES,
    OVER_BUDGET,
    UNSUPPORTED_LANGUAGE,
    Detection,
    NoResult,
)
from photolake.pricing import COMPREHEND_MIN_UNITS, COMPREHEND_UNIT_CHARACTERS, count_comprehend_units

if TYPE_CHECKING:
    from photolake.posts.comprehend import Comprehend, Response

SEPARATOR = "\n\n"  # a paragraph ends, and with it a sentence
# A text of this length is billed by its own length in any case.
MAX_PACKED_CHARACTERS = COMPREHEND_MIN_UNITS * COMPREHEND_UNIT_CHARACTERS - 1
# Enough that rounding up to a unit costs a twentieth, and few enough texts if a document has to be asked for again.
MAX_DOCUMENT_CHARACTERS = 1_000

# Half a unit a document, and the last document of each language in a chunk: 4 to 10 % in samples of 20 to 5,000 posts.
_ROUNDING_UP = 1.1

_SEND_ALONE = NoResult("SentWithOthers", is_retryable=True)


def pack_texts(texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield the texts of one language in documents, the short ones several to a document."""
    document: list[str] = []
    characters = size = 0
    for text in texts:
        if len(text) > MAX_PACKED_CHARACTERS:
            yield [text]
            continue
        added, added_bytes = len(SEPARATOR) + len(text), len(SEPARATOR) + len(text.encode("utf-8"))
        if document and (characters + added > MAX_DOCUMENT_CHARACTERS or size + added_bytes > MAX_BYTES):
            yield document
            document, characters, size = [], 0, 0
        document.append(text)
        characters, size = characters + added, size + added_bytes
    if document:
        yield document


def estimate_packed_units(characters: int) -> int:
    """Estimate the units of many packed texts from the sum of `count_packed_characters`."""
    return round(characters * _ROUNDING_UP / COMPREHEND_UNIT_CHARACTERS)


def count_packed_characters(text: str) -> int:
    """Count the characters that a text adds to what is billed for entities, before documents are rounded up."""
    if len(text) > MAX_PACKED_CHARACTERS:
        return count_comprehend_units(text) * COMPREHEND_UNIT_CHARACTERS
    return len(text) + len(SEPARATOR)


def count_packed_units(texts: Iterable[str]) -> int:
    """Count the units that Comprehend bills for the entities of texts of one language, packed."""
    return sum(count_comprehend_units(SEPARATOR.join(document)) for document in pack_texts(texts))


def detect_packed(comprehend: Comprehend, documents: Sequence[Sequence[str]], language: str) -> Detection:
    """Find the entities of at most 25 documents; the results are those of the texts, in order.

    A text is sent once more, alone, if an entity lies only in part in it, if an offset does not lead to its words, or
    if its document is refused for a reason that may be another text's.
    """
    detection = comprehend.detect("entities", [SEPARATOR.join(document) for document in documents], language)
    detection.results = [
        found
        for document, result in zip(documents, detection.results, strict=True)
        for found in _split_result(document, result)
    ]
    texts = [(text, len(document) > 1) for document in documents for text in document]
    alone = [index for index, result in enumerate(detection.results) if result is _SEND_ALONE]
    detection.packed = frozenset(index for index, (_, is_packed) in enumerate(texts) if is_packed).difference(alone)
    for start in range(0, len(alone), BATCH_SIZE):
        if detection.error:
            break
        batch = alone[start : start + BATCH_SIZE]
        single = comprehend.detect("entities", [texts[index][0] for index in batch], language)
        detection.calls += single.calls
        detection.units += single.units
        detection.error = single.error
        for index, result in zip(batch, single.results, strict=True):
            detection.results[index] = result
    return detection


def _split_result(document: Sequence[str], result: Response | NoResult) -> list[Response | NoResult]:
    """Return the result of each text of a document."""
    if len(document) == 1:
        return [result]
    if isinstance(result, NoResult):
        is_about_a_text = not result.is_retryable and result.status not in (UNSUPPORTED_LANGUAGE, OVER_BUDGET)
        return [_SEND_ALONE if is_about_a_text else result] * len(document)
    return split_entities(document, result["Entities"])


def split_entities(document: Sequence[str], entities: Iterable[Mapping[str, Any]]) -> list[Response | NoResult]:
    """Return the entities of each text, or for a text that has to be sent alone that it has no result."""
    whole = SEPARATOR.join(document)
    ends = [end - len(SEPARATOR) for end in accumulate(len(text) + len(SEPARATOR) for text in document)]
    begins = [end - len(text) for text, end in zip(document, ends, strict=True)]
    found: list[list[dict[str, Any]]] = [[] for _ in document]
    alone: set[int] = set()
    for entity in entities:
        begin, end = entity.get("BeginOffset"), entity.get("EndOffset")
        if begin is None or end is None or whole[begin:end] != entity.get("Text"):
            return [_SEND_ALONE] * len(document)
        for index, (first, last) in enumerate(zip(begins, ends, strict=True)):
            if first <= begin and end <= last:
                found[index].append({**entity, "BeginOffset": begin - first, "EndOffset": end - first})
            elif begin < last and first < end:
                alone.add(index)
    return [_SEND_ALONE if index in alone else {"Entities": each} for index, each in enumerate(found)]
