"""API v2 posts as rows."""

import json

from photolake.sources.x.payload import read_posts
from tests.builders.raw_tweets import RAW_TWEETS
from tests.builders.x_payloads import COLLECTED, photo_link, snowflake, v2_page, v2_photo, v2_tweet, v2_user


def only_post(page, matched_query="(sea) has:images"):
    (post,) = read_posts(page, collected_at=COLLECTED, matched_query=matched_query)
    RAW_TWEETS.check(post)
    return post


NOTHING = dict.fromkeys(RAW_TWEETS.columns)


def test_a_bare_post_has_every_column_and_null_for_what_is_absent():
    tweet = {"id": "1", "text": "hi"}

    assert only_post({"data": tweet}) == {
        **NOTHING,
        "id": 1,
        "id_str": "1",
        "source_platform": "x",
        "text": "hi",
        "truncated": False,
        "favorited": False,
        "retweeted": False,
        "is_quote_status": False,
        "is_retweet": False,
        "collected_at": COLLECTED,
        "matched_query": "(sea) has:images",
        "source_json": '{"data":{"id":"1","text":"hi"}}',
    }


def test_a_full_post_is_mapped_to_the_classic_columns():
    key = "3_77"
    tweet = v2_tweet(
        text="Ann at the sea #sun $SEA @bob https://t.example/a https://t.example/pic",
        created_at="2026-11-18T12:00:00.000Z",
        author_id="11",
        conversation_id="5",
        in_reply_to_user_id="22",
        lang="en",
        source="Web App",
        possibly_sensitive=True,
        referenced_tweets=[{"type": "replied_to", "id": "5"}],
        attachments={"media_keys": [key]},
        edit_history_tweet_ids=["4", str(snowflake())],
        public_metrics={
            "retweet_count": 1,
            "reply_count": 2,
            "like_count": 3,
            "quote_count": 4,
            "bookmark_count": 5,
            "impression_count": 6,
        },
        geo={"place_id": "p1", "coordinates": {"type": "Point", "coordinates": [-1.5, 52.25]}},
        entities={
            "hashtags": [{"start": 15, "end": 19, "tag": "sun"}],
            "cashtags": [{"start": 20, "end": 24, "tag": "SEA"}],
            "mentions": [{"start": 25, "end": 29, "username": "bob", "id": "22"}],
            "urls": [
                {
                    "start": 30,
                    "end": 49,
                    "url": "https://t.example/a",
                    "expanded_url": "https://shop.example/dp/1",
                    "display_url": "shop.example/dp/1",
                    "title": "A shop",
                },
                photo_link(key, 50),
            ],
        },
    )
    ann = v2_user(
        "11",
        "ann",
        created_at="2010-01-02T03:04:05.000Z",
        description="",
        protected=False,
        verified=True,
        verified_type="blue",
        profile_image_url="https://pbs.example/ann.jpg",
        public_metrics={
            "followers_count": 1,
            "following_count": 2,
            "tweet_count": 3,
            "listed_count": 4,
            "like_count": 5,
        },
    )
    place = {
        "id": "p1",
        "full_name": "Leeds, England",
        "name": "Leeds",
        "country": "United Kingdom",
        "country_code": "GB",
        "place_type": "city",
        "geo": {"type": "Feature", "bbox": [-2, 53, -1, 54], "properties": {}},
    }
    page = v2_page(
        tweet,
        users=[ann, v2_user("22", "Bob"), v2_user("33", "stranger")],
        media=[v2_photo(key, alt_text="The sea"), v2_photo("3_78")],
        places=[place],
    )

    post = only_post(page)

    source = json.loads(post.pop("source_json"))
    assert post == {
        "id": snowflake(),
        "id_str": str(snowflake()),
        "source_platform": "x",
        "created_at": "Wed Nov 18 12:00:00 +0000 2026",
        "timestamp_ms": 1795003200000,
        "text": "Ann at the sea #sun $SEA @bob https://t.example/a https://t.example/pic",
        "lang": "en",
        "source": "Web App",
        "truncated": False,
        "favorited": False,
        "retweeted": False,
        "possibly_sensitive": True,
        "is_quote_status": False,
        "is_retweet": False,
        "filter_level": None,
        "in_reply_to_status_id": 5,
        "in_reply_to_status_id_str": "5",
        "in_reply_to_user_id": 22,
        "in_reply_to_user_id_str": "22",
        "in_reply_to_screen_name": "Bob",
        "quoted_status_id": None,
        "quoted_status_id_str": None,
        "conversation_id": "5",
        "retweet_count": 1,
        "reply_count": 2,
        "favorite_count": 3,
        "quote_count": 4,
        "bookmark_count": 5,
        "impression_count": 6,
        "user": {
            "id": 11,
            "id_str": "11",
            "name": "Ann",
            "screen_name": "ann",
            "description": "",
            "protected": False,
            "verified": True,
            "verified_type": "blue",
            "followers_count": 1,
            "friends_count": 2,
            "statuses_count": 3,
            "listed_count": 4,
            "favourites_count": 5,
            "created_at": "Sat Jan 02 03:04:05 +0000 2010",
            "profile_image_url_https": "https://pbs.example/ann.jpg",
        },
        "coordinates": {"type": "Point", "coordinates": [-1.5, 52.25]},
        "geo": {"type": "Point", "coordinates": [52.25, -1.5]},
        "place": {
            "id": "p1",
            "place_type": "city",
            "name": "Leeds",
            "full_name": "Leeds, England",
            "country_code": "GB",
            "country": "United Kingdom",
            "bounding_box": {"type": "Polygon", "coordinates": [[[-2, 53], [-2, 54], [-1, 54], [-1, 53]]]},
        },
        "entities": {
            "hashtags": [{"text": "sun", "indices": [15, 19]}],
            "symbols": [{"text": "SEA", "indices": [20, 24]}],
            "user_mentions": [{"id": 22, "id_str": "22", "screen_name": "bob", "name": "Bob", "indices": [25, 29]}],
            "urls": [
                {
                    "url": "https://t.example/a",
                    "expanded_url": "https://shop.example/dp/1",
                    "display_url": "shop.example/dp/1",
                    "indices": [30, 49],
                }
            ],
        },
        "extended_entities": {
            "media": [
                {
                    "id": "77",
                    "media_key": "3_77",
                    "type": "photo",
                    "media_url": "http://pbs.example/media/3_77.jpg",
                    "media_url_https": "https://pbs.example/media/3_77.jpg",
                    "url": "https://t.example/pic",
                    "display_url": "pic.twitter.com/pic",
                    "expanded_url": "https://x.example/ann/status/1/photo/1",
                    "ext_alt_text": "The sea",
                    "indices": [50, 73],
                    "sizes": {"large": {"w": 1200, "h": 800, "resize": "fit"}},
                }
            ]
        },
        "referenced_tweets": [{"type": "replied_to", "id": "5"}],
        "edit_history_tweet_ids": ["4", str(snowflake())],
        "collected_at": COLLECTED,
        "matched_query": "(sea) has:images",
    }
    assert source == {
        "data": tweet,
        "includes": {
            "users": page["includes"]["users"][:2],
            "media": [v2_photo(key, alt_text="The sea")],
            "places": [place],
        },
    }


