"""The command's help, and what it says when something is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from typer.main import get_command
from typer.testing import CliRunner

from photolake_cli.asking import Question
from photolake_cli.errors import CommandError
from photolake_cli.formats import Format
from photolake_cli.main import app
from photolake_cli.show import cell, dead_letters, pipeline_line, show_status

README = (Path(__file__).parents[3] / "README.md").read_text()
COMMANDS = get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_an_example(name):
    assert f"photolake {name}" in (COMMANDS[name].help or "")


def test_every_command_that_the_readme_shows_exists():
    shown = {line.split()[1] for line in README.splitlines() if line.startswith(".venv/bin/photolake")}

    assert shown
    assert shown <= COMMANDS.keys()


def test_without_a_running_cloud_the_command_says_how_to_start_one(tmp_path):
    result = CliRunner().invoke(app, ["status", "--state", str(tmp_path)])

    assert result.exit_code == 1
    assert "photolake up --background" in result.output
    assert "Traceback" not in result.output


def test_a_cell_shows_markup_as_it_is():
    assert cell("[red]sale[/red]") == "\\[red]sale\\[/red]"
    assert cell("x" * 100) == "x" * 69 + "…"
    assert cell(1234567) == "1,234,567"


def test_the_pipeline_line_names_what_is_on_its_way():
    queue = {"visible": 2, "in_flight": 1, "delayed": 0, "is_dlq": False, "feeds_function": True}
    status = {
        "queues": {"TweetQueue": queue, "ErrorQueue": {**queue, "feeds_function": False}},
        "buffers": {"posts": 5},
    }

    assert pipeline_line(status) == "TweetQueue 3, in Firehose 5"
    assert pipeline_line({"queues": {}, "buffers": {}}) == "nothing on its way"


def test_ids_can_be_copied_from_a_table():
    assert cell(2030500000000000001) == "2030500000000000001"


def test_a_folder_without_photos_is_refused(tmp_path):
    result = CliRunner().invoke(app, ["up", "--photos", str(tmp_path), "--state", str(tmp_path / "state")])

    assert result.exit_code == 1
    assert "holds no file" in result.output


def test_dead_letters_are_told():
    queue = {"visible": 0, "in_flight": 0, "delayed": 0, "is_dlq": True, "feeds_function": False}
    status = {"queues": {"ImageDeadLetterQueue": {**queue, "visible": 2}, "TweetDeadLetterQueue": queue}}

    assert dead_letters(status) == "2 in ImageDeadLetterQueue"


def test_commands_that_ask_nothing_do_not_wait_for_the_libraries_of_queries():
    late = "{'pandas', 'pyarrow', 'pyathena', 'sqlalchemy'}"
    program = f"import sys, photolake_cli.main; print(*sorted({late} & {{*sys.modules}}))"

    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["  "], "The statement is empty"),
        (["select 1", "--saved", "top_labels"], "Give a statement or --saved NAME, not both"),
        (["--param", "since=2026-11-01"], "There is no question"),
        (["select 1", "--output", "rows.txt"], "How is rows.txt to be written? --format csv, json or parquet"),
        (["select 1", "--region", "eu-west-1"], "--region goes with --stack NAME"),
        (["select 1"], "No laptop cloud runs in"),
    ],
)
def test_a_query_that_cannot_be_asked_is_told_before_anything_is_started(arguments, said, tmp_path):
    result = CliRunner().invoke(app, ["query", *arguments, "--state", str(tmp_path)])

    assert result.exit_code == 1
    assert said in result.output


def test_parquet_is_not_written_to_a_terminal(monkeypatch):
    monkeypatch.setattr("photolake_cli.asking.console", Console(force_terminal=True))

    with pytest.raises(CommandError, match="name a file"):
        Question("select 1", form=Format.PARQUET)


def test_the_form_of_the_rows_follows_from_the_files_name():
    assert Question("select 1", output=Path("rows.PARQUET")).format is Format.PARQUET
    assert Question("select 1", form=Format.JSON, output=Path("rows.csv")).format is Format.JSON
    assert Question("select 1").format is Format.TABLE


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
