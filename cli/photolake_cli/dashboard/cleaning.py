"""Values as the page takes them, whatever a lake holds: texts, links, counts, and answers of a service."""

from __future__ import annotations

import math
import re
from typing import Any
from urllib.parse import urlsplit

MAX_EXACT = 2**53 - 1
"""The largest integer that a browser holds exactly."""
_MAX_MILLISECONDS = 8_640_000_000_000_000
"""The largest time that a browser knows: https://tc39.es/ecma262/#sec-time-values-and-time-range"""
# Control characters but tab and line feed, and halves of surrogate pairs, which UTF-8 cannot hold.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?")
# Handles of X and Bluesky, and addresses that name an account.
HANDLE = re.compile(r"(?<![\w.])[@\uff20](?=\w)[\w.-]*\w")
_ACCOUNT_URL = re.compile(
    r"(?P<site>\b(?:(?:www|mobile|m)\.)?(?:x|twitter)\.com/|\bbsky\.app/profile/)(?!i/)[^\s/?#]+", re.IGNORECASE
)
ACCOUNT_ID = re.compile(r"\bdid:[a-z]+:[\w.:%-]*[\w%-]")
OPERATOR = re.compile(r"(?P<operator>\b(?:from|to|retweets_of):)\"?@?\w+\"?", re.IGNORECASE)
_ANONYMOUS_URL = re.compile(r"https://x\.com/i/status/\d+")
_HIDDEN = "…"


def clean_text(text: str | None) -> str | None:
    """The text without control characters; a lone surrogate becomes U+FFFD. Its length is not limited."""
    if text is None:
        return None
    if not _UNWANTED.search(text):
        return text
    return _UNWANTED.sub(lambda found: "\ufffd" if found[0] >= "\ud800" else "", _LINE_ENDS.sub("\n", text))


def hide_accounts(text: str | None) -> str | None:
    """The text with every handle as `@…`, and without the accounts in links to X and Bluesky."""
    if text is None:
        return None
    text = _ACCOUNT_URL.sub(rf"\g<site>{_HIDDEN}", text)
    text = ACCOUNT_ID.sub(f"did:{_HIDDEN}", text)
    return HANDLE.sub(f"@{_HIDDEN}", text)


def hide_accounts_of_query(query: str) -> str:
    """A query of X with every handle as `…`."""
    return hide_accounts(OPERATOR.sub(rf"\g<operator>{_HIDDEN}", query)) or ""


def clean_url(url: str | None, *, shows_authors: bool) -> str | None:
    """A link of http or https; unless authors are shown, only one that names no account, as X's by number does."""
    if url is None or not url.isprintable() or any(char.isspace() for char in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return url if shows_authors or _ANONYMOUS_URL.fullmatch(url) else None


def clean_count(value: int | None) -> int | None:
    """A count that is not negative, and that a browser holds exactly."""
    return value if value is not None and 0 <= value <= MAX_EXACT else None


def clean_time(milliseconds: int | None) -> int | None:
    """A time that a browser knows."""
    return milliseconds if milliseconds is not None and abs(milliseconds) <= _MAX_MILLISECONDS else None


def clean_number(value: float | None, digits: int) -> float | None:
    """A finite number with so many decimals."""
    return round(value, digits) if value is not None and math.isfinite(value) else None


def clean_json(value: Any) -> Any:
    """An answer of a service without what it did not say: nulls, NaN; texts as in clean_text.

    An integer that a browser would round is a text.
    """
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        cleaned = ((name, clean_json(each)) for name, each in value.items())
        return {name: each for name, each in cleaned if each is not None}
    if isinstance(value, list):
        return [clean_json(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) <= MAX_EXACT else str(value)
    return value
