"""The archive that X gives to the owner of an account."""

import json

import pytest

from photolake.post_formats.x_account_archive import FORMAT, convert_item, read_owner, read_part_name
from photolake.sources.x.payload import read_posts
from tests.builders.x_payloads import COLLECTED, snowflake

ACCOUNT = {
    "account": {
        "email": "ann@example.com",
        "username": "ann",
        "accountId": "7",
        "createdAt": "2010-01-02T03:04:05.000Z",
        "accountDisplayName": "Ann",
    }
}
USER = {"id_str": "7", "screen_name": "ann", "name": "Ann", "created_at": "Sat Jan 02 03:04:05 +0000 2010"}
MEDIUM = {
    "id": "11",
    "id_str": "11",
    "type": "photo",
    "url": "https://t.example/pic",
    "media_url_https": "https://pbs.example/media/11.jpg",
    "indices": ["6", "29"],
    "sizes": {"large": {"w": "1200", "h": "800", "resize": "fit"}},
}
TWEET = {
    "id": str(snowflake()),
    "id_str": str(snowflake()),
    "full_text": "Bread https://t.example/pic",
    "created_at": "Wed Nov 18 12:00:00 +0000 2026",
    "favorite_count": "3",
    "retweet_count": "0",
    "favorited": False,
    "truncated": False,
    "lang": "en",
    "display_text_range": ["0", "27"],
    "in_reply_to_user_id": "8",
    "entities": {"hashtags": [{"text": "rye", "indices": ["0", "4"]}], "urls": [], "media": [MEDIUM]},
    "extended_entities": {"media": [MEDIUM]},
    "coordinates": {"type": "Point", "coordinates": ["-0.5", "52"]},
    "geo": {"type": "Point", "coordinates": ["52", "-0.5"]},
}


def account_js(value):
    return f"window.YTD.account.part0 = {json.dumps(value, indent=2)}".encode()


def test_a_post_of_the_archive_is_one_of_the_api_with_its_author():
    status = convert_item({"tweet": TWEET}, USER)

    (post,) = read_posts(status, collected_at=COLLECTED)

    medium = {
        "id": "11",
        "type": "photo",
        "url": "https://t.example/pic",
        "media_url_https": "https://pbs.example/media/11.jpg",
        "indices": [6, 29],
        "sizes": {"large": {"w": 1200, "h": 800, "resize": "fit"}},
    }
    assert {name: value for name, value in post.items() if value is not None and value is not False} == {
        "id": snowflake(),
        "id_str": str(snowflake()),
        "source_platform": "x",
        "created_at": "Wed Nov 18 12:00:00 +0000 2026",
        "timestamp_ms": 1795003200000,
        "text": "Bread https://t.example/pic",
        "lang": "en",
        "favorite_count": 3,
        "retweet_count": 0,
        "in_reply_to_user_id": 8,
        "in_reply_to_user_id_str": "8",
        "entities": {"hashtags": [{"text": "rye", "indices": [0, 4]}], "urls": [], "user_mentions": [], "symbols": []},
        "extended_entities": {"media": [medium]},
        "coordinates": {"type": "Point", "coordinates": [-0.5, 52.0]},
        "geo": {"type": "Point", "coordinates": [52.0, -0.5]},
        "user": {"id": 7, **USER},
        "collected_at": COLLECTED,
        "source_json": json.dumps(status, separators=(",", ":")),
    }


def test_an_item_of_the_archive_has_nothing_but_a_tweet():
    assert FORMAT.recognize({"tweet": TWEET})
    for value in (TWEET, [TWEET], {"tweet": "x"}, {"tweet": TWEET, "id": 1}, 5, None):
        assert not FORMAT.recognize(value)


def test_the_owner_is_read_from_account_js():
    assert read_owner(account_js([ACCOUNT])) == USER
    assert read_owner(account_js([ACCOUNT]) + b";\n") == USER


@pytest.mark.parametrize("content", [b"", b"junk", account_js([]), account_js({}), account_js([{"account": {}}])])
def test_an_account_js_that_names_nobody_is_no_error(content):
    assert read_owner(content) is None


def test_a_part_is_told_by_its_first_bytes():
    assert read_part_name(b"window.YTD.direct_messages.part12 = [ {") == "direct_messages"
    assert read_part_name(b"\xef\xbb\xbfwindow.YTD.tweets.part0 =\n[") == "tweets"
    assert read_part_name(b'{"window.YTD.tweets.part0 = ": 1}') is None
