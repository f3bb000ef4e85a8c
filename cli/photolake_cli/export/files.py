"""Writes a view into a file, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from photolake_cli.errors import CommandError
from photolake_cli.query.export import open_output, write_csv, write_json, write_parquet
from photolake_cli.query.formats import Format

if TYPE_CHECKING:
    from photolake_cli.query.result import QueryResult, Row

_FORMATS: Mapping[str, Format] = {".csv": Format.CSV, ".json": Format.JSON, ".parquet": Format.PARQUET}


def find_format(path: Path) -> Format:
    """Find the format by the file's suffix; CommandError lists those there are."""
    if path.suffix.lower() not in _FORMATS:
        raise CommandError(
            f"--to is the URL of a database (postgresql://...) or a file {', '.join(_FORMATS)}: not {str(path)!r}"
        )
    return _FORMATS[path.suffix.lower()]


def parse_delimiter(text: str | None, path: Path) -> str:
    r"""Read the character between the values of a CSV file; `\t` is a tab."""
    if text is None:
        return ","
    delimiter = text.replace("\\t", "\t")
    if find_format(path) is not Format.CSV:
        raise CommandError(f"--delimiter is for CSV, and {path} is not")
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise CommandError(f"--delimiter must be one character, and no quote or line end: not {text!r}")
    return delimiter


def write_file(
    path: Path,
    delimiter: str,
    run: Callable[[], QueryResult],
    on_rows: Callable[[int], None],
    for_excel: bool = False,
) -> int:
    """Write the result of a query; returns the number of rows. The query runs when the file can be written."""
    format_ = find_format(path)
    writers: Mapping[Format, Callable[[QueryResult, IO[Any]], int]] = {
        Format.CSV: partial(write_csv, delimiter=delimiter, for_excel=for_excel),
        Format.JSON: write_json,
        Format.PARQUET: write_parquet,
    }
    with open_output(path, binary=format_ is Format.PARQUET, option="--to") as out:
        result = run()
        return writers[format_](replace(result, pages=_count_pages(result.pages, on_rows)), out)


def _count_pages(pages: Iterator[Sequence[Row]], on_rows: Callable[[int], None]) -> Iterator[Sequence[Row]]:
    for page in pages:
        on_rows(len(page))
        yield page
