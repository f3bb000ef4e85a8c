"""Collected posts of Bluesky in DynamoDB, on moto."""

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from photolake.errors import DeliveryError
from photolake.sources.bluesky.collected_posts import CollectedPosts
from photolake.sources.bluesky.identifiers import PostKey
from tests.builders.bluesky_events import ANN, BOB, NOON_US, SECOND, tid
from tests.builders.dynamodb_tables import template_table

DAY = 86_400 * SECOND


@pytest.fixture
def table():
    with mock_aws():
        yield template_table("CheckpointTable", "checkpoints")


@pytest.fixture
def known(table):
    return CollectedPosts(table, sleep=lambda _: None)


def posts(did, *days):
    return {PostKey(did, tid(NOON_US + day * DAY, clock=7)) for day in days}


def test_posts_are_known_once_they_were_added_however_often(known):
    mine = posts(ANN, 0, 1)
    assert known.add(mine) == set()
    assert known.add(mine) == set()

    assert known.find_collected(mine | posts(ANN, 2) | posts(BOB, 0)) == mine
    assert known.find_collected(set()) == set()


def test_a_post_that_is_forgotten_is_not_known_and_the_others_are(known, table):
    known.add(posts(ANN, 0, 1) | posts(BOB, 0))

    known.forget(posts(ANN, 0, 5))
    known.forget(posts(ANN, 0))

    assert known.find_by_authors([ANN, BOB]) == posts(ANN, 1) | posts(BOB, 0)
    days = sorted(item["id"] for item in table.scan()["Items"] if item["id"].count("#") == 2)
    assert [item.rpartition("#")[0] for item in days] == [f"bluesky#{ANN}", f"bluesky#{BOB}"]


def test_all_posts_of_an_author_are_found_whenever_they_were_posted(known):
    known.add(posts(ANN, *range(150)) | posts(BOB, 3))

    assert known.find_by_authors([ANN]) == posts(ANN, *range(150))
    assert known.find_by_authors([ANN, BOB]) == posts(ANN, *range(150)) | posts(BOB, 3)
    assert known.find_by_authors(["did:plc:" + "c" * 24]) == set()


def test_record_keys_of_any_time_are_remembered(known):
    odd = {PostKey(ANN, tid(time_us)) for time_us in (0, 2**53 - 1)}

    assert known.add(odd) == set()
    assert known.find_collected(odd) == known.find_by_authors([ANN]) == odd


def test_an_author_with_more_posts_of_a_day_than_an_item_holds_is_told(known, monkeypatch):
    monkeypatch.setattr("photolake.sources.bluesky.collected_posts.MAX_MEMBERS", 2)
    first = {PostKey(ANN, tid(NOON_US, clock)) for clock in range(3)}
    one_more = {PostKey(ANN, tid(NOON_US, 3))}

    assert known.add(first) == set()
    assert known.add(one_more | posts(ANN, 1) | posts(BOB, 0)) == one_more
    assert known.find_by_authors([ANN, BOB]) == first | posts(ANN, 1) | posts(BOB, 0)


def test_other_errors_of_dynamodb_are_raised(known, table):
    table.delete()

    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        known.add(posts(ANN, 0))


def test_keys_that_dynamodb_leaves_unread_are_asked_for_again(table, known, monkeypatch):
    wanted = posts(ANN, 0, 1, 2)
    known.add(wanted)
    ask = table.meta.client.batch_get_item

    def only_one(RequestItems):  # noqa: N803 (boto3's name)
        [(name, asked)] = RequestItems.items()
        first, *rest = asked["Keys"]
        response = ask(RequestItems={name: {**asked, "Keys": [first]}})
        return {**response, "UnprocessedKeys": {name: {**asked, "Keys": rest}} if rest else {}}

    monkeypatch.setattr(table.meta.client, "batch_get_item", only_one)
    assert known.find_collected(wanted) == wanted


def test_a_table_that_leaves_keys_unread_for_good_is_an_error(table, known, monkeypatch):
    monkeypatch.setattr(
        table.meta.client,
        "batch_get_item",
        lambda RequestItems: {"Responses": {}, "UnprocessedKeys": RequestItems},  # noqa: N803 (boto3's name)
    )

    with pytest.raises(DeliveryError, match="checkpoints left 1 keys unread after 6 attempts"):
        known.find_collected(posts(ANN, 0))
