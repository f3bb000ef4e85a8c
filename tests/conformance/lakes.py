"""Lakes created from the template, on the laptop cloud's S3, Glue, Firehose and Athena.

The functions do not run: nothing changes the data between two engines' answers.
"""

import contextlib
import gzip
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from laptop_cloud.server.aws_clients import ACCOUNT, REGION, Clients, build_isolated_environment
from laptop_cloud.server.aws_json import JsonServer
from laptop_cloud.server.child_processes import Children
from laptop_cloud.service_processes import Host, ServiceProcess
from laptop_cloud.services.athena.api.service import AthenaService
from laptop_cloud.services.firehose.service import FirehoseService
from laptop_cloud.stack import creators, template
from laptop_cloud.stack.creators.context import CreationContext
from laptop_cloud.stack.resolver import Resolver
from photolake.athena_schema.sql_files import Statement, read_statements
from photolake.athena_schema.workgroup import Workgroup
from photolake.aws.firehose import MAX_LINES, DeliveryStream
from photolake.rows.schema import TableSchema
from tests.conformance.request_log import RequestLog
from tests.conformance.trino_server import Answer
from tests.resolved_template import PSEUDO_PARAMETERS, ROOT

_TYPES = {
    "AWS::Glue::Database",
    "AWS::Glue::Table",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::Athena::WorkGroup",
    "AWS::Logs::LogStream",
}
# What these refer to.
_BESIDE = {"LakeBucket", "DeliveryRole", "DeliveryLogs"}
_POLL_SECONDS = 0.02
_QUERY_SECONDS = 120


@dataclass(frozen=True)
class Services:
    """Running services: `endpoint` answers for S3 and Glue, `client` gives a client by botocore's name of a service."""

    endpoint: str
    client: Clients
    firehose: FirehoseService
    requests: RequestLog


