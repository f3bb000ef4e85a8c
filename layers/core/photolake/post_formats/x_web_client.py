"""Reads posts as X's own web client gets them (GraphQL), which browser extensions and scrapers keep.

A post is a `Tweet` with `rest_id` and its fields of API v1.1 in `legacy`; its author, the posts it repeats and quotes,
and a long text lie beside that, each in a `result`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.post_formats.format import FileContext, Notice, PostFormat, Refusal, Remark
from photolake.post_formats.x_api import EMPTY_PAGES, read_payload

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_DEEPEST = 40
_USER_PARTS = ("core", "location", "verification", "privacy")


def _open_result(value: Any) -> Mapping[str, Any] | None:
    """Return the Tweet in a `result`, which a notice of limited visibility may wrap; None if there is none."""
    if isinstance(value, Mapping) and isinstance(value.get("result"), Mapping):
        value = value["result"]
    if isinstance(value, Mapping) and isinstance(value.get("tweet"), Mapping):
        value = value["tweet"]
    is_tweet = isinstance(value, Mapping) and "rest_id" in value and isinstance(value.get("legacy"), Mapping)
    return value if is_tweet and ("full_text" in value["legacy"]) else None


def find_tweets(value: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Yield the Tweets of a result or a response; not those inside them, which they repeat or quote."""
    tweet = _open_result(value)
    if tweet is not None:
        yield tweet
    elif depth < _DEEPEST and isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from find_tweets(item, depth + 1)


def convert_tweet(tweet: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """Convert a Tweet to a status of API v1.1."""
    legacy = tweet["legacy"]
    retweeted = _open_result(legacy.get("retweeted_status_result"))
    quoted = _open_result(tweet.get("quoted_status_result"))
    user = _convert_user(tweet.get("core"))
    status = {name: value for name, value in legacy.items() if name != "retweeted_status_result"}
    status |= {"id_str": str(tweet["rest_id"]), "source": tweet.get("source"), **({"user": user} if user else {})}
    status |= _read_note(tweet, legacy)
    if depth < _DEEPEST:
        status |= {"retweeted_status": convert_tweet(retweeted, depth + 1)} if retweeted else {}
        status |= {"quoted_status": convert_tweet(quoted, depth + 1)} if quoted else {}
    return status


def _convert_user(core: Any) -> dict[str, Any] | None:
    """Convert the author; the names have moved from `legacy` to `core` in 2025."""
    results = core.get("user_results") if isinstance(core, Mapping) else None
    result = results.get("result") if isinstance(results, Mapping) else None
    if not isinstance(result, Mapping):
        return None
    parts = [result.get("legacy"), *(result.get(name) for name in _USER_PARTS)]
    user = {name: value for part in parts if isinstance(part, Mapping) for name, value in part.items()}
    avatar = result.get("avatar")
    if isinstance(avatar, Mapping) and avatar.get("image_url"):
        user["profile_image_url_https"] = avatar["image_url"]
    if isinstance(user.get("location"), Mapping):
        user["location"] = user["location"].get("location")
    return {**user, "id_str": str(result["rest_id"])} if result.get("rest_id") else user or None


def _read_note(tweet: Mapping[str, Any], legacy: Mapping[str, Any]) -> dict[str, Any]:
    """Read the long text of a post, with its links, mentions and hashtags."""
    note = tweet.get("note_tweet")
    results = note.get("note_tweet_results") if isinstance(note, Mapping) else None
    result = results.get("result") if isinstance(results, Mapping) else None
    if not isinstance(result, Mapping) or not isinstance(result.get("text"), str):
        return {}
    entities = result.get("entity_set")
    media = legacy["entities"].get("media") if isinstance(legacy.get("entities"), Mapping) else None
    found = {**entities, **({"media": media} if media else {})} if isinstance(entities, Mapping) else {}
    return {"full_text": result["text"], **({"entities": found} if found else {})}


def is_response(value: Any) -> bool:
    """Whether a value is a Tweet, or a response or an export with Tweets in it."""
    if not isinstance(value, Mapping) or "item_id" in value:  # Zeeschuimer has its own envelope
        return False
    if _open_result(value) is not None:
        return True
    inner = value.get("tweet_results", value.get("itemContent"))
    if inner is None:
        data = value.get("data")
        inner = data if isinstance(data, Mapping) and "id" not in data else None
    return inner is not None and next(find_tweets(inner), None) is not None


def read_response(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice | Remark]:
    """Yield the posts."""
    tweets = list(find_tweets(value))
    for tweet in tweets:
        yield from read_payload(convert_tweet(tweet), context)
    if not tweets:
        yield Notice(EMPTY_PAGES)


FORMAT = PostFormat("posts of X's web client", is_response, read_response)
