"""Builds made-up values in the shapes of each format of files of posts, and of those that no format reads.

`VALUES` has at least one value of each kind that a format must recognise, by the module of `photolake.post_formats`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.builders.x_payloads import COLLECTED, snowflake, v1_photo, v1_status, v2_page, v2_photo, v2_tweet, v2_user

CLASSIC = "Wed Nov 18 12:00:00 +0000 2026"
ISO = "2026-11-18T12:00:00.000Z"
LONG = " ".join(f"word{number}" for number in range(80))


def bare_item(number: int = 0, **fields: Any) -> dict[str, Any]:
    """A post as the account archives of 2018 and 2019 have it."""
    return {
        "id": str(snowflake(number)),
        "id_str": str(snowflake(number)),
        "full_text": f"post {number}",
        "created_at": CLASSIC,
        "favorite_count": "3",
        "retweet_count": "0",
        "truncated": False,
        "lang": "en",
        "entities": {"hashtags": [], "urls": [], "user_mentions": [], "symbols": []},
        **fields,
    }


def grailbird_status(number: int = 0, **fields: Any) -> dict[str, Any]:
    """A post as the account archives of 2012 to 2018 have it."""
    return {
        "source": "web",
        "entities": {"user_mentions": [], "media": [], "hashtags": [], "urls": []},
        "geo": {},
        "id_str": str(snowflake(number)),
        "text": f"post {number}",
        "id": snowflake(number),
        "created_at": "2026-11-18 12:00:00 +0000",
        "user": {"name": "Ann", "screen_name": "ann", "protected": False, "id_str": "7", "id": 7, "verified": False},
        **fields,
    }


def note_item(number: int = 0, text: str = LONG, **core: Any) -> dict[str, Any]:
    """A long text of an account archive; its id is near that of its post."""
    return {
        "noteTweet": {
            "noteTweetId": str(snowflake(number) - 5),
            "createdAt": ISO,
            "core": {"text": text, "urls": [], "mentions": [], "cashtags": [], "hashtags": [], **core},
        }
    }


def flattened_tweet(number: int = 0, **fields: Any) -> dict[str, Any]:
    return v2_tweet(number, author_id="7", author=v2_user("7", "ann"), **fields)


def search_result(number: int = 0, **fields: Any) -> dict[str, Any]:
    """A post as X's first search returned it, until 2013."""
    return {
        "created_at": "Wed, 18 Nov 2026 12:00:00 +0000",
        "from_user": "ann",
        "from_user_id": 7,
        "from_user_id_str": "7",
        "from_user_name": "Ann",
        "geo": None,
        "id": snowflake(number),
        "id_str": str(snowflake(number)),
        "iso_language_code": "en",
        "metadata": {"result_type": "recent"},
        "profile_image_url": "http://a0.example/ann.jpg",
        "source": "&lt;a href=&quot;http://x.example&quot;&gt;web&lt;/a&gt;",
        "text": f"post {number}",
        "to_user": None,
        "to_user_id": 0,
        "to_user_id_str": "0",
        **fields,
    }


def mongo_document(number: int = 0, **fields: Any) -> dict[str, Any]:
    """A post of API v1.1 as mongoexport writes it in its canonical form."""
    post_id = {"$numberLong": str(snowflake(number))}
    user = {"id": {"$numberInt": "7"}, "id_str": "7", "screen_name": "ann", "name": "Ann"}
    created = {"$date": {"$numberLong": "1795003200000"}}
    status = v1_status(number, id=post_id, user=user, retweet_count={"$numberInt": "2"}, created_at=created)
    return {"_id": {"$oid": "5b2f0a"}, **status, **fields}


def web_tweet(number: int = 0, **parts: Any) -> dict[str, Any]:
    """A post as X's web client gets it."""
    return {
        "__typename": "Tweet",
        "rest_id": str(snowflake(number)),
        "core": {"user_results": {"result": {"__typename": "User", "rest_id": "7", "legacy": {"screen_name": "ann"}}}},
        "source": "web",
        "views": {"count": "9"},
        "legacy": {
            "id_str": str(snowflake(number)),
            "full_text": f"post {number}",
            "created_at": CLASSIC,
            "favorite_count": 3,
            "lang": "en",
            "entities": {"hashtags": [], "urls": [], "user_mentions": [], "symbols": [], "media": [v1_photo(4)]},
            "extended_entities": {"media": [v1_photo(4)]},
        },
        **parts,
    }