def retweet_page(**original):
    retweet = v2_tweet(
        9,
        text="RT @ann: a long text that is cut…",
        author_id="22",
        referenced_tweets=[{"type": "retweeted", "id": str(snowflake(1))}],
        entities={"mentions": [{"start": 3, "end": 7, "username": "ann", "id": "11"}]},
    )
    users = [v2_user("11", "ann"), v2_user("22", "bob")]
    return v2_page(retweet, tweets=[v2_tweet(1, author_id="11", **original)], users=users)


def test_a_retweet_has_the_full_text_entities_and_photos_of_the_retweeted_post():
    page = retweet_page(
        text="a long text that is not cut",
        entities={"hashtags": [{"start": 2, "end": 6, "tag": "long"}]},
        attachments={"media_keys": ["3_77"]},
        possibly_sensitive=True,
    )
    page["includes"]["media"] = [v2_photo("3_77")]

    post = only_post(page)

    assert (
        post["text"],
        post["is_retweet"],
        post["is_quote_status"],
        post["truncated"],
        post["possibly_sensitive"],
    ) == (
        "a long text that is not cut",
        True,
        False,
        False,
        True,
    )
    assert post["entities"]["hashtags"] == [{"text": "long", "indices": [2, 6]}]
    assert [medium["id"] for medium in post["extended_entities"]["media"]] == ["77"]
    assert post["user"]["screen_name"] == "bob"
    assert post["referenced_tweets"] == [
        {"type": "retweeted", "id": str(snowflake(1)), "text": "a long text that is not cut", "screen_name": "ann"}
    ]


def test_a_retweet_of_a_post_that_is_not_included_has_its_own_maybe_truncated_text():
    page = retweet_page()
    del page["includes"]["tweets"]

    post = only_post(page)

    assert (post["text"], post["is_retweet"], post["truncated"]) == ("RT @ann: a long text that is cut…", True, None)
    assert post["referenced_tweets"] == [{"type": "retweeted", "id": str(snowflake(1))}]


