"""Posts of X that 4CAT exported are the posts of the pages they come from."""

import copy
import json
from typing import Any

import pytest

from photolake.post_formats.format import FileContext, Notice, Refusal
from photolake.post_formats.fourcat_x import FORMAT
from photolake.post_formats.registry import find_format
from photolake.sources.x.payload import read_posts
from tests.builders.raw_tweets import RAW_TWEETS
from tests.builders.x_payloads import COLLECTED, photo_link, snowflake, v1_status, v2_page, v2_photo, v2_tweet, v2_user

WHEN = {"created_at": "2026-11-18T12:00:00.000Z"}
PLACE = {"id": "p1", "full_name": "Cork", "country": "Ireland", "geo": {"type": "Feature", "bbox": [1, 2, 3, 4]}}
QUOTED = v2_tweet(1, author_id="8", attachments={"media_keys": ["3_2"]}, entities={"urls": [photo_link("3_2")]}, **WHEN)
POST = v2_tweet(
    2,
    author_id="7",
    in_reply_to_user_id="9",
    attachments={"media_keys": ["3_1"], "poll_ids": ["5"]},
    geo={"place_id": "p1"},
    entities={"mentions": [{"start": 0, "end": 4, "username": "Bea", "id": "9"}], "urls": [photo_link("3_1")]},
    referenced_tweets=[{"type": "quoted", "id": QUOTED["id"]}, {"type": "replied_to", "id": "404"}],
    **WHEN,
)
RETWEET = v2_tweet(3, author_id="7", referenced_tweets=[{"type": "retweeted", "id": QUOTED["id"]}], **WHEN)
PAGE = v2_page(
    POST,
    RETWEET,
    users=[v2_user("7", "ann"), v2_user("8", "cyd"), v2_user("9", "Bea")],
    media=[v2_photo("3_1", alt_text="waves"), v2_photo("3_2")],
    places=[PLACE],
    polls=[{"id": "5", "options": []}],
    tweets=[QUOTED],
)


def enrich(page):
    """As 4CAT documents it: what is included takes the place of its key, or stands beside it."""
    users = {user[key]: user for user in page["includes"]["users"] for key in ("id", "username")}
    media = {medium["media_key"]: medium for medium in page["includes"]["media"]}
    polls = {poll["id"]: poll for poll in page["includes"]["polls"]}
    posts: dict[str, Any] = {post["id"]: post for post in page["includes"]["tweets"]}

    def fill(post, is_first=True):
        post = copy.deepcopy(post)
        post["author_user"] = users[post["author_id"]]
        attached = post.get("attachments", {})
        for keys, known in (("media_keys", media), ("poll_ids", polls)):
            if keys in attached:
                attached[keys] = [known[key] for key in attached[keys]]
        if "geo" in post:
            post["geo"]["place"] = PLACE
        for mention in post.get("entities", {}).get("mentions", []):
            mention |= users[mention["username"]]
        if "in_reply_to_user_id" in post:
            post["in_reply_to_user"] = users[post["in_reply_to_user_id"]]
        for number, reference in enumerate(post.get("referenced_tweets", []) if is_first else []):
            included = posts.get(reference["id"])
            filled = fill(included, is_first=False) if included else {"error": {"title": "Not Found Error"}}
            post["referenced_tweets"][number] = reference | filled
        return post

    return [fill(post) for post in page["data"]]


def read(value) -> list[Any]:
    found = find_format(value)
    assert found is not None
    assert found is FORMAT
    return list(found.read(value, FileContext("a", COLLECTED)))


def read_row(value) -> Any:
    (row,) = (each for each in read(value) if isinstance(each, dict))
    RAW_TWEETS.check(row)
    return row


def test_an_enriched_post_is_the_post_of_its_page():
    for given, expected in zip(enrich(PAGE), read_posts(PAGE, collected_at=COLLECTED), strict=True):
        assert read_row(given) == expected | {"source_json": json.dumps(given, separators=(",", ":"))}
    (row, retweet) = map(read_row, enrich(PAGE))
    assert row["place"]["full_name"] == "Cork"
    assert row["extended_entities"]["media"][0]["ext_alt_text"] == "waves"
    assert retweet["extended_entities"]["media"][0]["media_key"] == "3_2"


def test_what_x_did_not_give_stays_unknown():
    missing = {"error": {"title": "Not Found Error"}}
    given = {
        **v2_tweet(1, author_id="7", **WHEN),
        "author_user": None,
        "attachments": {"media_keys": [{"media_key": "3_1", **missing}], "poll_ids": [{"poll_id": "5", **missing}]},
        "geo": {"place_id": "p1", "place": missing},
        "in_reply_to_user_id": "9",
        "in_reply_to_user": {"in_reply_to_user_id": "9", **missing},
    }

    row = read_row(given)

    assert row["user"] == {"id": 7, "id_str": "7"}
    assert row["extended_entities"]["media"] == [{"id": "1", "media_key": "3_1", "type": "photo"}]
    assert row["place"] == {"id": "p1"}


def test_an_export_of_before_2022_names_its_author():
    given = {**v2_tweet(1, author_id="7", **WHEN), "author_username": "ann", "author_fullname": "Ann"}

    assert read_row(given)["user"] == {"id": 7, "id_str": "7", "screen_name": "ann", "name": "Ann"}


def test_a_post_that_x_did_not_give_is_a_notice():
    unknown = {**v2_tweet(1, text="", author_id="UNKNOWN", **WHEN), "author_user": {"username": "UNKNOWN"}}

    assert read(unknown) == [Notice("posts that X did not give to 4CAT")]


@pytest.mark.parametrize("junk", [5, "x", [], [5], {"media_keys": 5}, {"place": 5}])
@pytest.mark.parametrize("name", ["attachments", "geo", "referenced_tweets", "author_user", "in_reply_to_user"])
def test_parts_of_another_shape_are_refused_or_passed_over(name, junk):
    given = {"author_user": {}, **v2_tweet(1, **WHEN), name: junk}

    (found,) = read(given)

    assert isinstance(found, dict) or found == Refusal(given, found.message)


@pytest.mark.parametrize("value", [None, 5, [POST], {}, POST, PAGE, v1_status(1), {"author_user": {}}])
def test_other_values_are_not_of_4cat(value):
    assert not FORMAT.recognize(value)


def test_the_id_of_a_post_is_that_of_x():
    assert read_row(enrich(PAGE)[0])["id"] == snowflake(2)
