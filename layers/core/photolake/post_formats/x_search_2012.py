"""Reads what X's first search returned until 2013 (search.twitter.com): results that name their author in `from_user`.

https://web.archive.org/web/20120703/https://dev.twitter.com/docs/api/1/get/search. Until 2011-11-07 its ids of users
were not those of the rest of X, so they are left out of older posts.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.errors import PermanentError
from photolake.post_formats.format import FileContext, Notice, PostFormat, Refusal, Remark
from photolake.post_formats.x_api import EMPTY_PAGES, read_payload
from photolake.post_formats.x_evidence import has_id, split_names
from photolake.rows.ids import make_snowflake
from photolake.rows.json_reader import JsonObject

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

_OWN_USER_IDS_BEFORE = make_snowflake(1_320_624_000_000)  # 2011-11-07
_RENAMED = split_names(
    "from_user from_user_id from_user_id_str from_user_name to_user to_user_id to_user_id_str to_user_name "
    "profile_image_url profile_image_url_https iso_language_code location metadata source"
)
_EMPTY = frozenset({"completed_in", "results_per_page", "max_id"})


def is_result(value: Any) -> bool:
    """Whether a value is a result or a page of them."""
    if not isinstance(value, Mapping):
        return False
    results = value.get("results")
    if isinstance(results, list):
        return any(_is_post(result) for result in results) or (not results and len(_EMPTY & value.keys()) > 1)
    return _is_post(value)


def _is_post(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and {"from_user", "text", "created_at"} <= value.keys()
        and {"user", "_id"}.isdisjoint(value)
        and has_id(value)
    )


def convert_result(result: Mapping[str, Any]) -> dict[str, Any]:
    """Convert a result to a status of API v1.1."""
    number = JsonObject(result).read_id("id_str", "id") or 0
    has_user_ids = number >= _OWN_USER_IDS_BEFORE
    ids = (("id", "from_user_id"), ("id_str", "from_user_id_str")) if has_user_ids else ()
    names = (("screen_name", "from_user"), ("name", "from_user_name"), ("location", "location"))
    images = (("profile_image_url", "profile_image_url"), ("profile_image_url_https", "profile_image_url_https"))
    status = {name: value for name, value in result.items() if name not in _RENAMED}
    status["user"] = {name: result[given] for name, given in (*ids, *names, *images) if result.get(given)}
    status["in_reply_to_screen_name"] = result.get("to_user") or None
    if has_user_ids:
        status["in_reply_to_user_id_str"] = result.get("to_user_id_str") or result.get("to_user_id")
    status["lang"] = result.get("iso_language_code")
    if isinstance(result.get("source"), str):
        status["source"] = html.unescape(result["source"])
    return status


def read_results(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice | Remark]:
    """Yield the posts."""
    results = value["results"] if isinstance(value.get("results"), list) else [value]
    for result in results:
        try:
            status = convert_result(result) if _is_post(result) else None
        except PermanentError as error:
            yield Refusal(result, error.message)
            continue
        if status is None:
            yield Refusal(result, "not a result of X's first search")
        else:
            yield from read_payload(status, context)
    if not results:
        yield Notice(EMPTY_PAGES)


FORMAT = PostFormat("results of X's first search", is_result, read_results)
