"""`photolake query`: runs a statement or a saved query, and shows or writes its result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import typer
from rich import box
from rich.filesize import decimal
from rich.table import Table

from photolake.pricing import price_athena_query
from photolake_cli.console import (
    INTERRUPTED,
    console,
    error_console,
    make_printable,
    print_note,
    show_progress,
    show_table,
)
from photolake_cli.errors import CommandError
from photolake_cli.json_output import print_json
from photolake_cli.query.export import open_output, write_csv, write_json, write_parquet
from photolake_cli.query.formats import Format

if TYPE_CHECKING:
    from photolake_cli.query.client import QueryClient, SavedQuery
    from photolake_cli.query.result import QueryResult, Row

MAX_TABLE_ROWS = 1000
_WRITERS: Mapping[Format, Callable[[QueryResult, IO[Any]], int]] = {
    Format.CSV: write_csv,
    Format.JSON: write_json,
    Format.PARQUET: write_parquet,
}
_BY_SUFFIX = {".csv": Format.CSV, ".json": Format.JSON, ".parquet": Format.PARQUET}
_DAY_PARAMETERS = ("since", "until")


@dataclass(frozen=True)
class QueryRequest:
    """What the command line asks for; CommandError if its options contradict each other."""

    sql: str | None = None
    saved: str | None = None
    values: Sequence[str] = ()
    chosen_format: Format | None = None
    output: Path | None = None
    list_saved: bool = False
    excel: bool = False

    def __post_init__(self) -> None:
        if self.list_saved and (self.sql is not None or self.saved is not None):
            raise CommandError("--list goes alone. To run a saved query: photolake query --saved NAME")
        if self.sql is not None and not self.sql.strip():
            raise CommandError("The statement is empty. To list the saved queries: photolake query --list")
        if self.sql is not None and self.saved is not None:
            raise CommandError("Give a statement or --saved NAME, not both")
        if self.is_list and (self.values or self.chosen_format not in (None, Format.JSON) or self.output or self.excel):
            raise CommandError(
                "There is nothing to run: give a statement or --saved NAME. To list the saved queries: "
                "photolake query --list"
            )
        if self.excel and self.format is not Format.CSV:
            raise CommandError("--excel is for CSV: without --format, or with --format csv")
        if self.output and self.format is Format.TABLE:
            raise CommandError(f"The format of {self.output} is not known: add --format csv, json or parquet")
        if self.format is Format.PARQUET and not self.output and console.is_terminal:
            raise CommandError("Parquet is binary: name a file (--output rows.parquet) or pipe it to a program")

    @property
    def is_list(self) -> bool:
        """Whether the saved queries are to be listed: by --list, or because nothing is to be run."""
        return self.list_saved or (self.sql is None and self.saved is None)

    @property
    def format(self) -> Format:
        """The format chosen, else that of the file's suffix, else CSV with --excel, else a table."""
        default = Format.CSV if self.excel else Format.TABLE
        return self.chosen_format or _BY_SUFFIX.get(self.output.suffix.lower() if self.output else "", default)


def run_query(client: QueryClient, request: QueryRequest, on_laptop: bool) -> None:
    """Run the query, show or write its result, and say what it cost: below a table, or on standard error."""
    if request.is_list:
        saved = list(client.list_saved().values())
        if request.chosen_format is Format.JSON:
            print_json([_build_saved_query(query) for query in saved])
        else:
            _show_saved_queries(saved)
    elif request.format is Format.TABLE:
        result = _run_request(client, request)
        rows = list(islice(result.typed_rows(), MAX_TABLE_ROWS + 1))
        is_cut = len(rows) > MAX_TABLE_ROWS
        count = f"the first {MAX_TABLE_ROWS:,} rows (for all: --format csv)" if is_cut else _count_rows(len(rows))
        show_table(
            "",
            result.column_names,
            rows[:MAX_TABLE_ROWS],
            f"{count}, {describe_cost(result, on_laptop)}",
        )
    else:
        with open_output(request.output, binary=request.format is Format.PARQUET) as out:
            result = _run_request(client, request)
            written = _write_result(result, request, out)
        print_note(f"{_count_rows(written)}, {describe_cost(result, on_laptop)}", "italic")


