"""Reads records of the tables (CSV) that 4CAT makes of its data sets of X and Bluesky.

https://github.com/digitalmethodsinitiative/4cat/tree/master/datasources: `map_item` of `twitterv2`, `twitter-import`
and `bsky`. The tables of other networks have the same first columns, and are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.errors import PermanentError
from photolake.post_formats.format import FileContext, PostFormat, Refusal
from photolake.post_formats.mapped_table import map_fields
from photolake.post_formats.table_map import TableMap

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_SHARED = frozenset({"id", "thread_id", "body", "author", "timestamp"})
_OF_X = frozenset({"retweet_count", "like_count", "is_retweet", "language_guess"})
_OF_BLUESKY = frozenset({"repost_count", "author_display_name", "languages"})
_X = TableMap(
    {
        "id": "id",
        "text": "body",
        "created_at": "timestamp",
        "lang": "language_guess",
        "author": "author",
        "author_id": "author_id",
        "author_name": "author_fullname",
        "media_url": "images",
        "url": "link",
    },
    "x",
)
_BLUESKY = TableMap(
    {
        "id": "id",
        "text": "body",
        "created_at": "created_at",
        "lang": "languages",
        "author": "author",
        "author_id": "author_id",
        "author_name": "author_display_name",
        "media_url": "images",
        "url": "link",
        "query": "query",
    },
    "bluesky",
)
_COUNTS = {
    "retweet_count": ("retweet_count", "repost_count"),
    "reply_count": ("reply_count",),
    "quote_count": ("quote_count",),
    "favorite_count": ("like_count",),
    "impression_count": ("impression_count",),
}
_FLAGS = {"yes": True, "no": False}


def is_record(value: Any) -> bool:
    """Whether a value is a record of a table of 4CAT."""
    return (
        isinstance(value, Mapping) and value.keys() >= _SHARED and all(isinstance(each, str) for each in value.values())
    )


def read_record(value: Any, context: FileContext) -> Iterator[PostRow | Refusal]:
    """Yield the post."""
    table_map = _X if value.keys() >= _OF_X else _BLUESKY if value.keys() >= _OF_BLUESKY else None
    if table_map is None:
        yield Refusal(value, "a record of 4CAT of a network that photolake does not read (it reads X and Bluesky)")
        return
    fields = {field: value[column].strip() for field, column in table_map.columns.items() if column in value}
    fields["lang"] = fields.get("lang", "").partition(",")[0]
    try:
        row: Any = map_fields(fields, table_map.platform, value, context.collected_at)
    except PermanentError as error:
        yield Refusal(value, f"a record of 4CAT: {error.message}")
        return
    yield row | _read_more(value)


def _read_more(value: Mapping[str, str]) -> Any:
    return {
        **{column: _read_count(value, names) for column, names in _COUNTS.items()},
        "conversation_id": value["thread_id"] or None,
        "source": value.get("source") or None,
        "is_retweet": _FLAGS.get(value.get("is_retweet", "no")),
        "is_quote_status": bool(value.get("quoted_post")) or _FLAGS.get(value.get("is_quote_tweet", "no")),
        "possibly_sensitive": _FLAGS.get(value.get("possibly_sensitive", "")),
        "in_reply_to_screen_name": value.get("replied_user") or value.get("replied_to_user") or None,
        "entities": {
            "hashtags": [{"text": tag.lstrip("#")} for tag in _split(value, "hashtags", "tags")],
            "urls": [{"url": url, "expanded_url": url} for url in _split(value, "urls", "links")],
            "user_mentions": [{"screen_name": name.lstrip("@")} for name in _split(value, "mentions")],
            "symbols": [],
        },
    }


def _read_count(value: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    text = next((value[name] for name in names if value.get(name)), "").removesuffix(".0")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _split(value: Mapping[str, str], *names: str) -> list[str]:
    text = next((value[name] for name in names if value.get(name)), "")
    return [part.strip() for part in text.split(",") if part.strip()]


FORMAT = PostFormat("tables of 4CAT", is_record, read_record)
