"""What the command prints: tables, notes and progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any

from rich import box
from rich.bar import Bar
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from photolake_cli.exit_status import ExitStatus

# A pipe or a log has no width of its own.
console = Console(width=None if sys.stdout.isatty() else 120)
error_console = Console(stderr=True, soft_wrap=True)

INTERRUPTED = ExitStatus.INTERRUPTED
MAX_CELL = 70
BAR_WIDTH = 24
MAX_EXACT = 2**53


def show_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], note: str = "", bar_column: str = ""
) -> None:
    """Print a table under its title, with a note below; `bar_column` is also drawn as bars."""
    if title:
        console.print(f"\n{escape(title)}", style="bold", highlight=False)
    console.print(build_table(columns, rows, bar_column) if rows else "  (no rows)")
    if note:
        console.print(f"  {escape(note)}", style="italic", highlight=False)


def build_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], bar_column: str = "") -> Table:
    """A table: numbers are aligned right, long cells are cut."""
    table = Table(box=box.SIMPLE_HEAD)
    for index, name in enumerate(columns):
        cells = [row[index] for row in rows]
        numeric = bool(cells) and all(isinstance(value, int | float | None) for value in cells)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    bars: list[Bar] = []
    if bar_column and bar_column in columns:
        amounts = [row[columns.index(bar_column)] or 0 for row in rows]
        bars = [Bar(max(amounts), 0, amount, width=BAR_WIDTH, color="cyan") for amount in amounts]
        table.add_column("", min_width=BAR_WIDTH)
    for row, bar in zip_longest(rows, bars):
        table.add_row(*(format_cell(value) for value in row), *([bar] if bar else []))
    return table


def format_cell(value: Any) -> str:
    """A value as a cell: digits grouped, null empty, markup escaped."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        # Larger integers are ids, which people copy.
        return f"{value:,}" if abs(value) < MAX_EXACT else str(value)
    text = str(value)
    return escape(text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…")


def make_printable(text: str) -> str:
    """Escape control characters, line breaks and bytes that are not UTF-8: a terminal would obey them."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode() for char in text
    )


def print_note(line: str, style: str = "") -> None:
    """Print a line on standard error as it is, without markup."""
    error_console.print(line, style=style, markup=False, highlight=False)


@contextmanager
def show_progress(title: str, on: Console = console) -> Iterator[Callable[[str], None]]:
    """Show a spinner with the title while the block runs; the function it gives changes the text behind the title."""
    with on.status(title) as status:
        yield lambda line: status.update(f"{title}: {format_cell(line)}")
