"""What the posts of an X API v2 payload refer to: authors, media, places and other posts, which it keeps in `includes`.

v2 lists a post's own picture links among its URLs, and what is behind them in `includes.media`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from photolake.rows.json_reader import JsonObject, drop_nulls, reject_payload

# Where a post names what it refers to, by the kind of thing; openapi.json of 2026 renames tweets to posts.
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
_PICTURE_LINKS = ("pic.twitter.com/", "pic.x.com/")
# The number before the `_` of a media key, as seen in payloads; it tells the type of what is not included.
_TYPES = {"3": "photo", "7": "video", "13": "video", "16": "animated_gif"}


class Includes:
    """The `includes` of one payload, by key; a malformed item harms only the posts that refer to it."""

    def __init__(self, value: Any) -> None:
        """PermanentError if the value is neither an object of arrays nor absent."""
        if not isinstance(value or {}, Mapping) or not all(isinstance(items, list) for items in (value or {}).values()):
            reject_payload("includes: expected an object of arrays")
        self._lists: Mapping[str, list[Any]] = value or {}
        self._places = {kind: _indexed(kind, items) for kind, items in self._lists.items()}

    def post(self, key: str | None) -> JsonObject | None:
        """The post with this id."""
        return self._find("posts", key) or self._find("tweets", key)

    def user(self, key: str | None) -> JsonObject | None:
        """The user with this id, or with this name in whatever case."""
        return self._find("users", key)

    def medium(self, key: str) -> JsonObject | None:
        """The photo or video with this media key."""
        return self._find("media", key)

    def place(self, key: str | None) -> JsonObject | None:
        """The place with this id."""
        return self._find("places", key)

    def excerpt(self, post: Mapping[str, Any]) -> dict[str, list[Any]]:
        """Only what this post refers to, itself or through the posts it refers to, in the order of the payload."""
        family = self._family(post)
        kept = {kind: self._kept(kind, family) for kind in self._lists if kind in _REFERENCES}
        return {kind: items for kind, items in kept.items() if items}

    def _find(self, kind: str, key: str | None) -> JsonObject | None:
        item = self._item(kind, key) if key else None
        return None if item is None else JsonObject(item, f"includes.{kind}[{key}]")

    def _item(self, kind: str, key: str) -> Mapping[str, Any] | None:
        places = self._places.get(kind, {}).get(key.lower())
        item: Mapping[str, Any] | None = self._lists[kind][places[-1]] if places else None
        return item

    def _family(self, post: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The post and all posts it refers to, however far."""
        family = [post]
        seen: set[str] = set()
        for member in family:
            for key in set(_leaves_at(member, _POSTS)) - seen:
                seen.add(key)
                found = [self._item(kind, key) for kind in ("posts", "tweets")]
                family.extend(item for item in found if item is not None)
        return family

    def _kept(self, kind: str, family: list[Mapping[str, Any]]) -> list[Any]:
        places = self._places[kind]
        wanted = {key.lower() for member in family for key in _leaves_at(member, _REFERENCES[kind])}
        return [
            self._lists[kind][place] for place in sorted({place for key in wanted for place in places.get(key, ())})
        ]


def _indexed(kind: str, items: list[Any]) -> dict[str, list[int]]:
    """Where in the list the items with a key stand; of several the last one counts."""
    places: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        for key in _keys_of(kind, item):
            places.setdefault(key, []).append(place)
    return places


def _keys_of(kind: str, item: Any) -> list[str]:
    if not isinstance(item, Mapping):
        return []
    keys = (item.get(name) for name in _KEYS.get(kind, ("id",)))
    return [key.lower() for key in keys if isinstance(key, str)]


def _leaves_at(value: Any, paths: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    for path in paths:
        yield from _leaves(value, path)


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    """The strings at a path, through any array on the way."""
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item, path)
    elif path and isinstance(value, Mapping):
        yield from _leaves(value.get(path[0]), path[1:])
    elif not path and isinstance(value, str):
        yield value


def read_media(post: JsonObject, includes: Includes) -> list[dict[str, Any]]:
    """The post's photos and videos; one that the payload does not include has no URL."""
    entities = post.read_object("entities")
    links = [url for url in entities.read_objects("urls") if _is_picture(url)] if entities else []
    return [_medium(key, includes.medium(key), _link(key, links)) for key in _media_keys(post)]


def read_links(post: JsonObject, entities: JsonObject) -> list[dict[str, Any]]:
    """The links of the text, without those of the post's own pictures, as in API v1.1."""
    own_pictures = bool(_media_keys(post))
    return [
        drop_nulls(
            {name: url.read_text(name) for name in ("url", "expanded_url", "display_url")}
            | {"indices": [url.read_integer("start"), url.read_integer("end")]}
        )
        for url in entities.read_objects("urls")
        if not (own_pictures and _is_picture(url))
    ]


def _media_keys(post: JsonObject) -> list[str]:
    attachments = post.read_object("attachments")
    return (attachments.read_texts("media_keys") if attachments else None) or []


def _is_picture(url: JsonObject) -> bool:
    # Before 2022 the links of pictures had no media_key.
    return url.read_text("media_key") is not None or (url.read_text("display_url") or "").startswith(_PICTURE_LINKS)


def _link(key: str, links: list[JsonObject]) -> JsonObject | None:
    for link in links:
        if link.read_text("media_key") == key:
            return link
    return next((link for link in links if link.read_text("media_key") is None), None)


def _medium(key: str, medium: JsonObject | None, link: JsonObject | None) -> dict[str, Any]:
    image = _image_url(medium) if medium else None
    category, _, number = key.rpartition("_")
    width, height = (medium.read_integer("width"), medium.read_integer("height")) if medium else (None, None)
    names = {name: link.read_text(name) for name in ("url", "display_url", "expanded_url")} if link else {}
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


def _image_url(medium: JsonObject) -> str | None:
    """The photo itself, or the preview image of a video or GIF, whose `url` would be the film."""
    names = ("url", "preview_image_url") if medium.read_text("type") == "photo" else ("preview_image_url",)
    return medium.read_text(*names)