def timeline(*tweets: dict[str, Any]) -> dict[str, Any]:
    """A response to X's web client."""
    entries = [
        {"entryId": f"tweet-{each['rest_id']}", "content": {"itemContent": {"tweet_results": {"result": each}}}}
        for each in tweets
    ]
    instructions = [{"type": "TimelineAddEntries", "entries": [*entries, {"content": {"cursorType": "Bottom"}}]}]
    return {"data": {"search": {"timeline": {"instructions": instructions}}}}


def exported_post(number: int = 0, **fields: Any) -> dict[str, Any]:
    """A post as the extension twitter-web-exporter saves it."""
    photo = {
        "type": "photo",
        "url": "https://t.example/pic",
        "thumbnail": "https://pbs.example/media/A?format=jpg&name=thumb",
        "original": "https://pbs.example/media/A?format=jpg&name=orig",
        "ext_alt_text": "a hill",
    }
    return {
        "id": str(snowflake(number)),
        "created_at": "2026-11-18 13:00:00 +01:00",
        "full_text": f"post {number}",
        "media": [photo],
        "screen_name": "ann",
        "name": "Ann",
        "profile_image_url": "https://pbs.example/ann.jpg",
        "in_reply_to": None,
        "retweeted_status": None,
        "quoted_status": None,
        "media_tags": [],
        "favorite_count": 5,
        "views_count": 90,
        "bookmarked": True,
        **fields,
    }


def scraped_post(number: int = 0, **fields: Any) -> dict[str, Any]:
    """A post as snscrape writes it."""
    photo = {
        "_type": "snscrape.modules.twitter.Photo",
        "previewUrl": "https://pbs.example/media/B?format=jpg&name=small",
        "fullUrl": "https://pbs.example/media/B?format=jpg&name=large",
        "altText": "a lake",
    }
    return {
        "_type": "snscrape.modules.twitter.Tweet",
        "url": f"https://twitter.com/ann/status/{snowflake(number)}",
        "date": "2026-11-18T12:00:00+00:00",
        "rawContent": f"post {number}",
        "id": snowflake(number),
        "user": {"_type": "snscrape.modules.twitter.User", "username": "ann", "id": 7, "displayname": "Ann"},
        "replyCount": 0,
        "likeCount": 1,
        "conversationId": snowflake(number),
        "lang": "en",
        "media": [photo],
        "hashtags": ["rye"],
        **fields,
    }


def archived_row() -> dict[str, Any]:
    return {"id": 1, "text": "kept", "source_platform": "bluesky", "source_json": None, "collected_at": COLLECTED}


_USER = {"id": "7", "name": "Ann", "username": "ann", "public_metrics": {}}
VALUES: Mapping[str, tuple[Any, ...]] = {
    "photolake_archive": (archived_row(),),
    "x_api": (
        v1_status(),
        grailbird_status(),
        {"id": snowflake(), "text": "x", "created_at": CLASSIC, "lang": "en", "source": "web"},
        v2_tweet(),
        v2_tweet(author_id="7", created_at=ISO),
        v2_page(v2_tweet(), media=[v2_photo("3_1")]),
        {"data": v2_tweet(), "matching_rules": [{"id": "1", "tag": "sea"}]},
        {"data": [], "meta": {"result_count": 0}},
        {"meta": {"result_count": 0}},
        {"data": [v2_tweet()], "errors": [{"title": "Not Found Error"}]},
        {"statuses": [v1_status()], "search_metadata": {}},
        {"results": [v1_status()], "next": "x"},
        {"results": [], "requestParameters": {}},
    ),
    "twarc_flatten": (flattened_tweet(), v2_tweet(attachments={"media": [v2_photo("3_1")]}), v2_tweet(__twarc={})),
    "x_account_archive": (bare_item(), {"tweet": bare_item()}, note_item(), {"like": {"tweetId": "1"}}),
    "x_search_2012": (
        search_result(),
        {"results": [search_result()], "completed_in": 0.1, "max_id": 1, "page": 1},
        {"results": [], "completed_in": 0.1, "max_id": 1},
    ),
    "mongoexport": (mongo_document(), {"_id": "a", **v1_status()}, {"_id": "a", **v2_tweet()}),
    "envelopes": (
        {"_json": v1_status(), "_api": None},
        {"_realData": v2_page(v2_tweet()), "_instance": {}},
        {"for_user": 7, "message": v1_status()},
        {"for_user": 7, "message": {"friends": [1]}},
        {"_index": "posts", "_id": "1", "_source": v1_status()},
        {"py/object": "tweepy.models.Status", "py/state": {"_json": v1_status()}},
        {"id": "1", "key": "1", "value": {}, "doc": v1_status()},
    ),
    "x_web_client": (
        web_tweet(),
        {"result": web_tweet()},
        {"tweet_results": {"result": web_tweet()}},
        timeline(web_tweet()),
    ),
    "x_web_exporter": (exported_post(), exported_post(metadata=web_tweet())),
    "snscrape": (scraped_post(), scraped_post(media={"photos": [{"url": "https://pbs.example/C.jpg"}]})),
    "x_messages": (
        {"delete": {"status": {"id": 1, "user_id": 3}}},
        {"limit": {"track": 5}, "timestamp_ms": "1"},
        {"user_suspend": {"id": 5}},
        {"info": {"message": "Replay Request Completed", "sent": ISO}},
        {"event": "favorite", "source": {}, "target": {}, "target_object": v1_status(), "created_at": CLASSIC},
        {"friends": [1, 2]},
        {"direct_message": {"id": 1, "text": "hello"}},
        {"errors": [{"title": "operational-disconnect", "type": "about:blank"}]},
        {"title": "ConnectionException", "type": "https://api.twitter.com/2/problems/streaming-connection"},
        {"id": "1", "action": "delete", "created_at": ISO, "redacted_at": ISO, "reason": "deleted"},
        {"data": {"tweet_delete": {"tweet": {"id": "1"}}}},
        {"results": [{"timePeriod": "202611100000", "count": 32}], "totalCount": 32},
        {"data": [{"start": ISO, "end": ISO, "tweet_count": 32}], "meta": {"total_tweet_count": 32}},
        {"data": [_USER], "meta": {"result_count": 1}},
        _USER,
        {"users": [_USER], "media": [v2_photo("3_1")]},
    ),
}

