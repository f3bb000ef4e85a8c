"""Progress of a search: photos, their rate, and how long the rest takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from photolake_cli.console import error_console


@contextmanager
def show_photo_progress(title: str, count: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar; the function it gives counts one photo."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    began = time.monotonic()
    with Progress(*columns, console=error_console, transient=True, disable=not error_console.is_terminal) as bar:
        task = bar.add_task(title, total=count)

        def on_photo() -> None:
            bar.advance(task)
            rate = bar.tasks[0].completed / max(time.monotonic() - began, 1e-3)
            bar.update(task, description=f"{title} {rate:,.1f}/s")

        yield on_photo