def test_a_retweet_of_a_quote_shows_the_quoted_photo_too():
    quoted = v2_tweet(2, author_id="33", attachments={"media_keys": ["3_88"]})
    page = retweet_page(referenced_tweets=[{"type": "quoted", "id": quoted["id"]}])
    page["includes"]["tweets"].append(quoted)
    page["includes"]["media"] = [v2_photo("3_88")]
    page["includes"]["users"].append(v2_user("33", "cid"))

    post = only_post(page)

    assert (post["is_retweet"], post["is_quote_status"], post["quoted_status_id"]) == (True, True, snowflake(2))
    (retweeted, quote) = post["referenced_tweets"]
    assert (retweeted["type"], "media" in retweeted) == ("retweeted", False)
    assert (quote["type"], quote["screen_name"], quote["media"][0]["id"]) == ("quoted", "cid", "88")
    assert [tweet["id"] for tweet in json.loads(post["source_json"])["includes"]["tweets"]] == [
        str(snowflake(1)),
        str(snowflake(2)),
    ]


def test_the_photos_of_the_parent_are_no_part_of_a_reply():
    parent = v2_tweet(1, attachments={"media_keys": ["3_77"]})
    reply = v2_tweet(2, referenced_tweets=[{"type": "replied_to", "id": parent["id"]}])

    post = only_post(v2_page(reply, tweets=[parent], media=[v2_photo("3_77")]))

    assert post["extended_entities"] is None
    assert post["referenced_tweets"] == [{"type": "replied_to", "id": parent["id"], "text": "post 1"}]


def test_a_long_post_has_its_whole_text_and_the_entities_of_that():
    note = {"text": "long " * 100 + "#end", "entities": {"hashtags": [{"start": 500, "end": 504, "tag": "end"}]}}

    post = only_post(v2_page(v2_tweet(text="long …", note_tweet=note, entities={"hashtags": []})))

    assert post["text"] == note["text"]
    assert post["entities"]["hashtags"] == [{"text": "end", "indices": [500, 504]}]


def test_both_spellings_of_posts_mean_the_same():
    old = v2_page(
        v2_tweet(
            1,
            note_tweet={"text": "whole"},
            edit_history_tweet_ids=["1"],
            referenced_tweets=[{"type": "quoted", "id": "7"}],
        ),
        tweets=[{"id": "7", "text": "seven"}],
    )
    renamed = json.loads(json.dumps(old).replace("_tweet", "_post").replace('"tweets"', '"posts"'))
    assert "referenced_posts" in renamed["data"][0]

    assert {**only_post(renamed), "source_json": ""} == {**only_post(old), "source_json": ""}


def test_the_picture_links_of_old_payloads_have_no_media_key():
    tweet = v2_tweet(attachments={"media_keys": ["3_1", "3_2"]}, entities={"urls": [photo_link(None)]})

    post = only_post(v2_page(tweet, media=[v2_photo("3_1"), v2_photo("3_2")]))

    assert post["entities"]["urls"] == []
    assert [(medium["id"], medium["url"]) for medium in post["extended_entities"]["media"]] == [
        ("1", "https://t.example/pic"),
        ("2", "https://t.example/pic"),
    ]


def test_a_video_shows_its_preview_image():
    video = {
        "media_key": "13_5",
        "type": "video",
        "url": "https://video.example/5.mp4",
        "preview_image_url": "https://pbs.example/5.jpg",
    }

    post = only_post(v2_page(v2_tweet(attachments={"media_keys": ["13_5"]}), media=[video]))

    assert post["extended_entities"]["media"] == [
        {
            "id": "5",
            "media_key": "13_5",
            "type": "video",
            "media_url": "http://pbs.example/5.jpg",
            "media_url_https": "https://pbs.example/5.jpg",
        }
    ]


def test_media_that_are_not_included_are_named_without_a_url():
    post = only_post(v2_page(v2_tweet(attachments={"media_keys": ["3_1", "16_2", "99_3"]})))

    assert post["extended_entities"]["media"] == [
        {"id": "1", "media_key": "3_1", "type": "photo"},
        {"id": "2", "media_key": "16_2", "type": "animated_gif"},
        {"id": "3", "media_key": "99_3"},
    ]


def test_an_author_a_place_or_a_mention_that_is_not_included_is_known_by_id_or_name():
    tweet = v2_tweet(
        author_id="11",
        geo={"place_id": "p1"},
        entities={"mentions": [{"start": 0, "end": 4, "username": "bob"}]},
    )

    post = only_post(v2_page(tweet))

    assert (post["user"], post["place"], post["coordinates"]) == ({"id": 11, "id_str": "11"}, {"id": "p1"}, None)
    assert post["entities"]["user_mentions"] == [{"screen_name": "bob", "indices": [0, 4]}]


def test_a_stream_line_is_matched_by_its_rule():
    line = {"data": v2_tweet(), "matching_rules": [{"id": 1, "tag": None}, {"id": 2, "tag": "sea"}]}

    assert only_post(line, matched_query=None)["matched_query"] == "sea"
    assert json.loads(only_post(line)["source_json"]) == line


def test_time_follows_from_the_id_if_created_at_was_not_asked_for():
    post = only_post(v2_page(v2_tweet()))

    assert (post["created_at"], post["timestamp_ms"]) == ("Wed Nov 18 12:00:00 +0000 2026", 1795003200000)
