"""The function compactor over the template's tables and the local Athena."""

from __future__ import annotations

import datetime as dt
import importlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from photolake.lake.compaction import CompactionRules
from photolake.lake.compactor import Compactor
from photolake.lake.partition_objects import PartitionObjects
from tests.cloudwatch import printed_metrics, shown_of
from tests.resolved_template import ROOT, environment
from tests.synthetic_lake.rows import synthetic_lake
from tests.synthetic_lake.warehouse import BUCKET, LANDING, WORKGROUP, Warehouse, open_warehouse

EVENT = json.loads((ROOT / "events/compactor_schedule.json").read_text())
NOW = dt.datetime.now(dt.UTC)
# Two days ago, yesterday and tomorrow, so that midnight may pass meanwhile.
FIRST_DAY, DAYS = NOW.date() - dt.timedelta(days=2), (0, 1, 3)
MINUTES = dt.timedelta(minutes=1)


class Context:
    """What the function and Powertools' logger read of Lambda's context."""

    function_name = "compactor"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:compactor"
    aws_request_id = "1"

    def __init__(self, remaining_ms: int = 900_000) -> None:
        self.remaining_ms = remaining_ms

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path_factory.mktemp("athena"), NOW) as warehouse:
        warehouse.create_views("tweets")
        yield warehouse


@pytest.fixture
def lake(tables: Warehouse) -> Warehouse:
    """Three days of posts, one of them not at rest, each in five objects."""
    tables.empty()
    rows = synthetic_lake(32, 8, FIRST_DAY, 4)
    for day in DAYS:
        listed = list(rows.posts.on(day))
        for number in range(5):
            tables.land("posts", listed[number::5], f"{number}")
    return tables


@pytest.fixture
def function(lake: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in environment("compactor").items():
        monkeypatch.setenv(name, value)
    own = {"LAKE_BUCKET": BUCKET, "LANDING_DATABASE": LANDING, "WORKGROUP": WORKGROUP, "EARLIEST_DATE": "2026-01-01"}
    for name, value in {**own, "COMPACTION_REST_HOURS": "0"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL_ATHENA", lake._athena.meta.endpoint_url)
    return importlib.reload(importlib.import_module("functions.compactor.app"))


def count_objects(lake: Warehouse) -> list[int]:
    """The objects of each day that a query reads."""
    listed = list(PartitionObjects(lake._s3, BUCKET).list_objects("posts/"))
    found = Counter(item.day for item in listed if item.is_data)
    return [found[day] for day in sorted(found)]


def build_compactor(lake: Warehouse, now: dt.datetime, **changes: Any) -> Compactor:
    rules = {
        "min_objects": 4,
        "rest": dt.timedelta(0),
        "max_age": dt.timedelta(days=30),
        "grace": 60 * MINUTES,
        "earliest": dt.date(2026, 1, 1),
    }
    objects = PartitionObjects(lake._s3, BUCKET)
    return Compactor(objects, lake.build_rewriter(lambda: now), CompactionRules(**{**rules, **changes}), lambda: now)


def test_days_at_rest_become_one_object_and_the_others_are_left_as_it_came(
    lake: Warehouse, function: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(lake.ask("select * from tweets").rows, key=str)

    function.lambda_handler(EVENT, Context())

    assert count_objects(lake) == [6, 6, 5]
    printed = printed_metrics(capsys.readouterr().out)
    assert shown_of("compactor") <= printed.keys()
    # Until the grace is over the old objects stay, and the days are not written again.
    function.lambda_handler(EVENT, Context())
    assert count_objects(lake) == [6, 6, 5]

    build_compactor(lake, NOW + 120 * MINUTES).run(lambda: False)
    assert count_objects(lake) == [1, 1, 5]
    assert sorted(lake.ask("select * from tweets").rows, key=str) == before


def test_a_run_that_has_no_time_left_begins_nothing(lake: Warehouse, function: Any) -> None:
    function.lambda_handler(EVENT, Context(remaining_ms=20_000))

    assert count_objects(lake) == [5, 5, 5]


def test_a_query_that_outlasts_the_run_is_stopped_and_the_day_left_as_it_was(lake: Warehouse) -> None:
    answers = iter([True, False])

    tally = build_compactor(lake, NOW).run(lambda: next(answers, False))

    assert (len(tally.rewrites), len(tally.failures), tally.left) in ((0, 1, 1), (1, 0, 1))
    assert all("takes longer than this run has time for" in reason for reason in tally.failures.values())


def test_a_day_that_athena_fails_on_does_not_keep_the_others_from_their_turn(lake: Warehouse) -> None:
    broken = f"posts/dt={FIRST_DAY}/x.parquet"
    lake._s3.put_object(Bucket=BUCKET, Key=broken, Body=b"not Parquet")

    tally = build_compactor(lake, NOW).run(lambda: True)

    assert list(tally.failures) == [f"posts/dt={FIRST_DAY}"]
    assert len(tally.rewrites) == 1
    assert broken in lake.list_objects()


def test_what_arrives_late_is_compacted_when_it_is_enough(lake: Warehouse) -> None:
    build_compactor(lake, NOW).run(lambda: True)
    build_compactor(lake, NOW + 61 * MINUTES).run(lambda: True)
    day = f"posts/dt={FIRST_DAY}"
    copy = next(key for key in lake.list_objects(f"{day}/"))
    for number in range(3):
        later = build_compactor(lake, NOW + 62 * MINUTES)
        assert later.find_partitions() == []
        lake._s3.copy_object(Bucket=BUCKET, Key=f"{day}/late{number}", CopySource={"Bucket": BUCKET, "Key": copy})

    (chosen,) = build_compactor(lake, NOW + 62 * MINUTES).find_partitions()

    assert (chosen.table, chosen.day, chosen.objects, chosen.parts) == ("posts", str(FIRST_DAY), 4, 4)
    # A rewrite makes the object new, and its rows no younger.
    assert build_compactor(lake, NOW + dt.timedelta(days=31)).find_partitions() == []


def test_days_before_the_first_are_left_alone(lake: Warehouse) -> None:
    second = FIRST_DAY + dt.timedelta(days=1)

    chosen = build_compactor(lake, NOW, earliest=second).find_partitions()

    assert [partition.day for partition in chosen] == [str(second)]
