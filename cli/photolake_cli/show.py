"""How the command shows things: tables, progress, sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

console = Console()
problems = Console(stderr=True)

MAX_CELL = 70


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], caption: str = "") -> Table:
    """A table; numbers stand to the right, long cells are cut."""
    drawn = Table(title=title, title_justify="left", caption=caption, caption_justify="left", box=box.SIMPLE_HEAD)
    for index, name in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[index], int | float | None) for row in rows)
        drawn.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(cell(value) for value in row))
    return drawn


def cell(value: Any) -> str:
    """A value as a cell: grouped digits, nothing for null, markup left alone."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    text = str(value).replace("[", "\\[")
    return text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…"


def pipeline_line(status: Mapping[str, Any]) -> str:
    """One line that says what is still on its way."""
    queues = status["queues"]
    waiting = {name: depth["visible"] + depth["in_flight"] for name, depth in queues.items() if depth["feeds_function"]}
    buffered = sum(status["buffers"].values())
    parts = [f"{name} {count}" for name, count in waiting.items() if count]
    parts += [f"in Firehose {buffered}"] if buffered else []
    return ", ".join(parts) or "nothing on its way"


@contextmanager
def work(title: str) -> Iterator[Callable[[str], None]]:
    """Show that something is under way; the function given takes lines that say what."""
    with console.status(title) as shown:
        yield lambda line: shown.update(f"{title}: {cell(line)}")


def status_tables(document: Mapping[str, Any]) -> list[Table]:
    """Queues, buffers, functions and objects as tables."""
    queues = [
        (name, depth["visible"], depth["in_flight"], "dead letters" if depth["is_dlq"] else "")
        for name, depth in document["queues"].items()
    ]
    functions = [
        (name, run["invocations"], run["errors"], run["running"], run["cold_start_ms"])
        for name, run in document["functions"].items()
    ]
    return [
        table("Queues", ["queue", "waiting", "in flight", ""], queues),
        table("Rows in Firehose's buffers", ["stream", "records"], list(document["buffers"].items())),
        table("Functions", ["function", "runs", "errors", "running", "cold start ms"], functions),
        table("Objects in the lake", ["prefix", "objects"], list(document["objects"].items())),
    ]
