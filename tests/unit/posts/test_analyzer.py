import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from photolake.aws.firehose import DeliveryStream
from photolake.errors import DeliveryError, RetryableError
from photolake.posts.analyzer import PostAnalyzer
from photolake.posts.archive_reader import ArchiveLine
from photolake.posts.comprehend import Comprehend
from photolake.posts.text_analysis import TextAnalyzer
from photolake.posts.text_cache import TextCache
from photolake.rejected import RejectedRecord
from photolake.rows.schema import HiveType, TableSchema
from tests.fakes.comprehend import FakeComprehend, FakeFirehose, FakeJobs, FakeTable, client_error

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
COLLECTED = "2026-11-20T10:00:00.000Z"
FIRST_ID = 1_580_661_436_132_757_506  # given out on 2022-10-13
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

    def __init__(self, sample_rate: float = 1.0) -> None:
        self.firehose: Any = FakeFirehose()
        self.jobs: Any = FakeJobs()
        self.cache: Any = FakeTable()
        self.tally: Counter[str] = Counter()
        self.malformed: list[RejectedRecord] = []
        self.sample_rate = sample_rate

    def run(self, lines, comprehend: Any = None, remaining_ms: int = 600_000) -> int:
        client: Any = comprehend or FakeComprehend()
        analyzer = PostAnalyzer(
            table=POSTS,
            texts=TextAnalyzer(Comprehend(client, self.count), TextCache(self.cache, 30), self.count),
            posts=DeliveryStream(self.firehose, "posts", POSTS, lambda _: None),
            jobs=self.jobs,
            earliest=dt.date(2020, 1, 1),
            sample_rate=self.sample_rate,
            count=self.count,
            clock=lambda: NOW,
        )
        return analyzer.analyze(lines, self.malformed.append, lambda: remaining_ms)

    def count(self, name: str, value: int) -> None:
        self.tally.update({name: value})

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


def lines_of(*posts: dict[str, Any]) -> Iterator[ArchiveLine]:
    return (ArchiveLine("s3://lake/a.gz", line, json.dumps(row).encode(), row) for line, row in enumerate(posts, 1))


@pytest.fixture
def lake() -> Lake:
    return Lake()


def test_a_post_becomes_a_row_in_its_own_partition_without_its_source(lake: Lake) -> None:
    lake.run(lines_of(post(0, text="Ada", source_json="{}", user={"followers_count": 3})))

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
def test_a_time_that_athena_could_not_show_makes_a_post_malformed(lake: Lake, ms: int) -> None:
    lake.run(lines_of(post(0, timestamp_ms=ms), post(1)))

    assert [row["id"] for row in lake.firehose.rows] == [FIRST_ID + 1]
    assert lake.tally["PostsMalformed"] == 1


def test_photos_are_queued_in_the_partition_of_their_post(lake: Lake) -> None:
    media = [{"id": "7", "type": "photo", "media_url_https": "https://pbs.twimg.com/media/7.jpg"}]
    lake.run(lines_of(post(0, extended_entities={"media": media}), post(1)))

    assert [(job["mediaid"], job["tweetid"], job["dt"]) for job in lake.jobs.sent] == [("7", FIRST_ID, "2022-10-13")]
    assert lake.tally["PhotosQueued"] == 1


def test_text_is_bought_once_across_chunks_and_runs(lake: Lake) -> None:
    comprehend = FakeComprehend()
    for _ in range(2):
        lake.run(lines_of(*(post(number, text="the same") for number in range(600))), comprehend)

    assert comprehend.calls == [("BatchDetectSentiment", 1), ("BatchDetectEntities", 1)]
    assert +lake.tally == {"PostsAnalyzed": 1200, "TextsBought": 1, "TextsSaved": 1199, "ComprehendCalls": 2}


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
def test_a_post_that_does_not_fit_is_malformed_and_costs_nothing(lake: Lake, values, message: str) -> None:
    comprehend = FakeComprehend()
    bad = post(1, text="never sent", lang="fr")
    bad.update(values)
    lake.run(lines_of(post(0), bad, post(2)), comprehend)

    assert lake.delivered == [0, 2]
    assert lake.malformed == [RejectedRecord(json.dumps(bad).encode(), message, "s3://lake/a.gz", 2)]
    assert (lake.tally["PostsAnalyzed"], lake.tally["PostsMalformed"]) == (2, 1)
    assert {text for _, _, text in comprehend.answered} == {"text 0", "text 2"}


