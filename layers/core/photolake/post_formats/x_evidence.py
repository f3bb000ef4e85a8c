"""Tells posts of X from everything else by what they hold: the kind of their id, their fields, and those of no other.

A post of API v1.1 is a status here, one of API v2 a tweet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from photolake.rows.ids import FIRST_SNOWFLAKE
from photolake.rows.json_reader import is_rounded


def split_names(text: str) -> frozenset[str]:
    """Split the names of fields."""
    return frozenset(text.split())


_DIGITS = re.compile(r"[0-9]{1,19}")
# https://docs.x.com/x-api/enterprise-gnip-2.0/fundamentals/data-dictionary
_STATUS_FIELDS = split_names(
    "contributors coordinates display_text_range entities extended_entities extended_tweet favorite_count "
    "favorited filter_level geo id_str in_reply_to_screen_name in_reply_to_status_id in_reply_to_status_id_str "
    "in_reply_to_user_id in_reply_to_user_id_str is_quote_status lang place possibly_sensitive quote_count "
    "quoted_status quoted_status_id quoted_status_id_str reply_count retweet_count retweeted retweeted_status "
    "source timestamp_ms truncated user"
)
_STATUS_ONLY = frozenset({"id_str", "full_text", "user", "retweeted_status", "quoted_status", "extended_tweet"})
# https://docs.x.com/x-api/fundamentals/data-dictionary
_TWEET_FIELDS = split_names(
    "article attachments author_id card_uri community_id context_annotations conversation_id created_at "
    "display_text_range edit_controls edit_history_post_ids edit_history_tweet_ids entities geo id "
    "in_reply_to_user_id lang media_metadata note_post note_tweet non_public_metrics organic_metrics "
    "possibly_sensitive promoted_metrics public_metrics referenced_posts referenced_tweets reply_settings scopes "
    "source suggested_source_links text withheld __twarc matching_rules"
)
_TWEET_ONLY = split_names(
    "author_id edit_history_tweet_ids edit_history_post_ids public_metrics conversation_id referenced_tweets "
    "referenced_posts context_annotations reply_settings note_tweet note_post"
)
_INCLUDED = frozenset({"author", "in_reply_to_user", "author_user", "__twarc"})
# Fields of networks and tools whose posts look like X's: Weibo, Mastodon, Bluesky, loklak, scrapers, mongoexport
OTHERS = split_names(
    "_type _id idstr mid account uri acct cid did peer_id objectType subreddit images_count media_attachments "
    "views_count platformId conversationId from_user twitterUrl createdAt item_id "
    "author.id public_metrics.like_count public_metrics.retweet_count"
)
_NOT_OF_STATUSES = OTHERS | _TWEET_ONLY | _INCLUDED
_NOT_OF_TWEETS = OTHERS | _STATUS_ONLY | _INCLUDED
_FEW = 2


def is_of_mongodb(value: Mapping[str, Any]) -> bool:
    """Whether an object is a document of MongoDB, whatever it holds: it has an `_id`, or its id is an object."""
    return "_id" in value or isinstance(value.get("id"), (dict, Mapping))


def is_status(value: Any) -> bool:
    """Whether a value is a status: an id, a text, and `id_str` or two more fields of statuses."""
    return (
        isinstance(value, (dict, Mapping))
        and ("id" in value or "id_str" in value)
        and value.keys().isdisjoint(_NOT_OF_STATUSES)
        and has_id(value)
        and _has_text(value)
        and isinstance(value.get("user") or {}, (dict, Mapping))
        and ("id_str" in value or len(_STATUS_FIELDS & value.keys()) >= _FEW)
        and not (value.keys().isdisjoint(_STATUS_ONLY) and is_tweet(value))
        and not is_bare_item(value)
    )


def is_tweet(value: Any) -> bool:
    """Whether a value is a tweet, without the objects that tools put into it."""
    return (
        isinstance(value, (dict, Mapping))
        and ("id" in value or "id_str" in value)
        and value.keys().isdisjoint(_NOT_OF_TWEETS)
        and has_id(value)
        and isinstance(value.get("text"), str)
        and not _holds_media(value)
        and (not value.keys().isdisjoint(_TWEET_ONLY) or (value.keys() <= _TWEET_FIELDS and _is_snowflake(value["id"])))
    )


def is_bare_item(value: Mapping[str, Any]) -> bool:
    """Whether a value is a post of an account archive of 2018 or 2019: its counts are strings, and it has no author."""
    return isinstance(value.get("favorite_count"), str) and "full_text" in value and "user" not in value


def has_id(value: Mapping[str, Any]) -> bool:
    """Whether a value has an id as posts of X have it, or what a program made of one that was rounded."""
    number = value.get("id")
    # MongoDB's ids are objects, whatever id_str is.
    return not isinstance(number, (dict, Mapping)) and (_is_id(value.get("id_str")) or _is_id(number))


def _is_id(value: Any) -> bool:
    if value is None:
        return False
    if isinstance(value, str):
        return _DIGITS.fullmatch(value) is not None or is_rounded(value)
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_snowflake(value: Any) -> bool:
    return isinstance(value, str) and _DIGITS.fullmatch(value) is not None and int(value) >= FIRST_SNOWFLAKE


def _has_text(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("full_text", value.get("text")), str) or "extended_tweet" in value


def _holds_media(value: Mapping[str, Any]) -> bool:
    attachments = value.get("attachments")
    if not isinstance(attachments, (dict, Mapping)):
        return False
    keys = attachments.get("media_keys")
    return "media" in attachments or (isinstance(keys, list) and any(isinstance(key, (dict, Mapping)) for key in keys))
