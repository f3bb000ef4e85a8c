"""Writes the result of a query as CSV, JSON or Parquet while its rows arrive, to a file or to standard output."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import typer

from photolake_cli.console import TerminalText, format_json
from photolake_cli.errors import CommandError
from photolake_cli.exit_status import ExitStatus
from photolake_cli.query.result import NUMERIC_TYPES, to_json_value

if TYPE_CHECKING:
    import pyarrow as pa

    from photolake_cli.query.result import Column, QueryResult, Row

ROW_GROUP_ROWS = 50_000
ROW_GROUP_CHARACTERS = 32 << 20
FORMULA_STARTS = "=+-@\t\r"
"""Text that begins with one of these is a formula for a spreadsheet; dashboard/src/csv.ts has the same."""


@contextmanager
def open_output(path: Path | None, binary: bool = False, option: str = "--output") -> Iterator[IO[Any]]:
    """Open the file, or standard output; CommandError if it cannot be written, before a query has cost anything.

    The file is replaced when the block has ended without an error. `option` is what names another file.
    """
    if path is None:
        with _open_standard_output(binary) as out:
            yield out
        return
    # A pipe or a device is written to, not replaced.
    unfinished = path.with_name(f".{path.name}.part") if path.is_file() or not path.exists() else path
    try:
        mode, encoding = ("wb", None) if binary else ("w", "utf-8")
        with unfinished.open(mode, encoding=encoding, newline=None if binary else "") as out:
            yield out
        if unfinished != path:
            unfinished.replace(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}. Name another file: {option}") from error
    finally:
        if unfinished != path:
            with suppress(OSError):  # the error above says it
                unfinished.unlink(missing_ok=True)


@contextmanager
def _open_standard_output(binary: bool) -> Iterator[IO[Any]]:
    try:
        if binary:
            yield sys.stdout.buffer
        else:
            yield cast("IO[Any]", TerminalText(sys.stdout)) if sys.stdout.isatty() else sys.stdout
        sys.stdout.flush()
    except BrokenPipeError as error:
        # The reader has closed the pipe (`| head`); without this, Python reports the error again at exit.
        # https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(ExitStatus.FAILED) from error


def write_csv(result: QueryResult, out: IO[str], delimiter: str = ",", for_excel: bool = False) -> int:
    """Write a header and the rows as Athena wrote them; returns how many. Null is nothing, empty text is `""`.

    `for_excel`: spreadsheets run text that begins like a formula, so an apostrophe goes before it (numbers stay), and a
    mark at the beginning tells them that the file is UTF-8. https://owasp.org/www-community/attacks/CSV_Injection
    """
    needs_quotes = re.compile(rf'["\r\n{re.escape(delimiter)}]|^\s|\s$|^$')

    def format_row(row: Row) -> str:
        # The csv module tells null from empty text only if it quotes every value (QUOTE_NOTNULL, since Python 3.12).
        return delimiter.join("" if text is None else quote(text) for text in row) + "\n"

    def quote(text: str) -> str:
        return '"{}"'.format(text.replace('"', '""')) if needs_quotes.search(text) else text

    pages: Iterator[Sequence[Row]] = result.pages
    if for_excel:
        out.write("\ufeff")
        is_number = [column.type in NUMERIC_TYPES for column in result.columns]
        pages = ([_guard_row(row, is_number) for row in page] for page in pages)
    names: Row = result.column_names
    out.write(format_row(_guard_row(names, [False] * len(names)) if for_excel else names))
    rows = 0
    for page in pages:
        out.writelines(map(format_row, page))
        rows += len(page)
    return rows


def _guard_row(row: Row, is_number: Sequence[bool]) -> Row:
    """Put an apostrophe before each text that a spreadsheet would run."""
    return [
        f"'{text}" if text and text[0] in FORMULA_STARTS and not number else text
        for text, number in zip(row, is_number, strict=True)
    ]


def write_json(result: QueryResult, out: IO[str]) -> int:
    """Write an array with an object on each line; returns how many.

    Integers that a browser could not hold exactly are strings, NaN and infinity are null: JSON has neither.
    """
    _refuse_duplicate_names(result)
    columns = [(column.name, column.type) for column in result.columns]
    rows = 0
    for rows, row in enumerate(result.rows, 1):
        record = {name: to_json_value(text, kind) for (name, kind), text in zip(columns, row, strict=True)}
        out.write(f"{'[' if rows == 1 else ','}\n  {format_json(record)}")
    out.write("\n]\n" if rows else "[]\n")
    return rows


def write_parquet(result: QueryResult, out: IO[bytes]) -> int:
    """Write a Parquet file with the columns' own types; returns the number of rows.

    Rows, arrays, maps and JSON stay text, as do times with a zone: what Athena writes of them cannot be read back
    exactly. A value outside its Arrow type's range is a CommandError that names the column.
    """
    # Imported late for start-up time; no other format needs it.
    import pyarrow as pa
    import pyarrow.parquet as pq

    _refuse_duplicate_names(result)
    schema = pa.schema([(column.name, _to_arrow_type(column)) for column in result.columns])
    rows = 0
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for group in _group_rows(result.pages):
            arrays = [_build_array(column, [row[i] for row in group]) for i, column in enumerate(result.columns)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            rows += len(group)
    return rows


def _refuse_duplicate_names(result: QueryResult) -> None:
    if names := [name for name, times in Counter(result.column_names).items() if times > 1]:
        raise CommandError(
            f"Several columns are named {', '.join(names)}, which only CSV and tables can hold: rename them by `as`, "
            "or use --format csv"
        )


def _group_rows(pages: Iterator[Sequence[Row]]) -> Iterator[list[Row]]:
    """Group rows for Parquet, which is written group by group: so many rows, or so many characters in memory."""
    group: list[Row] = []
    characters = 0
    for row in chain.from_iterable(pages):
        group.append(row)
        characters += sum(map(len, filter(None, row)))
        if len(group) == ROW_GROUP_ROWS or characters >= ROW_GROUP_CHARACTERS:
            yield group
            group, characters = [], 0
    if group:
        yield group


def _to_arrow_type(column: Column) -> pa.DataType:
    import pyarrow as pa

    if column.type == "decimal":
        return pa.decimal128(column.precision, column.scale)
    types = {
        "tinyint": pa.int8(),
        "smallint": pa.int16(),
        "integer": pa.int32(),
        "bigint": pa.int64(),
        "real": pa.float32(),
        "float": pa.float32(),
        "double": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("ms"),
        "varbinary": pa.binary(),
    }
    return types.get(column.type, pa.string())


def _build_array(column: Column, texts: list[str | None]) -> Any:
    import pyarrow as pa

    if column.type == "varbinary":
        return pa.array([None if text is None else bytes.fromhex(text) for text in texts], pa.binary())
    try:
        return pa.array(texts, pa.string()).cast(_to_arrow_type(column))
    except pa.ArrowInvalid as error:
        raise CommandError(
            f"Column {column.name} ({column.type}) does not fit into Parquet: {error}. "
            "Cast it in SQL, or use --format csv"
        ) from error