@dataclass(frozen=True)
class Lake:
    """A lake created from the template; `names` are its resources' names by logical id."""

    services: Services
    names: Mapping[str, str]

    @property
    def bucket(self) -> str:
        """The lake's bucket."""
        return self.names["LakeBucket"]

    @property
    def landing(self) -> str:
        """The Glue database of the landing tables."""
        return self.names["LandingDatabase"]

    @property
    def database(self) -> str:
        """The Glue database of the views."""
        return self.names["Database"]

    @property
    def workgroup(self) -> Workgroup:
        """The workgroup, as the function athena_schema uses it."""
        # A view takes less than the second pause, and there are many.
        athena = self.services.client("athena")
        return Workgroup(athena, self.names["Workgroup"], self.database, lambda _: time.sleep(_POLL_SECONDS))

    def statements(self, folder: str) -> list[Statement]:
        """The SQL files of `athena/<folder>/`."""
        return read_statements(ROOT / "athena" / folder, self.landing)

    def create_views(self) -> None:
        """Every view, each after those it reads."""
        self.workgroup.create_views(self.statements("views"))

    def deliver(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Put rows of `posts`, `photos` or `analyses` into their stream, as the functions do, and let it write."""
        landing_table = TableSchema.from_glue(self.services.client("glue"), self.landing, table)
        DeliveryStream(self.services.client("firehose"), self._stream(table), landing_table).put(rows)
        assert self.services.firehose.flush()

    def archive(self, lines: Sequence[str]) -> None:
        """Put lines, valid or not, into the stream of collected posts, and let it write."""
        for start in range(0, len(lines), MAX_LINES):
            body = "".join(f"{line}\n" for line in lines[start : start + MAX_LINES]).encode()
            self.services.client("firehose").put_record(
                DeliveryStreamName=self._stream("tweets"), Record={"Data": body}
            )
        assert self.services.firehose.flush()

    def delete_posts(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows of the table of deletions."""
        body = gzip.compress("".join(f"{json.dumps(row)}\n" for row in rows).encode())
        self.services.client("s3").put_object(Bucket=self.bucket, Key="deletions/1.jsonl.gz", Body=body)

    def note_runs(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows of the table of runs, one object for each day."""
        days: dict[str, list[str]] = {}
        for row in rows:
            days.setdefault(row["started_at"][:10], []).append(json.dumps(row))
        for day, lines in days.items():
            key = f"collection_runs/dt={day}/1.jsonl"
            self.services.client("s3").put_object(Bucket=self.bucket, Key=key, Body="\n".join(lines).encode())

    def change_columns(self, table: str, changed: Mapping[str, str]) -> None:
        """Set columns of a landing table, by name and Hive type, as a deploy of a changed template does."""
        glue = self.services.client("glue")
        found = glue.get_table(DatabaseName=self.landing, Name=table)["Table"]
        columns = {column["Name"]: column for column in found["StorageDescriptor"]["Columns"]}
        columns.update({name: {"Name": name, "Type": kind} for name, kind in changed.items()})
        storage = {**found["StorageDescriptor"], "Columns": list(columns.values())}
        glue.update_table(
            DatabaseName=self.landing, TableInput=table_input(glue, {**found, "StorageDescriptor": storage})
        )

    def column_type(self, table: str, name: str) -> str:
        """The type of a landing table's column, as Hive writes it."""
        found = self.services.client("glue").get_table(DatabaseName=self.landing, Name=table)["Table"]
        [kind] = [one["Type"] for one in found["StorageDescriptor"]["Columns"] if one["Name"] == name]
        return str(kind)

    def query(self, sql: str, parameters: Sequence[str] = ()) -> Answer:
        """Run a statement on Athena; every value of the answer is text or None, as Athena writes it."""
        athena = self.services.client("athena")
        execution, status = self._run(sql, parameters)
        assert status["State"] == "SUCCEEDED", status.get("StateChangeReason")
        pages = list(athena.get_paginator("get_query_results").paginate(QueryExecutionId=execution))
        columns = pages[0]["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        rows = [
            tuple(one.get("VarCharValue") for one in row["Data"]) for page in pages for row in page["ResultSet"]["Rows"]
        ]
        # The first row holds the columns' names.
        return Answer([(column["Name"], column["Type"]) for column in columns], rows[1:])

    def failure(self, sql: str) -> str:
        """Run a statement that fails on Athena, and return the reason."""
        status = self._run(sql, ())[1]
        assert status["State"] == "FAILED"
        return str(status["StateChangeReason"])

    def _stream(self, table: str) -> str:
        return self.names[f"{table.capitalize()}Stream"]

    def _run(self, sql: str, parameters: Sequence[str]) -> tuple[str, dict[str, Any]]:
        athena = self.services.client("athena")
        request: dict[str, Any] = {"ExecutionParameters": list(parameters)} if parameters else {}
        execution = athena.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": self.database},
            WorkGroup=self.names["Workgroup"],
            **request,
        )["QueryExecutionId"]
        deadline = time.monotonic() + _QUERY_SECONDS
        while time.monotonic() < deadline:
            found = athena.get_query_execution(QueryExecutionId=execution)["QueryExecution"]
            status: dict[str, Any] = found["Status"]
            if status["State"] in {"SUCCEEDED", "FAILED", "CANCELLED"}:
                return execution, status
            time.sleep(_POLL_SECONDS)
        raise TimeoutError(execution)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Services]:
    """The services for the `with` block; their files, the request log among them, go to `folder`."""
    (folder / "logs").mkdir(parents=True)
    with contextlib.ExitStack() as end:
        children = Children()
        end.callback(children.stop)
        host = Host(folder, 1, children, end, build_isolated_environment(folder))
        endpoint = ServiceProcess("services.moto.process", {}, host).url()
        own = Clients({"": endpoint}, host.variables)
        # Not started: it delivers only when a test asks for it.
        firehose = FirehoseService(own("s3"), own("glue"), ACCOUNT, REGION)
        athena = AthenaService(own("s3"), own("glue"), folder / "athena")
        end.callback(athena.close)
        server = JsonServer([firehose.service(), athena.service()])
        server.start()
        end.callback(server.stop)
        clients = Clients({"": endpoint, "firehose": server.url, "athena": server.url}, host.variables)
        yield Services(endpoint, clients, firehose, RequestLog(folder / "logs/s3_access.log"))


def create_lake(services: Services, name: str, earliest_date: str) -> Lake:
    """The template's bucket, databases, tables, streams and workgroup; `name` is the stack's and the database's."""
    parameters = {"EarliestDate": earliest_date, "DatabaseName": name}
    loaded = template.load_template(ROOT / "template.yaml", parameters, {}, REGION)
    # No queue takes part here.
    loaded.document["Resources"]["LakeBucket"]["Properties"].pop("NotificationConfiguration")
    resolver = Resolver(loaded.document, {**loaded.parameters, **PSEUDO_PARAMETERS, "AWS::StackName": name})
    no_compute: Any = None
    context = CreationContext(name, REGION, ACCOUNT, services.client, *[no_compute] * 6)
    names = {}
    for logical_id in resolver.order:
        kind = resolver.resources[logical_id]["Type"]
        if kind in _TYPES or logical_id in _BESIDE:
            created = creators.create_resource(kind, logical_id, resolver.properties(logical_id), context)
            resolver.add(logical_id, created)
            names[logical_id] = created.physical_id
    return Lake(services, names)


def table_input(glue: Any, table: Mapping[str, Any]) -> dict[str, Any]:
    """Select the fields of Glue's table that its TableInput accepts."""
    taken = glue.meta.service_model.shape_for("TableInput").members
    return {name: value for name, value in table.items() if name in taken}
