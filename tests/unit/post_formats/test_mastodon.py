"""Posts of Mastodon in files: answers of its API, and the archive of an account."""

import json
from typing import Any

import pytest

from photolake.post_formats import mastodon_outbox, mastodon_statuses
from photolake.post_formats.format import Deletion, FileContext, Notice, Refusal
from photolake.post_formats.registry import find_format
from photolake.rows.ids import hash_to_bigint
from photolake.sources.mastodon.mapping import map_status
from tests.builders.bluesky_events import create
from tests.builders.bluesky_views import view
from tests.builders.mastodon_statuses import INSTANCE, NOON_MS, attachment, make_number, status
from tests.builders.raw_tweets import RAW_TWEETS
from tests.builders.x_payloads import COLLECTED, v1_status, v2_page, v2_tweet

CONTEXT = FileContext("a", COLLECTED)
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ANN = f"{INSTANCE}/users/ann"
NOT_PUBLIC = Notice("posts of Mastodon that are not public")


def read(value, known) -> list[Any]:
    found = find_format(value)
    assert found is not None
    assert found is known.FORMAT
    items = list(found.read(value, CONTEXT))
    for item in items:
        if isinstance(item, dict):
            RAW_TWEETS.check(item)
    return items


FIRST, SECOND = status(media_attachments=[attachment()]), status(make_number(1))


def test_a_status_in_a_file_is_the_row_that_the_source_makes():
    assert read(FIRST, mastodon_statuses) == [map_status(FIRST, collected_at=COLLECTED)]


@pytest.mark.parametrize(
    "answer",
    [
        {"accounts": [], "hashtags": [], "statuses": [FIRST, SECOND]},
        {"ancestors": [FIRST], "descendants": [SECOND]},
        {"ancestors": [], "descendants": [FIRST, SECOND]},
    ],
)
def test_the_statuses_of_an_answer_are_read_in_their_order(answer):
    assert [row["id_str"] for row in read(answer, mastodon_statuses)] == [FIRST["uri"], SECOND["uri"]]


@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_what_only_some_may_see_is_left_out(visibility):
    assert read(status(visibility=visibility), mastodon_statuses) == [NOT_PUBLIC]


def test_a_bad_status_costs_no_other():
    bad = status(content=5)

    refused, row = read({"statuses": [bad, SECOND]}, mastodon_statuses)

    assert refused == Refusal(bad, "a post of Mastodon: content: expected a string, got int")
    assert row["id_str"] == SECOND["uri"]


OTHERS: list[Any] = [
    None,
    5,
    [FIRST],
    {},
    v1_status(1),
    v2_page(v2_tweet(1)),
    {"statuses": [v1_status(1)]},
    view(),
    create(),
]


@pytest.mark.parametrize("value", OTHERS)
def test_other_values_are_not_of_mastodon(value):
    assert not mastodon_statuses.FORMAT.recognize(value)
    assert not mastodon_outbox.FORMAT.recognize(value)


def note(number=1, **fields):
    uri = f"{ANN}/statuses/{number}"
    return {
        "id": uri,
        "type": "Note",
        "summary": None,
        "inReplyTo": None,
        "published": "2026-11-20T12:00:00Z",
        "attributedTo": ANN,
        "to": [PUBLIC],
        "cc": [f"{ANN}/followers"],
        "sensitive": False,
        "content": '<p>the sea <a href="https://instance.example/tags/sea" class="mention hashtag">#sea</a></p>',
        "contentMap": {"en": "<p>the sea</p>"},
        "attachment": [],
        "tag": [],
        **fields,
    }


def make_activity(posted, kind="Create", **fields):
    return {"id": f"{ANN}/1/activity", "type": kind, "actor": ANN, "object": posted, **fields}


def outbox(*activities):
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": "outbox.json",
        "type": "OrderedCollection",
        "totalItems": len(activities),
        "orderedItems": list(activities),
    }


