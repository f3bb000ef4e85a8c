"""Errors of queries. A query fails with Athena's StateChangeReason, never with an HTTP error."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

NOT_AVAILABLE = "is not available locally"


class QueryError(Exception):
    """A query that fails; `reason` is Athena's StateChangeReason (`COLUMN_NOT_FOUND: line 1:8: Column 'x' ...`)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def reason(self) -> str:
        """The code and the message as one line."""
        return f"{self.code}: {self.message}"


class ScanLimitError(QueryError):
    """The query would read more than the workgroup's BytesScannedCutoffPerQuery; Athena cancels such a query."""

    @property
    def reason(self) -> str:
        """The message alone: Athena has no code for this reason."""
        return self.message


def error_at(node: exp.Expr, code: str, message: str) -> QueryError:
    """The error with the position of the first identifier in `node`, when the parser knows one."""
    return QueryError(code, f"{find_position(node)}{message}")


def find_position(node: exp.Expr) -> str:
    """`line 3:8: ` (both from 1) of the first token known in `node`, else nothing."""
    places = [
        (part.meta["line"], part.meta["col"] - (part.meta["end"] - part.meta["start"]))
        for part in node.walk()
        if {"line", "col", "start", "end"} <= part.meta.keys()
    ]
    return "line {}:{}: ".format(*min(places)) if places else ""
