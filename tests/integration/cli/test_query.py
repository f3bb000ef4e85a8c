"""`photolake query` over the real views, with the local Athena behind it."""

import dataclasses
import datetime as dt
import json
import signal
import subprocess
import sys
import textwrap
import time

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from photolake.athena_schema.workgroup import Workgroup
from photolake_cli import cloud as clouds
from photolake_cli import main
from photolake_cli.cloud import Cloud
from tests.synthetic_lake.warehouse import DATABASE, REGION, WORKGROUP, open_warehouse, read_saved_queries

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
FIRST = 2030500000000000001
ANN = {"id": 7, "screen_name": "ann", "name": 'Ann, "the" baker'}


def post(number, day, **more):
    return {
        "id": FIRST + number,
        "id_str": str(FIRST + number),
        "text": "Fresh bread",
        "dt": day,
        "created_at": f"{day}T08:00:00.000Z",
        "collected_at": f"{day}T09:00:00.000Z",
        "processed_at": f"{day}T10:00:00.000Z",
        "language": "en",
        "sentiment": "POSITIVE",
        "sentiment_status": "ok",
        "sentimentposscore": 0.75,
        **more,
    }


POSTS = [
    post(0, "2026-03-01", user=ANN),
    post(1, "2026-03-02", text="", sentiment=None, sentiment_status="empty", sentimentposscore=None),
    post(2, "2026-03-03", language="de", sentiment="NEUTRAL", sentimentposscore=0.125),
]


@pytest.fixture(scope="module")
def athena(tmp_path_factory):
    """The local Athena over three posts, and the saved queries."""
    with open_warehouse(tmp_path_factory.mktemp("athena"), NOW) as lake:
        lake.land("posts", POSTS)
        lake.create_views()
        client = lake._athena
        Workgroup(client, WORKGROUP, DATABASE).save_queries(read_saved_queries())
        yield client


@pytest.fixture
def query(athena, monkeypatch):
    """The command over that lake: on the laptop, or as a stack's."""
    lake = Cloud(
        "the laptop cloud in .photolake",
        "laptop 1",
        boto3.Session("x", "x", region_name=REGION),
        {"WorkgroupName": WORKGROUP, "DatabaseName": DATABASE, "EarliestDate": "2026-01-01"},
        str,
        {"AWS_ENDPOINT_URL_ATHENA": athena.meta.endpoint_url},
    )
    monkeypatch.setattr("photolake_cli.query.client.LAPTOP_POLL_SECONDS", 0.01)
    monkeypatch.setattr(clouds, "connect", lambda stack, region, state: dataclasses.replace(lake, on_laptop=not stack))

    def ask(*arguments, status=0):
        result = CliRunner().invoke(main.app, ["query", *arguments])
        assert result.exit_code == status, result.output
        return result

    return ask


def test_saved_queries_are_listed_as_json(query):
    found = {each["name"]: each for each in json.loads(query("--list", "--format", "json").stdout)}

    assert set(found) == {saved.name for saved in read_saved_queries()}
    (name,) = [each for each in found["celebrity_matches"]["parameters"] if each["name"] == "name"]
    assert name["meaning"] == "the celebrity's name or a part of it"


@pytest.mark.parametrize("arguments", [(), ("--list",)])
def test_saved_queries_are_listed_with_their_description_and_parameters(query, arguments):
    shown = " ".join(query(*arguments).output.split())

    for saved in read_saved_queries():
        assert saved.name in shown
    assert "name: the celebrity's name or a part of it" in shown


def test_a_saved_query_is_run_for_some_days(query):
    days = ["--param", "since=2026-03-03", "--param", "until=2026-03-03"]
    rows = json.loads(query("--saved", "sentiment_by_language", "--format", "json", *days).stdout)

    assert [(row["language"], row["posts"]) for row in rows] == [("de", 1)]


def test_a_missing_parameter_is_an_error_with_its_meaning(query):
    assert "celebrity_matches: it needs name. Its parameters:" in query("--saved", "celebrity_matches", status=1).stderr


def test_a_table_says_below_what_the_query_scanned_and_would_cost(query):
    output = query("select language, count(*) as posts from tweets group by language order by 1").stdout

    assert [line.split() for line in output.splitlines() if line.strip()][2:4] == [["de", "1"], ["en", "2"]]
    assert "2 rows, " in output
    assert "kB scanned: would cost at most $0.00005 on AWS" in output


def test_on_aws_the_price_is_no_bound(query):
    assert "kB scanned: $0.00005" in query("select id from tweets", "--stack", "lake").stdout


def test_rows_for_machines_stand_alone_on_standard_output(query):
    result = query("select id, text, sentiment from tweets order by id", "--format", "csv")

    assert result.stdout == (
        f'id,text,sentiment\n{FIRST},Fresh bread,POSITIVE\n{FIRST + 1},"",\n{FIRST + 2},Fresh bread,NEUTRAL\n'
    )
    assert result.stderr.startswith("3 rows, ")


