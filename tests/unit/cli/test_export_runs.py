"""`photolake export` into SQLite: the table is the view, whatever happens in between."""

import contextlib
import datetime as dt
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from photolake_cli.errors import CommandError
from photolake_cli.export import upsert
from photolake_cli.export.run import ExportRequest, run_export
from tests.fakes.export_lake import ExportLake, post
from tests.resolved_template import ROOT

NOW = dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC)
DAYS = [f"2026-03-0{day}" for day in range(1, 7)]


def export(lake: Any, view, to, now=NOW, **options):
    run_export(lake, lake, ExportRequest(view, to, **options), ROOT / "athena/views", now)


class Database:
    """An SQLite file, and exports of a lake into it."""

    def __init__(self, folder):
        self.url = f"sqlite:///{folder}/warehouse.db"

    def export(self, lake, now=NOW, view="tweets", **options):
        export(lake, view, self.url, now, **options)

    def run(self, sql):
        engine = sa.create_engine(self.url)
        with engine.begin() as connection:
            result = connection.execute(sa.text(sql))
            rows = [tuple(row) for row in result] if result.returns_rows else []
        engine.dispose()
        return rows

    def posts(self, table="tweets"):
        return self.run(f'select id, text, score, posted_at, "user", dt from {table} order by id')


@pytest.fixture
def database(tmp_path):
    return Database(tmp_path)


def expected(rows, deleted=()):
    return sorted(
        (int(row["id"]), row["text"], float(row["score"]), f"{row['posted_at']}000", row["user"], row["dt"])
        for row in rows
        if row["id"] not in deleted
    )


def test_the_first_export_makes_the_table_and_fills_it(database):
    lake = ExportLake([post(1, DAYS[0]), post(2, DAYS[3]), post(3, DAYS[3], text=None, score="1.0")])

    database.export(lake)

    assert database.posts() == [
        (1, "post 1", 0.5, "2026-03-01 10:00:00.000000", '{"id":7,"name":"Ann"}', "2026-03-01"),
        (2, "post 2", 0.5, "2026-03-04 10:00:00.000000", '{"id":7,"name":"Ann"}', "2026-03-04"),
        (3, None, 1.0, "2026-03-04 10:00:00.000000", '{"id":7,"name":"Ann"}', "2026-03-04"),
    ]
    assert database.run("select dt, row_count from photolake_exports order by dt") == [
        ("", 0),
        *((day, {DAYS[0]: 1, DAYS[3]: 2}.get(day, 0)) for day in DAYS),
    ]


days = st.sampled_from(DAYS)
rows = st.dictionaries(st.integers(1, 12), st.tuples(days, st.sampled_from("abc")), max_size=12).map(
    lambda drawn: [post(number, day, text=text) for number, (day, text) in drawn.items()]
)


class Fault:
    """Stops the process, in effect, before the n-th statement that any database gets."""

    def __init__(self, statement):
        self.left = statement
        self.is_raised = False

    def __call__(self, *_):
        self.left -= 1
        if self.left == 0:
            self.is_raised = True
            raise KeyboardInterrupt


@contextlib.contextmanager
def fault_before(statement):
    fault = Fault(statement)
    sa.event.listen(sa.Engine, "before_cursor_execute", fault)
    try:
        yield fault
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", fault)


# Two days and tomorrow, to make the tests of every interruption short.
SOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def interrupt_at_every_statement(tmp_path, lake, before):
    """Export with an interruption and once more, for each statement in turn; returns how many there were."""
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    if before:
        Database(prepared).export(ExportLake(before), now=SOON)
    for statement in range(1, 200):
        folder = tmp_path / str(statement)
        shutil.copytree(prepared, folder)
        database = Database(folder)
        with fault_before(statement) as fault, contextlib.suppress(typer.Exit, KeyboardInterrupt):
            database.export(lake, now=SOON)
        database.export(lake, now=SOON)
        assert database.posts() == expected(lake.rows), f"statement {statement}"
        if not fault.is_raised:
            break
    return statement


@pytest.mark.parametrize("before", [[], [post(number, DAYS[number % 2]) for number in range(6)]], ids=["empty", "full"])
def test_an_export_interrupted_anywhere_and_repeated_gives_the_rows_of_one_run(before, tmp_path, monkeypatch):
    monkeypatch.setattr(upsert, "BATCH_ROWS", 2)
    lake = ExportLake([post(number, DAYS[number % 2], text="new") for number in range(3, 9)])

    assert interrupt_at_every_statement(tmp_path, lake, before) > 20


