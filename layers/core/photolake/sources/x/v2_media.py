"""Photos, videos and links of an X API v2 post.

v2 lists a post's own picture links among its URLs, and what is behind them in `includes.media`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from photolake.rows.json_reader import present

if TYPE_CHECKING:
    from photolake.rows.json_reader import JsonObject
    from photolake.sources.x.includes import Includes

_PICTURE_LINKS = ("pic.twitter.com/", "pic.x.com/")
# The number before the `_` of a media key, as seen in payloads; it tells the type of what is not included.
_TYPES = {"3": "photo", "7": "video", "13": "video", "16": "animated_gif"}


def media_of(post: JsonObject, includes: Includes) -> list[dict[str, Any]]:
    """The post's photos and videos; one that the payload does not include has no URL."""
    entities = post.part("entities")
    links = [url for url in entities.parts("urls") if _is_picture(url)] if entities else []
    return [_medium(key, includes.medium(key), _link(key, links)) for key in _keys(post)]


def url_entities(post: JsonObject, entities: JsonObject) -> list[dict[str, Any]]:
    """The links of the text, without those of the post's own pictures, as in API v1.1."""
    own_pictures = bool(_keys(post))
    return [
        present(
            {name: url.text(name) for name in ("url", "expanded_url", "display_url")}
            | {"indices": [url.whole("start"), url.whole("end")]}
        )
        for url in entities.parts("urls")
        if not (own_pictures and _is_picture(url))
    ]


def _keys(post: JsonObject) -> list[str]:
    attachments = post.part("attachments")
    return (attachments.texts("media_keys") if attachments else None) or []


def _is_picture(url: JsonObject) -> bool:
    # Before 2022 the links of pictures had no media_key.
    return url.text("media_key") is not None or (url.text("display_url") or "").startswith(_PICTURE_LINKS)


def _link(key: str, links: list[JsonObject]) -> JsonObject | None:
    for link in links:
        if link.text("media_key") == key:
            return link
    return next((link for link in links if link.text("media_key") is None), None)


def _medium(key: str, medium: JsonObject | None, link: JsonObject | None) -> dict[str, Any]:
    image = _image_url(medium) if medium else None
    category, _, number = key.rpartition("_")
    width, height = (medium.whole("width"), medium.whole("height")) if medium else (None, None)
    names = {name: link.text(name) for name in ("url", "display_url", "expanded_url")} if link else {}
    return present(
        {
            "id": number,
            "media_key": key,
            "type": medium.text("type") if medium else _TYPES.get(category),
            "media_url": f"http://{image.removeprefix('https://')}" if image else None,
            "media_url_https": image,
            **names,
            "ext_alt_text": medium.text("alt_text") if medium else None,
            "indices": [link.whole("start"), link.whole("end")] if link else None,
            "sizes": {"large": {"w": width, "h": height, "resize": "fit"}} if width and height else None,
        }
    )


def _image_url(medium: JsonObject) -> str | None:
    """The photo itself, or the preview image of a video or GIF, whose `url` would be the film."""
    names = ("url", "preview_image_url") if medium.text("type") == "photo" else ("preview_image_url",)
    return medium.text(*names)
