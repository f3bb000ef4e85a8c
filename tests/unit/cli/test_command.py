"""The command: its help, its options, and its messages when something is wrong."""

import os
import re
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.main import get_command
from typer.testing import CliRunner

from photolake_cli import laptop
from photolake_cli.console import format_cell
from photolake_cli.errors import CommandError
from photolake_cli.laptop import Laptop
from photolake_cli.main import app
from photolake_cli.query.formats import Format
from photolake_cli.query.run import QueryRequest
from photolake_cli.status import describe_backlog, describe_dead_letters, show_status

ROOT = Path(__file__).parents[3]
COMMANDS: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]
# A group's commands by its name and theirs.
LEAVES: dict[str, Any] = {
    f"{group} {name}".strip(): command
    for group, each in COMMANDS.items()
    for name, command in getattr(each, "commands", {"": each}).items()
}
PARAMETERS = [(name, parameter) for name, command in LEAVES.items() for parameter in command.params]


def run_program(*arguments, **environment):
    """The installed program, as a shell runs it."""
    program = str(Path(sys.executable).parent / "photolake")
    result = subprocess.run([program, *arguments], env={**os.environ, **environment}, capture_output=True, text=True)
    return result.returncode, result.stdout


def get_documented_commands():
    """The command lines in the fenced blocks of README and docs, without the generated page."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    blocks = [block for page in pages for block in page.read_text().split("```")[1::2] if page.name != "commands.md"]
    lines = [line.removeprefix(".venv/bin/") for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("photolake ") and line.split()[1].islower()]


@pytest.mark.parametrize("name", COMMANDS | LEAVES)
def test_every_command_has_an_example_that_parses(name):
    command = (COMMANDS | LEAVES)[name]
    examples = [line.strip() for line in command.help.splitlines() if line.startswith("    ")]

    assert examples
    for example in examples:
        for words in re.split(r"&&|\||>", example):
            assert_parses(words.strip())


def assert_parses(line):
    """The line, if it calls photolake, names a command and its options."""
    words = shlex.split(line.replace("eval $(", "").rstrip(")"), comments=True)
    if words[:1] == ["photolake"]:
        given = [word for word in words[2:] if word not in ("&&", "&")]
        command, given = find_command(words[1], given)
        command.make_context(words[1], given, resilient_parsing=True)
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        assert {word for word in given if word.startswith("--")} <= known


def find_command(name, given):
    """The command, of a group the one that the group takes these arguments for."""
    command = COMMANDS[name]
    if not hasattr(command, "commands"):
        return command, given
    context = command.make_context(name, given)
    _, found, given = command.resolve_command(context, [*context._protected_args, *context.args])
    return found, given


def test_every_command_that_readme_and_docs_show_parses():
    shown = get_documented_commands()

    assert len(shown) > 5
    for line in shown:
        assert_parses(line)


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS, ids=[f"{name} {each.name}" for name, each in PARAMETERS])
def test_every_option_has_help_and_shows_its_default(name, parameter):
    record = parameter.get_help_record(typer.Context(LEAVES[name]))

    assert record[1]
    is_flag = getattr(parameter, "is_flag", False)
    chooses = (name, parameter.name) in {
        ("query", "sql"),
        ("query", "saved"),
        ("query", "param"),
        ("collect", "table_map"),
    }
    assert is_flag or chooses or "[default: " in record[1] or "[required]" in record[1]


def test_the_committed_page_of_commands_is_current():
    command = ["photolake_cli.main", "utils", "docs", "--name", "photolake", "--title", "Commands"]
    page = subprocess.run([sys.executable, "-m", "typer", *command], capture_output=True, text=True, check=True).stdout

    assert (ROOT / "docs" / "commands.md").read_text() == page.rstrip("\n") + "\n", "make docs writes it again"


def test_the_version_is_the_packages():
    assert run_program("--version") == (0, f"photolake {version('photolake')}\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_shown(shell):
    status, script = run_program("--show-completion", shell, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")

    assert status == 0
    assert "_PHOTOLAKE_COMPLETE" in script


def test_the_shell_completes_commands():
    words = {"_PHOTOLAKE_COMPLETE": "complete_bash", "COMP_WORDS": "photolake col", "COMP_CWORD": "1"}

    assert run_program(**words) == (0, "collect\n")


@pytest.mark.parametrize(
    ("arguments", "command", "rest"),
    [
        (["tweets", "--to", "x.csv"], "view", ["tweets", "--to", "x.csv"]),
        (["--to", "x.csv", "tweets"], "view", ["--to", "x.csv", "tweets"]),
        (["view", "atlas", "--to", "x.csv"], "view", ["atlas", "--to", "x.csv"]),
        (["atlas", "--to", "x.parquet"], "atlas", ["--to", "x.parquet"]),
        (["gexf", "--help"], "gexf", ["--help"]),
    ],
)
def test_export_takes_for_a_view_what_is_none_of_its_commands(arguments, command, rest):
    found, given = find_command("export", arguments)

    assert (found.name, given) == (command, rest)


def test_the_list_of_saved_queries_is_the_option_that_the_help_names():
    options = {option for parameter in COMMANDS["query"].params for option in parameter.opts}

    assert {"--list", "--saved"} <= options
    assert "photolake query --list" in COMMANDS["query"].help


def test_files_are_positional_and_required(tmp_path):
    result = CliRunner().invoke(app, ["collect", "--state", str(tmp_path)])

    assert result.exit_code == 2
    assert "Missing argument 'FILES'" in result.output


def test_without_a_running_cloud_the_command_says_how_to_start_one(tmp_path):
    result = CliRunner().invoke(app, ["status", "--state", str(tmp_path)])

    assert result.exit_code == 1
    assert "photolake up --background" in result.output
    assert "Traceback" not in result.output


def test_an_interrupted_command_says_how_to_go_on(monkeypatch, tmp_path):
    def interrupt(folder):
        raise KeyboardInterrupt

    monkeypatch.setattr(Laptop, "connect", interrupt)
    result = CliRunner().invoke(app, ["wait", "--state", str(tmp_path)])

    assert (result.exit_code, result.output) == (130, "Interrupted. Run the same command to start again.\n")


def test_a_cell_shows_markup_as_it_is():
    assert format_cell("[red]sale[/red]\x1b[2J") == "[red]sale[/red]\\x1b[2J"
    assert format_cell("x" * 100) == "x" * 69 + "…"
    assert format_cell(1234567) == "1,234,567"


def test_the_backlog_names_queues_and_buffers_that_are_not_empty():
    queue = {"visible": 2, "in_flight": 1, "delayed": 0, "is_dlq": False, "feeds_function": True}
    status = {
        "queues": {"TweetQueue": queue, "ErrorQueue": {**queue, "feeds_function": False}},
        "buffers": {"posts": 5},
    }

    assert describe_backlog(status) == "TweetQueue 3, in Firehose 5"
    assert describe_backlog({"queues": {}, "buffers": {}}) == "nothing is waiting"


def test_ids_can_be_copied_from_a_table():
    assert format_cell(2030500000000000001) == "2030500000000000001"


def test_a_folder_without_photos_is_refused(tmp_path):
    result = CliRunner().invoke(app, ["up", "--photos", str(tmp_path), "--state", str(tmp_path / "state")])

    assert result.exit_code == 1
    assert "holds no file" in result.output


def test_dead_letters_are_counted_by_queue():
    queue = {"visible": 0, "in_flight": 0, "delayed": 0, "is_dlq": True, "feeds_function": False}
    status = {"queues": {"ImageDeadLetterQueue": {**queue, "visible": 2}, "TweetDeadLetterQueue": queue}}

    assert describe_dead_letters(status) == "2 in ImageDeadLetterQueue"


def test_help_does_not_wait_for_large_libraries():
    late = (
        "{'boto3', 'botocore', 'duckdb', 'moto', 'pandas', 'pyarrow', 'pyathena', 'requests', 'sqlalchemy', 'tweepy'}"
    )
    program = f"import sys, photolake_cli.main; print(*sorted({late} & {{*sys.modules}}))"

    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["  "], "The statement is empty"),
        (["--list", "--saved", "top_labels"], "--list goes alone"),
        (["select 1", "--saved", "top_labels"], "Give a statement or --saved NAME, not both"),
        (["--param", "since=2026-11-01"], "There is nothing to run"),
        (
            ["select 1", "--output", "rows.txt"],
            "The format of rows.txt is not known: add --format",
        ),
        (["select 1", "--region", "eu-west-1"], "--region goes with --stack NAME"),
        (["select 1"], "No laptop cloud runs in"),
    ],
)
def test_options_that_contradict_each_other_are_an_error_before_anything_is_started(arguments, said, tmp_path):
    result = CliRunner().invoke(app, ["query", *arguments, "--state", str(tmp_path)])

    assert result.exit_code == 1
    assert said in result.output


def test_parquet_is_not_written_to_a_terminal(monkeypatch):
    monkeypatch.setattr("photolake_cli.query.run.console", Console(force_terminal=True))

    with pytest.raises(CommandError, match="name a file"):
        QueryRequest("select 1", chosen_format=Format.PARQUET)


def test_the_format_follows_from_the_suffix_of_the_file():
    assert QueryRequest("select 1", output=Path("rows.PARQUET")).format is Format.PARQUET
    assert QueryRequest("select 1", chosen_format=Format.JSON, output=Path("rows.csv")).format is Format.JSON
    assert QueryRequest("select 1").format is Format.TABLE


def test_status_shows_queues_with_and_without_messages(capsys):
    depth = {"visible": 2, "in_flight": 1, "is_dlq": False}
    run = {"invocations": 3, "errors": 0, "running": 1, "cold_start_ms": 250}
    document = {
        "queues": {"photo_jobs": depth, "photo_jobs_dlq": {**depth, "visible": 0, "is_dlq": True}},
        "functions": {"collector": run},
        "buffers": {"tweets": 5},
        "objects": {"posts/": 7},
        "analysis": {"models": {"comprehend": "local-1"}},
    }

    show_status(document)

    printed = capsys.readouterr().out
    assert all(word in printed for word in ("photo_jobs", "dead letters", "collector", "tweets", "posts/", "local-1"))


@pytest.mark.parametrize(("arguments", "engine"), [([], "basic"), (["--engine", "full"], "full")])
def test_the_engines_asked_for_reach_the_laptop_cloud(arguments, engine, monkeypatch, tmp_path):
    started = []
    monkeypatch.setattr(laptop, "run_laptop", lambda options: started.append(options.command))

    CliRunner().invoke(app, ["up", "--state", str(tmp_path), *arguments])

    assert [command[command.index("--engine") + 1] for command in started] == [engine]