def test_a_note_of_an_archive_becomes_a_row():
    parent = "https://b.example/users/bob/statuses/9"
    posted = note(
        inReplyTo=parent,
        summary="long",
        attachment=[
            {
                "type": "Document",
                "mediaType": "image/png",
                "url": "/media_attachments/files/1/original/a.png",
                "name": "waves",
                "width": 1200,
                "height": 800,
            }
        ],
        tag=[
            {"type": "Hashtag", "href": "https://instance.example/tags/sea", "name": "#sea"},
            {"type": "Mention", "href": "https://b.example/users/bob", "name": "@bob@b.example"},
            {"type": "Emoji", "name": ":wave:"},
        ],
    )
    key = "instance.example/users/ann/statuses/1#0"

    (row,) = read(outbox(make_activity(posted)), mastodon_outbox)

    assert row == {
        "id": hash_to_bigint(posted["id"]),
        "id_str": posted["id"],
        "source_platform": "mastodon",
        "created_at": "Fri Nov 20 12:00:00 +0000 2026",
        "timestamp_ms": NOON_MS,
        "text": "long\n\nthe sea #sea",
        "lang": "en",
        "truncated": False,
        "possibly_sensitive": False,
        "is_retweet": False,
        "entities": {
            "hashtags": [{"text": "sea"}],
            "urls": [],
            "user_mentions": [
                {
                    "id": hash_to_bigint("https://b.example/users/bob"),
                    "id_str": "https://b.example/users/bob",
                    "screen_name": "bob@b.example",
                }
            ],
            "symbols": [],
        },
        "extended_entities": {
            "media": [
                {
                    "id": key,
                    "media_key": key,
                    "type": "photo",
                    "ext_alt_text": "waves",
                    "sizes": {"large": {"w": 1200, "h": 800, "resize": "fit"}},
                }
            ]
        },
        "in_reply_to_status_id": hash_to_bigint(parent),
        "in_reply_to_status_id_str": parent,
        "referenced_tweets": [{"type": "replied_to", "id": parent}],
        "user": {"id": hash_to_bigint(ANN), "id_str": ANN, "screen_name": "ann@instance.example"},
        "collected_at": COLLECTED,
        "matched_query": None,
        "source_json": json.dumps(posted, separators=(",", ":")),
    }


def test_a_photo_on_the_web_keeps_its_url_and_a_bad_one_its_place():
    url = "https://files.b.example/a.png"
    attached = [5, {"mediaType": "audio/mp3", "url": url}, {"mediaType": "image/png", "url": url}]

    (row,) = read(note(attachment=attached), mastodon_outbox)

    assert [(each["id"], each.get("media_url")) for each in row["extended_entities"]["media"]] == [
        ("instance.example/users/ann/statuses/1#0", None),
        ("files.b.example/a.png", url),
    ]


def test_what_an_outbox_holds_besides_public_posts_is_told():
    followers = note(2, to=[f"{ANN}/followers"], cc=[])
    boost = make_activity("https://b.example/1", "Announce")

    assert read(
        outbox(make_activity(followers), boost, make_activity({"type": "Person"}, "Update")), mastodon_outbox
    ) == [
        NOT_PUBLIC,
        Notice("boosts of Mastodon without the post that they repeat"),
        Notice("activities of Mastodon without a post"),
    ]


@pytest.mark.parametrize("to", [[PUBLIC], PUBLIC, "as:Public"])
def test_unlisted_posts_are_public(to):
    (row,) = read(note(to=[f"{ANN}/followers"], cc=to), mastodon_outbox)

    assert row["id_str"] == note()["id"]


@pytest.mark.parametrize("target", ["https://b.example/1", {"type": "Tombstone", "id": "https://b.example/1"}])
def test_a_delete_activity_is_a_deletion(target):
    assert read(make_activity(target, "Delete"), mastodon_outbox) == [
        Deletion(
            {
                "id": hash_to_bigint("https://b.example/1"),
                "id_str": "https://b.example/1",
                "source_platform": "mastodon",
                "reason": "deleted by its author",
                "deleted_at": COLLECTED,
            }
        )
    ]
    assert read(make_activity(ANN, "Delete"), mastodon_outbox) == [Notice("activities of Mastodon without a post")]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (outbox(5), "an activity of Mastodon: expected an object, got int"),
        ({**outbox(), "orderedItems": {}}, "an outbox of Mastodon: orderedItems is not an array"),
        (outbox(make_activity(note(published=None))), "created_at: a post needs one, in ISO 8601"),
        (outbox(make_activity(note(id=None))), "id: a post needs one"),
    ],
)
def test_what_cannot_be_read_is_refused(value, message):
    (refused,) = read(value, mastodon_outbox)

    assert isinstance(refused, Refusal)
    assert message in refused.message
