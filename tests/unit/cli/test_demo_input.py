"""The demo's synthetic input contains every case that the demo shows."""

import json
from collections import Counter

from PIL import Image

from photolake.sources.x.payload import read_posts
from photolake_cli.demo import photos
from photolake_cli.demo.posts import MALFORMED, generate_lines

COLLECTED = "2026-11-20T12:00:00.000Z"


def pages():
    return [json.loads(line) for line in generate_lines() if line not in MALFORMED]


def mapped():
    refused = []
    posts = [
        post
        for page in pages()
        for post in read_posts(
            page, collected_at=COLLECTED, matched_query=None, on_rejected=lambda *refusal: refused.append(refusal)
        )
    ]
    assert refused == []
    return posts


def test_the_posts_are_the_same_on_every_run():
    assert list(generate_lines()) == list(generate_lines())


def test_there_are_at_least_300_posts_in_eight_languages():
    posts = mapped()

    assert len(posts) >= 300
    assert len({post["lang"] for post in posts}) == 8


def test_every_unusual_case_is_there():
    posts = mapped()
    media = [item for post in posts for item in (post["extended_entities"] or {}).get("media", [])]
    urls = Counter(item["media_url_https"] for item in media)
    links = [link["expanded_url"] for post in posts for link in (post["entities"] or {}).get("urls") or []]

    assert sum(post["is_retweet"] for post in posts) >= 50
    assert sum(post["is_quote_status"] for post in posts) >= 20
    assert max(urls.values()) > 5
    assert any(len((post["extended_entities"] or {}).get("media", [])) >= 3 for post in posts)
    assert any(item.get("ext_alt_text") for item in media)
    assert any("/dp/" in link for link in links)
    assert {"photo", "video"} <= {item["type"] for item in media}
    assert any(len(post["edit_history_tweet_ids"] or []) == 2 for post in posts)
    assert {
        photos.GONE,
        photos.BLOCKED,
        photos.photo_url(photos.WEBP),
        photos.photo_url(photos.TINY),
        photos.photo_url(photos.BROKEN),
    } <= set(urls)
    assert len(posts) > len({post["id"] for post in posts})
    assert len(MALFORMED) == 3


def test_there_are_at_least_twelve_real_photos_and_each_url_has_an_answer(tmp_path):
    answers = photos.write_photos(tmp_path)

    for name in [*photos.REAL, *photos.POSTERS]:
        with Image.open(tmp_path / name) as image:
            assert min(image.size) >= 80
    assert len(photos.REAL) >= 12
    assert answers[photos.GONE] == 404
    assert photos.BLOCKED not in answers
    assert {name for name in answers.values() if isinstance(name, str)} == {path.name for path in tmp_path.iterdir()}
