"""Maps a status of Mastodon's API to a row of raw_tweets.

https://docs.joinmastodon.org/entities/Status/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from photolake.clock import format_classic_time, parse_time
from photolake.rows.ids import hash_to_bigint
from photolake.rows.json_reader import JsonObject, drop_nulls, reject_payload
from photolake.rows.json_text import MAX_SOURCE_BYTES, compact_json
from photolake.sources.mastodon.html_text import HtmlText, read_html
from photolake.sources.mastodon.media import read_media

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

PLATFORM = "mastodon"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")
_MAX_SHOWN_CHARS = 300
_COUNTS = {
    "retweet_count": "reblogs_count",
    "reply_count": "replies_count",
    "quote_count": "quotes_count",
    "favorite_count": "favourites_count",
}
_USER_COUNTS = {
    "followers_count": "followers_count",
    "friends_count": "following_count",
    "statuses_count": "statuses_count",
}
PRIVATE = frozenset({"private", "direct"})


def is_private(status: Mapping[str, Any]) -> bool:
    """Whether only followers, or those it is addressed to, may see a post."""
    return status.get("visibility") in PRIVATE


def map_status(status: Mapping[str, Any], *, collected_at: str, matched_query: str | None = None) -> PostRow:
    """Map a status; PermanentError `malformed` names the field that has another type than Mastodon documents.

    Text, media and entities of a boost are those of the post that it repeats. A content warning is the first line of
    the text.
    """
    own = JsonObject(status)
    raw = compact_json(status)
    if len(raw.encode()) > MAX_SOURCE_BYTES:
        reject_payload(
            f"its {len(raw.encode())} bytes of JSON are more than the {MAX_SOURCE_BYTES} a delivery can take"
        )
    boosted = own.read_object("reblog")
    shown = boosted or own
    quoted = _find_quoted(shown)
    # Its columns are checked against the table in the tests: mypy cannot check parts that are unpacked.
    row: Any = {
        **_make_identity_columns(own),
        **_make_content_columns(shown),
        "is_retweet": boosted is not None,
        "is_quote_status": quoted is not None,
        "quoted_status_id": hash_to_bigint(_read_uri(quoted)) if quoted else None,
        "quoted_status_id_str": _read_uri(quoted) if quoted else None,
        "referenced_tweets": _make_references(boosted, quoted),
        **{column: own.read_integer(name) for column, name in _COUNTS.items()},
        "user": _map_account(own.read_object("account")),
        "collected_at": collected_at,
        "matched_query": matched_query,
        "source_json": raw,
    }
    return cast("PostRow", row)


def serialise_source(value: Mapping[str, Any]) -> str:
    """Write what the source sent as `source_json`."""
    raw = compact_json(value)
    if (size := len(raw.encode())) > MAX_SOURCE_BYTES:
        reject_payload(f"its {size} bytes of JSON are more than the {MAX_SOURCE_BYTES} a delivery can take")
    return raw


def make_times(created_at: str | None) -> dict[str, Any]:
    """Make the columns of the time at which a post was published."""
    try:
        moment = parse_time(created_at or "")
        return {"created_at": format_classic_time(moment), "timestamp_ms": int(moment.timestamp() * 1000)}
    except (ValueError, OverflowError):
        reject_payload("created_at: a post needs one, in ISO 8601")


def make_post_columns(html: HtmlText, warning: str | None, language: str | None) -> dict[str, Any]:
    """Make the columns of a text with its content warning, and its language."""
    text = "\n\n".join(part for part in (warning, html.text) if part)
    is_language = language is not None and _LANGUAGE.fullmatch(language)
    return {"text": text, "lang": language if is_language else None, "truncated": False}


def _make_identity_columns(own: JsonObject) -> dict[str, Any]:
    uri = _read_uri(own)
    return {
        "id": hash_to_bigint(uri),
        "id_str": uri,
        "source_platform": PLATFORM,
        **make_times(own.read_text("created_at")),
    }


def _read_uri(status: JsonObject) -> str:
    uri = status.read_text("uri")
    if not uri:
        reject_payload("uri: a post needs one")
    return uri


def _make_content_columns(shown: JsonObject) -> dict[str, Any]:
    html = read_html(shown.read_text("content") or "")
    media = read_media(shown.read_values("media_attachments") or [], _read_uri(shown))
    application = shown.read_object("application")
    return {
        **make_post_columns(html, shown.read_text("spoiler_text"), shown.read_text("language")),
        "possibly_sensitive": shown.read_flag("sensitive"),
        "source": application.read_text("name") if application else None,
        "entities": _map_entities(shown, html),
        "extended_entities": {"media": media} if media else None,
    }


def _map_entities(shown: JsonObject, html: HtmlText) -> dict[str, Any]:
    urls = list_links(html)
    card = shown.read_object("card")
    card_url = card.read_text("url") if card else None
    if card_url and card_url not in [url["expanded_url"] for url in urls]:
        urls.append({"url": card_url, "expanded_url": card_url})
    return {
        "hashtags": [{"text": tag.read_text("name")} for tag in shown.read_objects("tags")],
        "urls": urls,
        "user_mentions": [_map_mention(mention) for mention in shown.read_objects("mentions")],
        "symbols": [],
    }


def list_links(html: HtmlText) -> list[dict[str, Any]]:
    """List the links of a text as entities, without those of mentions and hashtags."""
    links = [link for link in html.links if not link.classes & {"mention", "hashtag"} and _is_web(link.url)]
    return [{"url": link.text[:_MAX_SHOWN_CHARS] or link.url, "expanded_url": link.url} for link in links]


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _map_mention(mention: JsonObject) -> dict[str, Any]:
    url = mention.read_text("url")
    identity = {"id": hash_to_bigint(url), "id_str": url} if url else {}
    return drop_nulls({**identity, "screen_name": _read_handle(mention)})


def _read_handle(account: JsonObject) -> str | None:
    """Read the handle with its instance, `ann@instance.example`; the API leaves the instance out for its own users."""
    name = account.read_text("acct", "username")
    if not name or "@" in name:
        return name
    host = _read_host(account.read_text("url", "uri"))
    return f"{name}@{host}" if host else name


def _read_host(url: str | None) -> str | None:
    try:
        return urlsplit(url or "").hostname
    except ValueError:
        return None


def _map_account(account: JsonObject | None) -> dict[str, Any] | None:
    if account is None:
        return None
    uri = account.read_text("uri", "url")
    return drop_nulls(
        {
            "id": hash_to_bigint(uri) if uri else None,
            "id_str": uri,
            "screen_name": _read_handle(account),
            "name": account.read_text("display_name") or None,
            "url": account.read_text("url"),
            "description": read_html(account.read_text("note") or "").text or None,
            "protected": account.read_flag("locked"),
            "created_at": _read_account_time(account.read_text("created_at")),
            "profile_image_url_https": account.read_text("avatar"),
            **{column: account.read_integer(name) for column, name in _USER_COUNTS.items()},
        }
    )


def _read_account_time(text: str | None) -> str | None:
    try:
        return format_classic_time(parse_time(text)) if text else None
    except (ValueError, OverflowError):
        return None


def _find_quoted(shown: JsonObject) -> JsonObject | None:
    """Find the quoted post; None if its author has not allowed the quote, or it is hidden (since Mastodon 4.5)."""
    quote = shown.read_object("quote")
    return quote.read_object("quoted_status") if quote else None


def _make_references(boosted: JsonObject | None, quoted: JsonObject | None) -> list[dict[str, Any]] | None:
    references = []
    if boosted:
        # Its media are the post's own extended_entities, so they are not repeated here.
        references.append({"type": "retweeted", **_make_reference(boosted)})
    if quoted:
        media = read_media(quoted.read_values("media_attachments") or [], _read_uri(quoted))
        references.append({"type": "quoted", **_make_reference(quoted), **({"media": media} if media else {})})
    return references or None


def _make_reference(status: JsonObject) -> dict[str, Any]:
    account = status.read_object("account")
    return drop_nulls(
        {
            "id": _read_uri(status),
            "text": _make_content_text(status),
            "screen_name": _read_handle(account) if account else None,
        }
    )


def _make_content_text(status: JsonObject) -> str:
    html = read_html(status.read_text("content") or "")
    return str(make_post_columns(html, status.read_text("spoiler_text"), None)["text"])
