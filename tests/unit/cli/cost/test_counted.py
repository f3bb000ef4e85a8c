"""What the functions of a stack counted, by CloudWatch, and X's posts by month."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from photolake_cli.cost.counted import Counted, read_counted

SINCE, UNTIL = dt.date(2026, 10, 30), dt.date(2026, 11, 2)


class CloudWatch:
    """Answers each query by the metric's name and its last dimension; keeps the span that was asked for."""

    def __init__(self, values):
        self.values = values
        self.spans: set[tuple[str, str]] = set()

    def get_paginator(self, name):
        assert name == "get_metric_data"
        return SimpleNamespace(paginate=self._paginate)

    def _paginate(self, MetricDataQueries, StartTime, EndTime):  # noqa: N803 (boto3's names)
        self.spans.add((StartTime.isoformat(), EndTime.isoformat()))
        results = []
        for query in MetricDataQueries:
            metric, period = query["MetricStat"]["Metric"], query["MetricStat"]["Period"]
            assert (metric["Namespace"], period) == ("photolake/lake", 86400)
            key = (metric["MetricName"], metric["Dimensions"][-1]["Value"])
            results.append({"Id": query["Id"], "Values": self.values.get(key, [])})
        yield {"MetricDataResults": results}


def connect(values, items, *, on_laptop=False):
    watch = CloudWatch(values)

    def get_item(Key):  # noqa: N803 (boto3's name)
        return {"Item": items[Key["id"]]} if Key["id"] in items else {}

    cloud: Any = SimpleNamespace(
        name="the stack lake in eu-west-1",
        on_laptop=on_laptop,
        client={"cloudwatch": watch}.__getitem__,
        table=lambda name: SimpleNamespace(get_item=get_item),
        find_physical_id=str,
    )
    return cloud, watch


def test_calls_and_what_was_remembered_are_the_sums_of_the_days():
    cloud, watch = connect(
        {
            ("ComprehendUnits", "tweet_analyzer"): [300.0, 6.0],
            ("RekognitionCalls", "labels"): [40.0],
            ("TextsSaved", "tweet_analyzer"): [7.0],
        },
        {"budget#x#2026-10": {"posts": 1000}, "budget#x#2026-11": {"posts": 500}, "budget#x#2026-12": {"posts": 9}},
    )

    found = read_counted(cloud, SINCE, UNTIL)

    assert found == Counted(
        {"labels": 40, "texts": 306},
        {"texts": 7, "downloads": 0, "analyses": 0},
        {"2026-10": 1000, "2026-11": 500},
    )
    assert str(found.x_usd) == "7.500"
    assert watch.spans == {("2026-10-30T00:00:00+00:00", "2026-11-03T00:00:00+00:00")}


def test_a_laptop_has_no_metrics():
    cloud, watch = connect({}, {}, on_laptop=True)

    assert read_counted(cloud, SINCE, UNTIL) == Counted()
    assert watch.spans == set()


@pytest.mark.parametrize(("since", "months"), [("2026-11-02", 1), ("2025-12-31", 12), ("2000-01-01", 36)])
def test_at_most_the_last_three_years_are_asked_for(since, months):
    every = {f"budget#x#{year}-{month:02}": {"posts": 1} for year in range(2000, 2027) for month in range(1, 13)}
    cloud, _ = connect({}, every, on_laptop=True)

    assert len(read_counted(cloud, dt.date.fromisoformat(since), UNTIL).x_posts) == months
