"""The saved queries that the page names: their SQL with the days filled in, and the answers that it shows."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from photolake_cli.dashboard.cleaning import clean_json
from photolake_cli.dashboard.folder import PAGE
from photolake_cli.errors import CommandError
from photolake_cli.query.result import to_json_value

if TYPE_CHECKING:
    from photolake.athena_schema.sql_files import Parameter
    from photolake_cli.dashboard.rows import Answer, QueryText
    from photolake_cli.query.client import SavedQuery
    from photolake_cli.query.result import QueryResult

ANSWERED = ("cost_by_api", "calls_of_2019")
"""The page shows their answers."""
# A question mark in a text, a name or a comment is none that stands for a value.
_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|\?")


def read_named_queries() -> list[str]:
    """The names that the page's panels use, which its build writes into `queries.json`."""
    try:
        names: list[str] = json.loads((PAGE / "queries.json").read_text("utf-8"))
    except FileNotFoundError as error:
        raise CommandError(f"The page is not built: there is no {PAGE / 'queries.json'}") from error
    return names


def choose_queries(saved: Mapping[str, SavedQuery], names: Iterable[str]) -> tuple[list[SavedQuery], list[str]]:
    """The saved queries of these names, and the names that the lake does not have."""
    wanted = list(dict.fromkeys(names))
    return [saved[name] for name in wanted if name in saved], [name for name in wanted if name not in saved]


def describe_query(query: SavedQuery, days: Mapping[str, str], place: Sequence[str]) -> QueryText:
    """The query with `since` and `until` filled in; any other parameter stays a question mark.

    `place` are the options that name the lake, such as `--stack photolake`.
    """
    options = [f"{name}={days.get(name, '…')}" for name in dict.fromkeys(each.name for each in query.parameters)]
    words = ["photolake", "query", *place, "--saved", query.name]
    words += [word for option in options for word in ("--param", option)]
    return {
        "description": query.description,
        "sql": fill_in(query.statement.body.strip(), query.parameters, days),
        "command": shlex.join(words),
    }


def fill_in(sql: str, parameters: Sequence[Parameter], values: Mapping[str, str]) -> str:
    """The SQL with the literals of these values in place of their question marks."""
    remaining = iter(parameters)

    def replace(token: re.Match[str]) -> str:
        if token[0] != "?":
            return token[0]
        parameter = next(remaining, None)
        return parameter.literal(values[parameter.name]) if parameter and parameter.name in values else "?"

    return _TOKEN.sub(replace, sql)


def answer_queries(
    saved: Mapping[str, SavedQuery], days: Mapping[str, str], run: Callable[[SavedQuery, Sequence[str]], QueryResult]
) -> dict[str, Answer]:
    """The answers that the page shows, of the queries that the lake has."""
    values = [f"{name}={day}" for name, day in days.items()]
    return {name: _build_answer(run(saved[name], values)) for name in ANSWERED if name in saved}


def _build_answer(result: QueryResult) -> Answer:
    kinds = [column.type for column in result.columns]
    rows = [
        [clean_json(to_json_value(text, kind)) for text, kind in zip(row, kinds, strict=True)] for row in result.rows
    ]
    return {"columns": result.column_names, "rows": rows}
