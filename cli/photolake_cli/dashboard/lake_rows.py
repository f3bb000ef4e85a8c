"""Rows of the views by the statements in sql/, with the days filled in, and what asking for them scanned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photolake_cli.errors import CommandError
from photolake_cli.query.client import QueryFailedError

if TYPE_CHECKING:
    from photolake_cli.query.client import QueryClient, SavedQuery
    from photolake_cli.query.result import QueryResult

_SQL = Path(__file__).with_name("sql")


@dataclass
class RowReader:
    """Runs the statements over the days from `since` to `until`, both included."""

    client: QueryClient
    since: str
    until: str
    on_state: Callable[[str], None]
    results: list[QueryResult] = field(default_factory=list)
    """Every result so far, for the price."""

    def read(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of sql/NAME.sql, one by one; CommandError if the lake lacks a view."""
        sql = (_SQL / f"{name}.sql").read_text("utf-8")
        try:
            result = self.client.run_export(
                sql, lambda state: self.on_state(f"{name} {state}"), [f"since={self.since}", f"until={self.until}"]
            )
        except QueryFailedError as error:
            raise CommandError(
                f"{error}. If the stack is older than this command, deploy it again: sam build && sam deploy"
            ) from error
        self.results.append(result)
        names = result.column_names
        return (dict(zip(names, row, strict=True)) for row in result.typed_rows())

    def run_saved(self, query: SavedQuery, values: Sequence[str]) -> QueryResult:
        """Run a saved query."""
        result = self.client.run_saved(query, values, lambda state: self.on_state(f"{query.name} {state}"))
        self.results.append(result)
        return result
