"""Reads what a Bluesky post embeds: photos, a video's preview, a link card, a quoted post.

https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky/embed
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from photolake.errors import PermanentError
from photolake.rows.json_reader import JsonObject, drop_nulls
from photolake.sources.bluesky.identifiers import PostKey

# A blob's CIDv1 in lower-case base 32 (https://atproto.com/specs/blob).
_CID = re.compile(r"b[a-z2-7]{20,120}")
_PREFIX = "app.bsky.embed."
_PHOTOS = ("images", "gallery")
_T = TypeVar("_T")
MAX_PHOTOS = 20  # of a gallery; an app cannot write a record with more


def has_photos(record: Mapping[str, Any]) -> bool:
    """Whether a record of any shape embeds photos; videos do not count."""
    embed = record.get("embed")
    if isinstance(embed, Mapping) and embed.get("$type") == f"{_PREFIX}recordWithMedia":
        embed = embed.get("media")
    return isinstance(embed, Mapping) and embed.get("$type") in [f"{_PREFIX}{kind}" for kind in _PHOTOS]


class Embeds:
    """The embed of the record of one post, whose author's DID is part of every photo's URL.

    A photo or video that cannot be found, because its blob has no CID, keeps its place without a URL.
    """

    def __init__(self, record: JsonObject, post: PostKey) -> None:
        embed = record.read_object("embed")
        is_both = _read_kind(embed) == "recordWithMedia"
        self._post = post
        self._media = embed.read_object("media") if embed and is_both else embed
        self._record = embed.read_object("record") if embed and is_both else embed

    def read_media(self) -> list[dict[str, Any]]:
        """Read the photos, or the preview of the video, as `extended_entities.media`; link cards do not count."""
        kind = _read_kind(self._media)
        if self._media is None:
            return []
        if kind == "video":
            return [self._map_video(self._media)]
        names = {"images": ("images",), "gallery": ("items", "media")}.get(kind)
        items = (self._media.read_values(*names) or [])[:MAX_PHOTOS] if names else []
        return [self._map_photo(item, number) for number, item in enumerate(items)]

    def read_card_url(self) -> str | None:
        """Read the URL of the link card."""
        external = (
            self._media.read_object("external") if self._media and _read_kind(self._media) == "external" else None
        )
        return external.read_text("uri") if external else None

    def read_quoted_post(self) -> PostKey | None:
        """Read the key of the quoted post; None for a feed or list, which can be embedded in the same way."""
        if self._record is None or _read_kind(self._record) != "record":
            return None
        reference = self._record.read_object("record")
        return PostKey.parse(reference.read_text("uri")) if reference else None

    def _map_photo(self, value: Any, number: int) -> dict[str, Any]:
        item = JsonObject(value if isinstance(value, Mapping) else {})
        return _describe_item(item, make_photo(self._post, _read_cid(item, "image"), number))

    def _map_video(self, item: JsonObject) -> dict[str, Any]:
        did, cid = self._post.did, _read_cid(item, "video")
        is_gif = _read_or_none(lambda: item.read_text("presentation")) == "gif"
        url = f"https://video.bsky.app/watch/{quote(did, safe='')}/{cid}/thumbnail.jpg" if cid else None
        return _describe_item(item, _make_medium(self._post, cid, 0, "animated_gif" if is_gif else "video", url))


def make_photo(post: PostKey, cid: str | None, number: int) -> dict[str, Any]:
    """Make the medium of a post's photo with this CID, at this place in the post (from 0); None: without a URL."""
    # Without a suffix the CDN answers with WebP, which Rekognition does not read.
    url = f"https://cdn.bsky.app/img/feed_fullsize/plain/{post.did}/{cid}@jpeg" if cid else None
    return _make_medium(post, cid, number, "photo", url)


def _make_medium(post: PostKey, cid: str | None, number: int, kind: str, url: str | None) -> dict[str, Any]:
    # With the DID: the status of a photo is stored by this id, and an account that refers to the CID of another
    # account's photo must not change the status of that one.
    name = f"{post.did}/{cid or f'{post.rkey}#{number}'}"
    return drop_nulls({"id": name, "media_key": name, "type": kind, "media_url": url, "media_url_https": url})


def _describe_item(item: JsonObject, medium: dict[str, Any]) -> dict[str, Any]:
    """Add the alt text and the size to a medium; one that is of another type than it must be is left out."""
    alt = _read_or_none(lambda: item.read_text("alt"))
    size = _read_or_none(lambda: _read_ratio(item.read_object("aspectRatio")))
    return medium | drop_nulls({"ext_alt_text": alt or None, "sizes": size})


def _read_ratio(ratio: JsonObject | None) -> dict[str, Any] | None:
    width, height = (ratio.read_integer("width"), ratio.read_integer("height")) if ratio else (None, None)
    if (width or 0) <= 0 or (height or 0) <= 0:
        return None
    return {"large": {"w": width, "h": height, "resize": "fit"}}


def _read_or_none(read: Callable[[], _T]) -> _T | None:
    try:
        return read()
    except PermanentError:
        return None


def _read_kind(embed: JsonObject | None) -> str:
    name = (embed.read_text("$type") if embed else None) or ""
    return name.removeprefix(_PREFIX) if name.startswith(_PREFIX) else ""


def _read_cid(item: JsonObject, name: str) -> str | None:
    """Read the CID of a blob; before 2023 it stood beside the type (https://atproto.com/specs/data-model#blob-type)."""
    blob = _read_or_none(lambda: item.read_object(name))
    reference = _read_or_none(lambda: blob.read_object("ref")) if blob else None
    cid = _read_or_none(lambda: reference.read_text("$link") if reference else blob and blob.read_text("cid"))
    return cid if cid and _CID.fullmatch(cid) else None
