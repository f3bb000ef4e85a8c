"""How the command shows things: tables, progress, sizes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from rich import box
from rich.bar import Bar
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from photolake_cli.querying import SavedQuery

# A pipe or a log has no width of its own.
console = Console(width=None if sys.stdout.isatty() else 120)
problems = Console(stderr=True, soft_wrap=True)

MAX_CELL = 70
BAR_WIDTH = 24
MAX_EXACT = 2**53


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], drawn_as_bars: str = "") -> Table:
    """A table; numbers stand to the right, long cells are cut, and one column may be drawn as bars as well."""
    drawn = Table(box=box.SIMPLE_HEAD)
    for index, name in enumerate(columns):
        cells = [row[index] for row in rows]
        numeric = bool(cells) and all(isinstance(value, int | float | None) for value in cells)
        drawn.add_column(name, justify="right" if numeric else "left", overflow="fold")
    bars: list[Bar] = []
    if drawn_as_bars and drawn_as_bars in columns:
        amounts = [row[columns.index(drawn_as_bars)] or 0 for row in rows]
        bars = [Bar(max(amounts), 0, amount, width=BAR_WIDTH, color="cyan") for amount in amounts]
        drawn.add_column("", min_width=BAR_WIDTH)
    for row, bar in zip_longest(rows, bars):
        drawn.add_row(*(cell(value) for value in row), *([bar] if bar else []))
    return drawn


def cell(value: Any) -> str:
    """A value as a cell: grouped digits, nothing for null, markup left alone."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        # Grouped digits are for amounts; nobody counts to 2^53.
        return f"{value:,}" if abs(value) < MAX_EXACT else str(value)
    text = str(value)
    return escape(text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…")


def dead_letters(status: Mapping[str, Any]) -> str:
    """A line on messages that failed five times; empty if there are none."""
    depths = {
        name: depth["visible"] for name, depth in status["queues"].items() if depth["is_dlq"] and depth["visible"]
    }
    return ", ".join(f"{count} in {name}" for name, count in depths.items())


def pipeline_line(status: Mapping[str, Any]) -> str:
    """One line that says what is still on its way."""
    queues = status["queues"]
    waiting = {name: depth["visible"] + depth["in_flight"] for name, depth in queues.items() if depth["feeds_function"]}
    buffered = sum(status["buffers"].values())
    parts = [f"{name} {count}" for name, count in waiting.items() if count]
    parts += [f"in Firehose {buffered}"] if buffered else []
    return ", ".join(parts) or "nothing on its way"


@contextmanager
def work(title: str, on: Console = console) -> Iterator[Callable[[str], None]]:
    """Show that something is under way; the function given takes lines that say what."""
    with on.status(title) as shown:
        yield lambda line: shown.update(f"{title}: {cell(line)}")


def show_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], note: str = "", drawn_as_bars: str = ""
) -> None:
    """Print a table under its title, and a note below it."""
    if title:
        console.print(f"\n{escape(title)}", style="bold", highlight=False)
    console.print(table(columns, rows, drawn_as_bars) if rows else "  (nothing)")
    if note:
        console.print(f"  {escape(note)}", style="italic", highlight=False)


def show_saved_queries(queries: Sequence[SavedQuery]) -> None:
    """Print what can be asked by name: the question, and what has to be said with it."""
    console.print("\nSaved queries (photolake query --saved NAME --param NAME=VALUE)", style="bold", highlight=False)
    if not queries:
        console.print("  (none)")
        return
    drawn = Table(box=box.SIMPLE_HEAD)
    for title in ("name", "answers", "parameters"):
        drawn.add_column(title, overflow="fold", no_wrap=title == "name")
    for query in queries:
        drawn.add_row(escape(query.name), escape(query.question), escape(_shown_parameters(query)))
    console.print(drawn)
    console.print("  since and until, days as in 2026-11-01, may be left out: all days are asked for.", style="italic")


def _shown_parameters(query: SavedQuery) -> str:
    days = [each.name for each in query.parameters if each.name in ("since", "until")]
    others = [f"{each.name}: {each.meaning}" for each in query.parameters if each.name not in ("since", "until")]
    return "\n".join([*others, ", ".join(dict.fromkeys(days))]).strip()


def show_status(document: Mapping[str, Any]) -> None:
    """Print queues, buffers, functions, objects, and the local models that answer in place of AWS's."""
    queues = [
        (name, depth["visible"], depth["in_flight"], "dead letters" if depth["is_dlq"] else "")
        for name, depth in document["queues"].items()
    ]
    functions = [
        (name, run["invocations"], run["errors"], run["running"], run["cold_start_ms"])
        for name, run in document["functions"].items()
    ]
    show_table("Queues", ["queue", "waiting", "in flight", ""], queues)
    show_table("Records in Firehose's buffers", ["stream", "records"], list(document["buffers"].items()))
    show_table("Functions", ["function", "runs", "errors", "running", "cold start ms"], functions)
    show_table("Objects in the lake", ["prefix", "objects"], list(document["objects"].items()))
    show_table("Local models", ["in place of", "model"], list(document["analysis"]["models"].items()))
