"""What a query string asks for: a SELECT, or one of the few other statements that exist here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot.errors import SqlglotError
from sqlglot.tokens import TokenType  # type: ignore[attr-defined]

from laptop_cloud.services.athena.errors import NOT_AVAILABLE, QueryError
from laptop_cloud.services.athena.sql.dialect import AthenaSql
from laptop_cloud.services.athena.sql.unload import Unload, parse_unload

_PART = r"(?:\"[^\"]+\"|`[^`]+`|[\w$]+)"
_NAME = rf"(?P<name>{_PART}(?:\s*\.\s*{_PART}){{0,2}})"
_COMMENTS = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/)*", re.DOTALL)


@dataclass(frozen=True)
class Select:
    """A query, with Athena's type of the statement (`DML`)."""

    sql: str
    kind: str = "DML"


@dataclass(frozen=True)
class CreateView:
    """`query` is padded with blanks to its place in the statement, so that positions in errors are right."""

    database: str
    name: str
    query: str
    replace: bool
    kind: str = "DDL"


@dataclass(frozen=True)
class DropView:
    """Removes a view from the catalog."""

    database: str
    name: str
    if_exists: bool
    kind: str = "DDL"


@dataclass(frozen=True)
class Show:
    """`subject`: `databases`, `tables`, `views`, `columns` (of a table), `view` (its text), `describe` (a table)."""

    subject: str
    database: str
    name: str = ""
    pattern: str | None = None
    kind: str = "UTILITY"


Statement = Select | CreateView | DropView | Show | Unload


def parse_statement(sql: str, database: str) -> Statement:
    """The statement in `sql`, bare names in `database`; QueryError for statements that are not available here."""
    text = sql.rstrip().removesuffix(";")
    comments = _COMMENTS.match(text)
    start = comments.end() if comments else 0
    if not text[start:]:
        raise QueryError("SYNTAX_ERROR", "Query is empty")
    if re.match(r"\(|(?:select|with|values|table)\b", text[start:], re.IGNORECASE):
        return Select(text)
    unload = parse_unload(text, start)
    if unload is not None:
        return unload
    for pattern, build in _PATTERNS:
        match = re.compile(pattern, re.IGNORECASE | re.DOTALL).match(text, start)
        if match:
            return build(match, database)
    first = text[start:].split(None, 2)[:2]
    raise QueryError("NOT_SUPPORTED", f"The statement {' '.join(first).upper()} {NOT_AVAILABLE}")


def fill_parameters(sql: str, parameters: list[str]) -> str:
    """The query with each `?` replaced by the next parameter, a literal as SQL writes it (`'text'`, `12`)."""
    try:
        places = [token for token in AthenaSql().tokenize(sql) if token.token_type == TokenType.PLACEHOLDER]
    except SqlglotError:
        return sql
    if len(places) != len(parameters):
        message = f"Incorrect number of parameters: expected {len(places)} but found {len(parameters)}"
        raise QueryError("INVALID_PARAMETER_USAGE", message)
    for token, parameter in reversed(list(zip(places, parameters, strict=True))):
        sql = sql[: token.start] + _check_literal(parameter) + sql[token.end + 1 :]
    return sql


_LITERAL = re.compile(
    r"\s*(?:(?:date|timestamp|decimal)?\s*'(?:[^']|'')*'|[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?|[+-]?\.\d+|true|false|null)\s*",
    re.IGNORECASE,
)


def _check_literal(parameter: str) -> str:
    if not _LITERAL.fullmatch(parameter):
        message = f"{parameter!r} is not a literal: text needs single quotes, as in '''text'''"
        raise QueryError("INVALID_PARAMETER_USAGE", message)
    return parameter


def _read_names(match: re.Match[str], database: str) -> tuple[str, str]:
    parts = [part.strip('"`').lower() for part in re.findall(_PART, match["name"])]
    return (parts[-2] if len(parts) > 1 else database), parts[-1]


def _create_view(match: re.Match[str], database: str) -> Statement:
    query = re.sub(r"[^\n]", " ", match.string[: match.start("query")]) + match["query"]
    return CreateView(*_read_names(match, database), query=query, replace=bool(match["replace"]))


def _drop_view(match: re.Match[str], database: str) -> Statement:
    return DropView(*_read_names(match, database), if_exists=bool(match["if_exists"]))


def _show_list(match: re.Match[str], database: str) -> Statement:
    chosen = (match["database"] or "").strip('"`').lower() or database
    return Show(match["subject"].lower(), chosen, pattern=match["pattern"])


def _show_databases(match: re.Match[str], database: str) -> Statement:
    return Show("databases", database, pattern=match["pattern"])


def _show_named(subject: str, match: re.Match[str], database: str) -> Statement:
    schema, name = _read_names(match, database)
    return Show(subject, schema, name)


_PATTERNS = (
    (rf"create\s+(?P<replace>or\s+replace\s+)?view\s+{_NAME}\s+as\b(?P<query>.*)", _create_view),
    (rf"drop\s+view\s+(?P<if_exists>if\s+exists\s+)?{_NAME}\s*$", _drop_view),
    (
        rf"show\s+(?P<subject>tables|views)(?:\s+(?:in|from)\s+(?P<database>{_PART}))?(?:\s+(?:like\s+)?'(?P<pattern>[^']*)')?\s*$",
        _show_list,
    ),
    (r"show\s+(?:databases|schemas)(?:\s+(?:like\s+)?'(?P<pattern>[^']*)')?\s*$", _show_databases),
    (rf"show\s+columns\s+(?:in|from)\s+{_NAME}\s*$", lambda match, database: _show_named("columns", match, database)),
    (rf"show\s+create\s+view\s+{_NAME}\s*$", lambda match, database: _show_named("view", match, database)),
    (rf"(?:describe|desc)\s+{_NAME}\s*$", lambda match, database: _show_named("describe", match, database)),
)
