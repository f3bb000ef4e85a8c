"""Archive objects become posts rows and photo jobs."""

import datetime as dt
import json
from collections import Counter
from typing import Any

import pytest

from photolake.aws.firehose import DeliveryStream
from photolake.aws.s3 import S3Object
from photolake.errors import DeliveryError, RetryableError, RowError
from photolake.posts.analyzer import PostAnalyzer
from photolake.posts.comprehend import Comprehend
from photolake.posts.text_analysis import TextAnalyzer
from photolake.posts.text_cache import TextCache
from photolake.posts.waiting_objects import WaitingObjects
from photolake.rejected import RejectedRecord
from photolake.rows.schema import HiveType, TableSchema
from photolake.spending.purse import NO_LIMIT, Purse
from tests.fakes.archive_analysis import FakeBucket, FakeFirehose, FakeQueue
from tests.fakes.client_error import client_error
from tests.fakes.comprehend import FakeComprehend
from tests.fakes.dynamodb_table import FakeTable

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
COLLECTED = "2026-11-20T10:00:00.000Z"
FIRST_ID = 1_580_661_436_132_757_506  # issued on 2022-10-13
COLUMNS = {
    "id": "bigint",
    "text": "string",
    "lang": "string",
    "source_platform": "string",
    "collected_at": "string",
    "timestamp_ms": "bigint",
    "user": "struct<followers_count:bigint>",
    "extended_entities": "struct<media:array<struct<id:string,type:string,media_url_https:string>>>",
    "language": "string",
    "sentiment": "string",
    "sentimentposscore": "double",
    "sentimentnegscore": "double",
    "sentimentneuscore": "double",
    "sentimentmixedscore": "double",
    "sentiment_status": "string",
    "entities_status": "string",
    "text_entities": "array<struct<text:string,type:string,score:double,begin_offset:bigint,end_offset:bigint>>",
    "processed_at": "string",
    "dt": "string",
}
POSTS = TableSchema("posts", {name: HiveType.parse(kind) for name, kind in COLUMNS.items()})


class Lake:
    """Everything around the analyzer, in memory; its cache outlives a run."""

    def __init__(self, sample_rate: float = 1.0, schema: TableSchema = POSTS) -> None:
        self.bucket: Any = FakeBucket()
        self.firehose: Any = FakeFirehose()
        self.jobs: Any = FakeQueue()
        self.images: Any = FakeTable()
        self.cache: Any = FakeTable()
        self.tally: Counter[str] = Counter()
        self.analyzed: list[tuple[str, int, int]] = []
        self.sample_rate = sample_rate
        self.schema = schema

    def run(self, *lines: dict[str, Any] | bytes, comprehend: Any = None, remaining_ms: int = 600_000) -> None:
        """Analyze an object of these posts, or of lines as they are."""
        written = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        self.bucket.objects["a.gz"] = b"\n".join(written)
        self.run_again(comprehend, remaining_ms)

    def run_again(self, comprehend: Any = None, remaining_ms: int = 600_000, purse: Purse = NO_LIMIT) -> None:
        client: Any = comprehend or FakeComprehend()
        analyzer = PostAnalyzer(
            s3=self.bucket,
            schema=self.schema,
            texts=TextAnalyzer(Comprehend(client, purse), TextCache(self.cache, 30), self.count),
            posts=DeliveryStream(self.firehose, "posts", self.schema, lambda _: None),
            jobs=self.jobs,
            waiting=WaitingObjects(self.images),
            earliest=dt.date(2020, 1, 1),
            sample_rate=self.sample_rate,
            on_count=self.count,
            on_analyzed=lambda created, posts, rejected: self.analyzed.append((created.key, posts, rejected)),
            clock=lambda: NOW,
        )
        analyzer.analyze_object(S3Object("lake", "a.gz", 1, '"1"', COLLECTED), lambda: remaining_ms)

    def count(self, name: str, value: int) -> None:
        self.tally.update({name: value})

    @property
    def rejected(self) -> list[RejectedRecord]:
        return self.bucket.rejected_records()  # type: ignore[no-any-return]

    @property
    def delivered(self) -> list[int]:
        return [row["id"] - FIRST_ID for row in self.firehose.rows]


def post(number: int, **values: Any) -> dict[str, Any]:
    return {
        "id": FIRST_ID + number,
        "text": f"text {number}",
        "lang": "en",
        "source_platform": "x",
        "collected_at": COLLECTED,
        **values,
    }


