"""Reads records of a table whose columns somebody has named (`TableMap`).

A table has no types. So an id must be digits: what a spreadsheet or a data frame made of one (`2.12E+18`,
`2120124309304246273.0`) is the id of another post, and the record is rejected.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from photolake.clock import format_classic_time, parse_time
from photolake.errors import PermanentError
from photolake.post_formats.format import FileContext, Refusal
from photolake.rows.ids import hash_to_bigint, read_snowflake_ms
from photolake.rows.json_reader import drop_nulls, drop_nulls_or_none, reject_payload
from photolake.rows.json_text import compact_json
from photolake.sources.bluesky.identifiers import PostKey
from photolake.sources.bluesky.view import make_photo_of_url

if TYPE_CHECKING:
    from photolake.post_formats.table_map import TableMap
    from photolake.rows.types import PostRow

_DIGITS = re.compile(r"[0-9]{1,19}")
_NUMBER = re.compile(r"[+-]?[0-9.,]+([eE][+-]?[0-9]+)?")
_UNIX_SECONDS = re.compile(r"[0-9]{9,10}")
_UNIX_MS = re.compile(r"[0-9]{12,13}")
# Between addresses, not within one: these may have commas of their own.
_BETWEEN_URLS = re.compile(r"[\s,;|]+(?=https?://)")
_X_HOSTS = frozenset({"twitter.com", "x.com", "mobile.twitter.com", "www.twitter.com", "www.x.com", "mobile.x.com"})
_X_PHOTO = re.compile(r"https?://pbs\.twimg\.com/(media|[a-z_]+_thumb)/(?P<key>[A-Za-z0-9_-]+)")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")
MAX_PHOTOS = 50
# A time without a zone may be that of any place.
MAX_DIFFERENCE = dt.timedelta(days=2)


def read_record(value: Mapping[str, str], table_map: TableMap, context: FileContext) -> Iterator[PostRow | Refusal]:
    """Yield the post of a record."""
    fields = {field: value[column].strip() for field, column in table_map.columns.items() if column in value}
    try:
        yield map_fields(fields, table_map.platform, value, context.collected_at)
    except PermanentError as error:
        yield Refusal(value, f"a record of a table: {error.message}")


def map_fields(fields: Mapping[str, str], platform: str, source: Mapping[str, str], collected_at: str) -> PostRow:
    """Map the fields of a record; PermanentError `malformed` names the one that cannot be read."""
    identity = _read_identity(fields, platform)
    media = read_media(fields.get("media_url", ""), identity["id_str"])
    row: dict[str, Any] = {
        **identity,
        "text": fields.get("text", ""),
        "lang": lang if (lang := fields.get("lang", "")) and _LANGUAGE.fullmatch(lang) else None,
        "user": _read_author(fields, identity["source_platform"]),
        "extended_entities": {"media": media} if media else None,
        "collected_at": collected_at,
        "matched_query": fields.get("query") or None,
        "source_json": compact_json(source),
    }
    return cast("PostRow", row)


def _read_identity(fields: Mapping[str, str], platform: str) -> dict[str, Any]:
    given = fields.get("id", "")
    created = _read_time(fields.get("created_at", ""))
    if given.startswith("at://") or platform == "bluesky":
        return _read_bluesky_identity(given, created)
    if platform == "mastodon":
        return _read_mastodon_identity(given, created)
    return _read_x_identity(read_x_id(given), created, fields, platform)


def read_x_id(text: str) -> int:
    """Read an id of X; PermanentError says if a program has rounded it."""
    if _DIGITS.fullmatch(text) and 0 < int(text) < 2**63:
        return int(text)
    problem = "it is empty" if not text else "not an id of X, which has digits only"
    if _NUMBER.fullmatch(text):
        problem = "not all digits, so a spreadsheet or data frame has rounded it; export ids as text"
    return reject_payload(f"id: {problem}")


def _read_x_identity(
    number: int, created: dt.datetime | None, fields: Mapping[str, str], platform: str
) -> dict[str, Any]:
    ms = read_snowflake_ms(number)
    issued = dt.datetime.fromtimestamp(ms / 1000, dt.UTC) if ms is not None else None
    if platform != "x" and not _is_of_x(issued, created, fields.get("url", "")):
        reject_payload(
            "id: neither the time in it nor the url shows a post of X. If it is one, add platform=x to --map"
        )
    moment = issued or created
    return {
        "id": number,
        "id_str": str(number),
        "source_platform": "x",
        "created_at": format_classic_time(moment) if moment else None,
        "timestamp_ms": int(moment.timestamp() * 1000) if moment else None,
    }


def _is_of_x(issued: dt.datetime | None, created: dt.datetime | None, url: str) -> bool:
    """Whether the time in the id agrees with `created_at`, or the link leads to X."""
    if issued and created and abs(issued - created) <= MAX_DIFFERENCE:
        return True
    try:
        return urlsplit(url).hostname in _X_HOSTS
    except ValueError:
        return False


def _read_bluesky_identity(given: str, created: dt.datetime | None) -> dict[str, Any]:
    post = PostKey.parse(given)
    if post is None:
        reject_payload("id: not the at:// URI of a post of Bluesky")
    keyed = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=post.time_us)
    return {
        "id": post.id,
        "id_str": post.uri,
        "source_platform": "bluesky",
        "created_at": format_classic_time(min(keyed, created or keyed)),
        "timestamp_ms": post.time_us // 1000,
    }


def _read_mastodon_identity(given: str, created: dt.datetime | None) -> dict[str, Any]:
    if not given.startswith("https://"):
        reject_payload("id: not the URI of a post of Mastodon, which begins with https://")
    if created is None:
        reject_payload("created_at: it is empty")
    return {
        "id": hash_to_bigint(given),
        "id_str": given,
        "source_platform": "mastodon",
        "created_at": format_classic_time(created),
        "timestamp_ms": int(created.timestamp() * 1000),
    }


def _read_time(text: str) -> dt.datetime | None:
    """Read ISO 8601, the classic time of X, RFC 2822, or seconds or milliseconds since 1970; without a zone UTC."""
    if not text:
        return None
    try:
        if _UNIX_SECONDS.fullmatch(text) or _UNIX_MS.fullmatch(text):
            return dt.datetime.fromtimestamp(int(text) / (1000 if len(text) > 10 else 1), dt.UTC)
        return _parse_text_time(text)
    except (ValueError, OverflowError, OSError, IndexError):
        reject_payload(
            "created_at: neither ISO 8601 (2026-11-20 15:04:05), nor like 'Wed Oct 10 20:19:24 +0000 2018', nor "
            "seconds since 1970. Ids of X hold the time: leave created_at out, and say platform=x"
        )


def _parse_text_time(text: str) -> dt.datetime:
    if text[3:4] != ",":
        return parse_time(text.replace(" UTC", "Z"))
    moment = parsedate_to_datetime(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)


def _read_author(fields: Mapping[str, str], platform: str) -> dict[str, Any] | None:
    key = fields.get("author_id", "")
    names = drop_nulls(
        {
            "screen_name": fields.get("author", "").removeprefix("@") or None,
            "name": fields.get("author_name") or None,
        }
    )
    if not key:
        return drop_nulls_or_none(names)
    if platform != "x":
        return {"id": hash_to_bigint(key), "id_str": key, **names}
    # A rounded id of an account names another account.
    number = int(key) if _DIGITS.fullmatch(key) and int(key) < 2**63 else None
    return drop_nulls_or_none({"id": number, "id_str": key if number is not None else None, **names})


def read_media(text: str, post: str) -> list[dict[str, Any]]:
    """Read addresses of photos: a JSON array, or a list separated by commas, semicolons, bars or blanks.

    What is not an address, such as the name of a file, keeps its place without a URL. `post` is the post's `id_str`.
    The id of a photo of X is the key in its address, as a table does not have its number.
    """
    urls = list(dict.fromkeys(_split_urls(text)))[:MAX_PHOTOS]
    key = PostKey.parse(post)
    if key:
        return [make_photo_of_url(key, url, number) for number, url in enumerate(urls)]
    return [_make_medium(url, f"{post}#{number}") for number, url in enumerate(urls)]


def _split_urls(text: str) -> list[str]:
    text = text.strip()
    if text.startswith("["):
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            # As Python writes a list: ['https://a', 'https://b'].
            values = [part.strip(" '\"") for part in text.strip("[]").split(",")]
        return [str(value) for value in values if value]
    return [part for part in (piece.strip(" ,;|'\"") for piece in _BETWEEN_URLS.split(text)) if part]


def _make_medium(url: str, place: str) -> dict[str, Any]:
    if not url.startswith(("https://", "http://")):
        return {"id": place, "media_key": place, "type": "photo"}
    found = _X_PHOTO.match(url)
    key = f"{found[1]}/{found['key']}" if found else url.partition("://")[2][:300]
    return {"id": key, "media_key": key, "type": "photo", "media_url": url, "media_url_https": url}
