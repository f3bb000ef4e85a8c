"""The Athena API over a lake that no query changes."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator

import pytest
from botocore.exceptions import ClientError

from laptop_cloud_testing.athena_lake import TWEETS, Lake, put_posts, put_raw, running


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """A lake that the tests only read."""
    with running(tmp_path_factory.mktemp("athena")) as lake:
        put_raw(lake)
        yield lake


@pytest.fixture(scope="module")
def sizes(lake: Lake) -> dict[str, int]:
    return put_posts(lake)


def test_a_view_shows_the_newest_copy_of_each_row_once(lake, sizes):
    assert lake.rows('select id, text, sentimentposscore, "user", dt from tweets order by id') == [
        ("id", "text", "sentimentposscore", "user", "dt"),
        ("1", "new", "0.5", "{id=10, screen_name=ann, verified_type=blue}", "2026-03-01"),
        ("2", 'two, "quoted"', None, None, "2026-03-01"),
        ("3", "three", None, None, "2026-03-02"),
    ]


def test_a_view_over_a_view_unnests_nested_rows(lake, sizes):
    assert lake.rows("select id, position, url from links order by position") == [
        ("id", "position", "url"),
        ("1", "1", "https://a.example/1"),
        ("1", "2", "https://b.example/2"),
    ]


def test_files_of_an_older_struct_read_with_nulls_in_its_new_fields(lake, sizes):
    sql = "select processed_at, user.verified_type, entities from lake_landing.posts where id = 1 order by 1"

    assert lake.rows(sql)[1:] == [
        ("2026-03-02T00:00:00.000Z", None, None),
        (
            "2026-03-03T00:00:00.000Z",
            "blue",
            "{urls=[{expanded_url=https://a.example/1}, {expanded_url=https://b.example/2}]}",
        ),
    ]


@pytest.mark.parametrize(
    ("condition", "keys"),
    [
        ("dt = '2026-03-02'", "c"),
        ("dt in ('2026-03-02', '2026-03-04')", "c"),
        ("dt in ('2026-03-02', '2026-03-01')", "abc"),
        ("dt between '2026-02-01' and '2026-03-01'", "ab"),
        ("dt < '2026-03-02'", "ab"),
        ("dt >= '2026-03-02' and id > 0", "c"),
        ("dt like '2026-03%'", "abc"),
        ("dt = '2026-01-05'", ""),
        ("dt = '2026-03-02' or id = 2", "abc"),
        ("dt > cast(date '2026-03-01' as varchar)", "c"),
        ("dt = '2026-03-02' and text = 'three'", "c"),
        ("id = 3", "abc"),
        ("false", ""),
    ],
)
def test_only_objects_of_needed_dates_are_read(lake, sizes, condition, keys):
    scanned = lake.execution(f"select * from tweets where {condition}")["Statistics"]["DataScannedInBytes"]

    assert scanned == sum(sizes[key] for key in keys)


def test_each_side_of_a_join_is_pruned_by_itself(lake, sizes):
    sql = "select a.id from tweets a join tweets b on a.dt = b.dt and a.id = b.id where b.dt = '2026-03-02'"
    found = lake.execution(sql)

    assert found["Statistics"]["DataScannedInBytes"] == 2 * sizes["c"] // 2
    assert lake.rows(sql)[1:] == [("3",)]


def test_pruning_does_not_change_an_answer(lake, sizes):
    whole = lake.rows("select dt, id from tweets order by id")[1:]

    for day in ("2026-03-01", "2026-03-02"):
        assert lake.rows(f"select dt, id from tweets where dt = '{day}' order by id")[1:] == [
            row for row in whole if row[0] == day
        ]


def test_a_query_may_ask_which_object_a_row_is_from(lake, sizes):
    rows = lake.rows("select id, \"$path\" as path from lake_landing.posts where dt = '2026-03-02'")

    assert [row[0] for row in rows] == ["id", "3"]
    assert rows[1][1].startswith("s3://lake/posts/dt=2026-03-02/")
    assert len(lake.rows('select "$path" from lake_landing.posts limit 1')[0]) == 1
    assert "$path" not in lake.rows("select * from lake_landing.posts limit 1")[0]


def test_gzipped_json_lines_are_rows_whatever_the_case_of_their_keys(lake):
    sql = (
        "select id, l.name, l.confidence, dt from lake_landing.raw left join unnest(labels) as t(l) on true order by id"
    )

    assert lake.rows(sql)[1:] == [
        ("1", "Dog", "99.5", "2026-03-01"),
        ("2", None, None, "2026-03-01"),
        ("3", None, None, "2026-03-01"),
    ]


def test_results_lie_as_csv_in_the_workgroups_location(lake, sizes):
    found = lake.execution("select id, text, sentimentposscore from tweets where dt = '2026-03-01' order by id")
    location = found["ResultConfiguration"]["OutputLocation"]
    key = location.removeprefix("s3://lake/")

    assert location == f"s3://lake/results/{found['QueryExecutionId']}.csv"
    assert lake.s3.get_object(Bucket="lake", Key=key)["Body"].read().decode() == (
        '"id","text","sentimentposscore"\n"1","new","0.5"\n"2","two, ""quoted""",\n'
    )
    assert "Contents" in lake.s3.list_objects_v2(Bucket="lake", Prefix=f"{key}.metadata")


