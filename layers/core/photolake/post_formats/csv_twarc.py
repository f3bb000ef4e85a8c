"""Reads records of the tables (CSV) that twarc-csv makes of posts of X's API v2.

https://github.com/DocNow/twarc-csv: a column for each field (`author.username`), with lists as JSON. A repost has the
text, photos and counts of the post that it repeats; links, hashtags and mentions have no positions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.errors import PermanentError
from photolake.post_formats.format import FileContext, Notice, PostFormat, Refusal
from photolake.post_formats.mapped_table import read_x_id
from photolake.post_formats.twarc_flatten import unflatten_post
from photolake.post_formats.x_converted import read_converted
from photolake.rows.json_reader import reject_payload

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_PREFIXES = ("public_metrics.", "author.", "referenced_tweets.", "attachments.", "edit_controls.", "__twarc.")
_REFERENCE = re.compile(r"referenced_tweets\.(retweeted|quoted|replied_to)\.id")
_IDS = frozenset({"author_id", "author.id", "conversation_id", "in_reply_to_user_id"})
_DIGITS = re.compile(r"[0-9]{1,19}")
_FLAGS = {"True": True, "False": False, "true": True, "false": False}
_TEXTS = frozenset({"text", "author.description", "author.name", "author.location", "geo.full_name", "geo.name"})
_ENTITIES = {"hashtags": "tag", "cashtags": "tag", "mentions": "username", "urls": "expanded_url"}
_SIGNS = "#@$"


def is_record(value: Any) -> bool:
    """Whether a value is a record of a table of twarc-csv."""
    return (
        isinstance(value, Mapping)
        and {"id", "text"} <= value.keys()
        and any(isinstance(name, str) and name.startswith(_PREFIXES) for name in value)
        and all(isinstance(each, str) for each in value.values())
    )


def read_record(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice]:
    """Yield the post."""
    try:
        payload = unflatten_post(restore_post(value))
    except PermanentError as error:
        yield Refusal(value, f"a record of twarc-csv: {error.message}")
        return
    for item in read_converted(value, payload, context):
        yield _drop_positions(item) if isinstance(item, dict) else item


def restore_post(record: Mapping[str, str]) -> dict[str, Any]:
    """Return the flattened post of a record; PermanentError `malformed` for an id that is not digits."""
    read_x_id(record["id"].strip())
    post: dict[str, Any] = {}
    for column, text in record.items():
        if text == "" or column.startswith("author.entities."):
            continue
        if reference := _REFERENCE.fullmatch(column):
            _check_id(column, text)
            post.setdefault("referenced_tweets", []).append({"type": reference[1], "id": text})
            continue
        if column in _IDS:
            _check_id(column, text)
        _put(post, column.split("."), _restore_value(column, text))
    _restore_entities(post)
    return post


def _check_id(column: str, text: str) -> None:
    if not _DIGITS.fullmatch(text):
        reject_payload(f"{column}: not all digits, so a spreadsheet or data frame has rounded it; export ids as text")


def _put(post: dict[str, Any], names: list[str], value: Any) -> None:
    for name in names[:-1]:
        inner = post.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        post = inner
    post.setdefault(names[-1], value)


def _restore_value(column: str, text: str) -> Any:
    if column in _TEXTS:
        # twarc-csv writes line breaks as two characters.
        return text.replace("\\n", "\n")
    if text in _FLAGS and column not in ("author.username", "lang", "source"):
        return _FLAGS[text]
    if text[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    if column.startswith(("public_metrics.", "author.public_metrics.")):
        return text.removesuffix(".0")
    return text


def _restore_entities(post: dict[str, Any]) -> None:
    """Make objects of links, hashtags and mentions, which are texts since version 0.5 of twarc-csv."""
    entities = post.get("entities")
    if not isinstance(entities, dict):
        return
    for kind, name in _ENTITIES.items():
        items = entities.get(kind)
        if not isinstance(items, list):
            entities.pop(kind, None)
            continue
        entities[kind] = [{name: item.lstrip(_SIGNS)} if isinstance(item, str) else item for item in items]
        if kind == "urls":
            # Those of the post's own photos are shown, like `pic.twitter.com/abc`.
            links = [item for item in entities[kind] if isinstance(item, dict)]
            entities[kind] = [link for link in links if str(link.get("expanded_url", "")).startswith("http")]


def _drop_positions(row: Any) -> Any:
    """Drop the positions of links, hashtags and mentions, which are not known."""
    entities = {
        kind: [
            {name: part for name, part in item.items() if name != "indices" or part != [None, None]} for item in items
        ]
        for kind, items in (row.get("entities") or {}).items()
    }
    return {**row, "entities": entities or None}


FORMAT = PostFormat("tables of twarc-csv", is_record, read_record)
