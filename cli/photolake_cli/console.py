"""What the command prints: tables, notes and progress.

Posts, names and files are other people's words. A terminal would obey the control characters in them (clear itself, set
its title, type for the user), and directional overrides make a line look like another.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import IO, TYPE_CHECKING, Any

from rich import box
from rich.bar import Bar
from rich.console import Console
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from photolake_cli.exit_status import ExitStatus

if TYPE_CHECKING:
    from rich.console import ConsoleOptions, RenderableType

_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Joiners make emoji and Persian words, marks of direction and tags (the flag of Scotland) stand in ordinary text.
_HARMLESS = frozenset("\u00ad\u200c\u200d\u200e\u200f") | {chr(code) for code in range(0xE0020, 0xE0080)}
_JSON_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]")


def make_printable(text: str, keep: str = "") -> str:
    """Escape what a terminal would obey, line breaks, and bytes that are not UTF-8; not the characters of `keep`."""
    if text.isprintable():
        return text
    return "".join(char if char in keep or not _is_unsafe(char) else _escape_character(char) for char in text)


def _is_unsafe(char: str) -> bool:
    return unicodedata.category(char) in _UNSAFE_CATEGORIES and char not in _HARMLESS


def _escape_character(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode()


def format_json(value: Any, indent: int | None = None) -> str:
    """JSON in which what a terminal would obey is escaped, so that programs read the same value."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _JSON_UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class SafeConsole(Console):
    """A console that prints text as it is, without markup, and no control character but its own."""

    def __init__(self, **options: Any) -> None:
        """`options` are those of rich.console.Console."""
        super().__init__(markup=False, emoji=False, **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render, and escape the text of each segment."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(make_printable(segment.text, keep="\n"), segment.style)


class TerminalText:
    """A terminal as a file for lines of text: what the terminal would obey is escaped, but line breaks are not."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def write(self, text: str) -> int:
        """Write the text."""
        return self._out.write(make_printable(text, keep="\n\t"))

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of the lines."""
        for line in lines:
            self.write(line)


# A pipe or a log has no width of its own.
console = SafeConsole(width=None if sys.stdout.isatty() else 120)
error_console = SafeConsole(stderr=True, soft_wrap=True)

INTERRUPTED = ExitStatus.INTERRUPTED
MAX_CELL = 70
BAR_WIDTH = 24
MAX_EXACT = 2**53


def show_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], note: str = "", bar_column: str = ""
) -> None:
    """Print a table under its title, with a note below; `bar_column` is also drawn as bars."""
    if title:
        console.print(f"\n{make_printable(title)}", style="bold", highlight=False)
    console.print(build_table(columns, rows, bar_column) if rows else "  (no rows)")
    if note:
        console.print(f"  {make_printable(note)}", style="italic", highlight=False)


def build_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], bar_column: str = "") -> Table:
    """A table: numbers are aligned right, long cells are cut."""
    table = Table(box=box.SIMPLE_HEAD)
    for index, name in enumerate(columns):
        cells = [row[index] for row in rows]
        numeric = bool(cells) and all(isinstance(value, int | float | None) for value in cells)
        table.add_column(make_printable(name), justify="right" if numeric else "left", overflow="fold")
    bars: list[Bar] = []
    if bar_column and bar_column in columns:
        amounts = [row[columns.index(bar_column)] or 0 for row in rows]
        bars = [Bar(max(amounts), 0, amount, width=BAR_WIDTH, color="cyan") for amount in amounts]
        table.add_column("", min_width=BAR_WIDTH)
    for row, bar in zip_longest(rows, bars):
        table.add_row(*(format_cell(value) for value in row), *([bar] if bar else []))
    return table


def format_cell(value: Any) -> str:
    """A value as a cell: digits grouped, null empty, control characters escaped."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        # Larger integers are ids, which people copy.
        return f"{value:,}" if abs(value) < MAX_EXACT else str(value)
    text = make_printable(str(value), keep="\n\t")
    return text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…"


def print_note(line: str, style: str = "") -> None:
    """Print a line on standard error as it is, without markup."""
    error_console.print(line, style=style, highlight=False)


@contextmanager
def show_progress(title: str, on: Console = console) -> Iterator[Callable[[str], None]]:
    """Show a spinner with the title while the block runs; the function it gives changes the text behind the title."""
    with on.status(title) as status:
        yield lambda line: status.update(Text(f"{title}: {format_cell(line)}"))
