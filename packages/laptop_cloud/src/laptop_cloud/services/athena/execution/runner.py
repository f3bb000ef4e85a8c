"""Query executions: their states, and their results in S3 and for GetQueryResults."""

from __future__ import annotations

import contextlib
import datetime
import itertools
import json
import threading
import time
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb
from botocore.exceptions import BotoCoreError, ClientError

from laptop_cloud.services.athena.catalog import data_types, presto_view
from laptop_cloud.services.athena.errors import QueryError, ScanLimitError
from laptop_cloud.services.athena.execution import result_text
from laptop_cloud.services.athena.execution.show_statements import run_show
from laptop_cloud.services.athena.sql.statements import (
    CreateView,
    DropView,
    Select,
    Show,
    Statement,
    fill_parameters,
    parse_statement,
)
from laptop_cloud.services.athena.sql.unload import Unload
from laptop_cloud.services.athena.storage import object_writer

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from laptop_cloud.services.athena.catalog.glue_catalog import GlueCatalog
    from laptop_cloud.services.athena.execution.query_engine import Column, QueryEngine
    from laptop_cloud.services.athena.execution.result_text import Row

ENGINE_VERSION = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}
_STOP_SECONDS = 10
_INTERRUPT_SECONDS = 0.02
_UNLOAD_BATCH_ROWS = 100_000


@dataclass
class QueryExecution:
    """One run of a statement; the fields after `kind` change while it runs."""

    identity: str
    sql: str
    parameters: list[str]
    database: str
    workgroup: str
    location: str
    cutoff_bytes: int | None
    submitted: datetime.datetime
    kind: str = "DML"
    subkind: str | None = None
    output: str = ""
    manifest: str | None = None
    state: str = "QUEUED"
    reason: str | None = None
    completed: datetime.datetime | None = None
    columns: list[Column] = field(default_factory=list)
    row_count: int = 0
    output_rows: int = 0
    row_offsets: array[int] = field(default_factory=lambda: array("Q"))
    scanned_bytes: int = 0
    milliseconds: int = 0
    connection: duckdb.DuckDBPyConnection | None = None
    stopped: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """Cancel it and wait for the end, unless it is still queued; a finished execution does not change."""
        self.stopped.set()
        if self.state == "QUEUED":
            return
        deadline = time.monotonic() + _STOP_SECONDS
        # An interrupt is lost on a connection between two statements, so it is repeated.
        while not self.done.wait(_INTERRUPT_SECONDS) and time.monotonic() < deadline:
            with contextlib.suppress(duckdb.ConnectionException):
                if self.connection is not None:
                    self.connection.interrupt()

    def keep_connection(self, connection: duckdb.DuckDBPyConnection) -> None:
        """What `stop` will interrupt."""
        self.connection = connection

    def finish(self, state: str, reason: str | None) -> None:
        """Set the end state."""
        self.connection = None
        self.completed = datetime.datetime.now(datetime.UTC)
        self.reason = reason
        self.state = state
        self.done.set()

    def describe(self) -> dict[str, Any]:
        """The QueryExecution of the API."""
        status: dict[str, Any] = {"State": self.state, "SubmissionDateTime": self.submitted}
        if self.completed:
            status["CompletionDateTime"] = self.completed
        if self.reason:
            status["StateChangeReason"] = self.reason
        if self.state == "FAILED":
            status["AthenaError"] = {
                "ErrorCategory": 2,
                "ErrorType": 1006,
                "Retryable": False,
                "ErrorMessage": self.reason or "",
            }
        return {
            "QueryExecutionId": self.identity,
            "Query": self.sql,
            "StatementType": self.kind,
            **({"SubstatementType": self.subkind} if self.subkind else {}),
            "ResultConfiguration": {"OutputLocation": self.output},
            "QueryExecutionContext": {"Database": self.database, "Catalog": presto_view.CATALOG},
            "Status": status,
            "Statistics": {
                "EngineExecutionTimeInMillis": self.milliseconds,
                "TotalExecutionTimeInMillis": self.milliseconds,
                "DataScannedInBytes": self.scanned_bytes,
                **({"DataManifestLocation": self.manifest} if self.manifest else {}),
            },
            "WorkGroup": self.workgroup,
            "EngineVersion": ENGINE_VERSION,
            **({"ExecutionParameters": self.parameters} if self.parameters else {}),
        }