def test_result_columns_have_athenas_types(lake, sizes):
    sql = """
        select id, cast(1 as integer) as n, text, sentimentposscore, id = 1 as is_first, "user", entities.urls,
            date '2026-01-01' as d, from_iso8601_timestamp('2026-01-01T00:00:00Z') as z,
            map(array['a'], array[id]) as m, cast(now() as timestamp) as t, sum(id) over () as total,
            cast(1.5 as decimal(5, 2)) as x
        from tweets limit 1
    """
    identity = lake.execution(sql)["QueryExecutionId"]
    columns = lake.athena.get_query_results(QueryExecutionId=identity)["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]

    assert {column["Name"]: column["Type"] for column in columns} == {
        "id": "bigint",
        "n": "integer",
        "text": "varchar",
        "sentimentposscore": "double",
        "is_first": "boolean",
        "user": "row",
        "urls": "array",
        "d": "date",
        "z": "timestamp with time zone",
        "m": "map",
        "t": "timestamp",
        "total": "bigint",
        "x": "decimal",
    }


def test_results_come_in_pages_and_the_header_is_the_first_row(lake):
    identity = lake.execution("select i from unnest(sequence(1, 5)) as t(i) order by i")["QueryExecutionId"]
    pages: list[list[str]] = []
    token: dict[str, str] = {}
    while True:
        page = lake.athena.get_query_results(QueryExecutionId=identity, MaxResults=2, **token)
        pages.append([row["Data"][0]["VarCharValue"] for row in page["ResultSet"]["Rows"]])
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}

    assert pages == [["i", "1"], ["2", "3"], ["4", "5"]]


def test_execution_parameters_replace_question_marks(lake, sizes):
    sql = "select id from tweets where dt = ? and id > ? order by id"

    assert lake.rows(sql, ExecutionParameters=["'2026-03-01'", "1"])[1:] == [("2",)]
    assert lake.failure(sql, ExecutionParameters=["1"]) == (
        "INVALID_PARAMETER_USAGE: Incorrect number of parameters: expected 2 but found 1"
    )


