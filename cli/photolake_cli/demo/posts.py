"""The demo's synthetic posts, in the form of X API v2 pages, the same on every run.

Among them retweets and quotes that repeat photos, several photos in a post, alt text, product links, a video, an edited
post, posts collected twice, and lines that are not JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator
from typing import Any

from photolake_cli.demo import photos
from photolake_cli.demo.texts import ACCOUNTS, COMMENTS, SENTENCES, TOPICS

ORIGINALS = 200
RETWEETS = 90
QUOTES = 30
PAGE_SIZE = 100
COLLECTED_TWICE = 15
MALFORMED = (
    '{"data": [{"id": "2030000000000000001", "text": "cut off in the mid',
    "<html><body>503 Service Unavailable</body></html>",
    '{"data": "not a list"}',
)

_FIRST = dt.datetime(2026, 3, 2, 6, tzinfo=dt.UTC)
_SNOWFLAKE_EPOCH_MS = 1288834974657
_LANGUAGES = ("en",) * 9 + ("es", "es", "fr", "fr", "de", "de", "pt", "it", "ja", "ja", "ar")
_POOL = (*photos.REAL, *photos.POSTERS)
_UNUSUAL = (
    *(photos.photo_url(name) for name in (photos.WEBP, photos.TINY, photos.BROKEN, photos.NOT_AN_IMAGE)),
    photos.GONE,
    photos.BLOCKED,
)


class Timeline:
    """Creates posts in order of time, and keeps the media, users and referenced posts that their pages include."""

    def __init__(self) -> None:
        self._random = random.Random(2019)  # noqa: S311 (the same posts on every run)
        self._number = 0
        self.media: dict[str, dict[str, Any]] = {}
        self.posts: dict[str, dict[str, Any]] = {}

    def create_originals(self) -> Iterator[dict[str, Any]]:
        """Original posts, most with photos; the first have unusual photos, the last a video."""
        for number in range(ORIGINALS):
            if number < len(_UNUSUAL):
                urls = [_UNUSUAL[number]]
            else:
                urls = [photos.photo_url(name) for name in self._random.sample(_POOL, self._choose_photo_count())]
            language = self._random.choice(_LANGUAGES)
            post = self._create_post(self._choose_text(language), language)
            self._attach_media(post, [self._create_photo(url) for url in urls])
            self._add_links(post, number)
            yield post

    def create_retweets(self) -> Iterator[dict[str, Any]]:
        """Retweets, most of them of a few popular posts."""
        shared = list(self.posts.values())
        for _ in range(RETWEETS):
            original = shared[min(int(self._random.expovariate(0.03)), len(shared) - 1)]
            post = self._create_post(f"RT @{_author_name(original)}: {original['text']}"[:140], original["lang"])
            post["referenced_tweets"] = [{"type": "retweeted", "id": original["id"]}]
            yield post

    def create_quotes(self) -> Iterator[dict[str, Any]]:
        """Quotes of another post."""
        shared = list(self.posts.values())[:ORIGINALS]
        for _ in range(QUOTES):
            original = self._random.choice(shared)
            post = self._create_post(self._random.choice(COMMENTS), "en")
            post["referenced_tweets"] = [{"type": "quoted", "id": original["id"]}]
            yield post

    def create_edited(self) -> Iterator[dict[str, Any]]:
        """Two versions of one post as X returns them: two ids, the later one with the history of both."""
        first = self._create_post("Open until 8 tonight #market", "en")
        second = self._create_post("Open until 9 tonight, sorry for the typo #market", "en")
        second["edit_history_tweet_ids"] = [first["id"], second["id"]]
        yield from (first, second)

    def _create_post(self, text: str, language: str) -> dict[str, Any]:
        self._number += 1
        created = _FIRST + dt.timedelta(minutes=53 * self._number)
        ms = int(created.timestamp() * 1000)
        post_id = str(((ms - _SNOWFLAKE_EPOCH_MS) << 22) + self._number)
        post: dict[str, Any] = {
            "id": post_id,
            "text": text,
            "lang": language,
            "author_id": str(7000 + self._random.randrange(len(ACCOUNTS))),
            "created_at": created.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "conversation_id": post_id,
            "edit_history_tweet_ids": [post_id],
            "possibly_sensitive": self._random.random() < 0.02,
            "public_metrics": {
                "retweet_count": self._random.randrange(40),
                "reply_count": self._random.randrange(9),
                "like_count": self._random.randrange(200),
                "quote_count": self._random.randrange(5),
                "bookmark_count": self._random.randrange(5),
                "impression_count": self._random.randrange(5000),
            },
            "entities": {"hashtags": [
                {"start": text.index(f"#{topic}"), "end": text.index(f"#{topic}") + len(topic) + 1, "tag": topic}
                for topic in TOPICS if f"#{topic}" in text
            ]},
        }  # fmt: skip
        self.posts[post_id] = post
        return post

    def _choose_text(self, language: str) -> str:
        return self._random.choice(SENTENCES[language]).format(tag=f"#{self._random.choice(TOPICS)}")

    def _choose_photo_count(self) -> int:
        return self._random.choices((0, 1, 2, 3, 4), (25, 50, 14, 7, 4))[0]

    def _create_photo(self, url: str) -> dict[str, Any]:
        """A photo with a new media key: people upload the same file again, and X does not say so."""
        media = {
            "media_key": f"3_{2030000000000000000 + len(self.media)}",
            "type": "photo",
            "url": url,
            "width": 900,
            "height": 600,
        }
        if self._random.random() < 0.3:
            media["alt_text"] = f"Photo: {url.rsplit('/', 1)[1].split('.')[0].replace('_', ' ')}"
        return media

    def _attach_media(self, post: dict[str, Any], media: list[dict[str, Any]]) -> None:
        if media:
            post["attachments"] = {"media_keys": [item["media_key"] for item in media]}
            self.media.update((item["media_key"], item) for item in media)

    def _add_links(self, post: dict[str, Any], number: int) -> None:
        if number % 9 == 0:
            _append_link(post, f"https://www.amazon.com/dp/B0DEMO{number:04d}")
        elif number % 7 == 0:
            _append_link(post, f"https://news.example.com/{post['entities']['hashtags'][0]['tag']}/{number}")
        if number == ORIGINALS - 1:
            video = {
                "media_key": "7_2030000000000000999",
                "type": "video",
                "preview_image_url": photos.photo_url("rocket.jpg"),
                "width": 640,
                "height": 427,
                "duration_ms": 15400,
            }
            self._attach_media(post, [video])


def generate_lines() -> Iterator[str]:
    """The lines of the demo's input file: pages of posts, and malformed lines between the pages."""
    timeline = Timeline()
    posts = [*timeline.create_originals(), *timeline.create_edited()]
    posts += [*timeline.create_retweets(), *timeline.create_quotes()]
    posts += posts[20 : 20 + COLLECTED_TWICE]
    pages = [posts[start : start + PAGE_SIZE] for start in range(0, len(posts), PAGE_SIZE)]
    malformed = iter(MALFORMED)
    for page in pages:
        yield json.dumps(_build_page(timeline, page), ensure_ascii=False)
        yield from (line for line in [next(malformed, None)] if line)
    yield from malformed


