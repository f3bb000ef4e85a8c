"""Questions to Athena through PyAthena's DB-API: statements, and the saved queries of the workgroup."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pyathena
from botocore.exceptions import BotoCoreError, ClientError
from pyathena.converter import Converter
from pyathena.error import Error

from photolake.athena_schema.sql_files import Parameter, Statement
from photolake.athena_schema.workgroup import OWN
from photolake_cli.answers import Answer, Column, Row
from photolake_cli.errors import CommandError
from photolake_cli.explanations import explained
from photolake_cli.parameters import by_name, default_days, in_order
from photolake_cli.prices import shown_bytes

if TYPE_CHECKING:
    from pyathena.cursor import Cursor
    from pyathena.model import AthenaQueryExecution

    from photolake_cli.connections import Lake

PAGE_ROWS = 1000
_MOST_IDS = 50
_ADVICE = {
    "Bytes scanned limit": "Ask for fewer days (dt), or raise the stack's setting QueryScanLimitBytes",
    "Incorrect number of parameters": "Each ? in the statement takes one --param, in order",
}


class QueryFailedError(CommandError):
    """Athena could not run it; the message is the engine's."""


class AsWritten(Converter):
    """Leaves every value as the text that Athena wrote.

    PyAthena's own converter guesses at arrays and rows, whose text has no quotes (`[a, b]` may be one element or two,
    `null` a word or nothing), takes JSON apart, cuts timestamps to microseconds and fails on a local time that occurs
    twice. What is exact is converted where it is shown: numbers in tables and JSON, types in Parquet.
    """

    def __init__(self) -> None:
        """It needs no conversions."""
        super().__init__({})

    def convert(self, type_: str, value: str | None, type_hint: str | None = None) -> str | None:
        """The value itself."""
        return value


@dataclass(frozen=True)
class SavedQuery:
    """A query kept in the workgroup, with the question that it answers."""

    name: str
    question: str
    text: str

    @property
    def statement(self) -> Statement:
        """The SQL with its header."""
        return Statement(self.name, f"saved query {self.name}", self.text)

    @property
    def parameters(self) -> list[Parameter]:
        """What has to be filled in."""
        return self.statement.parameters


class Queries:
    """Asks one lake."""

    def __init__(self, lake: Lake) -> None:
        """Nothing is asked yet; wrong credentials come to light later."""
        # PyAthena also logs, with tracebacks, the errors that it raises.
        logging.getLogger("pyathena").setLevel(logging.CRITICAL + 1)
        self._lake = lake
        self._connection = pyathena.connect(
            session=lake.session,
            endpoint_url=lake.endpoint_url,
            work_group=lake.workgroup,
            schema_name=lake.database,
            s3_staging_dir="",
            poll_interval=lake.poll_seconds,
            converter=AsWritten(),
        )

    def run(self, sql: str, given: Sequence[str] = (), tell: Callable[[str], None] = lambda _: None) -> Answer:
        """Run a statement whose question marks stand for `given`; `tell` gets its state while it runs.

        QueryFailedError has the engine's message. An interrupt stops the query on the server too.
        """
        return self._run(Statement("the statement", "", sql), given, tell)

    def run_saved(
        self, query: SavedQuery, given: Sequence[str] = (), tell: Callable[[str], None] = lambda _: None
    ) -> Answer:
        """Run a saved query; QueryFailedError has its name before the engine's message."""
        statement = query.statement
        try:
            return self._run(statement, given, tell)
        except QueryFailedError as error:
            raise QueryFailedError(f"{statement.path}: {error}") from error

    def saved(self) -> dict[str, SavedQuery]:
        """The workgroup's saved queries by name; of two with one name the stack's own."""
        client: Any = self._connection.client
        try:
            pages = client.get_paginator("list_named_queries").paginate(WorkGroup=self._lake.workgroup)
            ids = [query_id for page in pages for query_id in page.get("NamedQueryIds", [])]
            found = [
                query
                for start in range(0, len(ids), _MOST_IDS)
                for query in client.batch_get_named_query(NamedQueryIds=ids[start : start + _MOST_IDS])["NamedQueries"]
            ]
        except (BotoCoreError, ClientError) as error:
            raise explained(error, self._lake.place) from error
        found.sort(key=lambda query: (query["Name"], query.get("Description", "").startswith(OWN)))
        return {
            query["Name"]: SavedQuery(
                query["Name"], query.get("Description", "").removeprefix(OWN), query["QueryString"]
            )
            for query in found
        }

    def saved_query(self, name: str) -> SavedQuery:
        """One of them; CommandError lists those there are."""
        saved = self.saved()
        if name not in saved:
            raise CommandError(f"There is no saved query {name!r}. There are: {', '.join(saved) or 'none'}")
        return saved[name]

    def _run(self, statement: Statement, given: Sequence[str], tell: Callable[[str], None]) -> Answer:
        literals = self._literals(statement, given)
        # Athena takes a leading comment for the beginning of a DDL statement; empty lines keep its line numbers right.
        sql = "\n" * statement.header_lines + statement.body
        cursor = self._connection.cursor(on_poll=lambda execution: tell(_progress(execution)))
        try:
            cursor.execute(sql, literals, paramstyle="qmark")
        except Error as error:
            raise self._told(error) from error
        columns = [
            Column(name, kind, precision, scale) for name, kind, _, _, precision, scale, _ in cursor.description or ()
        ]
        return Answer(columns, self._pages(cursor), cursor.data_scanned_in_bytes or 0, cursor.statement_type == "DML")

    def _literals(self, statement: Statement, given: Sequence[str]) -> list[str]:
        """By name if a header describes the parameters, else one after the other."""
        if not statement.parameters:
            return in_order(given)
        return by_name(statement.name, statement.parameters, given, default_days(self._lake.earliest_date))

    def _pages(self, cursor: Cursor) -> Iterator[Sequence[Row]]:
        try:
            while page := cast("list[Row]", cursor.fetchmany(PAGE_ROWS)):
                yield page
        except Error as error:
            raise self._told(error) from error

    def _told(self, error: Error) -> CommandError:
        """PyAthena wraps what AWS refuses; an error with no other behind it is a query that failed."""
        cause = error.__cause__
        if isinstance(cause, BotoCoreError | ClientError):
            return explained(cause, self._lake.place)
        return QueryFailedError(_advised(str(error.args[0] or "The query was cancelled")))


def _advised(reason: str) -> str:
    for words, advice in _ADVICE.items():
        if words in reason:
            return f"{reason}. {advice}"
    return reason


def _progress(execution: AthenaQueryExecution) -> str:
    scanned = execution.data_scanned_in_bytes
    state = (execution.state or "").lower()
    return f"{state}, {shown_bytes(scanned)} scanned" if scanned else state
