"""A lake as Firehose leaves it, with the Athena under test over it: S3 and Glue of moto, boto3 in front."""

from __future__ import annotations

import contextlib
import datetime
import gzip
import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
from botocore.config import Config
from moto import mock_aws

from laptop_cloud.server.aws_json import JsonServer
from laptop_cloud.services.athena.api.service import AthenaService
from laptop_cloud_testing.response_shapes import checked

NOW = datetime.datetime(2026, 3, 10, 12, tzinfo=datetime.UTC)
PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
OPENX = "org.openx.data.jsonserde.JsonSerDe"
PROJECTION = {
    "projection.enabled": "true",
    "projection.dt.type": "date",
    "projection.dt.format": "yyyy-MM-dd",
    "projection.dt.range": "2026-01-01,NOW+1DAYS",
}
POST_COLUMNS = {
    "id": "bigint",
    "text": "string",
    "sentimentposscore": "double",
    "user": "struct<id:bigint,screen_name:string,verified_type:string>",
    "entities": "struct<urls:array<struct<expanded_url:string>>>",
    "collected_at": "string",
    "processed_at": "string",
}
POST_TYPE_OF_OLD_FILES = pa.schema(
    [
        ("id", pa.int64()),
        ("text", pa.string()),
        ("sentimentposscore", pa.float64()),
        ("user", pa.struct([("id", pa.int64()), ("screen_name", pa.string())])),
        ("collected_at", pa.string()),
        ("processed_at", pa.string()),
    ]
)
TWEETS = """
create or replace view tweets as
with copies as (
    select
        *,
        row_number() over (partition by dt, id order by collected_at desc, processed_at desc) as copy
    from lake_landing.posts
)

select id, text, sentimentposscore, "user", entities, dt
from copies
where copy = 1
"""
LINKS = """
create or replace view links as
select t.id, t.entities.urls[u.i]."expanded_url" as url, u.i as position, t.dt
from tweets as t
cross join unnest(if(cardinality(t.entities.urls) > 0, sequence(1, cardinality(t.entities.urls)))) as u (i)
"""


def post(id_: int, processed_at: str = "2026-03-02T00:00:00.000Z", **fields: Any) -> dict[str, Any]:
    return {"id": id_, "collected_at": "2026-03-01T00:00:00.000Z", "processed_at": processed_at, **fields}


@dataclass
class Lake:
    """A bucket, two databases, and the Athena under test."""

    s3: Any
    glue: Any
    athena: Any

    def put_parquet(self, key: str, rows: list[dict[str, Any]], schema: pa.Schema | None = None) -> int:
        body = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), body)
        self.s3.put_object(Bucket="lake", Key=key, Body=body.getvalue())
        return len(body.getvalue())

    def put_table(self, name: str, columns: dict[str, str], serde: str, **changes: Any) -> None:
        self.glue.create_table(
            DatabaseName="lake_landing",
            TableInput={
                "Name": name,
                "TableType": "EXTERNAL_TABLE",
                "PartitionKeys": [{"Name": "dt", "Type": "string"}],
                "Parameters": PROJECTION,
                "StorageDescriptor": {
                    "Columns": [{"Name": column, "Type": kind} for column, kind in columns.items()],
                    "Location": f"s3://lake/{name}/",
                    "SerdeInfo": {"SerializationLibrary": serde},
                },
                **changes,
            },
        )

    def execution(self, sql: str, **request: Any) -> dict[str, Any]:
        request = {"QueryExecutionContext": {"Database": "lake"}, "WorkGroup": "lake", **request}
        identity = self.athena.start_query_execution(QueryString=sql, **request)["QueryExecutionId"]
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found: dict[str, Any] = self.athena.get_query_execution(QueryExecutionId=identity)["QueryExecution"]
            if found["Status"]["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
                return found
            time.sleep(0.03)  # asking takes the query's own thread some time, too
        raise TimeoutError(sql)

    def rows(self, sql: str, **request: Any) -> list[tuple[str | None, ...]]:
        found = self.execution(sql, **request)
        assert found["Status"]["State"] == "SUCCEEDED", found["Status"]["StateChangeReason"]
        pages = self.athena.get_paginator("get_query_results").paginate(QueryExecutionId=found["QueryExecutionId"])
        return [
            tuple(datum.get("VarCharValue") for datum in row["Data"])
            for page in pages
            for row in page["ResultSet"]["Rows"]
        ]

    def failure(self, sql: str, **request: Any) -> str:
        status = self.execution(sql, **request)["Status"]
        assert status["State"] == "FAILED"
        return str(status["StateChangeReason"])


@contextlib.contextmanager
def running(cache: Path) -> Iterator[Lake]:
    with mock_aws():
        s3, glue = boto3.client("s3"), boto3.client("glue")
        s3.create_bucket(Bucket="lake")
        for database in ("lake", "lake_landing"):
            glue.create_database(DatabaseInput={"Name": database})
        service = AthenaService(s3, glue, cache, now=lambda: NOW)
        server = JsonServer([checked(service.service())])
        server.start()
        athena = boto3.client("athena", endpoint_url=server.url, config=Config(retries={"total_max_attempts": 1}))
        athena.create_work_group(
            Name="lake", Configuration={"ResultConfiguration": {"OutputLocation": "s3://lake/results/"}}
        )
        yield Lake(s3, glue, athena)
        server.stop()
        service.close()


def put_posts(lake: Lake) -> dict[str, int]:
    """Posts with duplicates; the sizes of the objects by the letter of their name."""
    lake.put_table("posts", POST_COLUMNS, PARQUET)
    first = [post(1, text="old", user={"id": 10, "screen_name": "ann"}), post(2, text='two, "quoted"')]
    again = [
        post(
            1,
            processed_at="2026-03-03T00:00:00.000Z",
            text="new",
            sentimentposscore=0.5,
            user={"id": 10, "screen_name": "ann", "verified_type": "blue"},
            entities={"urls": [{"expanded_url": "https://a.example/1"}, {"expanded_url": "https://b.example/2"}]},
        )
    ]
    sizes = {
        "a": lake.put_parquet("posts/dt=2026-03-01/a.parquet", first, POST_TYPE_OF_OLD_FILES),
        "b": lake.put_parquet("posts/dt=2026-03-01/b.parquet", again),
        "c": lake.put_parquet("posts/dt=2026-03-02/c.parquet", [post(3, text="three", entities={"urls": []})]),
        "d": lake.put_parquet("posts/dt=2025-12-31/d.parquet", [post(4, text="before the projection")]),
        "e": lake.put_parquet("posts/dt=2026-03-12/e.parquet", [post(5, text="after the projection")]),
    }
    for sql in (TWEETS, LINKS):
        assert lake.execution(sql)["Status"]["State"] == "SUCCEEDED"
    return sizes


def put_raw(lake: Lake) -> None:
    lake.put_table("raw", {"id": "bigint", "labels": "array<struct<name:string,confidence:double>>"}, OPENX)
    lines = [{"ID": 1, "Labels": [{"Name": "Dog", "Confidence": 99.5}]}, {"id": 2, "labels": []}, {"id": 3}]
    body = gzip.compress("\n".join(map(json.dumps, lines)).encode())
    lake.s3.put_object(Bucket="lake", Key="raw/dt=2026-03-01/a.json.gz", Body=body)
    lake.s3.put_object(Bucket="lake", Key="raw/dt=2026-03-01/_temporary", Body=b"no row")
