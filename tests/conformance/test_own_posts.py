"""The mapping held against genuine posts, field by field, by a second hand: JMESPath from what the source sent.

X's terms keep posts out of this repository: `make test-posts POSTS=folder` takes the JSON and JSON lines of a folder of
your own, pages of X's API v2, statuses of v1.1 and events of Jetstream.
"""

import datetime as dt
import json
import os
from pathlib import Path

import jmespath
import pytest

from photolake.errors import PermanentError
from photolake.sources.bluesky.event import Event
from photolake.sources.bluesky.mapping import map_post
from photolake.sources.x.payload import read_posts
from tests.builders.raw_tweets import RAW_TWEETS

FOLDER = os.environ.get("POSTS", "")
FILES = sorted(Path(FOLDER).glob("*.json*")) if FOLDER else []
COLLECTED = "2026-11-20T15:00:00.000Z"
X_EPOCH_MS = 1288834974657

# Column, and where it is in the post (`post`), in what it shows (`shown`: the post that a retweet repeats) and in what
# it names (`author`, `media`, `place`).
OF_V2 = {
    "id_str": "post.id",
    "text": "shown.note_tweet.text || shown.text",
    "lang": "post.lang",
    "source": "post.source",
    "possibly_sensitive": "post.possibly_sensitive",
    "conversation_id": "post.conversation_id",
    "user.id_str": "post.author_id",
    "user.screen_name": "author.username",
    "user.name": "author.name",
    "user.location": "author.location",
    "user.url": "author.url",
    "user.description": "author.description",
    "user.protected": "author.protected",
    "user.verified": "author.verified",
    "user.profile_image_url_https": "author.profile_image_url",
    "user.followers_count": "author.public_metrics.followers_count",
    "user.friends_count": "author.public_metrics.following_count",
    "user.listed_count": "author.public_metrics.listed_count",
    "user.statuses_count": "author.public_metrics.tweet_count",
    "entities.hashtags[].text": "shown.entities.hashtags[].tag",
    "entities.hashtags[].indices": "shown.entities.hashtags[].[start, end]",
    "entities.user_mentions[].screen_name": "shown.entities.mentions[].username",
    "entities.user_mentions[].indices": "shown.entities.mentions[].[start, end]",
    "entities.urls[].expanded_url": "links[].expanded_url",
    "entities.urls[].indices": "links[].[start, end]",
    "extended_entities.media[].media_key": "media[].media_key",
    "extended_entities.media[].type": "media[].type",
    "extended_entities.media[].media_url_https": "media[].not_null(url, preview_image_url)",
    "extended_entities.media[].ext_alt_text": "media[].alt_text",
    "extended_entities.media[].sizes.large.[w, h]": "media[?width].[width, height]",
    "retweet_count": "post.public_metrics.retweet_count",
    "reply_count": "post.public_metrics.reply_count",
    "quote_count": "post.public_metrics.quote_count",
    "favorite_count": "post.public_metrics.like_count",
    "in_reply_to_status_id_str": "post.referenced_tweets[?type=='replied_to'].id | [0]",
    "in_reply_to_user_id_str": "post.in_reply_to_user_id",
    "place.full_name": "place.full_name",
    "place.country_code": "place.country_code",
    "place.place_type": "place.place_type",
    "coordinates.coordinates": "post.geo.coordinates.coordinates",
    "edit_history_tweet_ids": "post.edit_history_tweet_ids",
}
SAME_IN_V1 = (
    "id id_str lang source truncated possibly_sensitive retweet_count favorite_count favorited retweeted "
    "in_reply_to_status_id in_reply_to_status_id_str in_reply_to_user_id in_reply_to_user_id_str "
    "in_reply_to_screen_name place.full_name place.country_code coordinates.coordinates geo.coordinates "
    "user.id user.screen_name user.name user.location user.description user.followers_count user.friends_count "
    "user.listed_count user.statuses_count user.favourites_count user.protected user.verified "
    "user.profile_image_url_https"
)
OF_V1 = {
    **{name: f"post.{name}" for name in SAME_IN_V1.split()},
    "text": "shown.full_text || shown.text",
    "entities.hashtags[].text": "shown.entities.hashtags[].text",
    "entities.urls[].expanded_url": "shown.entities.urls[].expanded_url",
    "entities.user_mentions[].screen_name": "shown.entities.user_mentions[].screen_name",
    "extended_entities.media[].media_url_https": "(shown.extended_entities || shown.entities).media[].media_url_https",
    "extended_entities.media[].id": "(shown.extended_entities || shown.entities).media[].id_str",
}
OF_BLUESKY = {
    "text": "commit.record.text",
    "lang": "commit.record.langs[0]",
    "user.id_str": "did",
    "id_str": "join('/', ['at:/', did, commit.collection, commit.rkey])",
    "in_reply_to_status_id_str": "commit.record.reply.parent.uri",
    "extended_entities.media[].media_url_https": "photos",
    "extended_entities.media[].ext_alt_text": "commit.record.embed.images[?alt!=''].alt",
}