@pytest.fixture
def lake() -> Lake:
    return Lake()


def test_a_post_becomes_a_row_in_its_own_partition_without_its_source(lake: Lake) -> None:
    lake.run(post(0, text="Ada", source_json="{}", user={"followers_count": 3}))

    assert lake.firehose.rows == [
        {
            **post(0, text="Ada"),
            "user": {"followers_count": 3},
            "dt": "2022-10-13",
            "language": "en",
            "sentiment": "NEGATIVE",
            "sentimentposscore": 0.3,
            "sentimentnegscore": 0.7,
            "sentimentneuscore": 0.0,
            "sentimentmixedscore": 0.0,
            "sentiment_status": "ok",
            "entities_status": "ok",
            "text_entities": [{"text": "Ada", "type": "PERSON", "score": 0.75, "begin_offset": 0, "end_offset": 3}],
            "processed_at": "2026-11-20T12:00:00.000Z",
        }
    ]


@pytest.mark.parametrize("ms", [-1, 253_402_300_800_000, 9_000_000_000_000_000])
def test_a_post_with_a_time_that_athena_cannot_show_is_rejected(lake: Lake, ms: int) -> None:
    lake.run(post(0, timestamp_ms=ms), post(1))

    assert [row["id"] for row in lake.firehose.rows] == [FIRST_ID + 1]
    assert lake.tally["PostsRejected"] == 1


def test_photos_are_queued_in_the_partition_of_their_post(lake: Lake) -> None:
    media = [{"id": "7", "type": "photo", "media_url_https": "https://pbs.twimg.com/media/7.jpg"}]
    lake.run(post(0, extended_entities={"media": media}), post(1))

    assert [(job["mediaid"], job["tweetid"], job["dt"]) for job in lake.jobs.sent] == [("7", FIRST_ID, "2022-10-13")]
    assert lake.tally["PhotosQueued"] == 1


def test_text_is_bought_once_across_chunks_and_runs(lake: Lake) -> None:
    comprehend = FakeComprehend()
    for _ in range(2):
        lake.run(*(post(number, text="the same") for number in range(600)), comprehend=comprehend)

    assert sorted(comprehend.calls) == [("BatchDetectEntities", 1), ("BatchDetectSentiment", 1)]
    counts = {"PostsAnalyzed": 1200, "TextsBought": 1, "TextsSaved": 1199, "ComprehendCalls": 2, "ComprehendUnits": 6}
    assert +lake.tally == counts


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"user": "ada"}, "posts.user: expected struct, got str"),
        ({"text": 7}, "posts.text: expected string, got int 7"),
        ({"extra": 1}, "posts.extra: there is no such column"),
        ({"collected_at": None}, "posts.collected_at: a post must have it"),
        ({"collected_at": "yesterday"}, "Invalid isoformat string: 'yesterday'"),
    ],
)
def test_a_post_that_does_not_fit_is_rejected_and_costs_nothing(lake: Lake, values, message: str) -> None:
    comprehend = FakeComprehend()
    bad = post(1, text="never sent", lang="fr")
    bad.update(values)
    lake.run(post(0), bad, post(2), comprehend=comprehend)

    assert lake.delivered == [0, 2]
    assert lake.rejected == [RejectedRecord(json.dumps(bad).encode(), message, "s3://lake/a.gz", 2)]
    assert (lake.tally["PostsAnalyzed"], lake.tally["PostsRejected"]) == (2, 1)
    assert {text for _, _, text in comprehend.answered} == {"text 0", "text 2"}


def test_of_a_chunk_with_a_row_too_large_the_others_are_delivered_in_one_call(lake: Lake) -> None:
    media = [{"id": "7", "type": "photo", "media_url_https": "https://pbs.twimg.com/media/7.jpg"}]
    large = post(1, text="x" * 1_010_000, extended_entities={"media": media})
    lake.run(post(0), large, *(post(number) for number in range(2, 250)))

    assert lake.delivered == [0, *range(2, 250)]
    assert lake.firehose.calls == [249]
    assert [(line.line, line.raw) for line in lake.rejected] == [(2, json.dumps(large).encode())]
    assert (lake.tally["PostsAnalyzed"], lake.tally["PostsRejected"]) == (249, 1)
    assert lake.jobs.sent == []


