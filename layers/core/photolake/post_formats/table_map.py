"""Says which columns of a table hold the posts: `id=tweet_id,text=body,created_at=date`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FIELDS: Mapping[str, str] = {
    "id": "the id of X, the at:// URI of Bluesky, or the URI of Mastodon",
    "text": "the text",
    "created_at": "when it was published",
    "lang": "its language",
    "author": "the name of its author's account",
    "author_id": "the id of its author",
    "author_name": "the name that its author shows",
    "media_url": "the addresses of its photos",
    "url": "where it can be read",
    "query": "the query that found it",
}
"""What a column may hold."""
_REQUIRED = ("id", "text")
PLATFORMS = ("x", "bluesky", "mastodon")
_COLUMNS_SHOWN = 40


@dataclass(frozen=True)
class TableMap:
    """The column of each field, and the platform of the posts; empty if the posts themselves must show it."""

    columns: Mapping[str, str]
    platform: str = ""

    @classmethod
    def parse(cls, text: str) -> TableMap:
        """Parse `field=column` pairs, separated by commas; ValueError says what is wrong.

        `platform=x` names the network. A column whose name has a comma stands in double quotes.
        """
        pairs = [_split_pair(pair) for pair in _split_list(text)]
        columns = dict(pairs)
        platform = columns.pop("platform", "")
        if len(columns) + bool(platform) != len(pairs):
            raise ValueError("a field is named twice")
        unknown = [field for field in columns if field not in FIELDS]
        if unknown:
            raise ValueError(f"there is no field {unknown[0]!r}; there are: {', '.join(FIELDS)}, platform")
        if platform and platform not in PLATFORMS:
            raise ValueError(f"there is no platform {platform!r}; there are: {', '.join(PLATFORMS)}")
        missing = [field for field in _REQUIRED if field not in columns]
        if missing:
            raise ValueError(f"no column is named for {' and '.join(missing)}")
        if platform != "x" and not {"created_at", "url"} & columns.keys():
            raise ValueError("name the column of created_at or url too, or say platform=x: ids alone show no network")
        if platform == "mastodon" and "created_at" not in columns:
            raise ValueError("posts of Mastodon need created_at")
        return cls(columns, platform)

    def find_missing(self, columns: Sequence[str]) -> str | None:
        """Say which columns a table does not have; None if it has all."""
        missing = [column for column in self.columns.values() if column not in columns]
        if not missing:
            return None
        return f"has no column {', '.join(map(repr, missing))}; {describe_columns(columns)}"


def describe_columns(columns: Sequence[str]) -> str:
    """Name the columns of a table, for a message."""
    more = len(columns) - _COLUMNS_SHOWN
    rest = f" and {more} more" if more > 0 else ""
    return f"its columns are {', '.join(columns[:_COLUMNS_SHOWN])}{rest}"


def _split_list(text: str) -> list[str]:
    parts: list[str] = []
    current, is_quoted = "", False
    for character in text:
        if character == '"':
            is_quoted = not is_quoted
        elif character == "," and not is_quoted:
            parts, current = [*parts, current], ""
        else:
            current += character
    return [part for part in [*parts, current] if part.strip()]


def _split_pair(pair: str) -> tuple[str, str]:
    field, sign, column = pair.partition("=")
    if not sign or not column.strip():
        raise ValueError(f"{pair.strip()!r} is not of the form field=column")
    return field.strip(), column.strip()