FAILURES = [
    (
        "select id,\n  nope\nfrom tweets",
        "COLUMN_NOT_FOUND: line 2:3: Column 'nope' cannot be resolved or requester is not authorized to access",
    ),
    ("select 1 from nope", "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.lake.nope' does not exist"),
    ("select 1 from nope.t", "SCHEMA_NOT_FOUND: line 1:15: Schema 'nope' does not exist"),
    ("select nope(id) from tweets", "FUNCTION_NOT_FOUND: line 1:8: Function 'nope' not registered"),
    ("select id from tweets where", "SYNTAX_ERROR: line 1:23: mismatched input 'where'."),
    ("select id from tweets where id = 'x'", "TYPE_MISMATCH: line 1:29: Cannot apply operator: bigint = varchar"),
    ("select id, count(*) from tweets", "EXPRESSION_NOT_AGGREGATE: "),
    ("select 1 / (id - id) from tweets", "DIVISION_BY_ZERO: "),
    ("select cast(text as bigint) from tweets", "INVALID_CAST_ARGUMENT: Cannot cast "),
    ("drop table tweets", "NOT_SUPPORTED: The statement DROP TABLE is not available locally"),
    ("create view v as select now() as t", "NOT_SUPPORTED: Unsupported Hive type: timestamp(3) with time zone"),
    ("create view tweets as select 1 as a", "ALREADY_EXISTS: View already exists: 'awsdatacatalog.lake.tweets'"),
    (
        "create view v as select id + 1 from tweets",
        "MISSING_COLUMN_NAME: line 1:25: Column name not specified at position 1",
    ),
    ("create or replace view tweets as select id from links", "INVALID_VIEW: line 1:49: Failed analysing stored view"),
    ("drop view nope", "TABLE_NOT_FOUND: View 'awsdatacatalog.lake.nope' does not exist"),
    ("select * from read_csv('/etc/passwd')", "SYNTAX_ERROR: "),
    ("describe nope", "TABLE_NOT_FOUND: "),
]


def test_a_failed_query_says_why_as_athena_does(lake, sizes):
    assert [reason for sql, reason in FAILURES if not lake.failure(sql).startswith(reason)] == []


def test_a_view_is_stored_as_athena_stores_it(lake, sizes):
    table = lake.glue.get_table(DatabaseName="lake", Name="tweets")["Table"]
    text = table["ViewOriginalText"].removeprefix("/* Presto View: ").removesuffix(" */")

    assert table["TableType"] == "VIRTUAL_VIEW"
    assert table["Parameters"] == {"presto_view": "true", "comment": "Presto View"}
    assert table["ViewExpandedText"] == "/* Presto View */"
    assert table["PartitionKeys"] == []
    assert table["StorageDescriptor"]["Columns"] == [
        {"Name": "id", "Type": "bigint"},
        {"Name": "text", "Type": "string"},
        {"Name": "sentimentposscore", "Type": "double"},
        {"Name": "user", "Type": "struct<id:bigint,screen_name:string,verified_type:string>"},
        {"Name": "entities", "Type": "struct<urls:array<struct<expanded_url:string>>>"},
        {"Name": "dt", "Type": "string"},
    ]
    assert json.loads(base64.b64decode(text)) == {
        "originalSql": TWEETS.partition(" as\n")[2].strip(),
        "catalog": "awsdatacatalog",
        "schema": "lake",
        "columns": [
            {"name": "id", "type": "bigint"},
            {"name": "text", "type": "varchar"},
            {"name": "sentimentposscore", "type": "double"},
            {"name": "user", "type": 'row("id" bigint,"screen_name" varchar,"verified_type" varchar)'},
            {"name": "entities", "type": 'row("urls" array(row("expanded_url" varchar)))'},
            {"name": "dt", "type": "varchar"},
        ],
    }


def test_a_views_bare_names_live_in_the_database_it_was_made_in(lake, sizes):
    assert lake.rows("select count(*) from lake.tweets", QueryExecutionContext={"Database": "lake_landing"})[1:] == [
        ("3",)
    ]


def test_a_query_nested_too_deeply_fails_alone(lake):
    assert lake.failure(f"select {'(' * 5000}1{')' * 5000}")
    assert lake.rows("select 1") == [("_col0",), ("1",)]


def test_show_and_describe_tell_what_the_catalog_holds(lake, sizes):
    assert lake.rows("show databases") == [("lake",), ("lake_landing",)]
    assert lake.rows("show tables in lake_landing") == [("posts",), ("raw",)]
    assert lake.rows("show tables 'l*'") == [("links",)]
    assert lake.rows("show columns in links") == [("id",), ("url",), ("position",), ("dt",)]
    assert lake.rows("describe lake_landing.posts")[-1] == ("dt", "string", "partition key")
    assert lake.rows("show create view links")[0] == ('CREATE VIEW "lake"."links" AS',)


