"""Pages of Bluesky's API: the posts in them, with their authors and counts."""

import json
from typing import Any

import pytest

from photolake.post_formats import fourcat_bluesky
from photolake.post_formats.bluesky_views import FORMAT
from photolake.post_formats.format import FileContext, Notice, Refusal
from photolake.post_formats.registry import find_format
from photolake.sources.bluesky.identifiers import PostKey
from tests.builders.bluesky_events import ANN, BOB, CID, create, image, images, quote, record, tid, uri
from tests.builders.bluesky_rows import map_record_to_row
from tests.builders.bluesky_views import (
    OTHER_CID,
    author,
    cdn,
    image_view,
    images_view,
    not_found,
    quote_view,
    thread,
    view,
)
from tests.builders.raw_tweets import RAW_TWEETS
from tests.builders.x_payloads import COLLECTED, v1_status, v2_page, v2_tweet

CONTEXT = FileContext("a", COLLECTED)
PHOTO = view(record("the sea", embed=images(image(alt="waves"))), embed=images_view(image_view()))


def read(value, known: Any = FORMAT) -> list[Any]:
    found = find_format(value)
    assert found is not None
    assert found is known
    return list(found.read(value, CONTEXT))


def read_row(value, known=FORMAT):
    (row,) = read(value, known)
    RAW_TWEETS.check(row)
    return row


def test_a_view_is_the_row_of_its_record_with_author_and_counts():
    row = read_row(PHOTO)

    expected = map_record_to_row(text="the sea", embed=images(image(alt="waves"))) | {
        "user": {
            "id": 1239526893345256628,
            "id_str": ANN,
            "screen_name": "ann.example",
            "name": "Ann",
            "profile_image_url_https": f"https://cdn.bsky.app/img/avatar/plain/{ANN}/{CID}",
            "created_at": "Mon May 01 10:00:00 +0000 2023",
        },
        "retweet_count": 2,
        "reply_count": 1,
        "quote_count": 4,
        "favorite_count": 3,
        "bookmark_count": 5,
        "collected_at": COLLECTED,
        "matched_query": None,
        "source_json": json.dumps(PHOTO, separators=(",", ":")),
    }
    assert row == expected


SECOND = view(did=BOB, handle="bob.example")
TWO = [uri(ANN), uri(BOB)]


@pytest.mark.parametrize(
    "page",
    [
        {"posts": [PHOTO, SECOND]},
        {"posts": [PHOTO, SECOND], "cursor": "25", "hitsTotal": 2},
        {"feed": [{"post": PHOTO}, {"post": SECOND, "reply": {"root": view(), "parent": view()}}], "cursor": "x"},
        {"feed": [{"post": PHOTO}, {"post": SECOND, "reason": {"$type": "app.bsky.feed.defs#reasonRepost"}}]},
        {"thread": thread(PHOTO, replies=[thread(SECOND)]), "threadgate": {}},
        {"thread": thread(SECOND, parent=thread(PHOTO))},
        thread(PHOTO, replies=[thread(SECOND)]),
        {
            "thread": [
                {"uri": uri(), "depth": 0, "value": {"$type": "app.bsky.unspecced.defs#threadItemPost", "post": PHOTO}},
                {"uri": uri(BOB), "depth": 1, "value": {"post": SECOND}},
            ],
            "hasOtherReplies": False,
        },
        {"records": [{"uri": uri(did), "cid": CID, "value": record()} for did in (ANN, BOB)], "cursor": "x"},
    ],
    ids=["posts", "search", "author feed", "repost", "thread", "parent", "thread alone", "thread v2", "records"],
)
def test_the_posts_of_a_page_are_read_in_their_order(page):
    assert [row["id_str"] for row in read(page)] == TWO


def test_an_item_of_a_page_may_stand_alone():
    assert read_row({"post": PHOTO})["id_str"] == uri()
    assert read_row({"uri": uri(), "cid": CID, "value": record()})["id_str"] == uri()


def test_posts_that_are_not_shown_and_empty_pages_are_notices():
    gone = Notice("posts of Bluesky that are gone or blocked")

    assert read({"thread": thread(PHOTO, parent=not_found())})[0] == gone
    assert read(not_found()) == [gone]
    pages: list[dict[str, Any]] = [{"posts": []}, {"feed": [], "cursor": "x"}, {"records": []}]
    for page in pages:
        assert read(page) == [Notice("pages of Bluesky without posts")]


def test_records_of_other_collections_are_notices():
    like = {"uri": f"at://{ANN}/app.bsky.feed.like/3l", "cid": CID, "value": {"$type": "app.bsky.feed.like"}}

    assert read({"records": [like]}) == [Notice("records of Bluesky without a post")]


def test_a_bad_post_costs_no_other():
    bad = view({"text": 5})

    refused, row = read({"posts": [bad, SECOND]})

    assert refused == Refusal(bad, "a post of Bluesky: record.text: expected a string, got int")
    assert row["id_str"] == uri(BOB)


def media_of(row):
    media = (row["extended_entities"] or {}).get("media", [])
    return [(each["id"], each.get("media_url")) for each in media]


