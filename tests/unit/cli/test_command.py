"""The command's help, and what it says when something is wrong."""

import json
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from photolake_cli.errors import CommandError
from photolake_cli.main import app
from photolake_cli.querying import Queries, Result
from photolake_cli.show import cell, dead_letters, pipeline_line

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


class FakeAthena:
    """Answers one query as Athena does: all values are text, the header comes first."""

    def __init__(self, state="SUCCEEDED", reason=None):
        self.status = {"State": state} | ({"StateChangeReason": reason} if reason else {})

    def start_query_execution(self, **request):
        return {"QueryExecutionId": "1"}

    def get_query_execution(self, QueryExecutionId):  # noqa: N803 (boto3's names)
        return {"QueryExecution": {"Status": self.status, "Statistics": {"DataScannedInBytes": 12}}}

    def get_paginator(self, name):
        return self

    def paginate(self, **request):
        columns = [
            {"Name": "label", "Type": "varchar"},
            {"Name": "photos", "Type": "bigint"},
            {"Name": "sure", "Type": "boolean"},
        ]
        rows: list[list[str | None]] = [["label", "photos", "sure"], ["Cat", "2", "true"], [None, "1", "false"]]
        data = [{"Data": [{"VarCharValue": text} if text is not None else {} for text in row]} for row in rows]
        metadata = {"ColumnInfo": columns}
        return [
            {"ResultSet": {"ResultSetMetadata": metadata, "Rows": data[:2]}},
            {"ResultSet": {"ResultSetMetadata": metadata, "Rows": data[2:]}},
        ]


def test_rows_come_back_with_their_types_and_without_the_header():
    result = Queries(FakeAthena(), "group", "lake").run("select 1")

    assert result == Result(
        ["label", "photos", "sure"], ["varchar", "bigint", "boolean"], [["Cat", "2", "true"], [None, "1", "false"]], 12
    )
    assert json.loads(result.as_json()) == [
        {"label": "Cat", "photos": 2, "sure": True},
        {"label": None, "photos": 1, "sure": False},
    ]
    assert result.as_csv() == "label,photos,sure\nCat,2,true\n,1,false\n"


def test_a_failed_query_gives_the_engines_message():
    with pytest.raises(CommandError, match="COLUMN_NOT_FOUND"):
        Queries(FakeAthena("FAILED", "COLUMN_NOT_FOUND: line 1:8"), "group", "lake").run("select x")


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


def test_ids_stay_exact_in_json_and_can_be_copied_from_a_table():
    result = Result(["id", "share"], ["bigint", "double"], [["2030500000000000001", "NaN"]], 0)

    assert json.loads(result.as_json()) == [{"id": "2030500000000000001", "share": None}]
    assert cell(2030500000000000001) == "2030500000000000001"


def test_a_folder_without_photos_is_refused(tmp_path):
    result = CliRunner().invoke(app, ["up", "--photos", str(tmp_path), "--state", str(tmp_path / "state")])

    assert result.exit_code == 1
    assert "holds no file" in result.output


def test_dead_letters_are_told():
    queue = {"visible": 0, "in_flight": 0, "delayed": 0, "is_dlq": True, "feeds_function": False}
    status = {"queues": {"ImageDeadLetterQueue": {**queue, "visible": 2}, "TweetDeadLetterQueue": queue}}

    assert dead_letters(status) == "2 in ImageDeadLetterQueue"
