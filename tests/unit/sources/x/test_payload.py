"""Posts of every kind of payload of X."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.errors import PermanentError
from photolake.rows.json_text import MAX_SOURCE_BYTES
from photolake.sources.x.payload import read_posts
from tests.builders.raw_tweets import RAW_TWEETS
from tests.builders.x_payloads import (
    COLLECTED,
    photo_link,
    v1_photo,
    v1_status,
    v1_user,
    v2_page,
    v2_photo,
    v2_tweet,
    v2_user,
)


def mapped(payload):
    """The texts of the posts and the (source, reason) of each malformed one."""
    refused = []
    posts = list(
        read_posts(payload, collected_at=COLLECTED, on_rejected=lambda source, why: refused.append((source, why)))
    )
    for post in posts:
        RAW_TWEETS.check(post)
        assert set(post) == set(RAW_TWEETS.columns)
    return [post["text"] for post in posts], refused


@pytest.mark.parametrize(
    "payload",
    [
        v2_page(v2_tweet(1), v2_tweet(2)),
        [{"data": v2_tweet(1)}, {"data": v2_tweet(2), "matching_rules": [{"id": "1", "tag": "sea"}]}],
        [v2_tweet(1), v2_tweet(2)],
        [v1_status(1), v1_status(2)],
        {"statuses": [v1_status(1), v1_status(2)], "search_metadata": {"count": 2}},
        {"results": [v1_status(1), v1_status(2)], "next": "token"},
        [{"statuses": [v1_status(1)]}, v2_page(v2_tweet(2))],
    ],
    ids=["v2 page", "stream lines", "bare v2 posts", "statuses", "search", "premium search", "mixed"],
)
def test_every_shape_of_payload_gives_its_posts(payload):
    assert mapped(payload) == (["post 1", "post 2"], [])


@pytest.mark.parametrize(
    "payload",
    [
        [],
        {"data": [], "meta": {"result_count": 0}},
        {"meta": {"result_count": 0}},
        {"statuses": []},
        {"delete": {"status": {"id": 1, "id_str": "1", "user_id": 3}}},
        {"limit": {"track": 5, "timestamp_ms": "1"}},
        {"status_withheld": {"id": 1, "user_id": 3, "withheld_in_countries": ["DE"]}},
    ],
)
def test_pages_without_results_and_notices_hold_no_posts(payload):
    assert mapped(payload) == ([], [])


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"errors": [{"title": "Not Found Error"}]}, "X answered with errors and no posts: Not Found Error"),
        ({"errors": [{"code": 88, "message": "Rate limit"}]}, "X answered with errors and no posts: Rate limit"),
        ({"errors": "?"}, "X answered with errors and no posts: untitled"),
        ({}, "neither a post nor a page of posts as X sends them"),
        ({"meta": {"result_count": 3}}, "neither a post nor a page of posts as X sends them"),
        ("text", "expected an object or an array of them, got str"),
        (None, "expected an object or an array of them, got NoneType"),
        ({"data": "text"}, "post: expected an object, got str"),
        ({"data": {"text": "x"}}, "id: a post needs one, and it is a positive number"),
        ({"data": {"id": "1"}}, "text: a post needs one"),
        ({"data": {"id": "-1", "text": ""}}, "id: a post needs one, and it is a positive number"),
        ({"data": {"id": "1" * 20, "text": ""}}, "id: expected a 64-bit whole number, got str"),
        ({"data": {"id": "1", "text": 5}}, "text: expected a string, got int"),
        ({"data": {"id": "1", "text": "", "created_at": "today"}}, "created_at: neither ISO-8601"),
        ({"data": {"id": "1", "text": "", "possibly_sensitive": "no"}}, "possibly_sensitive: expected true or false"),
        ({"data": v2_tweet(public_metrics={"like_count": "many"})}, "public_metrics.like_count: expected a 64-bit"),
        ({"data": v2_tweet(entities={"urls": [7]})}, "entities.urls[0]: expected an object, got int"),
        ({"data": v2_tweet(attachments={"media_keys": [7]})}, "attachments.media_keys: expected an array of strings"),
        ({"data": v2_tweet(), "includes": {"users": {}}}, "includes: expected an object of arrays"),
        (v1_status(coordinates={"coordinates": ["x"]}), "coordinates.coordinates: expected a number, got str"),
        (v1_status(coordinates={"coordinates": [float("inf")]}), "coordinates.coordinates: expected a finite number"),
        (v1_status(extra=float("nan")), "a number of it is NaN or infinite"),
        (v1_status(user="ann"), "user: expected an object, got str"),
        (v1_status(extra="x" * MAX_SOURCE_BYTES), "bytes of JSON are more than the 300000 a delivery can take"),
    ],
)
def test_what_is_not_a_post_is_refused_with_the_place_and_the_reason(payload, reason):
    texts, [(_, why)] = mapped(payload)

    assert texts == []
    assert reason in why


def test_without_a_callback_a_malformed_payload_raises():
    with pytest.raises(PermanentError, match="text: a post needs one") as caught:
        list(read_posts({"data": {"id": "1"}}, collected_at=COLLECTED))

    assert caught.value.status == "malformed"


def test_a_malformed_post_is_rejected_with_its_includes_and_the_others_are_mapped():
    bad = v2_tweet(2, author_id="11", lang=5)
    page = v2_page(v2_tweet(1), bad, v2_tweet(3), users=[v2_user("11", "ann"), v2_user("12", "bob")])

    assert mapped(page) == (
        ["post 1", "post 3"],
        [({"data": bad, "includes": {"users": [v2_user("11", "ann")]}}, "lang: expected a string, got int")],
    )


def test_a_malformed_author_harms_only_his_own_posts():
    page = v2_page(
        v2_tweet(1, author_id="11"),
        v2_tweet(2, author_id="12"),
        users=[v2_user("11", "ann", username=5), v2_user("12", "bob")],
    )

    texts, [(_, why)] = mapped(page)

    assert texts == ["post 2"]
    assert why == "includes.users[11].username: expected a string, got int"


def test_a_post_nested_deeper_than_python_can_follow_is_malformed():
    deep: list = []
    for _ in range(100_000):
        deep = [deep]

    texts, refused = mapped([v1_status(1, extra=deep), v1_status(2)])

    assert (texts, [why for _, why in refused]) == (["post 2"], ["nested too deeply"])


FULL_V2 = v2_page(
    v2_tweet(
        1,
        created_at="2026-11-18T12:00:00.000Z",
        author_id="11",
        in_reply_to_user_id="12",
        lang="en",
        public_metrics={"like_count": 1},
        referenced_tweets=[{"type": "quoted", "id": "7"}],
        attachments={"media_keys": ["3_1"]},
        geo={"place_id": "p", "coordinates": {"type": "Point", "coordinates": [1.5, 2.5]}},
        note_tweet={"text": "a note"},
        entities={"urls": [photo_link("3_1")], "mentions": [{"start": 0, "end": 4, "username": "bob"}]},
    ),
    tweets=[{"id": "7", "text": "seven", "author_id": "12", "attachments": {"media_keys": ["3_2"]}}],
    users=[v2_user("11", "ann", public_metrics={"tweet_count": 3}), v2_user("12", "bob")],
    media=[v2_photo("3_1"), v2_photo("3_2")],
    places=[{"id": "p", "name": "Leeds", "geo": {"bbox": [1, 2, 3, 4]}}],
)
FULL_V1 = v1_status(
    2,
    retweeted_status=v1_status(
        1,
        quoted_status=v1_status(0, user=v1_user(3, "cid"), extended_entities={"media": [v1_photo(8)]}),
        extended_tweet={"full_text": "whole", "entities": {"media": [v1_photo(9)]}},
    ),
    place={"id": "p", "bounding_box": {"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]}},
    coordinates={"type": "Point", "coordinates": [1, 2]},
)

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places_in(value, path=()):
    """The path of every value in a payload."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places_in(item, (*path, key))


def replaced(payload, path, value):
    if not path:
        return value
    copied = copy.deepcopy(payload)
    parent = copied
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return copied


@given(st.data(), st.sampled_from([FULL_V2, FULL_V1]), JSON_VALUES)
def test_every_post_of_any_payload_fits_the_columns_and_maps_again_from_its_source(data, payload, value):
    path = data.draw(st.sampled_from(list(places_in(payload))[1:]))
    broken = replaced(payload, path, value)
    before = json.dumps(broken)
    refused = []

    posts = list(
        read_posts(broken, collected_at=COLLECTED, matched_query="q", on_rejected=lambda *args: refused.append(args))
    )

    assert json.dumps(broken) == before
    assert posts or refused or broken["data"] == [], "lost in silence"
    for post in posts:
        RAW_TWEETS.check(post)
        json.dumps(post, ensure_ascii=False).encode()
        assert list(read_posts(json.loads(post["source_json"]), collected_at=COLLECTED, matched_query="q")) == [post]