def test_a_photo_whose_blob_has_no_cid_is_the_one_of_the_views_url():
    bad = image(image={"$type": "blob"})

    shown = view(record(embed=images(bad, bad)), embed=images_view(image_view(), {"thumb": cdn(OTHER_CID)}))

    assert media_of(read_row(shown)) == [(f"{ANN}/{cid}", f"{cdn(cid)}@jpeg") for cid in (CID, OTHER_CID)]


def test_photos_that_only_the_view_shows_are_read_from_it():
    elsewhere = "https://img.example/a.jpg"
    shown = view(embed=images_view(image_view(), {"fullsize": elsewhere}, {}, 5))

    assert media_of(read_row(shown)) == [
        (f"{ANN}/{CID}", f"{cdn()}@jpeg"),
        (f"{ANN}/{tid()}#1", elsewhere),
        (f"{ANN}/{tid()}#2", None),
        (f"{ANN}/{tid()}#3", None),
    ]


def test_a_url_with_another_accounts_did_does_not_name_its_photo():
    shown = view(embed=images_view(image_view(did=BOB)))

    assert media_of(read_row(shown)) == [(f"{ANN}/{tid()}#0", cdn(did=BOB))]


def test_a_quoted_post_is_known_with_its_text_author_and_photos():
    shown = view(record(embed=quote(uri(BOB))), embed=quote_view())
    both = view(
        record(embed={"$type": "app.bsky.embed.recordWithMedia", "record": quote(uri(BOB)), "media": images()}),
        embed={"media": images_view(image_view()), "record": quote_view()},
    )

    for each in (shown, both):
        (quoted,) = read_row(each)["referenced_tweets"]
        assert (quoted["type"], quoted["id"], quoted["text"], quoted["screen_name"]) == (
            "quoted",
            uri(BOB),
            "quoted",
            "bob.example",
        )
        assert [medium["id"] for medium in quoted["media"]] == [f"{BOB}/{OTHER_CID}"]


@pytest.mark.parametrize("record_view", [{"uri": uri(BOB), "notFound": True}, {"uri": uri(BOB), "value": {"text": 5}}])
def test_a_quoted_post_that_is_not_shown_is_named_alone(record_view):
    shown = view(record(embed=quote(uri(BOB))), embed={"record": record_view})

    assert read_row(shown)["referenced_tweets"] == [{"type": "quoted", "id": uri(BOB)}]


def test_a_label_of_a_moderation_service_makes_a_post_sensitive():
    assert read_row(view(labels=[{"src": BOB, "val": "porn"}]))["possibly_sensitive"] is True
    assert read_row(view(labels=[{"src": BOB, "val": "spam"}]))["possibly_sensitive"] is False


def test_a_live_and_a_stored_post_are_the_same_post():
    assert read_row(PHOTO)["id"] == PostKey(ANN, tid()).id


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        [PHOTO],
        {},
        {"posts": 5},
        {"posts": [v1_status(1)]},
        {"feed": "x"},
        {"post": 5},
        {"uri": "https://a.example"},
        create(),
        v1_status(1),
        v2_page(v2_tweet(1)),
        {"posts": [PHOTO], "data": []},
    ],
)
def test_other_values_are_not_of_bluesky(value):
    assert not FORMAT.recognize(value)


def to_snake(value):
    """As 4CAT's client writes a view: `model_dump()` of the Python package atproto."""
    if isinstance(value, list):
        return [to_snake(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name_in_snake(name): to_snake(item) for name, item in value.items()}


def name_in_snake(name):
    known = {"$type": "py_type", "$link": "link"}
    return known.get(name) or "".join(f"_{each.lower()}" if each.isupper() else each for each in name)


def test_a_view_of_4cat_is_the_same_post_found_by_its_query():
    metadata = {"collected_at": 1795006800.5, "query": "sea", "rank": 0, "mentions": [], "reply_to": None}
    shown = view(record(embed=quote(uri(BOB))), embed=quote_view())
    for original in (PHOTO, shown):
        stored = {**to_snake(original), "4CAT_metadata": metadata}

        row = read_row(stored, fourcat_bluesky.FORMAT)

        expected = read_row(original) | {
            "collected_at": "2026-11-18T13:00:00.500Z",
            "matched_query": "sea",
            "source_json": json.dumps(stored, separators=(",", ":")),
        }
        assert row == expected


@pytest.mark.parametrize("metadata", [None, 5, {}, {"collected_at": "x", "query": 5}, {"collected_at": 1e300}])
def test_metadata_of_4cat_that_says_nothing_is_passed_over(metadata):
    row = read_row({**to_snake(view()), "4CAT_metadata": metadata}, fourcat_bluesky.FORMAT)

    assert (row["collected_at"], row["matched_query"]) == (COLLECTED, None)


def test_a_view_of_4cat_that_cannot_be_read_is_refused():
    bad = {**to_snake(view(author=author() | {"handle": 5})), "4CAT_metadata": {}}

    assert read(bad, fourcat_bluesky.FORMAT) == [
        Refusal(bad, "a post of Bluesky: author.handle: expected a string, got int")
    ]
