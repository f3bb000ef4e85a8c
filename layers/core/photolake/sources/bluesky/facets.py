"""Links, hashtags and mentions of a Bluesky post, which counts positions in bytes of UTF-8, as `entities`, which
counts characters.

https://docs.bsky.app/docs/advanced-guides/post-richtext
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from photolake.rows.ids import hash_to_bigint
from photolake.rows.json_reader import JsonObject, present
from photolake.sources.bluesky.identifiers import is_did

# A whole post has 300 graphemes. Thousands of links that each say they are a whole long text would swell a row.
MAX_SHOWN_CHARS = 300
_PREFIX = "app.bsky.richtext.facet#"


def read_entities(record: JsonObject, text: str, card: str | None) -> dict[str, list[dict[str, Any]]]:
    """The entities of a record with this text; `card` is the link that it shows as a card instead of in the text.

    What stands nowhere in the text (the card, `tags`, and facets whose bytes are no characters of it) has no indices.
    """
    place = _places(text)
    found: dict[str, list[dict[str, Any]]] = {"hashtags": [], "urls": [], "user_mentions": [], "symbols": []}
    for facet in record.parts("facets"):
        index = facet.part("index")
        start, end = (place(index.whole("byteStart")), place(index.whole("byteEnd"))) if index else (None, None)
        indices = [start, end] if start is not None and end is not None and start < end else None
        shown = text[start:end] if indices and indices[1] - indices[0] <= MAX_SHOWN_CHARS else None
        for feature in facet.parts("features"):
            _add(found, feature, shown, indices)
    # Read one by one: `texts` leaves half a surrogate pair as it is.
    found["hashtags"] += [{"text": JsonObject({"tag": tag}).text("tag")} for tag in record.texts("tags") or []]
    if card and card not in [url.get("expanded_url") for url in found["urls"]]:
        found["urls"].append({"url": card, "expanded_url": card})
    return found


def _places(text: str) -> Callable[[int | None], int | None]:
    """From the number of a byte to that of the character that begins there."""
    if text.isascii():
        return lambda byte: byte if byte is not None and 0 <= byte <= len(text) else None
    characters, byte = {0: 0}, 0
    for number, character in enumerate(text, start=1):
        byte += len(character.encode())
        characters[byte] = number
    return lambda byte: None if byte is None else characters.get(byte)


def _add(
    found: dict[str, list[dict[str, Any]]], feature: JsonObject, shown: str | None, indices: list[int] | None
) -> None:
    kind = (feature.text("$type") or "").removeprefix(_PREFIX)
    if kind == "tag" and (tag := feature.text("tag")):
        found["hashtags"].append(present({"text": tag, "indices": indices}))
    elif kind == "link" and (uri := feature.text("uri")):
        found["urls"].append(
            present({"url": shown or uri, "expanded_url": uri, "display_url": shown, "indices": indices})
        )
    elif kind == "mention" and is_did(did := feature.text("did") or ""):
        name = shown.removeprefix("@") if shown else None
        found["user_mentions"].append(
            present({"id": hash_to_bigint(did), "id_str": did, "screen_name": name, "indices": indices})
        )
