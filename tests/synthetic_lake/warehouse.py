"""The template's tables, views and saved queries over given rows, with the local Athena in this process."""

from __future__ import annotations

import contextlib
import datetime
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from moto import mock_aws

from laptop_cloud.server.aws_json import JsonServer
from laptop_cloud.services.athena.api.service import AthenaService
from laptop_cloud.services.firehose.column_types import read_columns
from laptop_cloud.services.firehose.conversion import read_rows, write_parquet
from photolake.athena_schema.sql_files import Statement, read_statements
from photolake.athena_schema.workgroup import Workgroup
from photolake.aws.athena import QueryRunner
from photolake.lake.partition_objects import PartitionObjects
from photolake.lake.rewriter import PartitionRewriter
from tests import resolved_template

BUCKET, LANDING, DATABASE, WORKGROUP = "LakeBucket", "photolake_landing", "photolake", "photolake"
REGION = "us-east-1"
SQL = resolved_template.ROOT / "athena"
# Every lake has the same views: what one process has compiled, the others read.
COMPILATIONS = resolved_template.ROOT / ".pytest_cache" / "compilations"
TABLES = {"posts": "PostsTable", "photos": "PhotosTable", "analyses": "AnalysesTable"}


@dataclass(frozen=True)
class Answer:
    """A query's rows, as text or None, under its columns."""

    columns: list[str]
    rows: list[list[str | None]]


class Warehouse:
    """Landing objects as Firehose writes them, and the views over them."""

    def __init__(self, s3: Any, athena: Any, glue: Any) -> None:
        self._s3 = s3
        self._athena = athena
        self._glue = glue

    def land(self, table: str, rows: Iterable[Mapping[str, Any]], name: str = "a") -> None:
        """Write rows of posts, photos or analyses as one Parquet object for each day."""
        columns = read_columns(resolved_template.table_input(TABLES[table]))
        days = defaultdict(list)
        for row in rows:
            days[row["dt"]].extend(read_rows(json.dumps(row).encode(), columns))
        for day, fitted in days.items():
            key = f"{table}/dt={day}/{name}.parquet"
            self._s3.put_object(Bucket=BUCKET, Key=key, Body=write_parquet(fitted, columns))

    def delete(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows of the deletions table."""
        body = "\n".join(json.dumps(row) for row in rows)
        self._s3.put_object(Bucket=BUCKET, Key="deletions/a.json", Body=body.encode())

    def note_runs(self, rows: Iterable[Mapping[str, Any]], name: str = "a") -> None:
        """Write rows of collection_runs as one object for each day."""
        days = defaultdict(list)
        for row in rows:
            days[row["started_at"][:10]].append(json.dumps(row))
        for day, lines in days.items():
            key = f"collection_runs/dt={day}/{name}.jsonl"
            self._s3.put_object(Bucket=BUCKET, Key=key, Body="\n".join(lines).encode())

    def empty(self) -> None:
        """Delete every row; the views stay."""
        for key in self.list_objects():
            self._s3.delete_object(Bucket=BUCKET, Key=key)

    def create_views(self, *names: str) -> None:
        """Create these views of athena/views, or every one."""
        # A view takes less than Workgroup's second pause, and there are many.
        workgroup = Workgroup(self._athena, WORKGROUP, DATABASE, lambda _: time.sleep(0.03))
        views = read_statements(SQL / "views", LANDING)
        workgroup.create_views(view for view in views if not names or view.name in names)

    def ask(self, sql: str, parameters: Iterable[str] = ()) -> Answer:
        """Run a SELECT with these literals for its question marks."""
        literals = list(parameters)
        execution = self._athena.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": DATABASE},
            WorkGroup=WORKGROUP,
            **({"ExecutionParameters": literals} if literals else {}),
        )["QueryExecutionId"]
        self._wait(execution)
        pages = self._athena.get_paginator("get_query_results").paginate(QueryExecutionId=execution)
        header, *rows = [
            [datum.get("VarCharValue") for datum in row["Data"]] for page in pages for row in page["ResultSet"]["Rows"]
        ]
        return Answer(header, rows)

    def build_rewriter(self, now: Callable[[], datetime.datetime]) -> PartitionRewriter:
        """What writes partitions anew."""
        queries = QueryRunner(self._athena, WORKGROUP, DATABASE, lambda _: time.sleep(0.03))
        return PartitionRewriter(queries, self._glue, PartitionObjects(self._s3, BUCKET), LANDING, now)

    def list_objects(self, prefix: str = "") -> dict[str, int]:
        """The sizes of the objects below a prefix."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return {item["Key"]: item["Size"] for page in pages for item in page.get("Contents", [])}

    def records(self, sql: str) -> list[dict[str, str | None]]:
        """Run a SELECT and return its rows as dictionaries by column."""
        answer = self.ask(sql)
        return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]

    def _wait(self, execution: str) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            status = self._athena.get_query_execution(QueryExecutionId=execution)["QueryExecution"]["Status"]
            if status["State"] == "SUCCEEDED":
                return
            assert status["State"] in ("QUEUED", "RUNNING"), status["StateChangeReason"]
            time.sleep(0.03)  # polling slows the query, whose thread runs in this process
        raise TimeoutError(execution)


def read_saved_queries() -> list[Statement]:
    """Read every saved query of athena/queries."""
    return read_statements(SQL / "queries", LANDING)


@contextlib.contextmanager
def open_warehouse(cache: Path, now: datetime.datetime) -> Iterator[Warehouse]:
    """Open an empty warehouse whose clock says `now`, the end of the days that the tables project."""
    with mock_aws():
        s3: Any = boto3.client("s3", REGION)
        glue: Any = boto3.client("glue", REGION)
        s3.create_bucket(Bucket=BUCKET)
        for database in (DATABASE, LANDING):
            glue.create_database(DatabaseInput={"Name": database})
        for name, resource in resolved_template.transformed().document["Resources"].items():
            if resource["Type"] == "AWS::Glue::Table":
                glue.create_table(DatabaseName=LANDING, TableInput=resolved_template.table_input(name))
        service = AthenaService(s3, glue, cache, now=lambda: now, compilations=COMPILATIONS)
        server = JsonServer([service.service()])
        server.start()
        athena: Any = boto3.client("athena", REGION, endpoint_url=server.url)
        results = {"ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/athena-results/"}}
        athena.create_work_group(Name=WORKGROUP, Configuration=results)
        yield Warehouse(s3, athena, glue)
        server.stop()
        service.close()
