"""The page of `--help`: Typer's plain one with examples as they are written, and bold headings.

Typer's other page needs rich's Markdown, and that a parser and a highlighter of source code: half of the time that
`photolake --help` may take. It also breaks the lines of examples, which are there to be copied.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXAMPLE = "    "


class HelpCommand(TyperCommand):
    """A command with this page."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page into the formatter."""
        write_page(self, ctx, formatter)


class HelpGroup(TyperGroup):
    """A group of commands with this page."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page into the formatter."""
        write_page(self, ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, each with the first sentence of its text."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _read_summary(command)) for name, command in self.commands.items()])


def write_page(command: Any, ctx: Any, formatter: Any) -> None:
    """Write usage, text, options and commands."""
    formatter.write_heading = lambda heading: formatter.write(f"{typer.style(heading, bold=True)}\n")
    command.format_usage(ctx, formatter)
    for paragraph in split_paragraphs(command.help or ""):
        formatter.write_paragraph()
        if paragraph.startswith(_EXAMPLE):
            formatter.write("".join(f"  {line.removeprefix('  ')}\n" for line in paragraph.split("\n")))
        else:
            with formatter.indentation():
                formatter.write_text(paragraph)
    command.format_options(ctx, formatter)


def _read_summary(command: Any) -> str:
    return " ".join(next(split_paragraphs(command.help or ""), "").split())


def split_paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a docstring; those that are indented are examples."""
    return (paragraph.strip("\n") for paragraph in inspect.cleandoc(text).split("\n\n") if paragraph.strip())
