"""Reads links, hashtags and mentions of a Bluesky post as `entities`.

Bluesky counts positions in bytes of UTF-8, `entities` in characters.

https://docs.bsky.app/docs/advanced-guides/post-richtext
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from photolake.rows.ids import hash_to_bigint
from photolake.rows.json_reader import JsonObject, drop_nulls
from photolake.sources.bluesky.identifiers import is_did

# A whole post has 300 graphemes. Without a limit, thousands of links could each repeat a whole long text.
MAX_SHOWN_CHARS = 300
_PREFIX = "app.bsky.richtext.facet#"


def read_entities(record: JsonObject, text: str, card: str | None) -> dict[str, list[dict[str, Any]]]:
    """Read the entities of a record with this text; `card` is the link that it shows as a card, not in the text.

    What is not in the text (the card, `tags`, and facets whose bytes are not whole characters) has no indices.
    """
    find_character = _index_characters(text)
    found: dict[str, list[dict[str, Any]]] = {"hashtags": [], "urls": [], "user_mentions": [], "symbols": []}
    for facet in record.read_objects("facets"):
        index = facet.read_object("index")
        start = find_character(index.read_integer("byteStart")) if index else None
        end = find_character(index.read_integer("byteEnd")) if index else None
        indices = [start, end] if start is not None and end is not None and start < end else None
        shown = text[start:end] if indices and indices[1] - indices[0] <= MAX_SHOWN_CHARS else None
        for feature in facet.read_objects("features"):
            _add_feature(found, feature, shown, indices)
    # Read one by one: `read_texts` does not replace lone surrogates.
    found["hashtags"] += [
        {"text": JsonObject({"tag": tag}).read_text("tag")} for tag in record.read_texts("tags") or []
    ]
    if card and card not in [url.get("expanded_url") for url in found["urls"]]:
        found["urls"].append({"url": card, "expanded_url": card})
    return found


def _index_characters(text: str) -> Callable[[int | None], int | None]:
    """Return a function from the position of a byte to that of the character that begins there, or None."""
    if text.isascii():
        return lambda byte: byte if byte is not None and 0 <= byte <= len(text) else None
    characters, byte = {0: 0}, 0
    for number, character in enumerate(text, start=1):
        byte += len(character.encode())
        characters[byte] = number
    return lambda byte: None if byte is None else characters.get(byte)


def _add_feature(
    found: dict[str, list[dict[str, Any]]], feature: JsonObject, shown: str | None, indices: list[int] | None
) -> None:
    kind = (feature.read_text("$type") or "").removeprefix(_PREFIX)
    if kind == "tag" and (tag := feature.read_text("tag")):
        found["hashtags"].append(drop_nulls({"text": tag, "indices": indices}))
    elif kind == "link" and (uri := feature.read_text("uri")):
        found["urls"].append(
            drop_nulls({"url": shown or uri, "expanded_url": uri, "display_url": shown, "indices": indices})
        )
    elif kind == "mention" and is_did(did := feature.read_text("did") or ""):
        name = shown.removeprefix("@") if shown else None
        found["user_mentions"].append(
            drop_nulls({"id": hash_to_bigint(did), "id_str": did, "screen_name": name, "indices": indices})
        )
