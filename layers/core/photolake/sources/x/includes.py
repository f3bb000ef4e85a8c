"""Finds what the posts of an X API v2 payload refer to in `includes`: authors, media, places and other posts.

v2 lists the links of a post's own photos among its URLs, and the photos themselves in `includes.media`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from photolake.rows.json_reader import JsonObject, drop_nulls, reject_payload

# The paths of the references in a post, by the kind of object; openapi.json of 2026 renames tweets to posts.
_POSTS = (
    ("referenced_tweets", "id"),
    ("referenced_posts", "id"),
    ("edit_history_tweet_ids",),
    ("edit_history_post_ids",),
)
_MENTIONS = (
    ("entities", "mentions"),
    ("note_tweet", "entities", "mentions"),
    ("note_post", "entities", "mentions"),
)
_USERS = (("author_id",), ("in_reply_to_user_id",))
_REFERENCES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "tweets": _POSTS,
    "posts": _POSTS,
    "users": (*_USERS, *((*path, key) for path in _MENTIONS for key in ("id", "username"))),
    "media": (("attachments", "media_keys"),),
    "polls": (("attachments", "poll_ids"),),
    "places": (("geo", "place_id"),),
}
_KEYS = {"media": ("media_key",), "users": ("id", "username")}
_LINK_TEXTS = ("url", "expanded_url", "display_url")
_PHOTO_LINKS = ("pic.twitter.com/", "pic.x.com/")
# The number before the `_` of a media key, as seen in payloads: the type of media that are not included.
_TYPES = {"3": "photo", "7": "video", "13": "video", "16": "animated_gif"}


class Includes:
    """The `includes` of one payload, by key; a malformed item affects only the posts that refer to it."""

    def __init__(self, value: Any) -> None:
        """PermanentError if the value is neither an object of arrays nor absent."""
        self._lists: Mapping[str, list[Any]] = value or {}
        if not isinstance(self._lists, (dict, Mapping)):
            reject_payload("includes: expected an object of arrays")
        for items in self._lists.values():
            if not isinstance(items, list):
                reject_payload("includes: expected an object of arrays")
        self._places = {kind: _index_items(kind, items) for kind, items in self._lists.items()}

    def find_post(self, key: str | None) -> JsonObject | None:
        """Find the post with this id."""
        return self._find_object("posts", key) or self._find_object("tweets", key)

    def find_user(self, key: str | None) -> JsonObject | None:
        """Find the user with this id, or with this name in any case."""
        return self._find_object("users", key)

    def find_media_item(self, key: str) -> JsonObject | None:
        """Find the photo or video with this media key."""
        return self._find_object("media", key)

    def find_place(self, key: str | None) -> JsonObject | None:
        """Find the place with this id."""
        return self._find_object("places", key)

    def select(self, post: Mapping[str, Any]) -> dict[str, list[Any]]:
        """Select what this post refers to, directly or through other posts, in the order of the payload."""
        related = self._find_related(post)
        selected: dict[str, list[Any]] = {}
        for kind, items in self._lists.items():
            if items and kind in _REFERENCES and (found := self._select_kind(kind, related)):
                selected[kind] = found
        return selected

    def _find_object(self, kind: str, key: str | None) -> JsonObject | None:
        item = self._find_item(kind, key) if key else None
        return None if item is None else JsonObject(item, f"includes.{kind}[{key}]")

    def _find_item(self, kind: str, key: str) -> Mapping[str, Any] | None:
        places = self._places.get(kind, {}).get(key.lower())
        item: Mapping[str, Any] | None = self._lists[kind][places[-1]] if places else None
        return item

    def _find_related(self, post: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return the post and all posts that it refers to, directly or through other posts."""
        related = [post]
        if "posts" not in self._places and "tweets" not in self._places:
            return related
        seen: set[str] = set()
        for member in related:
            for key in set(_find_strings_at(member, _POSTS)) - seen:
                seen.add(key)
                found = [self._find_item(kind, key) for kind in ("posts", "tweets")]
                related.extend(item for item in found if item is not None)
        return related

    def _select_kind(self, kind: str, related: list[Mapping[str, Any]]) -> list[Any]:
        places = self._places[kind]
        found: set[int] = set()
        for member in related:
            for key in _find_strings_at(member, _REFERENCES[kind]):
                found.update(places.get(key.lower(), ()))
        items = self._lists[kind]
        return [items[place] for place in sorted(found)]