@settings(deadline=None, max_examples=15)
@given(first=rows, second=rows, deleted=st.sets(st.integers(1, 12), max_size=4))
def test_after_any_changes_of_the_last_days_the_table_is_the_view(first, second, deleted):
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder))
        database.export(ExportLake(first))
        lake = ExportLake(second, deleted=[str(number) for number in deleted])
        database.export(lake)
        once = database.posts()
        database.export(lake)

        assert once == expected(second, lake.deleted)
        assert database.posts() == once


def test_a_day_is_exported_again_until_no_more_rows_are_expected(database):
    lake = ExportLake([post(1, DAYS[0]), post(2, DAYS[3])])
    database.export(lake, late_days=1)
    lake.rows = [post(1, DAYS[0], text="too late"), post(2, DAYS[3], text="late")]
    lake.queries.clear()

    database.export(lake, late_days=1)

    assert [text for _, text, *_ in database.posts()] == ["post 1", "late"]
    assert "in ('2026-03-04', '2026-03-05', '2026-03-06')" in lake.queries[0]

    database.export(lake, since=DAYS[0], until=DAYS[0])

    assert [text for _, text, *_ in database.posts()] == ["too late", "late"]


def test_a_database_whose_upsert_is_not_known_gets_the_same_rows(database, monkeypatch):
    monkeypatch.setattr(upsert, "build_upsert", lambda *_: None)
    lake = ExportLake([post(1, DAYS[3]), post(2, DAYS[3])])
    database.export(lake)
    lake.rows = [post(1, DAYS[3], text="edited"), post(3, DAYS[3])]

    database.export(lake)

    assert database.posts() == expected(lake.rows)


def test_a_deleted_post_leaves_the_table_whatever_its_day(database):
    lake = ExportLake([post(1, DAYS[0]), post(2, DAYS[0])])
    database.export(lake, late_days=0)

    lake.deleted = ["1"]
    database.export(lake, late_days=0, now=NOW + dt.timedelta(days=30))

    assert [number for number, *_ in database.posts()] == [2]


def test_the_key_and_the_columns_of_others_in_the_table_are_left_alone(database):
    lake = ExportLake([post(1, DAYS[3])])
    database.export(lake)
    database.run("alter table tweets add column note text default 'mine'")
    database.run("update tweets set note = 'read'")

    lake.rows[0]["text"] = "edited"
    database.export(lake)

    assert database.run("select text, note from tweets") == [("edited", "read")]


def test_a_new_column_of_the_view_is_added_and_filled_for_all_days(database):
    lake = ExportLake([post(1, DAYS[0])])
    database.export(lake, late_days=0)

    lake.columns["left"] = "double"
    lake.rows[0]["left"] = "0.25"
    database.export(lake, late_days=0, now=NOW + dt.timedelta(days=30))

    assert database.run('select id, "left" from tweets') == [(1, 0.25)]


def test_rows_that_no_export_wrote_are_not_touched_unless_asked(database):
    database.run("create table tweets (id bigint primary key, text text)")
    database.run("insert into tweets values (9, 'mine')")
    lake = ExportLake([post(1, DAYS[0])])

    with pytest.raises(CommandError, match=r"tweets at sqlite.* has rows that no export has written"):
        database.export(lake)
    assert database.run("select * from tweets") == [(9, "mine")]

    database.export(lake, full=True)
    assert [number for number, *_ in database.posts()] == [1]


def test_the_rows_of_another_lake_are_not_mixed_with_those_of_this_one(database):
    database.export(ExportLake([post(1, DAYS[0])], key="eu-west-1 lake"))
    other = ExportLake([post(2, DAYS[0])])

    with pytest.raises(CommandError, match=r"has the rows of another lake \(eu-west-1 lake\).*--table.*--full"):
        database.export(other)
    database.export(other, table="tweets_of_laptop")
    assert [number for number, *_ in database.posts("tweets_of_laptop")] == [2]

    database.export(other, full=True)
    database.export(other)
    assert [number for number, *_ in database.posts()] == [2]


def test_a_table_with_another_key_is_refused(database):
    database.run("create table tweets (id_str text primary key)")

    with pytest.raises(CommandError, match=r"primary key \(id_str\), and the view \(id\)"):
        database.export(ExportLake())