def test_an_object_goes_back_to_the_queue_if_no_row_fits_the_table() -> None:
    lake = Lake(schema=TableSchema("posts", {n: t for n, t in POSTS.columns.items() if n != "text_entities"}))
    with pytest.raises(RowError, match=r"none of 10 rows fits; the first error is: posts\.text_entities"):
        lake.run(*(post(number) for number in range(10)))

    assert (lake.delivered, lake.jobs.sent, lake.analyzed) == ([], [], [])


def test_a_line_that_is_not_a_post_is_rejected(lake: Lake) -> None:
    lake.run(b"[]", post(0))

    assert lake.rejected == [RejectedRecord(b"[]", "expected a JSON object, got list", "s3://lake/a.gz", 1)]
    assert lake.tally["PostsRejected"] == 1
    assert lake.analyzed == [("a.gz", 1, 1)]


def test_an_object_that_was_deleted_is_done_without_posts(lake: Lake) -> None:
    lake.run_again()

    assert lake.analyzed == [("a.gz", 0, 0)]
    assert +lake.tally == {"ObjectsGone": 1}


def test_a_post_from_outside_the_partitions_is_clamped_and_counted(lake: Lake) -> None:
    old = post(0, source_platform="bluesky", timestamp_ms=1_000_000)
    future = post(1, source_platform="bluesky", timestamp_ms=4_000_000_000_000)
    on_the_first_day = post(2, source_platform="bluesky", timestamp_ms=1_577_836_800_000)
    lake.run(old, future, on_the_first_day)

    assert [row["dt"] for row in lake.firehose.rows] == ["2020-01-01"] * 3
    assert lake.tally["PostsClamped"] == 2


def test_a_post_outside_the_sample_is_counted_and_not_analyzed() -> None:
    lake, comprehend = Lake(sample_rate=0.25), FakeComprehend()
    lake.run(*(post(number) for number in range(100)), comprehend=comprehend)

    assert 10 < len(lake.delivered) < 40
    assert lake.tally["PostsSampledOut"] == 100 - len(lake.delivered)
    assert len(comprehend.answered) == 2 * len(lake.delivered)


def test_an_object_with_a_text_without_a_result_goes_back_after_all_others_are_delivered(lake: Lake) -> None:
    comprehend = FakeComprehend(document_errors={"text 1": ["InternalServerException"] * 2})
    posts = [post(number) for number in range(300)]
    with pytest.raises(RetryableError, match="no result yet for the texts of 1 posts"):
        lake.run(*posts, comprehend=comprehend)
    assert lake.delivered == [0, *range(2, 300)]

    lake.run(*posts, comprehend=comprehend)
    assert sorted(set(lake.delivered)) == list(range(300))
    assert max(comprehend.answered.values()) == 1


def test_a_throttled_run_is_resumed_and_buys_nothing_twice(lake: Lake) -> None:
    comprehend = FakeComprehend(call_errors=[*[None] * 7, client_error("ThrottlingException")])
    posts = [post(number) for number in range(600)]
    with pytest.raises(RetryableError):
        lake.run(*posts, comprehend=comprehend)

    lake.run(*posts, comprehend=comprehend)
    assert lake.analyzed == [("a.gz", 600, 0)]
    assert max(comprehend.answered.values()) == 1
    assert len(comprehend.answered) == 1200


def test_a_run_stops_before_a_chunk_that_it_has_no_time_for(lake: Lake) -> None:
    with pytest.raises(RetryableError, match="time is running out after 0 posts"):
        lake.run(post(0), remaining_ms=29_999)
    assert lake.delivered == []


def test_no_job_is_sent_for_a_row_that_firehose_refuses(lake: Lake) -> None:
    def refuse(*, DeliveryStreamName, Records):  # noqa: N803 (boto3's names)
        return {"FailedPutCount": 1, "RequestResponses": [{"ErrorCode": "ServiceUnavailableException"}] * len(Records)}

    lake.firehose.put_record_batch = refuse
    media = [{"id": "7", "type": "photo", "media_url_https": "https://pbs.twimg.com/media/7.jpg"}]
    with pytest.raises(DeliveryError):
        lake.run(post(0, extended_entities={"media": media}))

    assert lake.jobs.sent == []
    assert len(lake.cache.items) == 1
