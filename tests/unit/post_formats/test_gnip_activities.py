"""Posts of X as Activity Streams are the posts of X's API."""

import json
from typing import Any

import pytest

from photolake.post_formats.format import FileContext, Notice, Refusal
from photolake.post_formats.gnip_activities import FORMAT
from photolake.post_formats.registry import find_format
from photolake.sources.x.payload import read_posts
from tests.builders.raw_tweets import RAW_TWEETS
from tests.builders.x_payloads import COLLECTED, snowflake, v1_photo, v1_status, v2_page, v2_tweet

POSTED = "2026-11-18T12:00:00.000Z"
TAGS: dict[str, list[Any]] = {"hashtags": [{"text": "sea", "indices": [0, 4]}], "urls": [], "user_mentions": []}


def actor(user_id=11, name="ann", **fields):
    return {
        "objectType": "person",
        "id": f"id:twitter.com:{user_id}",
        "link": f"http://www.twitter.com/{name}",
        "displayName": name.title(),
        "preferredUsername": name,
        "postedTime": "2012-03-05T10:00:00.000Z",
        "summary": "at the sea",
        "image": "https://pbs.example/ann.jpg",
        "links": [{"href": None, "rel": "me"}, {"href": "http://ann.example", "rel": "me"}],
        "location": {"objectType": "place", "displayName": "Cork"},
        "languages": ["en"],
        "verified": True,
        "utcOffset": "3600",
        "twitterTimeZone": "Dublin",
        "followersCount": 1,
        "friendsCount": 2,
        "listedCount": 3,
        "statusesCount": 4,
        "favoritesCount": 5,
        **fields,
    }


def activity(number=0, verb="post", **fields):
    post_id = snowflake(number)
    return {
        "id": f"tag:search.twitter.com,2005:{post_id}",
        "objectType": "activity",
        "verb": verb,
        "actor": actor(),
        "postedTime": POSTED,
        "body": f"post {number}",
        "link": f"http://twitter.com/ann/statuses/{post_id}",
        "generator": {"displayName": "Web", "link": "http://twitter.com"},
        "object": {
            "objectType": "note",
            "id": f"object:search.twitter.com,2005:{post_id}",
            "summary": f"post {number}",
        },
        "favoritesCount": 7,
        "retweetCount": 8,
        "twitter_entities": TAGS,
        "twitter_lang": "en",
        "twitter_filter_level": "low",
        "gnip": {"matching_rules": [{"tag": None, "value": "sea has:images"}]},
        **fields,
    }


def read(value) -> list[Any]:
    found = find_format(value)
    assert found is not None
    assert found is FORMAT
    return list(found.read(value, FileContext("a", COLLECTED)))


def read_row(value) -> Any:
    (row,) = read(value)
    RAW_TWEETS.check(row)
    return row


USER = {
    "id": 11,
    "id_str": "11",
    "screen_name": "ann",
    "name": "Ann",
    "description": "at the sea",
    "location": "Cork",
    "url": "http://ann.example",
    "lang": "en",
    "verified": True,
    "time_zone": "Dublin",
    "utc_offset": 3600,
    "profile_image_url_https": "https://pbs.example/ann.jpg",
    "created_at": "Mon Mar 05 10:00:00 +0000 2012",
    "followers_count": 1,
    "friends_count": 2,
    "listed_count": 3,
    "statuses_count": 4,
    "favourites_count": 5,
}


def expect(given, status, query="sea has:images"):
    """The row of a status, as the API would have sent it."""
    user = {name: value for name, value in USER.items() if name != "id"}
    counts = {"favorite_count": 7, "retweet_count": 8, "source": "Web", "filter_level": "low"}
    api = v1_status(**{"user": user, "entities": TAGS, **counts, **status})
    for name in ("favorited", "retweeted", "truncated", "text"):
        api.pop(name)
    (row,) = read_posts(api, collected_at=COLLECTED, matched_query=query)
    return row | {"source_json": json.dumps(given, separators=(",", ":"))}


def test_an_activity_is_the_post_of_the_api_found_by_its_rule():
    media = {"media": [v1_photo(1), v1_photo(2)]}
    given = activity(twitter_extended_entities=media)

    row = read_row(given)

    assert row == expect(given, {"full_text": "post 0", "extended_entities": media})
    assert row["user"] == USER
    assert row["matched_query"] == "sea has:images"