def payloads():
    """Each JSON document of the files, with the name of its place."""
    for file in FILES:
        text = file.read_text("utf-8")
        try:
            yield file.name, json.loads(text)
        except ValueError:
            for number, line in enumerate(text.splitlines(), start=1):
                try:
                    yield f"{file.name}:{number}", json.loads(line)
                except ValueError:
                    continue


def cases(kind):
    """The posts of a kind: a name, the row, what the paths begin at, and the paths."""
    for name, payload in payloads():
        if isinstance(payload, dict) and "did" in payload:
            found = of_bluesky(payload) if kind == "bluesky" else ()
        elif isinstance(payload, dict) and "data" in payload:
            found = of_v2(payload) if kind == "v2" else ()
        else:
            found = of_v1(payload) if kind == "v1" else ()
        for number, case in enumerate(found):
            yield pytest.param(*case, id=f"{name}[{number}]")


def of_v2(page):
    posts = page["data"] if isinstance(page["data"], list) else [page["data"]]
    rows = list(read_posts(page, collected_at=COLLECTED))
    assert len(rows) == len(posts)
    for post, row in zip(posts, rows, strict=True):
        yield row, context(post, page.get("includes", {})), OF_V2


def context(post, includes):
    def named(kind, key, value):
        return next((item for item in includes.get(kind, []) if item.get(key) == value), None)

    retweeted = [each["id"] for each in post.get("referenced_tweets", []) if each["type"] == "retweeted"]
    shown = (named("tweets", "id", retweeted[0]) if retweeted else None) or post
    keys = shown.get("attachments", {}).get("media_keys") or post.get("attachments", {}).get("media_keys") or []
    links = shown.get("entities", {}).get("urls", [])
    is_picture = [
        "media_key" in link or link.get("display_url", "").startswith(("pic.twitter.com", "pic.x.com"))
        for link in links
    ]
    has_media = bool(shown.get("attachments", {}).get("media_keys"))
    return {
        "post": post,
        "shown": shown,
        "author": named("users", "id", post.get("author_id")),
        "media": [named("media", "media_key", key) or named_only(key) for key in keys],
        "links": [link for link, picture in zip(links, is_picture, strict=True) if not (picture and has_media)],
        "place": named("places", "id", post.get("geo", {}).get("place_id")),
    }


def named_only(key):
    """A medium that the page does not include."""
    kinds = {"3": "photo", "7": "video", "13": "video", "16": "animated_gif"}
    return {"media_key": key, "type": kinds[key.partition("_")[0]]}


def of_v1(payload):
    statuses = payload if isinstance(payload, list) else payload.get("statuses", [payload])
    rows = list(read_posts(payload, collected_at=COLLECTED))
    assert len(rows) == len(statuses)
    for status, row in zip(statuses, rows, strict=True):
        yield row, {"post": status, "shown": status.get("retweeted_status", status)}, OF_V1


def of_bluesky(event):
    commit = event.get("commit", {})
    if commit.get("collection") == "app.bsky.feed.post" and commit["operation"] != "delete":
        try:
            row = map_post(Event.parse(json.dumps(event)), collected_at=COLLECTED)
        except PermanentError as error:
            pytest.fail(error.message)
        images = jmespath.search('commit.record.embed.images[].image.ref."$link"', event) or []
        photos = [f"https://cdn.bsky.app/img/feed_fullsize/plain/{event['did']}/{cid}@jpeg" for cid in images]
        yield row, {**event, "photos": photos}, OF_BLUESKY


def differences(row, source, paths):
    for column, path in paths.items():
        found, expected = jmespath.search(column, row), jmespath.search(path, source)
        if (found or None) != (expected or None):
            yield f"{column}: {found!r} is not {expected!r}"


@pytest.mark.skipif(not FILES, reason="POSTS names no folder with genuine posts")
@pytest.mark.parametrize("kind", ["v2", "v1", "bluesky"])
def test_there_are_posts_of_each_kind(kind):
    assert list(cases(kind))


@pytest.mark.parametrize(("row", "source", "paths"), [*cases("v2"), *cases("v1"), *cases("bluesky")])
def test_each_column_is_the_field_it_is_said_to_be(row, source, paths):
    assert list(differences(row, source, paths)) == []
    RAW_TWEETS.check(row)


@pytest.mark.parametrize(("row", "source", "paths"), [*cases("v2"), *cases("v1")])
def test_the_time_of_a_post_of_x_is_its_ids_and_what_x_says_it_is(row, source, paths):
    said = source["post"]["created_at"]
    moment = dt.datetime.fromisoformat(said) if said[:1].isdigit() else dt.datetime.strptime(said, CLASSIC)

    assert row["timestamp_ms"] == (row["id"] >> 22) + X_EPOCH_MS
    assert abs(row["timestamp_ms"] / 1000 - moment.timestamp()) < 1.1  # in 2014 up to 11 ms before its second
    assert dt.datetime.strptime(row["created_at"], CLASSIC) == moment.replace(microsecond=0)


CLASSIC = "%a %b %d %H:%M:%S %z %Y"
