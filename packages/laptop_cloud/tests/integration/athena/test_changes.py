"""The Athena API over a lake that changes: new objects, other views, workgroups."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from laptop_cloud_testing.athena_lake import OPENX, PARQUET, POST_COLUMNS, Lake, post, put_posts, put_raw, running


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    """A lake of the test's own."""
    with running(tmp_path) as lake:
        yield lake


def test_a_new_object_is_seen_and_a_changed_one_read_again(lake):
    put_posts(lake)
    count = "select count(*) from tweets where dt = '2026-03-02'"
    assert lake.rows(count)[1:] == [("1",)]

    lake.put_parquet("posts/dt=2026-03-02/f.parquet", [post(6)])
    lake.put_parquet("posts/dt=2026-03-02/c.parquet", [post(7), post(8)])

    assert lake.rows(count)[1:] == [("3",)]


def test_a_malformed_line_fails_the_query_and_names_the_object(lake):
    put_raw(lake)
    lake.s3.put_object(Bucket="lake", Key="raw/dt=2026-03-02/b.json", Body=b'{"id": 4}\n{"id": ')

    assert lake.failure("select id from lake_landing.raw").startswith(
        "HIVE_CURSOR_ERROR: Row is not a valid JSON Object"
    )
    assert lake.rows("select max(id) from lake_landing.raw where dt = '2026-03-01'") == [("_col0",), ("3",)]


def test_a_table_without_partitions_and_objects_has_no_rows(lake):
    lake.put_table("deletions", {"id": "bigint"}, OPENX, PartitionKeys=[], Parameters={})

    assert lake.rows("select id from lake_landing.deletions") == [("id",)]


def test_a_view_whose_query_lost_a_column_is_stale(lake):
    put_posts(lake)
    lake.execution("create or replace view tweets as select id, text, dt from lake_landing.posts")

    assert "INVALID_VIEW: line 1:15: Failed analysing stored view 'awsdatacatalog.lake.links'" in lake.failure(
        "select * from links"
    )


def test_a_dropped_view_is_gone(lake):
    put_posts(lake)
    assert lake.execution("drop view links")["Status"]["State"] == "SUCCEEDED"
    assert lake.execution("drop view if exists links")["Status"]["State"] == "SUCCEEDED"
    assert lake.rows("show views") == [("tweets",)]


def test_a_table_whose_bucket_is_missing_fails_the_query(lake):
    lake.put_table("posts", POST_COLUMNS, PARQUET, PartitionKeys=[], Parameters={})
    lake.s3.delete_bucket(Bucket="lake")
    lake.s3.create_bucket(Bucket="results")
    location = {"OutputLocation": "s3://results/"}

    reason = lake.failure("select id from lake_landing.posts", WorkGroup="primary", ResultConfiguration=location)

    assert reason.startswith("HIVE_FILESYSTEM_ERROR: Failed to list s3://lake/posts/")


def test_a_query_over_the_scan_limit_is_cancelled(lake):
    put_posts(lake)
    configuration = {
        "BytesScannedCutoffPerQuery": 10_000_000,
        "ResultConfiguration": {"OutputLocation": "s3://lake/r/"},
    }
    lake.athena.create_work_group(Name="small", Configuration=configuration)
    lake.s3.put_object(Bucket="lake", Key="posts/dt=2026-03-03/big.parquet", Body=b"x" * 10_000_001)

    status = lake.execution("select id from tweets", WorkGroup="small")["Status"]

    assert (status["State"], status["StateChangeReason"]) == (
        "CANCELLED",
        "Query cancelled! : Bytes scanned limit was exceeded",
    )
    assert lake.rows("select id from tweets where dt = '2026-03-02'", WorkGroup="small")[1:] == [("3",)]


def test_the_same_request_token_is_the_same_query(lake):
    request = {"QueryString": "select 1", "WorkGroup": "lake", "ClientRequestToken": "t" * 32}
    first, second = (lake.athena.start_query_execution(**request)["QueryExecutionId"] for _ in range(2))

    assert first == second
    assert lake.athena.list_query_executions(WorkGroup="lake")["QueryExecutionIds"] == [first]


def test_workgroups_are_kept_changed_and_deleted(lake):
    lake.athena.update_work_group(
        WorkGroup="lake",
        Description="for the lake",
        ConfigurationUpdates={
            "BytesScannedCutoffPerQuery": 20_000_000,
            "ResultConfigurationUpdates": {"OutputLocation": "s3://lake/other"},
        },
    )
    group = lake.athena.get_work_group(WorkGroup="lake")["WorkGroup"]

    assert group["Description"] == "for the lake"
    assert group["Configuration"]["BytesScannedCutoffPerQuery"] == 20_000_000
    assert lake.execution("select 1")["ResultConfiguration"]["OutputLocation"].startswith("s3://lake/other/")
    lake.athena.delete_work_group(WorkGroup="lake", RecursiveDeleteOption=True)
    assert [group["Name"] for group in lake.athena.list_work_groups()["WorkGroups"]] == ["primary"]
