"""The Amazon Athena API of the laptop cloud.

https://docs.aws.amazon.com/athena/latest/APIReference/Welcome.html
"""

from __future__ import annotations

import datetime
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from laptop_cloud.server.aws_json import JsonService
from laptop_cloud.services.athena.api import catalog_operations
from laptop_cloud.services.athena.api.named_queries import NamedQueries
from laptop_cloud.services.athena.api.requests import invalid_request, list_page, read_page
from laptop_cloud.services.athena.api.workgroups import Workgroups
from laptop_cloud.services.athena.catalog import data_types
from laptop_cloud.services.athena.catalog.glue_catalog import GlueCatalog
from laptop_cloud.services.athena.execution.kept_compilations import NONE_KEPT, KeptCompilations
from laptop_cloud.services.athena.execution.query_engine import QueryEngine
from laptop_cloud.services.athena.execution.runner import QueryExecution, StatementRunner
from laptop_cloud.services.athena.storage.object_cache import ObjectCache

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client

_RUNNING_AT_ONCE = 2
_MOST_ROWS = 1_000


def _utc_now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class AthenaService:
    """Queries, workgroups and saved queries; state is in memory, copies of objects in `cache_dir`.

    Compiled statements are kept in the folder `compilations`, if there is one, for a later start, and tables until
    `read_changes` names them. `close` it: queries run in threads of their own.
    """

    def __init__(
        self,
        s3: S3Client,
        glue: GlueClient,
        cache_dir: Path,
        now: Callable[[], datetime.datetime] = _utc_now,
        compilations: Path | None = None,
        read_changes: Callable[[int], Sequence[str | None]] | None = None,
    ) -> None:
        self._catalog = GlueCatalog(glue, read_changes)
        kept = NONE_KEPT if compilations is None else KeptCompilations(compilations)
        self._engine = QueryEngine(self._catalog, ObjectCache(s3, cache_dir / "objects"), now, kept)
        self._runner = StatementRunner(s3, self._catalog, self._engine, cache_dir / "results")
        self._workgroups = Workgroups()
        self._named_queries = NamedQueries(self._workgroups)
        self._executions: dict[str, QueryExecution] = {}
        self._threads = ThreadPoolExecutor(_RUNNING_AT_ONCE, thread_name_prefix="athena")

    def service(self) -> JsonService:
        """What a JsonServer answers with."""
        return JsonService(
            "athena",
            {
                **self._workgroups.operations(),
                **self._named_queries.operations(),
                **catalog_operations.build_catalog_operations(self._catalog),
                "StartQueryExecution": self._start,
                "GetQueryExecution": lambda request: {
                    "QueryExecution": self._find_execution(request["QueryExecutionId"]).describe()
                },
                "BatchGetQueryExecution": self._batch_get,
                "ListQueryExecutions": self._list,
                "StopQueryExecution": self._stop,
                "GetQueryResults": self._get_results,
                "GetQueryRuntimeStatistics": self._get_statistics,
            },
        )

    def close(self) -> None:
        """Cancel what runs and end the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for execution in list(self._executions.values()):
            if execution.state == "RUNNING":
                execution.stop()
        self._threads.shutdown(wait=True)
        self._engine.close()

    def _start(self, request: dict[str, Any]) -> dict[str, Any]:
        workgroup = self._workgroups.get(request.get("WorkGroup", "primary"))
        if workgroup["State"] != "ENABLED":
            raise invalid_request(f"WorkGroup {workgroup['Name']} is disabled.")
        token = request.get("ClientRequestToken") or str(uuid.uuid4())
        identity = str(uuid.uuid5(uuid.NAMESPACE_OID, token))
        if identity in self._executions:
            return {"QueryExecutionId": identity}
        execution = QueryExecution(
            identity=identity,
            sql=request["QueryString"],
            parameters=request.get("ExecutionParameters", []),
            database=request.get("QueryExecutionContext", {}).get("Database", "default").lower(),
            workgroup=workgroup["Name"],
            location=self._workgroups.output_location(workgroup["Name"], request.get("ResultConfiguration")),
            cutoff_bytes=workgroup["Configuration"].get("BytesScannedCutoffPerQuery"),
            submitted=_utc_now(),
        )
        self._executions[identity] = execution
        self._threads.submit(self._runner.run, execution).add_done_callback(
            lambda run: _finish_after_fault(execution, run)
        )
        return {"QueryExecutionId": identity}

    def _find_execution(self, identity: str) -> QueryExecution:
        if identity not in self._executions:
            raise invalid_request(f"QueryExecution {identity} was not found")
        return self._executions[identity]

    def _batch_get(self, request: dict[str, Any]) -> dict[str, Any]:
        asked = request["QueryExecutionIds"]
        return {
            "QueryExecutions": [
                self._executions[identity].describe() for identity in asked if identity in self._executions
            ],
            "UnprocessedQueryExecutionIds": [
                {"QueryExecutionId": identity, "ErrorCode": "NOT_FOUND"}
                for identity in asked
                if identity not in self._executions
            ],
        }

    def _list(self, request: dict[str, Any]) -> dict[str, Any]:
        workgroup = self._workgroups.get(request.get("WorkGroup", "primary"))["Name"]
        newest_first = reversed(list(self._executions.values()))
        found = [execution.identity for execution in newest_first if execution.workgroup == workgroup]
        return list_page(found, request, "QueryExecutionIds")

    def _stop(self, request: dict[str, Any]) -> dict[str, Any]:
        self._find_execution(request["QueryExecutionId"]).stop()
        return {}

    def _get_results(self, request: dict[str, Any]) -> dict[str, Any]:
        execution = self._find_execution(request["QueryExecutionId"])
        if execution.state != "SUCCEEDED":
            raise invalid_request(f"Query has not yet finished. Current state: {execution.state}")
        names: Sequence[str | None] = [name for name, _ in execution.columns]
        header = [names] if execution.kind == "DML" and names else []
        start, size = _read_row_range(request)
        total = len(header) + execution.row_count
        shown = header[start : start + size]
        rows = [*shown, *self._runner.rows(execution, max(0, start - len(header)), size - len(shown))]
        answer: dict[str, Any] = {
            "UpdateCount": 0,
            "ResultSet": {
                "Rows": [{"Data": [_build_datum(value) for value in row]} for row in rows],
                "ResultSetMetadata": {"ColumnInfo": [_describe_column(*column) for column in execution.columns]},
            },
        }
        return {**answer, "NextToken": str(start + size)} if start + size < total else answer

    def _get_statistics(self, request: dict[str, Any]) -> dict[str, Any]:
        execution = self._find_execution(request["QueryExecutionId"])
        timeline = {"TotalExecutionTimeInMillis": execution.milliseconds}
        rows = {"InputBytes": execution.scanned_bytes, "OutputRows": execution.output_rows}
        return {"QueryRuntimeStatistics": {"Timeline": timeline, "Rows": rows}}


def _finish_after_fault(execution: QueryExecution, run: Future[None]) -> None:
    """Fail the query after an unexpected exception, so that clients do not wait for it forever."""
    fault = None if run.cancelled() else run.exception()
    if fault is not None:
        execution.finish("FAILED", f"GENERIC_INTERNAL_ERROR: {type(fault).__name__}: {fault}")
        raise fault


def _read_row_range(request: dict[str, Any]) -> tuple[int, int]:
    start, size = read_page(request, _MOST_ROWS)
    if not 1 <= size <= _MOST_ROWS:
        raise invalid_request(f"MaxResults {size} is not between 1 and {_MOST_ROWS}")
    return start, size


def _build_datum(value: str | None) -> dict[str, str]:
    return {} if value is None else {"VarCharValue": value}


def _describe_column(name: str, datatype: Any) -> dict[str, Any]:
    kind = data_types.to_athena(datatype)
    precision = {"varchar": 2_147_483_647, "bigint": 19, "integer": 10, "double": 17, "timestamp": 3}.get(kind, 0)
    scale = 0
    if kind == "decimal":
        precision, scale = (int(number.name) for number in datatype.expressions)
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": kind,
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": kind == "varchar",
    }
