"""Posts as clients, tools and old APIs kept them are the posts of API v1.1."""

import json

import pytest

from photolake.post_files.reader import read_value
from photolake.post_formats.format import FileContext, Refusal, Remark
from photolake.sources.x.payload import ROUNDED
from tests.builders.post_values import (
    LONG,
    exported_post,
    mongo_document,
    scraped_post,
    search_result,
    timeline,
    web_tweet,
)
from tests.builders.x_payloads import COLLECTED, snowflake, v1_status, v2_page, v2_tweet

CONTEXT = FileContext("a", COLLECTED)


def only_post(value):
    (post,) = read_value(value, CONTEXT)
    assert isinstance(post, dict), post
    return {
        name: part for name, part in post.items() if part is not None and part is not False and name != "source_json"
    }


COMMON = {
    "id": snowflake(),
    "id_str": str(snowflake()),
    "source_platform": "x",
    "created_at": "Wed Nov 18 12:00:00 +0000 2026",
    "timestamp_ms": 1795003200000,
    "text": "post 0",
    "collected_at": COLLECTED,
}
NO_ENTITIES: dict[str, list[object]] = {"hashtags": [], "urls": [], "user_mentions": [], "symbols": []}


def test_a_result_of_the_first_search_has_its_author():
    assert only_post(search_result(to_user="bea", to_user_id=8, to_user_id_str="8")) == {
        **COMMON,
        "lang": "en",
        "source": '<a href="http://x.example">web</a>',
        "in_reply_to_user_id": 8,
        "in_reply_to_user_id_str": "8",
        "in_reply_to_screen_name": "bea",
        "user": {
            "id": 7,
            "id_str": "7",
            "screen_name": "ann",
            "name": "Ann",
            "profile_image_url": "http://a0.example/ann.jpg",
        },
    }


def test_the_first_search_had_user_ids_of_its_own_until_november_2011():
    old = search_result(id=27746504230346753, id_str="27746504230346753", to_user="bea", to_user_id=5)

    post = only_post({**old, "created_at": "Wed, 19 Jan 2011 15:17:04 +0000"})

    assert post["user"]["screen_name"] == "ann"
    assert not {"id", "id_str"} & post["user"].keys()
    assert "in_reply_to_user_id" not in post


def test_a_page_of_the_first_search_gives_its_posts_and_refuses_the_rest():
    rounded = {**search_result(3), "id": float(snowflake(3)), "id_str": None}

    first, second, third = read_value({"results": [search_result(1), {"text": "x"}, rounded]}, CONTEXT)

    assert isinstance(first, dict)
    assert first["text"] == "post 1"
    assert second == Refusal({"text": "x"}, "not a result of X's first search")
    assert third == Refusal(rounded, "id: a program has rounded it, so it is the id of no post")


def test_a_document_of_mongodb_is_the_post_that_was_put_in():
    post = only_post(mongo_document())

    user = {"id": 7, "id_str": "7", "screen_name": "ann", "name": "Ann"}
    assert post == {**COMMON, "lang": "en", "retweet_count": 2, "favorite_count": 0, "user": user} | {
        "entities": NO_ENTITIES
    }


@pytest.mark.parametrize(
    "date", [{"$date": "2026-11-18T12:00:00Z"}, {"$date": 1795003200000}, {"$date": {"$numberLong": "1795003200000"}}]
)
def test_every_form_of_date_of_mongodb_is_a_time(date):
    assert only_post(mongo_document(created_at=date))["created_at"] == COMMON["created_at"]


def test_a_post_of_the_web_client_has_its_author_and_photos():
    post = only_post(web_tweet())

    assert post["user"] == {"id": 7, "id_str": "7", "screen_name": "ann"}
    assert post["extended_entities"]["media"][0]["media_url_https"] == "https://pbs.example/media/4.jpg"
    assert (post["id"], post["text"], post["favorite_count"], post["source"]) == (snowflake(), "post 0", 3, "web")


def test_the_names_that_the_web_client_has_in_core_since_2025_are_read():
    user = {
        "rest_id": "7",
        "legacy": {"followers_count": 5},
        "core": {"screen_name": "ann", "name": "Ann", "created_at": "Mon Mar 05 10:00:00 +0000 2012"},
        "avatar": {"image_url": "https://pbs.example/ann.jpg"},
        "location": {"location": "Cork"},
    }

    assert only_post(web_tweet(core={"user_results": {"result": user}}))["user"] == {
        "id": 7,
        "id_str": "7",
        "screen_name": "ann",
        "name": "Ann",
        "location": "Cork",
        "followers_count": 5,
        "created_at": "Mon Mar 05 10:00:00 +0000 2012",
        "profile_image_url_https": "https://pbs.example/ann.jpg",
    }


def test_a_long_post_of_the_web_client_is_whole_and_keeps_its_photos():
    note = {"text": LONG, "entity_set": {"hashtags": [{"text": "word1", "indices": [0, 5]}], "urls": []}}
    tweet = web_tweet(note_tweet={"note_tweet_results": {"result": note}})
    del tweet["legacy"]["extended_entities"]

    post = only_post(tweet)

    assert (post["text"], post["entities"]["hashtags"]) == (LONG, [{"text": "word1", "indices": [0, 5]}])
    assert [item["id"] for item in post["extended_entities"]["media"]] == ["4"]


