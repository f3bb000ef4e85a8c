"""Maps a note of ActivityPub, as the archive of an account and other servers of the network hold it.

https://docs.joinmastodon.org/spec/activitypub/#Note
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from photolake.errors import PermanentError
from photolake.rows.ids import hash_to_bigint
from photolake.rows.json_reader import JsonObject, drop_nulls, reject_payload
from photolake.sources.mastodon.html_text import HtmlText, read_html
from photolake.sources.mastodon.mapping import PLATFORM, list_links, make_post_columns, make_times, serialise_source
from photolake.sources.mastodon.media import MAX_MEDIA, make_media_id

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
_KINDS = {"image": "photo", "video": "video"}


def is_public(note: Mapping[str, Any]) -> bool:
    """Whether everybody may see a note; others are for followers, or those it is addressed to."""
    addressed = [note.get("to"), note.get("cc")]
    names = [name for each in addressed for name in (each if isinstance(each, list) else [each])]
    return any(isinstance(name, str) and name in PUBLIC for name in names)


def map_note(note: Mapping[str, Any], *, collected_at: str) -> PostRow:
    """Map a note; PermanentError `malformed` names the field that has another type than ActivityPub defines.

    The photos of an account's archive are files in it, and have no URL.
    """
    own = JsonObject(note)
    uri, author = own.read_text("id"), own.read_text("attributedTo", "actor")
    if not uri:
        reject_payload("id: a post needs one")
    html = read_html(own.read_text("content") or "")
    media = _read_media(own.read_values("attachment") or [], uri)
    # Its columns are checked against the table in the tests: mypy cannot check parts that are unpacked.
    row: Any = {
        "id": hash_to_bigint(uri),
        "id_str": uri,
        "source_platform": PLATFORM,
        **make_times(own.read_text("published")),
        **make_post_columns(html, own.read_text("summary"), _read_language(own)),
        "possibly_sensitive": own.read_flag("sensitive"),
        "is_retweet": False,
        "entities": _map_tags(own, html),
        "extended_entities": {"media": media} if media else None,
        **_make_reply_columns(own.read_text("inReplyTo")),
        "user": _map_author(author) if author else None,
        "collected_at": collected_at,
        "matched_query": None,
        "source_json": serialise_source(note),
    }
    return cast("PostRow", row)


def _read_language(note: JsonObject) -> str | None:
    """Read the language, which is the name of the content in it; None if there are several."""
    contents = note.read_object("contentMap")
    languages = contents.names if contents else []
    return languages[0] if len(languages) == 1 else None


def _map_author(uri: str) -> dict[str, Any]:
    return drop_nulls({"id": hash_to_bigint(uri), "id_str": uri, "screen_name": _make_handle(uri)})


def _make_handle(uri: str) -> str | None:
    """Make the handle of an account of Mastodon, whose URI is `https://host/users/name`."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    name = parts.path.removeprefix("/users/")
    return f"{name}@{parts.hostname}" if name and "/" not in name and parts.hostname else None


def _make_reply_columns(parent: str | None) -> dict[str, Any]:
    if not parent:
        return {}
    return {
        "in_reply_to_status_id": hash_to_bigint(parent),
        "in_reply_to_status_id_str": parent,
        "referenced_tweets": [{"type": "replied_to", "id": parent}],
    }


def _map_tags(note: JsonObject, html: HtmlText) -> dict[str, Any]:
    hashtags, mentions = [], []
    for tag in note.read_objects("tag"):
        kind, name, href = tag.read_text("type"), tag.read_text("name") or "", tag.read_text("href")
        if kind == "Hashtag" and name:
            hashtags.append({"text": name.lstrip("#")})
        elif kind == "Mention" and href:
            mentions.append({"id": hash_to_bigint(href), "id_str": href, "screen_name": name.lstrip("@")})
    return {"hashtags": hashtags, "urls": list_links(html), "user_mentions": mentions, "symbols": []}


def _read_media(values: list[Any], uri: str) -> list[dict[str, Any]]:
    """Read the photos and videos; one of another shape keeps its place without a URL."""
    media = []
    for number, value in enumerate(values[:MAX_MEDIA]):
        place = f"{uri}#{number}"
        try:
            item = _map_attachment(JsonObject(value, f"attachment[{number}]"), place)
        except PermanentError:
            key = make_media_id(place)
            item = {"id": key, "media_key": key, "type": "photo"}
        if item:
            media.append(item)
    return media


def _map_attachment(item: JsonObject, place: str) -> dict[str, Any] | None:
    kind = _KINDS.get((item.read_text("mediaType") or "image").partition("/")[0])
    if kind is None:
        return None
    url = item.read_text("url")
    # In the archive of an account it is a path in the archive. A video has no preview here.
    web = url if url and url.startswith("https://") else None
    key = make_media_id(web or place)
    width, height = item.read_integer("width"), item.read_integer("height")
    return drop_nulls(
        {
            "id": key,
            "media_key": key,
            "type": kind,
            "media_url": web if kind == "photo" else None,
            "media_url_https": web if kind == "photo" else None,
            "ext_alt_text": item.read_text("name") or None,
            "sizes": {"large": {"w": width, "h": height, "resize": "fit"}} if width and height else None,
        }
    )
