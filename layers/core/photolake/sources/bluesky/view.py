"""Maps a post as Bluesky's app view shows it: the record, with its author, its counts and what it quotes.

https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/defs.json, `postView`
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from photolake.clock import format_classic_time, parse_time
from photolake.errors import PermanentError
from photolake.rows.json_reader import JsonObject, drop_nulls, reject_payload
from photolake.rows.json_text import compact_json
from photolake.sources.bluesky.embeds import Embeds, make_photo
from photolake.sources.bluesky.identifiers import PostKey
from photolake.sources.bluesky.mapping import SENSITIVE, map_record

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

# A photo's URL, with the DID and the CID of its blob: https://docs.bsky.app/docs/advanced-guides/cdn
_CDN_URL = re.compile(
    r"https://cdn\.bsky\.app/img/[a-z_]+/plain/(?P<did>did:[^/]+)/(?P<cid>b[a-z2-7]{20,120})(@[a-z]+)?"
)
_COUNTS = {
    "retweet_count": "repostCount",
    "reply_count": "replyCount",
    "quote_count": "quoteCount",
    "favorite_count": "likeCount",
    "bookmark_count": "bookmarkCount",
}


def map_view(
    view: Mapping[str, Any],
    *,
    collected_at: str,
    matched_query: str | None = None,
    source: Mapping[str, Any] | None = None,
) -> PostRow:
    """Map a view of a post; PermanentError `malformed` names the field that has the wrong type.

    The photos are those of the record; of one whose blob has no CID, the one in the view's URL. `source` is what became
    `source_json`, if it is not the view itself.
    """
    shown = JsonObject(view)
    post = PostKey.parse(shown.read_text("uri"))
    if post is None:
        reject_payload("uri: not the at:// URI of a post")
    record = JsonObject(view.get("record"), "record")
    raw = compact_json(view if source is None else source)
    row: Any = map_record(post, record, raw, collected_at=collected_at, matched_query=matched_query)
    media = _complete_media(row["extended_entities"], _list_photo_urls(shown), post)
    more = {
        **{column: shown.read_integer(name) for column, name in _COUNTS.items()},
        "user": row["user"] | _map_author(shown),
        "extended_entities": {"media": media} if media else None,
        "possibly_sensitive": row["possibly_sensitive"] or _is_labelled(shown),
        "referenced_tweets": _describe_quoted(row["referenced_tweets"], _find_quoted(shown)),
    }
    return cast("PostRow", row | more)


def _map_author(shown: JsonObject) -> dict[str, Any]:
    author = shown.read_object("author")
    if author is None:
        return {}
    return drop_nulls(
        {
            "screen_name": author.read_text("handle"),
            "name": author.read_text("displayName") or None,
            "profile_image_url_https": author.read_text("avatar"),
            "created_at": _convert_time(author.read_text("createdAt")),
        }
    )


def _convert_time(text: str | None) -> str | None:
    try:
        return format_classic_time(parse_time(text)) if text else None
    except (ValueError, OverflowError):
        return None


def _is_labelled(shown: JsonObject) -> bool:
    """Whether a moderation service, or the author, has put a label for sensitive media on the post."""
    return any(label.read_text("val") in SENSITIVE for label in shown.read_objects("labels"))


def _list_photo_urls(shown: JsonObject) -> list[str | None]:
    """List the URLs of the photos that the view's embed shows, in their order."""
    embed = shown.read_object("embed")
    media = (embed.read_object("media") if embed else None) or embed
    items = (media.read_values("images", "items") if media else None) or []
    return [_find_url(item) for item in items]


def _find_url(item: Any) -> str | None:
    urls = [item.get(name) for name in ("fullsize", "thumb")] if isinstance(item, Mapping) else []
    return next((url for url in urls if isinstance(url, str) and url), None)


def _complete_media(entities: Mapping[str, Any] | None, urls: list[str | None], post: PostKey) -> list[dict[str, Any]]:
    """Give photos that have no URL the one of the view; without any photo in the record, take those of the view."""
    media = list(entities["media"]) if entities else [make_photo(post, None, number) for number in range(len(urls))]
    for number, url in enumerate(urls[: len(media)]):
        if url and "media_url" not in media[number]:
            media[number] |= _make_photo_of_url(post, url, number)
    return media


def _make_photo_of_url(post: PostKey, url: str, number: int) -> dict[str, Any]:
    found = _CDN_URL.fullmatch(url)
    if found and found["did"] == post.did:
        return make_photo(post, found["cid"], number)
    return make_photo(post, None, number) | {"media_url": url, "media_url_https": url}


def _find_quoted(shown: JsonObject) -> JsonObject | None:
    """Find the view of the quoted post; None if nothing is quoted, or what is quoted is not shown."""
    embed = shown.read_object("embed")
    record = embed.read_object("record") if embed else None
    nested = record.read_object("record") if record else None
    quoted = nested or record
    return quoted if quoted and quoted.read_object("value") else None


def _describe_quoted(references: list[dict[str, Any]] | None, quoted: JsonObject | None) -> list[dict[str, Any]] | None:
    """Add text, author and photos to the reference of the quoted post."""
    if not references or quoted is None:
        return references
    uri = quoted.read_text("uri")
    post, record, author = PostKey.parse(uri), quoted.read_object("value"), quoted.read_object("author")
    if post is None or record is None:
        return references
    try:
        more = drop_nulls(
            {
                "text": record.read_text("text"),
                "screen_name": author.read_text("handle") if author else None,
                "media": Embeds(record, post).read_media() or None,
            }
        )
    except PermanentError:
        return references
    return [each | more if each["type"] == "quoted" and each["id"] == uri else each for each in references]


def has_post_uri(view: Any) -> bool:
    """Whether a value names a post of Bluesky by its URI."""
    return isinstance(view, Mapping) and isinstance(view.get("uri"), str) and PostKey.parse(view["uri"]) is not None
