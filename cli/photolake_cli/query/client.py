"""Runs statements and the saved queries of the workgroup in Athena, through PyAthena's DB-API."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import pyathena
from botocore.exceptions import BotoCoreError, ClientError
from pyathena.converter import Converter
from pyathena.error import Error
from rich.filesize import decimal

from photolake.athena_schema.sql_files import Parameter, Statement
from photolake.athena_schema.workgroup import MARK
from photolake_cli.aws_errors import explain_error
from photolake_cli.errors import CommandError
from photolake_cli.query.parameters import day_defaults, named_literals, positional_literals
from photolake_cli.query.result import Column, QueryResult, Row
from photolake_cli.query.result_file import read_result_file

if TYPE_CHECKING:
    from pyathena.cursor import Cursor
    from pyathena.model import AthenaQueryExecution

    from photolake_cli.cloud import Cloud

PAGE_ROWS = 1000
LAPTOP_POLL_SECONDS = 0.05
AWS_POLL_SECONDS = 0.5
_MAX_IDS = 50
_ADVICE = {
    "Bytes scanned limit": "Query fewer days (dt), or raise the stack's setting QueryScanLimitBytes",
    "Incorrect number of parameters": "Each ? in the statement takes one --param, in order",
}


class QueryFailedError(CommandError):
    """Athena could not run the query; the message is the engine's."""


class RawTextConverter(Converter):
    """Leaves every value as the text that Athena wrote.

    PyAthena's own converter guesses at arrays and rows, whose text has no quotes (`[a, b]` may be one element or two,
    `null` a word or null), parses JSON, cuts timestamps to microseconds and fails on a local time that occurs twice.
    Values are converted where that is exact: numbers in tables and JSON, types in Parquet.
    """

    def __init__(self) -> None:
        super().__init__({})

    def convert(self, type_: str, value: str | None, type_hint: str | None = None) -> str | None:
        """The value itself."""
        return value


@dataclass(frozen=True)
class SavedQuery:
    """An Athena named query; its description says what it answers."""

    name: str
    description: str
    text: str

    @property
    def statement(self) -> Statement:
        """The SQL with its header."""
        return Statement(self.name, f"saved query {self.name}", self.text)

    @property
    def parameters(self) -> list[Parameter]:
        """The parameters that its header declares."""
        return self.statement.parameters