_STATUS = {"id": "113456789012345678", "created_at": ISO, "uri": "https://m.example/1", "content": "<p>hello</p>"}
FOREIGN: Mapping[str, tuple[Any, ...]] = {
    "Weibo": (
        {**v1_status(), "id": 5101234567890123, "idstr": "5101234567890123", "mid": "5101234567890123"},
        {"mid": "1", "text": "hello", "reposts_count": 1, "attitudes_count": 1},
    ),
    "Mastodon": (
        {**_STATUS, "account": {"acct": "ann"}},
        {**_STATUS, "text": "hello", "account": {}, "language": "en"},
    ),
    "Telegram": (
        {"id": 4, "type": "message", "date": ISO, "from": "Ann", "text": "hello"},
        {"name": "c", "type": "public_channel", "id": 1, "messages": []},
        {"_": "Message", "id": 1, "peer_id": {}, "date": ISO, "message": "hello"},
    ),
    "loklak": (
        {
            "id_str": str(snowflake()),
            "created_at": ISO,
            "screen_name": "ann",
            "text": "hello",
            "link": "https://x.example/1",
            "user": {"screen_name": "ann"},
            "links_count": 0,
            "images_count": 0,
        },
    ),
    "twint": (
        {"id": snowflake(), "conversation_id": "1", "user_id": 7, "username": "ann", "tweet": "hello", "link": "x"},
    ),
    "Apify": ({"id": str(snowflake()), "text": "hello", "twitterUrl": "x", "createdAt": CLASSIC, "author": {}},),
    "CrowdTangle": ({"platformId": "1_2", "platform": "Facebook", "date": ISO, "subscriberCount": 4},),
    "Graph API": ({"id": "1_2", "message": "hello", "created_time": ISO},),
    "Instagram": ({"__typename": "GraphImage", "id": "1", "shortcode": "a"}, {"pk": 1, "taken_at": 2, "code": "a"}),
    "TikTok": ({"id": "1", "desc": "hello", "createTime": 2, "author": {}},),
    "YouTube": ({"kind": "youtube#commentThread", "etag": "a", "id": "1"},),
    "Reddit": ({"id": "a", "subreddit": "b", "author": "c", "created_utc": 1, "selftext": "hello"},),
    "Parler": ({"createdAt": "1", "creator": "a", "impressions": 1, "upvotes": 1, "body": "hello"},),
    "VK": ({"id": 1, "owner_id": 2, "from_id": 2, "date": 1, "text": "hello"},),
    "Tumblr": ({"blog_name": "a", "post_url": "b", "id": 1},),
    "4chan": ({"no": 1, "resto": 0, "time": 1, "com": "hello"},),
    "Nostr": ({"id": "a", "pubkey": "b", "kind": 1, "sig": "c", "content": "hello"},),
    "Discord": ({"id": "1", "channel_id": "2", "author": {}, "content": "hello", "timestamp": ISO},),
    "Slack": ({"type": "message", "user": "U1", "text": "hello", "ts": "1.2"},),
    "id of a post": (snowflake(), str(snowflake())),
}


def list_values() -> Iterator[tuple[str, Any]]:
    """Yield each value with the module of its format."""
    for name, values in VALUES.items():
        for value in values:
            yield name, value
