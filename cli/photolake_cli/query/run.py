"""`photolake query`: a question, its values, and the form and place of its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import typer

from photolake_cli.console import console, problems, show_saved_queries, show_table, work
from photolake_cli.errors import CommandError
from photolake_cli.query.destinations import destination
from photolake_cli.query.export import Format, write_csv, write_json, write_parquet
from photolake_cli.query.price import receipt

if TYPE_CHECKING:
    from photolake_cli.query.client import Queries
    from photolake_cli.query.result import Answer, Row

MOST_TABLE_ROWS = 1000
INTERRUPTED = 130
_WRITERS: Mapping[Format, Callable[[Answer, IO[Any]], int]] = {
    Format.CSV: write_csv,
    Format.JSON: write_json,
    Format.PARQUET: write_parquet,
}
_BY_SUFFIX = {".csv": Format.CSV, ".json": Format.JSON, ".parquet": Format.PARQUET}


@dataclass(frozen=True)
class Question:
    """What the command line says; CommandError if that contradicts itself."""

    sql: str | None = None
    saved: str | None = None
    values: Sequence[str] = ()
    form: Format | None = None
    output: Path | None = None

    def __post_init__(self) -> None:
        if self.sql is not None and not self.sql.strip():
            raise CommandError("The statement is empty. Saved queries are listed by: photolake query")
        if self.sql is not None and self.saved is not None:
            raise CommandError("Give a statement or --saved NAME, not both")
        if self.asks_for_list and (self.values or self.form or self.output):
            raise CommandError(
                "There is no question: give a statement or --saved NAME; they are listed by: photolake query"
            )
        if self.output and self.format is Format.TABLE:
            raise CommandError(f"How is {self.output} to be written? --format csv, json or parquet")
        if self.format is Format.PARQUET and not self.output and console.is_terminal:
            raise CommandError("Parquet is no text for a terminal: name a file (--output rows.parquet) or a pipe")

    @property
    def asks_for_list(self) -> bool:
        """Whether there is no question at all: then the saved queries are listed."""
        return self.sql is None and self.saved is None

    @property
    def format(self) -> Format:
        """The form asked for, else that of the file's name, else a table."""
        return self.form or _BY_SUFFIX.get(self.output.suffix.lower() if self.output else "", Format.TABLE)


def ask(queries: Queries, question: Question, on_laptop: bool) -> None:
    """Ask and show, and say what it cost: below a table, or on standard error."""
    if question.asks_for_list:
        show_saved_queries(list(queries.saved().values()))
    elif question.format is Format.TABLE:
        answer = _answer(queries, question)
        rows = list(islice(answer.values(), MOST_TABLE_ROWS + 1))
        cut = len(rows) > MOST_TABLE_ROWS
        said = f"the first {MOST_TABLE_ROWS:,} rows (all of them: --format csv)" if cut else _rows(len(rows))
        show_table("", answer.names, rows[:MOST_TABLE_ROWS], f"{said}, {_cost(answer, on_laptop)}")
    else:
        with destination(question.output, binary=question.format is Format.PARQUET) as out:
            answer = _answer(queries, question)
            written = _written(answer, question, out)
        problems.print(f"{_rows(written)}, {_cost(answer, on_laptop)}", style="italic", markup=False, highlight=False)


def _answer(queries: Queries, question: Question) -> Answer:
    try:
        with work("Asking", problems) as tell:
            if question.sql is not None:
                return queries.run(question.sql, question.values, tell)
            return queries.run_saved(queries.saved_query(str(question.saved)), question.values, tell)
    except KeyboardInterrupt as interrupt:
        said = "Stopped, on the server too; what it had scanned by then is charged."
        if interrupt.__cause__:
            said = f"It may still run, for it could not be stopped: {interrupt.__cause__}"
        problems.print(said, style="yellow", markup=False, highlight=False)
        raise typer.Exit(INTERRUPTED) from interrupt


def _written(answer: Answer, question: Question, out: IO[Any]) -> int:
    write = _WRITERS[question.format]
    if not question.output and console.is_terminal:
        return write(answer, out)
    with work("Writing", problems) as tell:
        return write(replace(answer, pages=_counted(answer.pages, tell)), out)


def _counted(pages: Iterator[Sequence[Row]], tell: Callable[[str], None]) -> Iterator[Sequence[Row]]:
    rows = 0
    for page in pages:
        rows += len(page)
        tell(_rows(rows))
        yield page


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"


def _cost(answer: Answer, on_laptop: bool) -> str:
    return receipt(answer.scanned_bytes, answer.is_charged, on_laptop)