class QueryClient:
    """Runs queries in one lake."""

    def __init__(self, cloud: Cloud) -> None:
        """Sends no request yet, so wrong credentials show later."""
        # PyAthena also logs, with tracebacks, the errors that it raises.
        logging.getLogger("pyathena").setLevel(logging.CRITICAL + 1)
        self._cloud = cloud
        self._connection = pyathena.connect(
            session=cloud.session,
            endpoint_url=cloud.endpoint("athena"),
            work_group=cloud.values["WorkgroupName"],
            schema_name=cloud.values["DatabaseName"],
            s3_staging_dir="",
            poll_interval=LAPTOP_POLL_SECONDS if cloud.on_laptop else AWS_POLL_SECONDS,
            converter=RawTextConverter(),
        )

    def run(
        self, sql: str, values: Sequence[str] = (), on_state: Callable[[str], None] = lambda _: None
    ) -> QueryResult:
        """Run a statement with `values` for its question marks; `on_state` gets its state while it runs.

        QueryFailedError has the engine's message. A KeyboardInterrupt stops the query on the server too.
        """
        return self._run(Statement("the statement", "", sql), values, on_state)

    def run_export(
        self, sql: str, on_state: Callable[[str], None] = lambda _: None, values: Sequence[str] = ()
    ) -> QueryResult:
        """Run a SELECT with many rows, which are read from Athena's result file; errors as those of `run`.

        `values` have the form NAME=VALUE if the header of the SQL declares parameters, as that of a saved query does.
        """
        statement = Statement("the statement", "", sql)
        result, cursor = self._execute(statement, values, on_state)
        return replace(result, pages=self._read_file(str(cursor.output_location), len(result.columns)))

    def run_saved(
        self, query: SavedQuery, values: Sequence[str] = (), on_state: Callable[[str], None] = lambda _: None
    ) -> QueryResult:
        """Run a saved query with `values` of the form NAME=VALUE; QueryFailedError begins with its name."""
        statement = query.statement
        try:
            return self._run(statement, values, on_state)
        except QueryFailedError as error:
            raise QueryFailedError(f"{statement.path}: {error}") from error

    def list_saved(self) -> dict[str, SavedQuery]:
        """The saved queries of the workgroup by name; if two share a name, the stack's own."""
        client: Any = self._connection.client
        try:
            pages = client.get_paginator("list_named_queries").paginate(WorkGroup=self._cloud.values["WorkgroupName"])
            ids = [query_id for page in pages for query_id in page.get("NamedQueryIds", [])]
            found = [
                query
                for start in range(0, len(ids), _MAX_IDS)
                for query in client.batch_get_named_query(NamedQueryIds=ids[start : start + _MAX_IDS])["NamedQueries"]
            ]
        except (BotoCoreError, ClientError) as error:
            raise explain_error(error, self._cloud.name) from error
        found.sort(key=lambda query: (query["Name"], query.get("Description", "").startswith(MARK)))
        return {
            query["Name"]: SavedQuery(
                query["Name"], query.get("Description", "").removeprefix(MARK), query["QueryString"]
            )
            for query in found
        }

    def find_saved(self, name: str) -> SavedQuery:
        """The saved query of this name; CommandError lists all names."""
        saved = self.list_saved()
        if name not in saved:
            raise CommandError(f"There is no saved query {name!r}. Saved queries: {', '.join(saved) or 'none'}")
        return saved[name]

    def _run(self, statement: Statement, values: Sequence[str], on_state: Callable[[str], None]) -> QueryResult:
        return self._execute(statement, values, on_state)[0]

    def _execute(
        self, statement: Statement, values: Sequence[str], on_state: Callable[[str], None]
    ) -> tuple[QueryResult, Cursor]:
        literals = self._format_values(statement, values)
        # Athena takes a statement with a leading comment for DDL; empty lines keep the line numbers of its messages.
        sql = "\n" * statement.header_lines + statement.body
        cursor = self._connection.cursor(on_poll=lambda execution: on_state(_describe_state(execution)))
        try:
            cursor.execute(sql, literals, paramstyle="qmark")
        except Error as error:
            raise self._convert_error(error) from error
        columns = [
            Column(name, kind, precision, scale) for name, kind, _, _, precision, scale, _ in cursor.description or ()
        ]
        is_charged = cursor.statement_type == "DML"
        return QueryResult(columns, self._read_pages(cursor), cursor.data_scanned_in_bytes or 0, is_charged), cursor

    def _read_file(self, location: str, columns: int) -> Iterator[Sequence[Row]]:
        try:
            yield from read_result_file(self._cloud.client("s3"), location, columns)
        except (BotoCoreError, ClientError) as error:
            raise explain_error(error, self._cloud.name) from error

    def _format_values(self, statement: Statement, values: Sequence[str]) -> list[str]:
        """By name if the header declares parameters, else by position."""
        if not statement.parameters:
            return positional_literals(values)
        return named_literals(
            statement.name, statement.parameters, values, day_defaults(self._cloud.values["EarliestDate"])
        )

    def _read_pages(self, cursor: Cursor) -> Iterator[Sequence[Row]]:
        try:
            while page := cast("list[Row]", cursor.fetchmany(PAGE_ROWS)):
                yield page
        except Error as error:
            raise self._convert_error(error) from error

    def _convert_error(self, error: Error) -> CommandError:
        """PyAthena wraps AWS's errors; an error without a cause is a query that failed."""
        cause = error.__cause__
        if isinstance(cause, BotoCoreError | ClientError):
            return explain_error(cause, self._cloud.name)
        return QueryFailedError(_add_advice(str(error.args[0] or "The query was cancelled")))


def _add_advice(reason: str) -> str:
    for words, advice in _ADVICE.items():
        if words in reason:
            return f"{reason}. {advice}"
    return reason


def _describe_state(execution: AthenaQueryExecution) -> str:
    scanned = execution.data_scanned_in_bytes
    state = (execution.state or "").lower()
    return f"{state}, {decimal(scanned)} scanned" if scanned else state
