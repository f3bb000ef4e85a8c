"""Maps a post of Bluesky to a row of raw_tweets."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, cast

from photolake.clock import format_classic_time
from photolake.rows.ids import hash_to_bigint
from photolake.rows.json_reader import JsonObject, drop_nulls, reject_payload
from photolake.rows.json_text import MAX_SOURCE_BYTES
from photolake.sources.bluesky.embeds import Embeds
from photolake.sources.bluesky.facets import read_entities
from photolake.sources.bluesky.identifiers import PostKey

if TYPE_CHECKING:
    from photolake.rows.types import PostRow
    from photolake.sources.bluesky.event import Event

# https://docs.bsky.app/docs/advanced-guides/moderation: what authors say of their own posts
SENSITIVE = frozenset({"porn", "sexual", "nudity", "graphic-media"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")
_1970 = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def map_post(event: Event, *, collected_at: str, matched_query: str | None = None) -> PostRow:
    """Map a created or updated post; PermanentError `malformed` names the field that has the wrong type."""
    if event.post is None:
        reject_payload("commit.rkey: the record key of a post is a TID")
    record = JsonObject(event.record, "commit.record")
    return map_record(event.post, record, event.raw, collected_at=collected_at, matched_query=matched_query)


def map_record(
    post: PostKey, record: JsonObject, source_json: str, *, collected_at: str, matched_query: str | None = None
) -> PostRow:
    """Map the record of a post; `source_json` is what the source sent of it.

    `timestamp_ms`, and by it the partition, is the time in the record key. Both it and `createdAt` are claims of the
    author's client: `created_at` is the earlier of the two, so that a post imported from elsewhere keeps its date and
    none is from the future of its key.
    """
    if (size := len(source_json.encode())) > MAX_SOURCE_BYTES:
        reject_payload(f"its {size} bytes of JSON are more than the {MAX_SOURCE_BYTES} a delivery can take")
    embeds = Embeds(record, post)
    # Its columns are checked against the table in the tests: mypy cannot check parts that are unpacked.
    row: Any = {
        **_make_identity_columns(post, record),
        **_make_content_columns(record, embeds),
        **_make_reference_columns(post, record, embeds.read_quoted_post()),
        "user": {"id": hash_to_bigint(post.did), "id_str": post.did},
        "collected_at": collected_at,
        "matched_query": matched_query,
        "source_json": source_json,
    }
    return cast("PostRow", row)


def _make_content_columns(record: JsonObject, embeds: Embeds) -> dict[str, Any]:
    text = record.read_text("text")
    if text is None:
        reject_payload(f"{record.path}.text: a post needs one")
    return {
        "text": text,
        "lang": _read_language(record),
        "truncated": False,
        "possibly_sensitive": _is_sensitive(record),
        "is_retweet": False,
        "entities": read_entities(record, text, embeds.read_card_url()),
        "extended_entities": {"media": media} if (media := embeds.read_media()) else None,
    }


def _make_identity_columns(post: PostKey, record: JsonObject) -> dict[str, Any]:
    return {
        "id": post.id,
        "id_str": post.uri,
        "source_platform": "bluesky",
        "created_at": format_classic_time(_compute_created_at(post, record.read_text("createdAt"))),
        "timestamp_ms": post.time_us // 1000,
    }


def _compute_created_at(post: PostKey, claim: str | None) -> dt.datetime:
    keyed = _1970 + dt.timedelta(microseconds=post.time_us)
    try:
        claimed = dt.datetime.fromisoformat(claim or "")
        claimed = (claimed if claimed.tzinfo else claimed.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return keyed
    return claimed if _1970 <= claimed < keyed else keyed


def _read_language(record: JsonObject) -> str | None:
    first = next(iter(record.read_texts("langs") or []), "")
    return first if _LANGUAGE.fullmatch(first) else None


def _is_sensitive(record: JsonObject) -> bool:
    labels = record.read_object("labels")
    values = labels.read_objects("values") if labels else []
    return any(value.read_text("val") in SENSITIVE for value in values)


def _make_reference_columns(post: PostKey, record: JsonObject, quoted: PostKey | None) -> dict[str, Any]:
    reply = record.read_object("reply")
    parent = _read_post_key(reply, "parent")
    root = _read_post_key(reply, "root") or parent or post
    references = [
        drop_nulls({"type": kind, "id": key.uri}) for kind, key in (("quoted", quoted), ("replied_to", parent)) if key
    ]
    return {
        "in_reply_to_status_id": parent.id if parent else None,
        "in_reply_to_status_id_str": parent.uri if parent else None,
        "in_reply_to_user_id": hash_to_bigint(parent.did) if parent else None,
        "in_reply_to_user_id_str": parent.did if parent else None,
        "quoted_status_id": quoted.id if quoted else None,
        "quoted_status_id_str": quoted.uri if quoted else None,
        "is_quote_status": quoted is not None,
        "referenced_tweets": references or None,
        "conversation_id": root.uri,
    }


def _read_post_key(reply: JsonObject | None, end: str) -> PostKey | None:
    reference = reply.read_object(end) if reply else None
    return PostKey.parse(reference.read_text("uri")) if reference else None
