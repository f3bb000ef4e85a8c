"""What the posts of an X API v2 payload refer to: authors, media, places and other posts, kept beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from photolake.rows.json_reader import JsonObject, malformed

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


class Includes:
    """The `includes` of one payload, by key; a malformed item harms only the posts that refer to it."""

    def __init__(self, value: Any) -> None:
        """PermanentError if the value is neither an object of arrays nor absent."""
        if not isinstance(value or {}, Mapping) or not all(isinstance(items, list) for items in (value or {}).values()):
            malformed("includes: expected an object of arrays")
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
