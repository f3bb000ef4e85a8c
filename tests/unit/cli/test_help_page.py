"""The page of `--help`."""

import pytest
import typer
from typer.testing import CliRunner

from photolake_cli.help_page import HelpCommand, HelpGroup, split_paragraphs
from photolake_cli.main import app

LONG = "tool send --to " + "a-word " * 20 + "end"


def build_app():
    tool = typer.Typer(cls=HelpGroup)

    def send(to: str = "here") -> None:
        pass

    def stop() -> None:
        """Stop."""

    text = f"Send what\n    is there, and say so {'at length ' * 9}in the end."
    send.__doc__ = f"{text}\n\n    Examples:\n\n        {LONG}\n        tool\n"
    for command in (send, stop):
        tool.command(cls=HelpCommand)(command)
    return tool


def read_page(tool, *words):
    result = CliRunner().invoke(tool, [*words, "--help"], env={"COLUMNS": "80"})
    assert result.exit_code == 0
    return result.output.splitlines()


def test_examples_stand_as_they_are_written_so_that_they_can_be_copied():
    lines = read_page(build_app(), "send")

    assert f"    {LONG}" in lines
    assert "    tool" in lines
    assert max(len(line) for line in lines if LONG not in line) <= 80


def test_a_group_says_of_each_command_its_whole_first_sentence():
    lines = read_page(build_app())

    shown = " ".join(" ".join(lines).split())
    assert f"send Send what is there, and say so {'at length ' * 9}in the end. stop Stop." in shown


def test_paragraphs_keep_the_indent_of_examples():
    assert list(split_paragraphs("One.\n\n    Two\n    lines:\n\n        a\n        b\n")) == [
        "One.",
        "Two\nlines:",
        "    a\n    b",
    ]


@pytest.mark.parametrize("words", [[], ["query"], ["export"], ["export", "atlas"]])
def test_every_command_has_this_page(words):
    lines = read_page(app, *words)

    assert lines[0].startswith("Usage: ")
    assert {"Options", "  Examples:"} <= {*lines, "  Examples:" if words == ["export"] else ""}
    assert not any("─" in line for line in lines)
