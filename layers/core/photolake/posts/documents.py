"""What is sent to Comprehend for a post's text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

# "5 KB" in the API reference; the service's own refusal says "Max length of request text allowed is 5000 bytes".
MAX_BYTES = 5_000
BATCH_SIZE = 25


@dataclass(frozen=True)
class Document:
    """A text as sent, and the language it is sent as; `und` before detection."""

    language: str
    text: str

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to analyse; Comprehend refuses an empty text."""
        return not self.text.strip()

    @property
    def cache_key(self) -> str:
        """`text#<language>#<sha256 of the text as sent>`."""
        return f"text#{self.language}#{sha256(self.text.encode('utf-8')).hexdigest()}"


def clip(text: str, max_bytes: int = MAX_BYTES) -> str:
    """The longest beginning of a text that is at most `max_bytes` long in UTF-8, cut between characters.

    A character without UTF-8 (half a surrogate pair) becomes "?".
    """
    encoded = text.encode("utf-8", "replace")
    return encoded[:max_bytes].decode("utf-8", "ignore") if len(encoded) > max_bytes else encoded.decode("utf-8")


def batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """The documents in groups of one call each: at most 25."""
    remaining = iter(documents)
    while batch := list(islice(remaining, BATCH_SIZE)):
        yield batch