def _run_request(client: QueryClient, request: QueryRequest) -> QueryResult:
    try:
        with show_progress("Running", error_console) as on_state:
            if request.sql is not None:
                return client.run(request.sql, request.values, on_state)
            return client.run_saved(client.find_saved(str(request.saved)), request.values, on_state)
    except KeyboardInterrupt as interrupt:
        message = (
            "Stopped, also in Athena, which charges for the data scanned so far. Run the command again to repeat it."
        )
        if interrupt.__cause__:
            message = f"The query may still run, as it could not be stopped: {interrupt.__cause__}"
        print_note(message, "yellow")
        raise typer.Exit(INTERRUPTED) from interrupt


def _write_result(result: QueryResult, request: QueryRequest, out: IO[Any]) -> int:
    write = partial(write_csv, for_excel=True) if request.excel else _WRITERS[request.format]
    if not request.output and console.is_terminal:
        return write(result, out)
    with show_progress("Writing", error_console) as on_count:
        return write(replace(result, pages=_count_pages(result.pages, on_count)), out)


def _count_pages(pages: Iterator[Sequence[Row]], on_count: Callable[[str], None]) -> Iterator[Sequence[Row]]:
    rows = 0
    for page in pages:
        rows += len(page)
        on_count(_count_rows(rows))
        yield page


def _count_rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"


def describe_cost(result: QueryResult, on_laptop: bool) -> str:
    """What was scanned and what that costs: `1.4 MB scanned: $0.00005`.

    The laptop cloud counts whole objects, Athena only the columns it reads, so there the price is an upper bound.
    """
    return describe_costs([result], on_laptop) if result.is_charged else "nothing scanned, no charge"


def describe_costs(results: Iterable[QueryResult], on_laptop: bool) -> str:
    """What several queries scanned, and what that costs together, as in describe_cost."""
    scanned = [result.scanned_bytes for result in results if result.is_charged]
    price = _format_exactly(sum(map(price_athena_query, scanned), Decimal(0)))
    cost = f"would cost at most {price} on AWS" if on_laptop else price
    return f"{decimal(sum(scanned))} scanned: {cost}"


def _format_exactly(usd: Decimal) -> str:
    """An amount with all its digits, at least cents: `$0.00005`, `$5.00`."""
    digits = max(2, -int(usd.normalize().as_tuple().exponent))
    return f"${usd:,.{digits}f}"


def _show_saved_queries(queries: Sequence[SavedQuery]) -> None:
    console.print("\nSaved queries (photolake query --saved NAME --param NAME=VALUE)", style="bold", highlight=False)
    if not queries:
        console.print("  (none)")
        return
    table = Table(box=box.SIMPLE_HEAD)
    for title in ("name", "answers", "parameters"):
        table.add_column(title, overflow="fold", no_wrap=title == "name")
    for query in queries:
        cells = (query.name, query.description, _describe_parameters(query))
        table.add_row(*(make_printable(cell, keep="\n") for cell in cells))
    console.print(table)
    console.print("  since and until are days such as 2026-11-01; without them, all days are queried.", style="italic")


def _build_saved_query(query: SavedQuery) -> dict[str, Any]:
    parameters = [{"name": each.name, "meaning": each.meaning} for each in query.parameters]
    return {"name": query.name, "answers": query.description, "parameters": parameters}


def _describe_parameters(query: SavedQuery) -> str:
    days = [each.name for each in query.parameters if each.name in _DAY_PARAMETERS]
    others = [f"{each.name}: {each.meaning}" for each in query.parameters if each.name not in _DAY_PARAMETERS]
    return "\n".join([*others, ", ".join(dict.fromkeys(days))]).strip()