def test_values_take_the_place_of_question_marks(query):
    sql = 'select id, "user".name as name from tweets where id = ? and dt >= ? and "user".name = ?'
    words = ["--param", str(FIRST), "--param", "2026-03-01", "--param", 'Ann, "the" baker']

    assert json.loads(query(sql, *words, "--format", "json").stdout) == [{"id": str(FIRST), "name": 'Ann, "the" baker'}]
    assert "Each ? in the statement takes one --param, in order" in query(sql, status=1).stderr


def test_parquet_has_the_types_of_the_query(query, tmp_path):
    file = tmp_path / "posts.parquet"
    sql = """
        select id, text, sentimentposscore, sentiment is null as silent, date '2026-03-01' as day, "user",
            cast(1.5 as decimal(5, 2)) as price, from_iso8601_timestamp(created_at) at time zone 'UTC' as zoned,
            cast(from_iso8601_timestamp(created_at) as timestamp) as at
        from tweets order by id
    """
    query(sql, "--output", str(file))

    table = pq.read_table(file)

    assert {field.name: field.type for field in table.schema} == {
        "id": pa.int64(),
        "text": pa.string(),
        "sentimentposscore": pa.float64(),
        "silent": pa.bool_(),
        "day": pa.date32(),
        "user": pa.string(),
        "price": pa.decimal128(5, 2),
        "zoned": pa.string(),
        "at": pa.timestamp("ms"),
    }
    assert table["id"].to_pylist() == [FIRST, FIRST + 1, FIRST + 2]
    assert table["at"].to_pylist()[0] == dt.datetime(2026, 3, 1, 8)
    assert [file.name for file in tmp_path.iterdir()] == ["posts.parquet"]


def test_a_query_that_fails_leaves_the_file_as_it_was(query, tmp_path):
    file = tmp_path / "posts.csv"
    file.write_text("before")

    assert "COLUMN_NOT_FOUND: line 1:8" in query("select nope from tweets", "--output", str(file), status=1).stderr

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("posts.csv", "before")]


def test_a_file_that_cannot_be_written_is_an_error_before_the_query_runs(query, athena, tmp_path):
    before = athena.list_query_executions(WorkGroup=WORKGROUP)["QueryExecutionIds"][:1]

    said = query("select 1", "--output", str(tmp_path / "no" / "rows.csv"), status=1).stderr

    assert "cannot be written: No such file or directory" in said
    assert athena.list_query_executions(WorkGroup=WORKGROUP)["QueryExecutionIds"][:1] == before


def test_a_table_shows_the_first_thousand_rows_and_says_so(query):
    sql = "select i from unnest(sequence(1, 2500)) as t(i)"

    shown = query(sql).stdout

    assert "the first 1,000 rows (for all: --format csv)" in shown
    assert len(query(sql, "--format", "csv").stdout.splitlines()) == 2501


# The command, without a laptop cloud to connect to.
ASK = """
    import boto3, sys
    from photolake_cli import cloud, main
    from photolake_cli.cloud import Cloud

    url, workgroup, database, *arguments = sys.argv[1:]
    session = boto3.Session("x", "x", region_name="us-east-1")
    values = {"WorkgroupName": workgroup, "DatabaseName": database, "EarliestDate": "2026-01-01"}
    endpoints = {"AWS_ENDPOINT_URL": url}
    cloud.connect = lambda stack, region, state: Cloud("here", "lake", session, values, str, endpoints, on_laptop=True)
    main.app(["query", "--stack", "lake", *arguments])
"""
ENDLESS = (
    "select count(*) from unnest(sequence(1, 3000)) as a(x) cross join unnest(sequence(1, 3000)) as b(y) "
    "cross join unnest(sequence(1, 3000)) as c(z) where sqrt(x + y * z) > 1e6"
)


def start(athena, *arguments):
    program = [sys.executable, "-c", textwrap.dedent(ASK), athena.meta.endpoint_url, WORKGROUP, DATABASE, *arguments]
    return subprocess.Popen(program, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def executions(athena):
    found = athena.list_query_executions(WorkGroup=WORKGROUP)["QueryExecutionIds"]
    return athena.batch_get_query_execution(QueryExecutionIds=found[:1])["QueryExecutions"]


def test_ctrl_c_stops_the_query_on_the_server(athena):
    asking = start(athena, ENDLESS)
    deadline = time.monotonic() + 30
    while not any(run["Query"] == ENDLESS and run["Status"]["State"] == "RUNNING" for run in executions(athena)):
        assert time.monotonic() < deadline
        time.sleep(0.05)

    asking.send_signal(signal.SIGINT)

    said = asking.communicate(timeout=30)[1]
    assert said == (
        "Stopped, also in Athena, which charges for the data scanned so far. Run the command again to repeat it.\n"
    )
    assert asking.returncode == 130
    (stopped,) = executions(athena)
    assert (stopped["Query"], stopped["Status"]["State"]) == (ENDLESS, "CANCELLED")


def test_a_reader_that_has_seen_enough_ends_the_command_quietly(athena):
    sql = "select i, 'a long line of text that fills the pipe' as text from unnest(sequence(1, 9000)) as t(i)"
    asking = start(athena, sql, "--format", "csv")

    assert asking.stdout.readline() == "i,text\n"
    asking.stdout.close()

    assert asking.stderr.read() == ""
    asking.stderr.close()
    assert asking.wait(timeout=30) == 1
