"""Reads what X's APIs v1.1 and v2 return: pages, posts and lines of the streams."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc
from photolake.post_formats.format import FileContext, Notice, PostFormat, Refusal, Remark
from photolake.post_formats.x_evidence import is_of_mongodb, is_status, is_tweet
from photolake.sources.x.payload import read_posts

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_BESIDE_TWEETS = frozenset({"includes", "meta", "matching_rules", "__twarc"})
_BESIDE_RESULTS = frozenset({"next", "requestParameters"})
EMPTY_PAGES = "pages without posts"


def is_payload(value: Any) -> bool:
    """Whether a value is a post, a page of posts, or a page that says that there are none."""
    return (
        isinstance(value, (dict, Mapping))
        and not is_of_mongodb(value)
        and (is_status(value) or is_tweet(value) or _is_page_of_tweets(value) or _is_page_of_statuses(value))
    )


def _is_page_of_tweets(page: Mapping[str, Any]) -> bool:
    data = page.get("data")
    if not data:
        meta = page.get("meta")
        return isinstance(meta, (dict, Mapping)) and meta.get("result_count") == 0
    items = data if isinstance(data, list) else [data]
    has_frame = not page.keys().isdisjoint(_BESIDE_TWEETS)
    return is_tweet(items[0]) or any(is_tweet(item) or (has_frame and _is_unreadable_tweet(item)) for item in items)


def _is_unreadable_tweet(item: Any) -> bool:
    """Whether an item is a tweet or a damaged one; the pages of users and counts have no text."""
    return isinstance(item, (dict, Mapping)) and "text" in item and item.keys().isdisjoint({"username", "tweet_count"})


def _is_page_of_statuses(page: Mapping[str, Any]) -> bool:
    statuses = page.get("statuses")
    if isinstance(statuses, list) and "accounts" not in page:
        return not statuses or any(is_status(status) for status in statuses)
    results = page.get("results")
    if not isinstance(results, list):
        return False
    return any(is_status(status) for status in results) or (not results and not page.keys().isdisjoint(_BESIDE_RESULTS))


def read_payload(
    payload: Any, context: FileContext, given: Mapping[str, Any] | None = None
) -> Iterator[PostRow | Refusal | Notice | Remark]:
    """Yield the posts of a payload with the remarks on each, and before each those that were refused since the last.

    `given` is the value of the file that the payload was made from, if it was; twarc writes the time into it.
    """
    refused: list[Refusal] = []
    remarks: list[Remark] = []
    is_empty = True
    collected_at = _read_retrieval_time(payload if given is None else given) or context.collected_at
    for post in read_posts(
        payload,
        collected_at=collected_at,
        on_rejected=lambda post, message: refused.append(Refusal(post, message)),
        on_remark=lambda kind: remarks.append(Remark(kind)),
    ):
        if refused:
            yield from refused
            refused.clear()
        yield post
        if remarks:
            yield from remarks
            remarks.clear()
        is_empty = False
    if refused:
        yield from refused
    elif is_empty:
        yield Notice(EMPTY_PAGES)


def _read_retrieval_time(value: Any) -> str | None:
    """Read when twarc collected a page or a post, as ISO-8601 UTC; None if it is not recorded."""
    noted = value.get("__twarc") if isinstance(value, (dict, Mapping)) else None
    given = noted.get("retrieved_at") if isinstance(noted, (dict, Mapping)) else None
    try:
        moment = dt.datetime.fromisoformat(given) if isinstance(given, str) else None
        return format_utc(moment) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def read_value(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice | Remark]:
    """Return the posts, with what files beside this one hold of them."""
    return read_payload(_add_includes(value, context), context, value)


def _add_includes(value: Mapping[str, Any], context: FileContext) -> Mapping[str, Any]:
    """Add the users, media and posts that tweets refer to and that another file holds."""
    if context.includes is None or is_status(value):
        return value
    page = {"data": value} if is_tweet(value) else value
    if not page.get("data"):
        return value
    tweets = page["data"] if isinstance(page["data"], list) else [page["data"]]
    own = page.get("includes")
    # The page's own come last: of two objects with one key the last counts.
    selected = [*(context.includes.select(tweet) for tweet in tweets if isinstance(tweet, (dict, Mapping))), own or {}]
    if not isinstance(selected[-1], (dict, Mapping)):
        return value
    lists: dict[str, Any] = {}
    for kind, items in itertools.chain.from_iterable(part.items() for part in selected):
        lists[kind] = [*lists.get(kind, []), *items] if isinstance(items, list) else items
    return {**page, "includes": lists} if lists else value


FORMAT = PostFormat("posts of X's API", is_payload, read_value)
