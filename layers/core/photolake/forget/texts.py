"""What the cache has of the texts of deleted posts.

It goes even if another post has the same text: that one has its row, and a further one is bought once more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from photolake.aws.dynamodb import delete_items
from photolake.posts.comprehend import SUPPORTED, UNDETERMINED, clip_text, read_language_tag
from photolake.posts.text_cache import PostText

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

Text = tuple[str | None, str | None]
"""A text, and the language tag of its source."""


class TextEraser:
    """Deletes the results of texts."""

    def __init__(self, table: Table, sleep: Callable[[float], None] = time.sleep) -> None:
        """`table` is the cache; `sleep` takes seconds."""
        self._table = table
        self._sleep = sleep

    def erase(self, texts: Iterable[Text]) -> int:
        """Delete what is cached about these texts, in every language that may have been detected; return how many."""
        found = {each for text, tag in texts if text for each in _list_texts(text, tag)}
        delete_items(self._table, ({"id": each.cache_key} for each in sorted(found, key=str)), self._sleep)
        return len(found)


def _list_texts(text: str, tag: str | None) -> Iterator[PostText]:
    language, sent = read_language_tag(tag), clip_text(text)
    yield PostText(language, sent)
    if language == UNDETERMINED:
        yield from (PostText(each, sent) for each in SUPPORTED)
