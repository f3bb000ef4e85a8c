"""Reads `outbox.json` of the archive that Mastodon gives to the owner of an account, and activities of ActivityPub.

https://docs.joinmastodon.org/user/moving/#export
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.errors import PermanentError
from photolake.post_formats.format import Deletion, FileContext, Notice, PostFormat, Refusal
from photolake.rows.ids import hash_to_bigint
from photolake.sources.mastodon.mapping import PLATFORM
from photolake.sources.mastodon.note import is_public, map_note

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_NOTES = ("Note", "Question", "Article")
_ACTIVITIES = ("Create", "Update", "Announce", "Delete")


def is_activity(value: Any) -> bool:
    """Whether a value is an outbox, an activity or a note."""
    if not isinstance(value, Mapping):
        return False
    if value.get("type") in ("OrderedCollection", "OrderedCollectionPage"):
        return "orderedItems" in value
    if value.get("type") in _ACTIVITIES:
        return {"actor", "object"} <= value.keys()
    return value.get("type") in _NOTES and {"attributedTo", "content"} <= value.keys()


def read_activity(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice | Deletion]:
    """Yield the posts; those that are not public are left out."""
    items = value.get("orderedItems", [value])
    if not isinstance(items, list):
        yield Refusal(value, "an outbox of Mastodon: orderedItems is not an array")
        return
    for item in items:
        yield _read_item(item, context)


def _read_item(item: Any, context: FileContext) -> PostRow | Refusal | Notice | Deletion:
    if not isinstance(item, Mapping):
        return Refusal(item, f"an activity of Mastodon: expected an object, got {type(item).__name__}")
    if item.get("type") == "Announce":
        return Notice("boosts of Mastodon without the post that they repeat")
    if item.get("type") == "Delete":
        return _read_delete(item, context)
    note = item if item.get("type") in _NOTES else item.get("object")
    if not isinstance(note, Mapping) or note.get("type") not in _NOTES:
        return Notice("activities of Mastodon without a post")
    if not is_public(note):
        return Notice("posts of Mastodon that are not public")
    try:
        return map_note(note, collected_at=context.collected_at)
    except (PermanentError, RecursionError) as error:
        return Refusal(item, f"a post of Mastodon: {error}")


def _read_delete(item: Mapping[str, Any], context: FileContext) -> Deletion | Notice:
    target = item.get("object")
    uri = target.get("id") if isinstance(target, Mapping) else target
    # The object of an account that was deleted is its actor: its posts are not named.
    if not isinstance(uri, str) or uri == item.get("actor"):
        return Notice("activities of Mastodon without a post")
    return Deletion(
        {
            "id": hash_to_bigint(uri),
            "id_str": uri,
            "source_platform": PLATFORM,
            "reason": "deleted by its author",
            "deleted_at": context.collected_at,
        }
    )


FORMAT = PostFormat("posts in the outbox of a Mastodon account", is_activity, read_activity)
