"""Posts that twarc2 flattened are the posts of the pages they come from."""

import copy
import json

import pytest

from photolake.post_formats.format import FileContext
from photolake.post_formats.twarc_flatten import FORMAT, unflatten_post
from photolake.sources.x.payload import read_posts
from tests.builders.x_payloads import COLLECTED, photo_link, snowflake, v2_page, v2_photo, v2_tweet, v2_user

PLACE = {
    "id": "p1",
    "full_name": "Cork, Ireland",
    "country": "Ireland",
    "geo": {"type": "Feature", "bbox": [1, 2, 3, 4]},
}
QUOTED = v2_tweet(1, author_id="8", attachments={"media_keys": ["3_2"]}, entities={"urls": [photo_link("3_2")]})
POST = v2_tweet(
    2,
    author_id="7",
    in_reply_to_user_id="9",
    attachments={"media_keys": ["3_1"], "poll_ids": ["5"]},
    geo={"place_id": "p1", "coordinates": {"type": "Point", "coordinates": [1.5, 2.5]}},
    entities={"mentions": [{"start": 0, "end": 4, "username": "Bea", "id": "9"}], "urls": [photo_link("3_1")]},
    note_tweet={"text": "long", "entities": {"mentions": [{"start": 0, "end": 4, "username": "Bea", "id": "9"}]}},
    referenced_tweets=[{"type": "quoted", "id": QUOTED["id"]}, {"type": "replied_to", "id": "404"}],
)
PAGE = v2_page(
    POST,
    users=[v2_user("7", "ann"), v2_user("8", "cyd"), v2_user("9", "Bea")],
    media=[v2_photo("3_1"), v2_photo("3_2")],
    places=[PLACE],
    polls=[{"id": "5", "options": []}],
    tweets=[QUOTED],
)


def flatten(page):
    """As twarc documents it: everything included is put where it is referred to, or {} in its place."""
    included = copy.deepcopy(page["includes"])
    users = {user[key]: user for user in included.get("users", []) for key in ("id", "username")}
    media = {medium["media_key"]: medium for medium in included.get("media", [])}
    places = {place["id"]: place for place in included.get("places", [])}
    polls = {poll["id"]: poll for poll in included.get("polls", [])}
    posts = {post["id"]: post for post in included.get("tweets", [])}

    def fill(value):
        if isinstance(value, list):
            return [fill(item) for item in value]
        if not isinstance(value, dict):
            return value
        filled = {name: fill(item) for name, item in value.items()}
        additions = {
            "author_id": lambda key: {"author": users.get(key, {})},
            "in_reply_to_user_id": lambda key: {"in_reply_to_user": users.get(key, {})},
            "media_keys": lambda keys: {"media": [media.get(key, {}) for key in keys]},
            "poll_ids": lambda keys: {"poll": polls.get(keys[-1], {})},
            "place_id": lambda key: places.get(key, {}),
            "mentions": lambda items: {"mentions": [{**each, **users.get(each["username"], {})} for each in items]},
            "referenced_tweets": lambda items: {
                "referenced_tweets": [{**each, **posts.get(each["id"], {})} for each in items]
            },
        }
        for name, add in additions.items():
            if name in filled:
                filled |= add(filled[name])
        return filled

    posts |= {key: fill(post) for key, post in posts.items()}
    for post in copy.deepcopy(page["data"]):
        yield fill(post) | {"__twarc": {"version": "2.14.0", "retrieved_at": "2026-11-19T01:00:00+02:00"}}


def columns(payload):
    (post,) = read_posts(payload, collected_at=COLLECTED)
    return {name: value for name, value in post.items() if name != "source_json"}, json.loads(post["source_json"])


def test_a_flattened_post_is_the_post_of_its_page():
    (flat,) = flatten(PAGE)

    post, source = columns(unflatten_post(flat))

    expected, _ = columns(PAGE)
    assert post == expected
    assert expected["extended_entities"]
    assert expected["place"]["full_name"] == "Cork, Ireland"
    assert post["referenced_tweets"][0]["media"]
    assert source["data"] == POST
    assert source["includes"]["tweets"] == [QUOTED]


def test_what_was_not_included_stays_unknown():
    (flat,) = flatten({**PAGE, "includes": {}})

    assert unflatten_post(flat) == {"data": POST}


def test_rules_that_matched_stay_beside_the_post():
    rules = [{"id": "1", "tag": "bread"}]
    (flat,) = flatten(PAGE)

    (post,) = read_posts(unflatten_post({**flat, "matching_rules": rules}), collected_at=COLLECTED)

    assert post["matched_query"] == "bread"


@pytest.mark.parametrize(
    "value",
    [
        PAGE,
        POST,
        {"id": 5, "id_str": "5", "text": "v1", "user": {}, "author": {}},
        {"author": {}},
        [POST],
        None,
    ],
)
def test_other_posts_and_pages_are_not_flattened(value):
    assert not FORMAT.recognize(value)


@pytest.mark.parametrize("junk", [5, "x", [], [5], {"mentions": 5}, {"media": [5]}, {"media": 5}, {"text": "x"}])
@pytest.mark.parametrize("name", ["attachments", "entities", "geo", "referenced_tweets", "note_tweet", "author"])
def test_parts_of_another_shape_are_left_to_the_mapping_to_judge(name, junk):
    payload = unflatten_post({"id": str(snowflake()), "text": "x", "author": {}, "__twarc": {}, name: junk})

    refused = []
    posts = list(read_posts(payload, collected_at=COLLECTED, on_rejected=lambda post, message: refused.append(message)))

    assert len(posts) + len(refused) == 1


def collection_time(flat):
    (post,) = FORMAT.read(flat, FileContext("a", COLLECTED))
    assert isinstance(post, dict)
    return post["collected_at"]


def test_twarc_says_when_it_collected():
    (flat,) = flatten(PAGE)
    assert collection_time(flat) == "2026-11-18T23:00:00.000Z"


@pytest.mark.parametrize(
    "noted", [None, 5, {}, {"retrieved_at": 5}, {"retrieved_at": "now"}, {"retrieved_at": "2026-11-19"}]
)
def test_a_time_that_is_none_is_passed_over(noted):
    (flat,) = flatten(PAGE)
    assert collection_time({**flat, "__twarc": noted}) == COLLECTED