def test_a_dry_run_shows_the_table_and_writes_nothing(database, capsys):
    database.export(ExportLake([post(1, DAYS[0])]), is_dry_run=True)

    said = capsys.readouterr().err
    assert "CREATE TABLE tweets" in said
    assert "Would export tweets to tweets at sqlite:" in said
    assert "6 days from 2026-03-01 to 2026-03-06" in said
    assert database.run("select count(*) from sqlite_master") == [(0,)]


def test_an_export_says_how_many_rows_and_what_it_cost(database, capsys):
    lake = ExportLake([post(1, DAYS[0]), post(2, DAYS[3])])
    database.export(lake)
    lake.rows.pop()
    database.export(lake)

    said = " ".join(capsys.readouterr().err.split())
    assert "6 days from 2026-03-01 to 2026-03-06: 2 rows, " in said
    assert "1 removed that the view has no more; 1.0 kB scanned: would cost at most $0.00005 on AWS" in said


def test_what_a_database_cannot_hold_is_changed_and_counted(database, capsys):
    lake = ExportLake(
        [
            post(1, DAYS[0], text="a\0b", score="NaN", posted_at="+52000-01-01 00:00:00.000"),
            post(2, DAYS[0], score="Infinity", user='{"name":"a\\u0000b\\\\u0000"}'),
        ]
    )

    database.export(lake)

    said = capsys.readouterr().err
    assert "2 values were NaN or infinity, now null: databases cannot hold them" in said
    assert "1 values were a time outside of the years 1 to 9999, now null" in said
    assert [(row[1], row[2], row[3]) for row in database.posts()] == [
        ("a\N{REPLACEMENT CHARACTER}b", None, None),
        ("post 2", None, "2026-03-01 10:00:00.000000"),
    ]
    assert database.posts()[1][4] == '{"name":"a\\ufffdb\\\\u0000"}'


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"since": "2026-3-1"}, "--since must be a day such as 2026-11-01, not '2026-3-1'"),
        ({"since": "2026-03-04", "until": "2026-03-02"}, "There are no days from 2026-03-04 to 2026-03-02"),
        ({"full": True, "since": "2026-03-04"}, "--full exports all days"),
        ({"delimiter": ";"}, "--delimiter is for CSV files"),
        ({"key": ["user"]}, "tweets has no column user for a key"),
        (
            {"view": "twets"},
            "There is no view 'twets' in photolake. photolake's views: celeb_view, collection_gaps",
        ),
    ],
)
def test_a_wrong_request_is_refused_with_what_is_right(database, options, reason):
    with pytest.raises(CommandError) as error:
        database.export(ExportLake(), **options)
    assert reason in str(error.value)


def test_a_file_is_written_whole_with_the_delimiter_asked_for(tmp_path):
    path = tmp_path / "posts.csv"
    lake = ExportLake([post(1, DAYS[0], text="a;b"), post(2, DAYS[1], text=""), post(3, DAYS[5], text=None)])

    export(lake, "tweets", str(path), delimiter=";", until=DAYS[4])

    assert path.read_text() == (
        "id;id_str;text;score;posted_at;user;dt\n"
        '1;1;"a;b";0.5;2026-03-01 10:00:00.000;"{""id"":7,""name"":""Ann""}";2026-03-01\n'
        '2;2;"";0.5;2026-03-02 10:00:00.000;"{""id"":7,""name"":""Ann""}";2026-03-02\n'
    )
    assert [each.name for each in tmp_path.iterdir()] == ["posts.csv"]


def test_an_interrupted_file_is_not_there(tmp_path):
    lake = ExportLake([post(1, DAYS[0])])
    lake.rows.append({"id": "2", "dt": DAYS[0], "posted_at": "no time"})
    path = tmp_path / "posts.parquet"

    with pytest.raises(CommandError, match="Column posted_at"):
        export(lake, "tweets", str(path))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("to", "options", "reason"),
    [
        ("", {}, "Where to? --to with the URL of a database or a file, or PHOTOLAKE_EXPORT_URL"),
        ("rows.xlsx", {}, "--to is the URL of a database (postgresql://...) or a file .csv, .json, .parquet"),
        ("rows.parquet", {"delimiter": ";"}, "--delimiter is for CSV, and rows.parquet is not"),
        ("rows.csv", {"delimiter": "ab"}, "--delimiter must be one character"),
        ("rows.csv", {"full": True}, "--full and --table are for databases"),
    ],
)
def test_a_wrong_target_is_refused_with_what_is_right(to, options, reason):
    with pytest.raises(CommandError) as error:
        export(ExportLake(), "tweets", to, **options)
    assert reason in str(error.value)
