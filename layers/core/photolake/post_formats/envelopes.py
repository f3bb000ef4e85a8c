"""Reads posts of X inside the objects that clients, site streams and exporters put around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.post_formats import twarc_flatten, x_api, x_messages
from photolake.post_formats.format import Deletion, FileContext, Notice, PostFormat, Refusal, Remark

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_KEYS: Mapping[str, frozenset[str]] = {
    "_json": frozenset(),  # tweepy's Status, as its __dict__ or by jsonpickle
    "_realData": frozenset(),  # the pages of twitter-api-v2 for JavaScript
    "py/state": frozenset({"py/object"}),  # jsonpickle
    "_source": frozenset({"_index"}),  # elasticdump
    "doc": frozenset({"key"}),  # the rows of CouchDB
    "message": frozenset({"for_user"}),  # site streams
}
"""The field that holds the value, and the fields that are beside it."""
_FORMATS = (x_api.FORMAT, twarc_flatten.FORMAT, x_messages.FORMAT)


def open_envelope(value: Any) -> Any:
    """Return what an envelope holds, through any number of them; None if it is not an envelope."""
    content = None
    while isinstance(value, Mapping) and not value.keys().isdisjoint(_KEYS):
        fields = value.keys()
        name = next((key for key, beside in _KEYS.items() if key in fields and beside <= fields), None)
        if name is None:
            break
        content = value = value[name]
    return content


def _find_format(value: Any) -> PostFormat | None:
    content = open_envelope(value)
    return next((known for known in _FORMATS if known.recognize(content)), None)


def read_envelope(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice | Deletion | Remark]:
    """Yield what the envelope holds."""
    known = _find_format(value)
    if known:
        yield from known.read(open_envelope(value), context)


FORMAT = PostFormat("posts in objects of clients", lambda value: _find_format(value) is not None, read_envelope)
