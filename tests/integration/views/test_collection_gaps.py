"""Where a source was not read: runs that are missing, failed, or were held up, by the view and by the saved query."""

import datetime as dt

import pytest

from photolake.collect.runs import RunStatus, SourceRun
from photolake.collect.source import Span
from tests.synthetic_lake.warehouse import open_warehouse, read_saved_queries

DAY = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
HOSTILE = 'X says "no"\nand \u2028 <b>\U0001f30a'


def at(hour):
    return DAY + hour * HOUR


def text(hour):
    return at(hour).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def run(hour, covered=None, status=RunStatus.OK, **fields):
    """A run at an hour of the first day; `covered` are the hours that it has read to the end."""
    span = Span(at(covered[0]), at(covered[1])) if covered else None
    ended = at(hour) + dt.timedelta(minutes=1)
    return {
        "run_id": f"run {hour}",
        "collected_by": "collector",
        "query": "sea",
        "started_at": at(hour),
        "ended_at": ended,
        "status": status,
        "covered": span,
        **fields,
    }


FAILED, LIMITED, SPENT = RunStatus.FAILED, RunStatus.RATE_LIMITED, RunStatus.OVER_BUDGET
# What happens to a source, and the gaps that it then has: from, to, hours, status, reason, runs.
STORIES = {
    "runs adjoin, whatever fails between them": (
        [run(1, (-160, 1)), run(2, (1, 2)), run(3, None, FAILED), run(4, (2, 4)), run(5, (3.5, 5))],
        [],
    ),
    "runs in any order and within each other": ([run(9, (1, 9)), run(2, (1, 2)), run(5, (3, 4)), run(1, (0, 1))], []),
    "no run left a row": (
        [run(1, (0, 1)), run(5, (4, 5))],
        [(text(1), text(4), "3.0", "not_recorded", None, "0")],
    ),
    "posts left the source": (
        [run(1, (0, 1)), run(5, (4, 5), has_gap=True, reason="too old")],
        [(text(1), text(4), "3.0", "lost", None, "0")],
    ),
    "several troubles, and one that lasts": (
        [
            run(1, (0, 1)),
            run(2, None, LIMITED),
            run(3, None, SPENT, reason="monthly_budget"),
            run(3.5, None, SPENT, reason="monthly_budget"),
            run(200, (40, 200)),
            run(201, None, FAILED, reason="X is down"),
        ],
        [
            (text(1), text(40), "39.0", "over_budget, rate_limited", "monthly_budget", "3"),
            (text(200), None, None, "failed", "X is down", "1"),
        ],
    ),
    "the budget is used up": (
        [run(1, (0, 1)), run(2, None, SPENT, reason="max_posts")],
        [(text(1), None, None, "over_budget", "max_posts", "1")],
    ),
    "the budget was used up, and a later run has caught up": (
        [run(1, (0, 1)), run(2, None, SPENT, reason="max_posts"), run(3, (1, 3))],
        [],
    ),
    "time ran out": (
        [run(3, (0, 1), RunStatus.OUT_OF_TIME)],
        [(text(1), None, None, "out_of_time", None, "1")],
    ),
    "it was never read": ([run(1, None, RunStatus.SKIPPED), run(2, None, FAILED)], []),
    "its query was changed": ([run(1, (0, 1), query="a"), run(9, (7, 9), query="b")], []),
    "its error has quotes, lines and emoji": (
        [run(1, (0, 1)), run(2, None, FAILED, reason=HOSTILE)],
        [(text(1), None, None, "failed", HOSTILE, "1")],
    ),
}
OF_A_PLATFORM = [
    run(1, (0, 1), source="off#1"),
    run(1, (0, 1), source="off#2", query="sun"),
    run(2, (0, 2), source="on"),
    run(2, None, RunStatus.SKIPPED, source="off", reason="put the token in", query=None),
]


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    runs = [each | {"source": name} for name, (told, _) in STORIES.items() for each in told]
    with open_warehouse(tmp_path_factory.mktemp("cache"), DAY + dt.timedelta(days=9)) as opened:
        opened.note_runs([SourceRun(**each).to_row() for each in (*runs, *OF_A_PLATFORM)])
        opened.create_views("tweets", "collection_runs", "collection_gaps")
        yield opened


@pytest.fixture(scope="module")
def gaps(lake):
    rows = lake.records("select * from collection_gaps order by source, query, gap_from")
    names = ("gap_from", "gap_to", "hours", "status", "reason", "runs")
    return {
        source: [tuple(row[name] for name in names) for row in rows if row["source"] == source]
        for source in {row["source"] for row in rows}
    }


@pytest.mark.parametrize("story", STORIES)
def test_the_gaps_of_a_source_when(story, gaps):
    assert gaps.get(story, []) == STORIES[story][1]


def test_a_platform_that_is_not_set_up_any_more_opens_a_gap_in_each_source_that_was_read(gaps):
    expected = [(text(1), None, None, "skipped", "put the token in", "1")]
    assert (gaps["off#1"], gaps["off#2"], gaps.get("on"), gaps.get("off")) == (expected, expected, None, None)


def test_posts_a_day_stand_beside_the_share_of_the_day_that_was_read(lake):
    posts = [
        {
            "id": number,
            "id_str": str(number),
            "source_platform": "x",
            "timestamp_ms": 1772359200000 + number,
            "matched_query": query,
            "collected_at": text(20),
            "processed_at": text(20),
            "dt": "2026-03-01",
        }
        for number, query in ((1, "sea"), (2, "sea"), (3, "sun"))
    ]
    lake.land("posts", posts)
    runs = [run(1, (0, 6)), run(9, (3, 9)), run(80, (42, 72 + 12))]
    lake.note_runs([SourceRun(**each | {"source": "x#1"}).to_row() for each in runs], "b")
    query = next(each for each in read_saved_queries() if each.name == "posts_and_coverage_by_day")

    def ask(since, until):
        rows = lake.ask(query.text, [f"'{since}'", f"'{until}'"]).rows
        return [row for row in rows if row[0] == "x#1"]

    assert ask("2026-02-28", "2026-03-31") == [
        ["x#1", "sea", "2026-03-01", "2", "0.375"],
        ["x#1", "sea", "2026-03-02", "0", "0.25"],
        ["x#1", "sea", "2026-03-03", "0", "1.0"],
        ["x#1", "sea", "2026-03-04", "0", "0.5"],
    ]
    assert ask("2026-03-02", "2026-03-02") == [["x#1", "sea", "2026-03-02", "0", "0.25"]]