class StatementRunner:
    """Runs each execution with one call of `run`, and stores its rows in a folder for paging."""

    def __init__(self, s3: S3Client, catalog: GlueCatalog, engine: QueryEngine, folder: Path) -> None:
        self._s3 = s3
        self._catalog = catalog
        self._engine = engine
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)

    def run(self, execution: QueryExecution) -> None:
        """Run it to its end state; a failure becomes its reason, not an exception."""
        started = time.monotonic()
        execution.state = "RUNNING"
        try:
            if execution.stopped.is_set():
                raise duckdb.InterruptException
            statement = parse_statement(fill_parameters(execution.sql, execution.parameters), execution.database)
            execution.kind = statement.kind
            if isinstance(statement, Unload):
                self._unload(execution, statement)
            else:
                self._store_result(execution, *self._run_statement(execution, statement))
            state, reason = "SUCCEEDED", None
        except duckdb.InterruptException:
            state, reason = "CANCELLED", "Query cancelled by user"
        except QueryError as error:
            state, reason = ("CANCELLED" if isinstance(error, ScanLimitError) else "FAILED"), error.reason
        except (BotoCoreError, ClientError) as error:
            state, reason = "FAILED", f"GENERIC_INTERNAL_ERROR: {error}"
        except RecursionError:
            state, reason = "FAILED", "QUERY_HAS_TOO_MANY_STAGES: the statement is nested too deeply"
        execution.milliseconds = int((time.monotonic() - started) * 1000)
        execution.finish(state, reason)

    def rows(self, execution: QueryExecution, start: int, count: int) -> list[list[str | None]]:
        """A slice of the rows of a result."""
        if start >= execution.row_count:
            return []
        with self._find_rows_file(execution).open("rb") as lines:
            lines.seek(execution.row_offsets[start])
            return [json.loads(line) for line in itertools.islice(lines, count)]

    def _find_rows_file(self, execution: QueryExecution) -> Path:
        return self._folder / f"{execution.identity}.jsonl"

    def _run_statement(self, execution: QueryExecution, statement: Statement) -> tuple[list[Column], list[Row]]:
        if isinstance(statement, Select):
            answer = self._engine.answer(
                statement.sql, execution.database, execution.cutoff_bytes, execution.keep_connection
            )
            execution.scanned_bytes = answer.scanned_bytes
            return answer.columns, answer.rows
        if isinstance(statement, CreateView):
            self._create_view(statement, execution.database)
        elif isinstance(statement, DropView):
            self._catalog.drop_view(statement.database, statement.name, statement.if_exists)
        elif isinstance(statement, Show):
            return run_show(self._catalog, statement)
        return [], []

    def _unload(self, execution: QueryExecution, statement: Unload) -> None:
        """Write the rows to the location, and to the result location a manifest that names the objects."""
        execution.subkind = "UNLOAD"
        with self._engine.open_result(
            statement.query, execution.database, execution.cutoff_bytes, execution.keep_connection
        ) as result:
            schema = object_writer.check_output(self._s3, statement, result.columns)
            execution.scanned_bytes = result.scanned_bytes
            batches = result.read_batches(_UNLOAD_BATCH_ROWS)
            uris, execution.output_rows = object_writer.write_objects(self._s3, statement, schema, batches)
        execution.output = f"{execution.location}{execution.identity}"
        execution.manifest = f"{execution.output}-manifest.csv"
        self._put_text(execution.manifest, "".join(f"{uri}\n" for uri in uris))
        self._put_text(f"{execution.output}.metadata", _describe_columns(result.columns))

    def _create_view(self, statement: CreateView, database: str) -> None:
        if not self._catalog.has_database(statement.database):
            raise QueryError("SCHEMA_NOT_FOUND", f"Schema '{statement.database}' does not exist")
        columns = self._engine.describe_view(statement.query, database, (statement.database, statement.name))
        table_input = presto_view.build_table_input(statement.name, statement.query.strip(), database, columns)
        self._catalog.put_view(statement.database, table_input, statement.replace)

    def _store_result(self, execution: QueryExecution, columns: list[Column], rows: list[Row]) -> None:
        names = [name for name, _ in columns]
        if execution.kind == "DML":
            extension, body = "csv", result_text.write_csv(names, rows)
        else:
            extension, body = "txt", "".join("\t".join(value or "" for value in row) + "\n" for row in rows)
        execution.output = f"{execution.location}{execution.identity}.{extension}"
        self._put_text(execution.output, body)
        self._put_text(f"{execution.output}.metadata", _describe_columns(columns))
        with self._find_rows_file(execution).open("wb") as file:
            for row in rows:
                execution.row_offsets.append(file.tell())
                file.write(json.dumps(row).encode() + b"\n")
        execution.columns, execution.row_count, execution.output_rows = columns, len(rows), len(rows)

    def _put_text(self, uri: str, text: str) -> None:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        self._s3.put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType="application/octet-stream")


def _describe_columns(columns: list[Column]) -> str:
    return json.dumps([{"name": name, "type": data_types.to_athena(kind)} for name, kind in columns])
