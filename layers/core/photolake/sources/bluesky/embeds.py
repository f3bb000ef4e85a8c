"""Reads what a Bluesky post embeds: photos, a video's preview, a link card, a quoted post.

https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky/embed
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from photolake.rows.json_reader import JsonObject, drop_nulls, reject_payload
from photolake.sources.bluesky.identifiers import PostKey

# A blob's CIDv1 in lower-case base 32 (https://atproto.com/specs/blob).
_CID = re.compile(r"b[a-z2-7]{20,120}")
_PREFIX = "app.bsky.embed."
_PHOTOS = ("images", "gallery")
MAX_PHOTOS = 20  # of a gallery; an app cannot write a record with more


def has_photos(record: Mapping[str, Any]) -> bool:
    """Whether a record of any shape embeds photos; videos do not count."""
    embed = record.get("embed")
    if isinstance(embed, Mapping) and embed.get("$type") == f"{_PREFIX}recordWithMedia":
        embed = embed.get("media")
    return isinstance(embed, Mapping) and embed.get("$type") in [f"{_PREFIX}{kind}" for kind in _PHOTOS]


class Embeds:
    """The embed of one record, whose author's DID is part of every photo's URL."""

    def __init__(self, record: JsonObject, did: str) -> None:
        embed = record.read_object("embed")
        is_both = _read_kind(embed) == "recordWithMedia"
        self._did = did
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
        return [self._map_photo(item) for item in self._media.read_objects(*names)[:MAX_PHOTOS]] if names else []

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

    def _map_photo(self, item: JsonObject) -> dict[str, Any]:
        cid = _read_cid(item.read_object("image"))
        # Without a suffix the CDN answers with WebP, which Rekognition does not read.
        return self._map_media_item(
            item, cid, "photo", f"https://cdn.bsky.app/img/feed_fullsize/plain/{self._did}/{cid}@jpeg"
        )

    def _map_video(self, item: JsonObject) -> dict[str, Any]:
        cid = _read_cid(item.read_object("video"))
        kind = "animated_gif" if item.read_text("presentation") == "gif" else "video"
        return self._map_media_item(
            item, cid, kind, f"https://video.bsky.app/watch/{quote(self._did, safe='')}/{cid}/thumbnail.jpg"
        )

    def _map_media_item(self, item: JsonObject, cid: str, kind: str, url: str) -> dict[str, Any]:
        ratio = item.read_object("aspectRatio")
        width, height = (ratio.read_integer("width"), ratio.read_integer("height")) if ratio else (None, None)
        return drop_nulls(
            {
                # With the DID: the status of a photo is stored by this id, and an account that refers to the CID of
                # another account's photo must not change the status of that one.
                "id": f"{self._did}/{cid}",
                "media_key": f"{self._did}/{cid}",
                "type": kind,
                "media_url": url,
                "media_url_https": url,
                "ext_alt_text": item.read_text("alt") or None,
                "sizes": {"large": {"w": width, "h": height, "resize": "fit"}}
                if (width or 0) > 0 and (height or 0) > 0
                else None,
            }
        )


def _read_kind(embed: JsonObject | None) -> str:
    name = (embed.read_text("$type") if embed else None) or ""
    return name.removeprefix(_PREFIX) if name.startswith(_PREFIX) else ""


def _read_cid(blob: JsonObject | None) -> str:
    reference = blob.read_object("ref") if blob else None
    cid = (reference.read_text("$link") if reference else None) or ""
    if not _CID.fullmatch(cid):
        reject_payload("embed: a photo or video whose blob has no CID")
    return cid