def _index_items(kind: str, items: list[Any]) -> dict[str, list[int]]:
    """Index the positions of items in the list by key; if a key occurs more than once, the last item counts."""
    places: dict[str, list[int]] = {}
    names = _KEYS.get(kind, ("id",))
    for place, item in enumerate(items):
        if isinstance(item, (dict, Mapping)):
            for name in names:
                key = item.get(name)
                if isinstance(key, str):
                    places.setdefault(key.lower(), []).append(place)
    return places


def _find_strings_at(value: Any, paths: tuple[tuple[str, ...], ...]) -> list[str]:
    """Find the strings at some paths, through any arrays on the way."""
    found: list[str] = []
    is_object = isinstance(value, dict)
    for path in paths:
        if not is_object or path[0] in value:
            _add_strings(value, path, 0, found)
    return found


def _add_strings(value: Any, path: tuple[str, ...], at: int, found: list[str]) -> None:
    # Asking for a dict first is much faster than for Mapping alone.
    while at < len(path) and isinstance(value, (dict, Mapping)):
        value = value.get(path[at])
        at += 1
        if value is None:
            return
    if isinstance(value, list):
        for item in value:
            _add_strings(item, path, at, found)
    elif at == len(path) and isinstance(value, str):
        found.append(value)


def read_media(post: JsonObject, includes: Includes) -> list[dict[str, Any]]:
    """Read the post's photos and videos; one that the payload does not include has no URL."""
    entities = post.read_object("entities")
    urls = entities.read_objects("urls") if entities else []
    links = [url for url in urls if _is_photo_link(url)]
    keys = _read_media_keys(post)
    return [_map_media_item(key, includes.find_media_item(key), _find_link(key, links)) for key in keys]


def read_links(post: JsonObject, entities: JsonObject) -> list[dict[str, Any]]:
    """Read the links of the text, without those of the post's own photos, as in API v1.1."""
    has_photos = bool(_read_media_keys(post))
    return [
        {**url.select_texts(_LINK_TEXTS), "indices": [url.read_integer("start"), url.read_integer("end")]}
        for url in entities.read_objects("urls")
        if not (has_photos and _is_photo_link(url))
    ]


def _read_media_keys(post: JsonObject) -> list[str]:
    attachments = post.read_object("attachments")
    return (attachments.read_texts("media_keys") if attachments else None) or []


def _is_photo_link(url: JsonObject) -> bool:
    # Before 2022 the links of photos had no media_key.
    return url.read_text("media_key") is not None or (url.read_text("display_url") or "").startswith(_PHOTO_LINKS)


def _find_link(key: str, links: list[JsonObject]) -> JsonObject | None:
    for link in links:
        if link.read_text("media_key") == key:
            return link
    return next((link for link in links if link.read_text("media_key") is None), None)


def _map_media_item(key: str, medium: JsonObject | None, link: JsonObject | None) -> dict[str, Any]:
    category, _, number = key.rpartition("_")
    image = width = height = None
    if medium:
        image, width, height = _read_image_url(medium), medium.read_integer("width"), medium.read_integer("height")
    names = link.select_texts(("url", "display_url", "expanded_url")) if link else {}
    return drop_nulls(
        {
            "id": number,
            "media_key": key,
            "type": medium.read_text("type") if medium else _TYPES.get(category),
            "media_url": f"http://{image.removeprefix('https://')}" if image else None,
            "media_url_https": image,
            **names,
            "ext_alt_text": medium.read_text("alt_text") if medium else None,
            "indices": [link.read_integer("start"), link.read_integer("end")] if link else None,
            "sizes": {"large": {"w": width, "h": height, "resize": "fit"}} if width and height else None,
        }
    )


def _read_image_url(medium: JsonObject) -> str | None:
    """Read the URL of the photo, or of the preview image of a video or GIF, whose `url` is the video itself."""
    names = ("url", "preview_image_url") if medium.read_text("type") == "photo" else ("preview_image_url",)
    return medium.read_text(*names)
