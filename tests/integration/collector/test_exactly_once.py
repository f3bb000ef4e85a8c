"""From X's history to the view `tweets`: whatever happens to the collector on the way, and though everything after it
comes at least once."""

import datetime as dt
import gzip
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from photolake.aws.firehose import DeliveryStream
from photolake.aws.s3 import S3Object
from photolake.posts.analyzer import PostAnalyzer
from photolake.posts.comprehend import Comprehend
from photolake.posts.text_analysis import TextAnalyzer
from photolake.posts.text_cache import TextCache
from photolake.posts.waiting_objects import WaitingObjects
from photolake.rows.schema import HiveType, TableSchema
from tests import resolved_template
from tests.fakes.archive_analysis import FakeBucket, FakeFirehose, FakeQueue
from tests.fakes.comprehend import FakeComprehend
from tests.fakes.dynamodb_table import FakeTable
from tests.synthetic_lake.warehouse import open_warehouse
from tests.unit.collect.interleaving import HISTORY, START_MS, play

NOW = dt.datetime.fromtimestamp(START_MS / 1000, dt.UTC) + dt.timedelta(days=2)


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    with open_warehouse(tmp_path_factory.mktemp("athena"), NOW) as lake:
        lake.create_views("tweets")
        yield lake


def analyze(archive: bytes) -> list[dict[str, Any]]:
    """Return the posts rows that tweet_analyzer makes of an object of the archive."""
    columns = resolved_template.table_input("PostsTable")["StorageDescriptor"]["Columns"]
    types = {column["Name"]: HiveType.parse(column["Type"]) for column in columns}
    schema = TableSchema("posts", types | {"dt": HiveType.parse("string")})
    comprehend: Any = FakeComprehend()
    cache: Any = FakeTable()
    firehose: Any = FakeFirehose()
    queue: Any = FakeQueue()
    bucket: Any = FakeBucket()
    bucket.objects["tweets/a.gz"] = archive
    counts: Counter[str] = Counter()
    analyzer = PostAnalyzer(
        s3=bucket,
        schema=schema,
        texts=TextAnalyzer(Comprehend(comprehend), TextCache(cache, 30), counts.__setitem__),
        posts=DeliveryStream(firehose, "posts", schema, lambda _: None),
        jobs=queue,
        waiting=WaitingObjects(cache),
        earliest=dt.date(2026, 1, 1),
        sample_rate=1.0,
        on_count=counts.__setitem__,
        on_analyzed=lambda created, posts, rejected: None,
    )
    analyzer.analyze_object(S3Object("lake", "tweets/a.gz", len(archive), "1", ""), lambda: 600_000)
    assert bucket.rejected_records() == []
    return firehose.rows  # type: ignore[no-any-return]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HISTORY)
def test_every_post_of_x_is_in_the_view_exactly_once(lake, history):
    world = play(history)
    lines = "".join(json.dumps(row) + "\n" for row in world.delivered.rows)
    archive = gzip.compress(lines.encode())

    lake.empty()
    for name in ("first", "again"):  # the event of the object comes twice
        lake.land("posts", analyze(archive), name)

    assert lake.ask("select id from tweets order by id").rows == [[str(n)] for n in sorted(world.visible_from)]
