"""The source by its name: settings from the environment, events over a websocket, known posts in DynamoDB."""

import datetime as dt
import json
import re
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from photolake.aws.firehose import DeliveryStream
from photolake.clock import utc_now
from photolake.collect.checkpoints import CheckpointStore
from photolake.collect.deletions import DeletionStore
from photolake.collect.runner import SourceCollector
from photolake.collect.source import SourceContext
from photolake.errors import NotConfiguredError, SettingsError
from photolake.rejected import RejectedStore
from photolake.sources.registry import list_platforms, make_sources
from tests.builders.bluesky_events import SECOND, account, commit, create, image, images, record, tid, uri
from tests.builders.dynamodb_tables import template_table
from tests.builders.raw_tweets import RAW_TWEETS
from tests.fakes.archive_analysis import FakeFirehose
from tests.fakes.jetstream_server import FakeJetstream

SETTINGS = {
    "BLUESKY_KEYWORDS": "sea,north sea",
    "BLUESKY_HASHTAGS": "#beach",
    "BLUESKY_AUTHORS": "",
    "BLUESKY_LANGUAGES": "en",
    "BLUESKY_ONLY_PHOTOS": "true",
    "BLUESKY_LOOKBACK_MINUTES": "60",
    "BLUESKY_HOSTS": "wss://jetstream1.us-east.bsky.network/subscribe",
    "CHECKPOINT_TABLE": "checkpoints",
}


@pytest.fixture
def context(monkeypatch):
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="lake")
        template_table("CheckpointTable", "checkpoints")
        yield SourceContext(read_secret=lambda name: "", get_table=boto3.resource("dynamodb").Table)


def the_source(context) -> Any:
    [source] = make_sources("bluesky", context)
    return source


def photo_post(text, **more):
    return record(text, langs=["en"], embed=images(image()), **more)


def test_a_run_leaves_posts_deletions_malformed_events_and_its_cursor(context, monkeypatch):
    now_us = int(utc_now().timestamp() * SECOND)
    rkeys = [tid(now_us, clock) for clock in range(6)]
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "a:"}
    swollen = [{"index": {"byteStart": 0, "byteEnd": 300}, "features": [link] * 4_000}]  # a row of over 1,000,000 bytes
    history = [
        create(photo_post("the sea"), rkey=rkeys[0]),
        create(photo_post("the hills"), rkey=rkeys[1]),
        create(record("the sea", langs=["en"]), rkey=rkeys[2]),
        create(photo_post("sea", facets="none"), rkey=rkeys[3]),
        create(photo_post("sea " * 75, facets=swollen), rkey=rkeys[5]),
        create(photo_post("sun", tags=["Beach"]), rkey=rkeys[4]),
        commit("delete", rkey=rkeys[0]),
        commit("delete", rkey=rkeys[1]),
        account(active=False, status="deleted"),
    ]
    history = [{**event, "time_us": now_us - (100 - n) * SECOND} for n, event in enumerate(history)]
    firehose: Any = FakeFirehose()
    s3 = boto3.client("s3")
    loop = SourceCollector(
        CheckpointStore(context.get_table("checkpoints")),
        DeliveryStream(firehose, "tweets", RAW_TWEETS),
        RejectedStore(s3, "lake"),
        DeletionStore(s3, "lake"),
    )
    with FakeJetstream(history) as server:
        monkeypatch.setenv("BLUESKY_HOSTS", server.url)
        source = the_source(context)
        source = replace(source, jetstream=replace(source.jetstream, quiet_s=0.3))

        first, again = (loop.collect(source, lambda: True) for _ in range(2))

    assert [post["id_str"] for post in firehose.rows] == [uri(rkey=rkeys[0]), uri(rkey=rkeys[4]), uri(rkey=rkeys[4])]
    assert (first.posts, first.deletions, first.has_gap) == (2, 4, False)
    facets, size = first.rejected
    assert "commit.record.facets: expected an array" in facets
    assert re.fullmatch(
        f"post {uri(rkey=rkeys[5])}: a row of [0-9]+ bytes is larger than a Firehose record may be", size
    )
    assert (again.posts, again.rejected, again.has_gap) == (1, first.rejected, False)
    assert loop.checkpoints.load("bluesky").state == {"cursor": str(now_us - 92 * SECOND), "host": server.url}
    rows = [json.loads(line) for key in keys(s3, "deletions/") for line in body(s3, key).splitlines()]
    assert {(row["id_str"], row["reason"]) for row in rows} == {
        (uri(rkey=rkeys[0]), "deleted by its author"),
        (uri(rkey=rkeys[0]), "account deleted"),
        (uri(rkey=rkeys[4]), "account deleted"),
        (uri(rkey=rkeys[5]), "account deleted"),
    }
    assert len(keys(s3, "errors/malformed/bluesky/")) == 1


def keys(s3, prefix):
    return [item["Key"] for item in s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])]


def body(s3, key):
    return s3.get_object(Bucket="lake", Key=key)["Body"].read()


def test_bluesky_is_a_source_by_its_name(context):
    assert "bluesky" in list_platforms()
    source = the_source(context)
    assert (source.name, source.lookback) == ("bluesky", dt.timedelta(hours=1))
    assert source.filter.query == '(sea OR "north sea" OR #beach) (lang:en) has:images'


@pytest.mark.parametrize("hashtags", ["", "#", " , "])
def test_without_anything_to_look_for_it_is_not_set_up(context, monkeypatch, hashtags):
    monkeypatch.setenv("BLUESKY_KEYWORDS", "")
    monkeypatch.setenv("BLUESKY_HASHTAGS", hashtags)

    with pytest.raises(NotConfiguredError, match="say what to look for in BLUESKY_KEYWORDS"):
        make_sources("bluesky", context)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("BLUESKY_AUTHORS", "alice.example", "BLUESKY_AUTHORS: 'alice.example' is not a DID"),
        ("BLUESKY_LANGUAGES", "english", "BLUESKY_LANGUAGES: 'english' is not a language code"),
        ("BLUESKY_ONLY_PHOTOS", "yes", "BLUESKY_ONLY_PHOTOS: 'yes' is not true or false"),
        ("BLUESKY_LOOKBACK_MINUTES", "0", "BLUESKY_LOOKBACK_MINUTES is not within 1 and 2160"),
        ("BLUESKY_LOOKBACK_MINUTES", "2161", "BLUESKY_LOOKBACK_MINUTES is not within 1 and 2160"),
        ("BLUESKY_HOSTS", "", "BLUESKY_HOSTS is empty"),
        ("BLUESKY_HOSTS", "https://a.example", "is not of the form wss://host/subscribe"),
        ("BLUESKY_HOSTS", "ws://a.example/subscribe", "is not of the form wss://host/subscribe"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(context, monkeypatch, name, value, message):
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=message):
        make_sources("bluesky", context)
