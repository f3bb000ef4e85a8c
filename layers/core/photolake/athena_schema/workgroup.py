"""An Athena workgroup: running statements and keeping its saved queries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from photolake.athena_schema.sql_files import group_by_dependency
from photolake.aws.athena import QueryRunner
from photolake.errors import PermanentError

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_athena.type_defs import NamedQueryTypeDef

    from photolake.athena_schema.sql_files import Statement

MARK = "photolake: "
# Athena limits how many DDL statements of an account are active:
# https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
VIEWS_AT_ONCE = 8


class Workgroup:
    """The workgroup in which the views are created and the saved queries are kept."""

    def __init__(
        self, client: AthenaClient, name: str, database: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Unqualified names in a statement are looked up in `database`; `sleep` takes seconds."""
        self._client = client
        self._name = name
        self._database = database
        self._runner = QueryRunner(client, name, database, sleep)

    def run(self, statement: Statement) -> None:
        """Run one statement to its end; PermanentError with file, line and the engine's message if it fails."""
        try:
            self._runner.run(statement.body)
        except PermanentError as error:
            raise PermanentError(error.status, statement.locate(error.message)) from None

    def create_views(self, views: Iterable[Statement]) -> None:
        """Create views, several at once, and each after those it reads; PermanentError as `run`."""
        with ThreadPoolExecutor(VIEWS_AT_ONCE) as threads:
            for group in group_by_dependency(views):
                list(threads.map(self.run, group))

    def save_queries(self, statements: Iterable[Statement]) -> None:
        """Make photolake's saved queries these: new ones created, changed ones updated, others deleted.

        Those that people saved in the same workgroup are left alone: only ours have the mark in their description.
        """
        wanted = {statement.name: statement for statement in statements}
        ours = (query for query in self._list_saved_queries() if query.get("Description", "").startswith(MARK))
        saved = {query["Name"]: query for query in ours}
        for name in saved.keys() - wanted.keys():
            self._client.delete_named_query(NamedQueryId=saved[name]["NamedQueryId"])
        for name, statement in wanted.items():
            if name not in saved:
                self._create(statement)
            elif (saved[name]["QueryString"], saved[name].get("Description")) != (statement.text, _describe(statement)):
                self._update(saved[name]["NamedQueryId"], statement)

    def _create(self, statement: Statement) -> None:
        self._client.create_named_query(
            Name=statement.name,
            Description=_describe(statement),
            Database=self._database,
            QueryString=statement.text,
            WorkGroup=self._name,
        )

    def _update(self, query_id: str, statement: Statement) -> None:
        self._client.update_named_query(
            NamedQueryId=query_id,
            Name=statement.name,
            Description=_describe(statement),
            QueryString=statement.text,
        )

    def _list_saved_queries(self) -> list[NamedQueryTypeDef]:
        pages = self._client.get_paginator("list_named_queries").paginate(WorkGroup=self._name)
        return [
            self._client.get_named_query(NamedQueryId=query_id)["NamedQuery"]
            for page in pages
            for query_id in page.get("NamedQueryIds", [])
        ]


def _describe(statement: Statement) -> str:
    return f"{MARK}{statement.description}"