def test_a_rule_is_named_by_its_tag():
    rules = [{"tag": None, "value": "a"}, {"tag": "brand", "value": "b"}]

    assert read_row(activity(gnip={"matching_rules": rules}))["matched_query"] == "brand"
    assert read_row(activity(gnip=None))["matched_query"] is None


def test_a_share_is_a_retweet_with_the_photos_of_the_post_it_repeats():
    media = {"media": [v1_photo(1)]}
    shared = activity(-5, body="the original", actor=actor(12, "bob"), twitter_extended_entities=media)

    row = read_row(activity(1, "share", body="RT @bob: the orig…", object=shared))

    assert (row["is_retweet"], row["text"]) == (True, "the original")
    assert [medium["id"] for medium in row["extended_entities"]["media"]] == ["1"]
    assert row["referenced_tweets"] == [
        {"type": "retweeted", "id": str(snowflake(-5)), "text": "the original", "screen_name": "bob"}
    ]


def test_a_long_post_is_whole():
    long = {"body": "a long text", "twitter_extended_entities": {"media": [v1_photo(3)]}}

    row = read_row(activity(body="a lon…", long_object=long))

    assert row["text"] == "a long text"
    assert [medium["id"] for medium in row["extended_entities"]["media"]] == ["3"]
    assert row["entities"]["hashtags"] == TAGS["hashtags"]


def test_quoted_and_answered_posts_are_named():
    parent = {"objectType": "activity", "link": f"http://twitter.com/Bob_1/statuses/{snowflake(-9)}"}

    row = read_row(activity(inReplyTo=parent, twitter_quoted_status=activity(-5, body="quoted")))

    assert (row["in_reply_to_screen_name"], row["in_reply_to_status_id"]) == ("Bob_1", snowflake(-9))
    assert (row["is_quote_status"], row["quoted_status_id"]) == (True, snowflake(-5))
    assert [each["type"] for each in row["referenced_tweets"]] == ["quoted", "replied_to"]


def test_points_and_places_are_read_in_their_order():
    box = [[[-9.0, 51.0], [-9.0, 52.0], [-8.0, 52.0], [-8.0, 51.0]]]
    place = {
        "objectType": "place",
        "displayName": "Cork, Ireland",
        "name": "Cork",
        "country_code": "Ireland",
        "twitter_country_code": "IE",
        "twitter_place_type": "city",
        "link": "https://api.twitter.com/1.1/geo/id/p1.json",
        "geo": {"type": "polygon", "coordinates": box},
    }

    row = read_row(activity(geo={"type": "Point", "coordinates": [51.5, -8.5]}, location=place))

    assert (row["geo"]["coordinates"], row["coordinates"]["coordinates"]) == ([51.5, -8.5], [-8.5, 51.5])
    assert row["place"] == {
        "id": "p1",
        "url": "https://api.twitter.com/1.1/geo/id/p1.json",
        "place_type": "city",
        "name": "Cork",
        "full_name": "Cork, Ireland",
        "country": "Ireland",
        "country_code": "IE",
        "bounding_box": {"type": "Polygon", "coordinates": box},
    }


def test_a_message_of_the_compliance_stream_is_a_notice():
    deleted = {"verb": "delete", "object": {"id": f"object:search.twitter.com,2005:{snowflake()}"}, "actor": {}}

    assert read(deleted) == [Notice("deletions and other messages of GNIP")]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "tag:search.twitter.com,2005:5x"}, "id: not of the form tag:search.twitter.com,2005:1234"),
        ({"actor": 5}, "actor: expected an object, got int"),
        ({"body": None}, "text: a post needs one"),
        ({"twitter_entities": 5}, "entities: expected an object, got int"),
        ({"gnip": {"matching_rules": [5]}}, "gnip.matching_rules[0]: expected an object, got int"),
        (
            {"verb": "share", "object": {"id": "tag:search.twitter.com,2005:1", "verb": "post"}},
            "text: a post needs one",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_as_it_stood_in_the_file(changes, message):
    given = activity(**changes)

    (refused,) = read(given)

    assert isinstance(refused, Refusal)
    assert message in refused.message
    assert refused.value == given


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        [activity()],
        {},
        {"verb": "post"},
        {"verb": "post", "id": 5},
        {"verb": 5},
        v1_status(1),
        v2_page(v2_tweet()),
    ],
)
def test_other_values_are_not_of_gnip(value):
    assert not FORMAT.recognize(value)
