"""Maps the posts of any payload of X's APIs.

Payloads: an API v2 page, single post or stream line (`data`, `includes`, `matching_rules`), a bare v2 post, an API
v1.1 status, its containers (`statuses`, `results`), and arrays of these. Notices of the v1.1 streams and pages without
results have no posts; everything else is rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from photolake.errors import PermanentError
from photolake.rows.json_reader import JsonObject, reject_payload
from photolake.rows.json_text import MAX_SOURCE_BYTES, compact_json
from photolake.sources.x.includes import Includes
from photolake.sources.x.v1 import map_status
from photolake.sources.x.v2 import map_tweet

if TYPE_CHECKING:
    from photolake.rows.types import PostRow

OnRejected = Callable[[Any, str], None]
"""Called with the source of a post that cannot be mapped (it can be mapped again later) and the reason."""

# https://docs.x.com/x-api/enterprise-gnip-2.0/fundamentals/stream-features and the v1.1 streaming messages
_NOTICES = {"delete", "scrub_geo", "limit", "status_withheld", "user_withheld", "disconnect", "warning", "friends"}


class _Source(NamedTuple):
    """What X sent for one post, and the function that maps its columns."""

    json: Mapping[str, Any]
    read_columns: Callable[[], PostRow]
    rule: str | None = None


OnRemark = Callable[[str], None]
"""Called, before a post is yielded, with something that the post lacks, as a noun phrase in the plural."""

ROUNDED = "ids of other posts and users, rounded by a program and left out"
_REFERENCES = (
    ("in_reply_to_status_id_str", "in_reply_to_status_id"),
    ("in_reply_to_user_id_str", "in_reply_to_user_id"),
    ("quoted_status_id_str", "quoted_status_id"),
    ("author_id",),
)


def raise_rejection(source: Any, message: str) -> None:
    """Raise PermanentError `malformed` for the first post that cannot be mapped."""
    reject_payload(message)


def pass_over(remark: str) -> None:
    """Do nothing with a remark."""


def read_posts(
    payload: Any,
    *,
    collected_at: str,
    matched_query: str | None = None,
    on_rejected: OnRejected = raise_rejection,
    on_remark: OnRemark = pass_over,
) -> Iterator[PostRow]:
    """Yield each post of a payload with every column of the `tweets` archive, its `source_json` included.

    `read_posts(json.loads(post["source_json"]), ...)` yields the same post again. `matched_query` defaults to the tag
    of the stream rule that matched, or else the rule itself. A post that cannot be mapped is passed to `on_rejected`;
    the others are yielded.
    """
    if isinstance(payload, list):
        for item in payload:
            yield from read_posts(
                item,
                collected_at=collected_at,
                matched_query=matched_query,
                on_rejected=on_rejected,
                on_remark=on_remark,
            )
        return
    try:
        sources = _split_sources(payload)
    except PermanentError as error:
        on_rejected(payload, error.message)
        return
    for source in sources:
        try:
            columns = source.read_columns()
            source_json = _serialise_source(source.json)
        except PermanentError as error:
            on_rejected(source.json, error.message)
            continue
        except RecursionError:
            on_rejected(source.json, "nested too deeply")
            continue
        for remark in _list_remarks(source.json):
            on_remark(remark)
        columns["collected_at"] = collected_at
        columns["matched_query"] = source.rule if matched_query is None else matched_query
        columns["source_json"] = source_json
        yield columns


def _split_sources(payload: Any) -> Iterator[_Source]:
    if not isinstance(payload, (dict, Mapping)):
        reject_payload(f"expected an object or an array of them, got {type(payload).__name__}")
    if payload.get("data") is not None:
        return _split_v2_sources(payload)
    for name in ("statuses", "results"):
        if isinstance(payload.get(name), list):
            return iter([_make_v1_source(status) for status in payload[name]])
    if "user" in payload or "id_str" in payload or "full_text" in payload:
        return iter([_make_v1_source(payload)])
    if "id" in payload and "text" in payload:
        return _split_v2_sources({"data": payload})
    _expect_no_posts(payload)
    return iter(())


def _make_v1_source(status: Any) -> _Source:
    return _Source(status, lambda: map_status(status), _read_rule(status))


def _read_rule(value: Any) -> str | None:
    """Read the first rule that matched, by its tag or its text; PowerTrack has put the rules into `gnip`, too."""
    if not isinstance(value, (dict, Mapping)) or ("matching_rules" not in value and "gnip" not in value):
        return None
    places = (value, value.get("gnip"))
    lists = [place.get("matching_rules") for place in places if isinstance(place, Mapping)]
    rules = [rule for rules in lists if isinstance(rules, list) for rule in rules if isinstance(rule, Mapping)]
    texts = [*(rule.get("tag") for rule in rules), *(rule.get("value") for rule in rules)]
    return next((text for text in texts if isinstance(text, str) and text), None)


def _list_remarks(source: Mapping[str, Any]) -> list[str]:
    """List what a post lacks, once for each id; a post of API v2 is in `data`, with its references in a list."""
    tweet = source.get("data")
    is_v2 = isinstance(tweet, (dict, Mapping))
    post = JsonObject(tweet if is_v2 else source)
    remarks = [ROUNDED for names in _REFERENCES if post.has_rounded_id(*names)]
    if is_v2:
        remarks.extend(ROUNDED for each in post.read_objects("referenced_tweets") if each.has_rounded_id("id"))
    return remarks


def _split_v2_sources(payload: Mapping[str, Any]) -> Iterator[_Source]:
    data = payload["data"]
    includes = Includes(payload.get("includes"))
    rules = payload.get("matching_rules")
    shared = {"matching_rules": rules} if rules else {}
    rule = _read_rule(payload)
    return (_make_v2_source(tweet, includes, shared, rule) for tweet in (data if isinstance(data, list) else [data]))


def _make_v2_source(tweet: Any, includes: Includes, shared: Mapping[str, Any], rule: str | None) -> _Source:
    included = includes.select(tweet)
    source = {"data": tweet, **({"includes": included} if included else {}), **shared}
    return _Source(source, lambda: map_tweet(tweet, includes), rule)


def _serialise_source(source: Mapping[str, Any]) -> str:
    try:
        text = compact_json(source, allow_nan=False)
    except ValueError:
        reject_payload("a number of it is NaN or infinite, which JSON does not allow")
    # A character has at most four bytes.
    if 4 * len(text) > MAX_SOURCE_BYTES and (size := len(text.encode())) > MAX_SOURCE_BYTES:
        reject_payload(f"its {size} bytes of JSON are more than the {MAX_SOURCE_BYTES} a delivery can take")
    return text


def _expect_no_posts(payload: Mapping[str, Any]) -> None:
    """Raise PermanentError unless the payload is of a kind that has no posts."""
    errors = payload.get("errors")
    if errors:
        titles = sorted({_read_title(error) for error in errors}) if isinstance(errors, list) else []
        reject_payload(f"X answered with errors and no posts: {', '.join(titles) or 'untitled'}")
    if _NOTICES.intersection(payload):
        return
    meta = payload.get("meta")
    if not isinstance(meta, Mapping) or meta.get("result_count") not in (0, None):
        reject_payload("neither a post nor a page of posts as X sends them")


def _read_title(error: Any) -> str:
    named = error if isinstance(error, Mapping) else {}
    return str(named.get("title") or named.get("message") or "untitled")