def _build_page(timeline: Timeline, posts: list[dict[str, Any]]) -> dict[str, Any]:
    referenced = [timeline.posts[item["id"]] for post in posts for item in post.get("referenced_tweets", [])]
    keys = {key for post in [*posts, *referenced] for key in post.get("attachments", {}).get("media_keys", [])}
    authors = {post["author_id"] for post in [*posts, *referenced]}
    return {
        "data": posts,
        "includes": {
            "tweets": list({post["id"]: post for post in referenced}.values()),
            "media": [timeline.media[key] for key in sorted(keys)],
            "users": [_build_user(author) for author in sorted(authors)],
        },
        "meta": {"result_count": len(posts), "newest_id": posts[-1]["id"], "oldest_id": posts[0]["id"]},
    }


def _build_user(author_id: str) -> dict[str, Any]:
    username = ACCOUNTS[int(author_id) - 7000]
    return {
        "id": author_id,
        "username": username,
        "name": username.replace("_", " ").title(),
        "created_at": "2020-01-01T00:00:00.000Z",
        "verified": False,
        "protected": False,
        "public_metrics": {"followers_count": 100, "following_count": 50, "tweet_count": 900, "listed_count": 1},
    }


def _author_name(post: dict[str, Any]) -> str:
    return ACCOUNTS[int(post["author_id"]) - 7000]


def _append_link(post: dict[str, Any], expanded: str) -> None:
    start = len(post["text"]) + 1
    short = f"https://t.co/d{post['id'][-9:]}"
    post["text"] += f" {short}"
    post["entities"]["urls"] = [
        {
            "start": start,
            "end": start + len(short),
            "url": short,
            "expanded_url": expanded,
            "display_url": expanded.removeprefix("https://")[:26],
        }
    ]
