"""Where the next page begins, as the text that a client sends back. It is checked: a client may send anything."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from photolake.errors import InvalidSearchError

_MAX_TOKEN = 600
_PLACE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}#[0-9a-f]{64}~?")
_CONFIDENCE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")


@dataclass(frozen=True)
class Position:
    """How far a search has been read.

    By date: the next hit is older than the place `below`. By relevance, hits come in blocks: the block begins below
    `below`, ends with `until`, and has been read to the hit `last`, of which `confidence` is the order.
    """

    below: str | None = None
    until: str | None = None
    confidence: Decimal | None = None
    last: str | None = None

    def to_token(self, digest: str) -> str:
        """Return the text for the client; `digest` names the search that it continues."""
        confidence = None if self.confidence is None else str(self.confidence)
        document = json.dumps([digest, self.below, self.until, confidence, self.last], separators=(",", ":"))
        return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def read_token(token: str | None, digest: str) -> Position:
    """Return the position that a client sent; InvalidSearchError unless it is one of the search with this digest."""
    if token is None:
        return Position()
    try:
        asked, below, until, confidence, last = _decode(token)
    except ValueError as error:
        raise InvalidSearchError("next: this is not what an earlier page gave") from error
    if asked != digest:
        raise InvalidSearchError("next: it belongs to another search; repeat the search's parameters with it")
    places = [each for each in (below, last, None if until == "" else until) if each is not None]
    are_places = all(isinstance(each, str) and _PLACE.fullmatch(each) for each in places)
    is_block = (
        isinstance(confidence, str) and bool(_CONFIDENCE.fullmatch(confidence)) and None not in (below, until, last)
    )
    if not are_places or not (is_block or (confidence, until, last) == (None, None, None)):
        raise InvalidSearchError("next: this is not what an earlier page gave")
    return Position(below, until, Decimal(confidence) if is_block else None, last)


def _decode(token: str) -> Any:
    if len(token) > _MAX_TOKEN:
        raise ValueError("too long")
    document = json.loads(base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True))
    if not isinstance(document, list) or len(document) != len(("digest", "below", "until", "confidence", "last")):
        raise ValueError("not five values")
    return document