def test_a_stopped_query_is_cancelled(lake):
    sql = "select count(*) from unnest(sequence(1, 3000)) as a(x) cross join unnest(sequence(1, 3000)) as b(y) " \
        "cross join unnest(sequence(1, 3000)) as c(z) where sqrt(x + y * z) > 1e6"  # fmt: skip
    identity = lake.athena.start_query_execution(QueryString=sql, WorkGroup="lake")["QueryExecutionId"]
    lake.athena.stop_query_execution(QueryExecutionId=identity)

    def state() -> str:
        return str(lake.athena.get_query_execution(QueryExecutionId=identity)["QueryExecution"]["Status"]["State"])

    assert eventually(state, {"CANCELLED"}) == "CANCELLED"


def eventually(state: Callable[[], str], wanted: set[str]) -> str:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and state() not in wanted:
        time.sleep(0.01)
    return state()


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        ("start_query_execution", {"QueryString": "select 1", "WorkGroup": "nope"}, "WorkGroup nope is not found."),
        ("start_query_execution", {"QueryString": "select 1"}, "No output location provided."),
        ("get_query_execution", {"QueryExecutionId": "nope"}, "QueryExecution nope was not found"),
        ("create_work_group", {"Name": "lake"}, "WorkGroup lake already exists"),
        ("get_named_query", {"NamedQueryId": "nope"}, "NamedQuery nope was not found"),
    ],
)
def test_a_wrong_request_is_an_invalid_request(lake, operation, request_, message):
    with pytest.raises(ClientError, match=message) as error:
        getattr(lake.athena, operation)(**request_)

    assert error.value.response["Error"]["Code"] == "InvalidRequestException"


def test_results_of_an_unfinished_or_failed_query_are_refused(lake):
    identity = lake.execution("select nope")["QueryExecutionId"]

    with pytest.raises(ClientError, match="Current state: FAILED"):
        lake.athena.get_query_results(QueryExecutionId=identity)


def test_saved_queries_are_kept_changed_and_deleted(lake):
    saved = {"Name": "top", "Description": "why", "Database": "lake", "QueryString": "select 1", "WorkGroup": "lake"}
    identity = lake.athena.create_named_query(**saved)["NamedQueryId"]
    lake.athena.update_named_query(NamedQueryId=identity, Name="top", QueryString="select 2")

    assert lake.athena.list_named_queries(WorkGroup="lake")["NamedQueryIds"] == [identity]
    found = lake.athena.batch_get_named_query(NamedQueryIds=[identity, "nope"])
    assert found["NamedQueries"] == [{**saved, "QueryString": "select 2", "NamedQueryId": identity}]
    assert [missing["NamedQueryId"] for missing in found["UnprocessedNamedQueryIds"]] == ["nope"]
    lake.athena.delete_named_query(NamedQueryId=identity)
    assert lake.athena.list_named_queries(WorkGroup="lake")["NamedQueryIds"] == []


def test_metadata_tells_clients_what_there_is(lake, sizes):
    catalog = {"CatalogName": "AwsDataCatalog"}

    databases = lake.athena.list_databases(**catalog)["DatabaseList"]
    tables = lake.athena.list_table_metadata(**catalog, DatabaseName="lake")["TableMetadataList"]
    posts = lake.athena.get_table_metadata(**catalog, DatabaseName="lake_landing", TableName="posts")["TableMetadata"]

    assert [database["Name"] for database in databases] == ["lake", "lake_landing"]
    assert [(table["Name"], table["TableType"]) for table in tables] == [
        ("links", "VIRTUAL_VIEW"),
        ("tweets", "VIRTUAL_VIEW"),
    ]
    assert posts["PartitionKeys"] == [{"Name": "dt", "Type": "string"}]
    with pytest.raises(ClientError) as error:
        lake.athena.get_table_metadata(**catalog, DatabaseName="lake", TableName="nope")
    assert error.value.response["Error"]["Code"] == "MetadataException"
