"""docs/cli.md says what is true: exit statuses, and which options each command takes."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from photolake_cli.exit_status import ExitStatus
from photolake_cli.main import app

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/cli.md").read_text()
OPTIONS = ("--stack", "--dry-run", "--yes", "--json")


def read_rows(heading):
    """The rows of the table under a heading, as cells."""
    part = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def list_commands() -> dict[str, set[str]]:
    """The options of every command."""
    root: Any = get_command(app)
    return {
        f"{name} {sub}".strip(): {option for parameter in leaf.params for option in parameter.opts}
        for name, command in root.commands.items()
        for sub, leaf in getattr(command, "commands", {"": command}).items()
    }


def test_the_page_lists_every_exit_status_of_the_code():
    rows = read_rows("Exit statuses")

    listed = {(int(status), name.strip("`")) for status, name, _ in rows}
    assert listed == {(each.value, each.name) for each in ExitStatus}


def test_the_page_lists_every_command_with_the_options_that_it_takes():
    rows = {row[0].strip("`"): row[1:5] for row in read_rows("What each command takes")}

    def describe(options):
        cells = ["yes" if option in options else "" for option in OPTIONS]
        return [*cells[:3], "`--format json`" if "--format" in options else cells[3]]

    assert rows == {name: describe(options) for name, options in list_commands().items()}


@pytest.mark.parametrize("path", sorted((ROOT / "cli").rglob("*.py")), ids=lambda path: path.name)
def test_every_exit_status_of_the_code_is_one_of_the_enum(path):
    given = [
        ast.unparse(node.args[0])
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "typer.Exit" and node.args
    ]

    # `status` is an ExitStatus, and `up` ends as the cloud does.
    known = r"ExitStatus\.[A-Z]+|INTERRUPTED|status|run_laptop\(options\)"
    assert [each for each in given if not re.fullmatch(known, each)] == []


def test_a_wrong_command_line_ends_with_the_status_of_the_page():
    assert CliRunner().invoke(app, ["redrive", "--no-such-option"]).exit_code == ExitStatus.USAGE