def test_what_the_web_client_repeats_and_quotes_is_part_of_the_post():
    original = web_tweet(1)
    repost = web_tweet(2)
    repost["legacy"]["retweeted_status_result"] = {
        "result": {"__typename": "TweetWithVisibilityResults", "tweet": original}
    }
    quote = web_tweet(3, quoted_status_result={"result": original})

    posts = [item for item in read_value(timeline(repost, quote), CONTEXT) if isinstance(item, dict)]

    assert [(post["text"], post["is_retweet"], post["is_quote_status"]) for post in posts] == [
        ("post 1", True, False),
        ("post 3", False, True),
    ]
    assert [post["referenced_tweets"][0]["id"] for post in posts if post["referenced_tweets"]] == [
        str(snowflake(1))
    ] * 2


def test_a_post_of_the_browser_extension_has_its_photos_and_texts_for_the_blind():
    post = only_post(exported_post(in_reply_to=str(snowflake(-5)), quoted_status=str(snowflake(-6))))

    assert post["created_at"] == COMMON["created_at"]
    assert post["extended_entities"]["media"] == [
        {
            "type": "photo",
            "url": "https://t.example/pic",
            "media_url_https": "https://pbs.example/media/A?format=jpg&name=orig",
            "ext_alt_text": "a hill",
        }
    ]
    assert (post["in_reply_to_status_id"], post["quoted_status_id"]) == (snowflake(-5), snowflake(-6))


def test_a_repost_of_the_browser_extension_is_one():
    post = only_post(exported_post(retweeted_status=str(snowflake(-5))))

    assert post["is_retweet"]
    assert post["referenced_tweets"] == [{"type": "retweeted", "id": str(snowflake(-5)), "text": "post 0"}]


def test_all_that_the_browser_extension_got_goes_before_its_columns():
    post = only_post(exported_post(full_text="columns", metadata=web_tweet()))

    assert (post["text"], post["extended_entities"]["media"][0]["id"]) == ("post 0", "4")


def test_a_scraped_post_has_its_photos_author_and_tags():
    assert only_post(scraped_post(inReplyToTweetId=snowflake(-5), inReplyToUser={"id": 8, "username": "bea"})) == {
        **COMMON,
        "lang": "en",
        "reply_count": 0,
        "favorite_count": 1,
        "user": {"id": 7, "id_str": "7", "screen_name": "ann", "name": "Ann"},
        "entities": {**NO_ENTITIES, "hashtags": [{"text": "rye"}]},
        "extended_entities": {
            "media": [
                {
                    "type": "photo",
                    "media_url_https": "https://pbs.example/media/B?format=jpg&name=large",
                    "ext_alt_text": "a lake",
                }
            ]
        },
        "in_reply_to_status_id": snowflake(-5),
        "in_reply_to_status_id_str": str(snowflake(-5)),
        "in_reply_to_user_id": 8,
        "in_reply_to_user_id_str": "8",
        "in_reply_to_screen_name": "bea",
        "referenced_tweets": [{"type": "replied_to", "id": str(snowflake(-5)), "screen_name": "bea"}],
    }


def test_the_address_of_a_scraped_post_has_the_id_that_javascript_rounded():
    assert only_post(scraped_post(id=2123023412229046300))["id"] == snowflake()


def test_media_of_twscrape_are_read_too():
    media = {
        "photos": [{"url": "https://pbs.example/C.jpg"}],
        "videos": [{"thumbnailUrl": "https://pbs.example/D.jpg", "variants": []}],
        "animated": [],
    }

    assert only_post(scraped_post(media=media))["extended_entities"]["media"] == [
        {"type": "photo", "media_url_https": "https://pbs.example/C.jpg"},
        {"type": "video", "media_url_https": "https://pbs.example/D.jpg"},
    ]


def test_a_post_in_an_envelope_is_the_post():
    assert only_post({"for_user": 7, "message": v1_status()}) == only_post(v1_status())
    assert only_post({"_api": None, "_json": v1_status()}) == only_post(v1_status())
    assert only_post({"_realData": v2_page(v2_tweet())}) == only_post(v2_tweet())


def test_each_rounded_reference_of_a_post_of_api_v2_is_remarked_on():
    rounded = float(snowflake(-5))
    tweet = v2_tweet(
        author_id=rounded, in_reply_to_user_id=rounded, referenced_tweets=[{"type": "replied_to", "id": rounded}]
    )

    post, *remarks = read_value(v2_page(tweet), CONTEXT)

    assert isinstance(post, dict)
    assert (post["in_reply_to_status_id"], post["in_reply_to_user_id"]) == (None, None)
    assert remarks == [Remark(ROUNDED)] * 3


def test_each_rounded_reference_is_remarked_on():
    rounded = float(snowflake(-5))
    status = v1_status(in_reply_to_status_id=rounded, in_reply_to_user_id=rounded)

    post, *remarks = read_value(status, CONTEXT)

    assert isinstance(post, dict)
    assert (post["in_reply_to_status_id"], post["in_reply_to_user_id"]) == (None, None)
    assert remarks == [Remark(ROUNDED)] * 2


def test_the_source_of_a_converted_post_maps_to_the_same_post():
    for value in (search_result(), mongo_document(), web_tweet(), exported_post(), scraped_post()):
        (post,) = read_value(value, CONTEXT)
        assert isinstance(post, dict)
        (again,) = read_value(json.loads(post["source_json"]), CONTEXT)
        assert again == post
