"""Stored events of Jetstream: posts, deletions, and what holds neither."""

import pytest

from photolake.post_formats.bluesky_jetstream import FORMAT
from photolake.post_formats.format import Deletion, FileContext, Notice, Refusal
from photolake.post_formats.registry import find_format
from photolake.sources.bluesky.identifiers import PostKey
from tests.builders.bluesky_events import ANN, NOON_US, account, commit, create, images, record, tid, uri
from tests.builders.raw_tweets import RAW_TWEETS
from tests.builders.x_payloads import COLLECTED, v2_tweet

NOON = "2026-11-18T12:00:00.000Z"


def read(event):
    assert find_format(event) is FORMAT
    (found,) = FORMAT.read(event, FileContext("a", COLLECTED))
    return found


@pytest.mark.parametrize("operation", ["create", "update"])
def test_a_post_is_collected_when_jetstream_saw_it(operation):
    row = read(commit(operation, record("the sea", embed=images())))

    RAW_TWEETS.check(row)
    assert (row["id_str"], row["text"], row["collected_at"], row["matched_query"]) == (uri(), "the sea", NOON, None)
    assert len(row["extended_entities"]["media"]) == 1


def test_a_delete_event_is_a_deletion_of_the_post():
    assert read(commit("delete")) == Deletion(
        {
            "id": PostKey(ANN, tid()).id,
            "id_str": uri(),
            "source_platform": "bluesky",
            "reason": "deleted by its author",
            "deleted_at": NOON,
        }
    )


def test_an_account_that_is_gone_deletes_all_its_posts():
    row = {"source_platform": "bluesky", "reason": "account deleted", "deleted_at": NOON}

    assert read(account(active=False, status="deleted")) == Deletion(row, author=ANN)


@pytest.mark.parametrize(
    "event",
    [
        account(active=True),
        account(active=False, status="throttled"),
        {"did": ANN, "time_us": NOON_US, "kind": "identity", "identity": {"did": ANN, "handle": "ann.example"}},
        commit("create", {"subject": {}}, collection="app.bsky.feed.like"),
        commit("delete", collection="app.bsky.feed.like"),
        commit("delete", rkey="self"),
    ],
)
def test_an_event_without_a_post_is_a_notice(event):
    assert read(event) == Notice("events of Bluesky without a post")


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (create({"text": 5}), "commit.record.text: expected a string, got int"),
        (create(rkey="self"), "commit.rkey: the record key of a post is a TID"),
        (create(time_us=10**18), "date value out of range"),
        (create(did="ann.example"), "did: not a DID of the methods plc and web"),
    ],
)
def test_an_event_that_cannot_be_read_is_refused_with_the_reason(event, message):
    assert read(event) == Refusal(event, f"an event of Jetstream: {message}")


@pytest.mark.parametrize("value", [None, 5, [create()], {}, v2_tweet(1), {**create(), "kind": ["commit"]}])
def test_other_values_are_not_events(value):
    assert not FORMAT.recognize(value)