def test_a_row_that_is_larger_than_a_record_is_malformed_and_its_neighbours_are_delivered(lake: Lake) -> None:
    lake.run(lines_of(post(0), post(1, text="x" * 1_010_000), post(2)))

    assert lake.delivered == [0, 2]
    assert [line.line for line in lake.malformed] == [2]


def test_malformed_lines_are_passed_on(lake: Lake) -> None:
    bad = RejectedRecord(b"{", "not JSON", "s3://lake/a.gz", 1)

    assert lake.run(iter([bad, *lines_of(post(0))])) == 1
    assert lake.malformed == [bad]
    assert lake.tally["PostsMalformed"] == 1


def test_a_post_from_outside_the_partitions_is_clamped_and_counted(lake: Lake) -> None:
    old = post(0, source_platform="bluesky", timestamp_ms=1_000_000)
    future = post(1, source_platform="bluesky", timestamp_ms=4_000_000_000_000)
    on_the_first_day = post(2, source_platform="bluesky", timestamp_ms=1_577_836_800_000)
    lake.run(lines_of(old, future, on_the_first_day))

    assert [row["dt"] for row in lake.firehose.rows] == ["2020-01-01"] * 3
    assert lake.tally["PostsClamped"] == 2


def test_a_post_outside_the_sample_is_counted_and_left_alone() -> None:
    lake, comprehend = Lake(sample_rate=0.25), FakeComprehend()
    lake.run(lines_of(*(post(number) for number in range(100))), comprehend)

    assert 10 < len(lake.delivered) < 40
    assert lake.tally["PostsSampledOut"] == 100 - len(lake.delivered)
    assert len(comprehend.answered) == 2 * len(lake.delivered)


def test_a_text_without_an_answer_sends_the_object_back_but_not_before_its_neighbours_are_delivered(lake: Lake) -> None:
    comprehend = FakeComprehend(document_errors={"text 1": ["InternalServerException"] * 2})
    posts = [post(number) for number in range(300)]
    with pytest.raises(RetryableError, match="no answer yet for the texts of 1 posts"):
        lake.run(lines_of(*posts), comprehend)
    assert lake.delivered == [0, *range(2, 300)]

    lake.run(lines_of(*posts), comprehend)
    assert sorted(set(lake.delivered)) == list(range(300))
    assert max(comprehend.answered.values()) == 1


def test_a_throttled_run_goes_on_where_it_was_and_buys_nothing_twice(lake: Lake) -> None:
    comprehend = FakeComprehend(call_errors=[*[None] * 7, client_error("ThrottlingException")])
    posts = [post(number) for number in range(600)]
    with pytest.raises(RetryableError):
        lake.run(lines_of(*posts), comprehend)

    assert lake.run(lines_of(*posts), comprehend) == 600
    assert max(comprehend.answered.values()) == 1
    assert len(comprehend.answered) == 1200


def test_a_run_stops_before_a_chunk_that_it_has_no_time_for(lake: Lake) -> None:
    with pytest.raises(RetryableError, match="time is running out after 0 posts"):
        lake.run(lines_of(post(0)), remaining_ms=29_999)
    assert lake.delivered == []


def test_no_job_is_sent_for_a_row_that_the_stream_refuses(lake: Lake) -> None:
    def refuse(*, DeliveryStreamName, Records):  # noqa: N803 (boto3's names)
        return {"FailedPutCount": 1, "RequestResponses": [{"ErrorCode": "ServiceUnavailableException"}] * len(Records)}

    lake.firehose.put_record_batch = refuse
    media = [{"id": "7", "type": "photo", "media_url_https": "https://pbs.twimg.com/media/7.jpg"}]
    with pytest.raises(DeliveryError):
        lake.run(lines_of(post(0, extended_entities={"media": media})))

    assert lake.jobs.sent == []
    assert len(lake.cache.items) == 1
