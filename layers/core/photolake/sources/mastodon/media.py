"""Reads the attachments of a Mastodon post as `extended_entities.media`.

https://docs.joinmastodon.org/entities/MediaAttachment/
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from photolake.errors import PermanentError
from photolake.rows.json_reader import JsonObject, drop_nulls

if TYPE_CHECKING:
    from collections.abc import Sequence

# A file that the instance did not fetch or does not know is `unknown`; sound shows nothing.
_KINDS: Mapping[str, str] = {"image": "photo", "unknown": "photo", "video": "video", "gifv": "animated_gif"}
MAX_MEDIA = 50  # an instance shows 4 of its own users', and up to 16 of others
_MAX_ID = 300


def read_media(values: Sequence[Any], uri: str) -> list[dict[str, Any]]:
    """Read the photos, and previews of videos, of the post with this URI.

    `id` is the address of the original file, without `https://`: the same at every instance that shows the post. The
    ids of attachments are unique only within an instance. An attachment of another shape keeps its place without a URL.
    """
    media = []
    for number, value in enumerate(values[:MAX_MEDIA]):
        try:
            item = _map_item(JsonObject(value, f"media_attachments[{number}]"), f"{uri}#{number}")
        except PermanentError:
            item = _make_medium(f"{uri}#{number}", "photo", None)
        if item:
            media.append(item)
    return media


def _map_item(item: JsonObject, place: str) -> dict[str, Any] | None:
    kind = _KINDS.get(item.read_text("type") or "")
    if kind is None:
        return None
    original = item.read_text("remote_url") or item.read_text("url")
    shown = item.read_text("url") or item.read_text("remote_url") if kind == "photo" else item.read_text("preview_url")
    size = _read_size(item)
    medium = _make_medium(original or place, kind, shown or item.read_text("preview_url"))
    return medium | drop_nulls({"ext_alt_text": item.read_text("description") or None, "sizes": size})


def _make_medium(original: str, kind: str, url: str | None) -> dict[str, Any]:
    key = make_media_id(original)
    return drop_nulls({"id": key, "media_key": key, "type": kind, "media_url": url, "media_url_https": url})


def make_media_id(original: str) -> str:
    """Make the id of a photo from the address of its original file; of a very long one by its hash."""
    name = original.partition("://")[2] or original
    return name if len(name.encode()) <= _MAX_ID else f"{name[:100]}#{sha256(name.encode()).hexdigest()}"


def _read_size(item: JsonObject) -> dict[str, Any] | None:
    meta = item.read_object("meta")
    original = meta.read_object("original") if meta else None
    width, height = (original.read_integer("width"), original.read_integer("height")) if original else (None, None)
    if (width or 0) <= 0 or (height or 0) <= 0:
        return None
    return {"large": {"w": width, "h": height, "resize": "fit"}}
