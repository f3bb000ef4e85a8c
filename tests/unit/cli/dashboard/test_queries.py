"""The saved queries that the page shows."""

import json

import pytest

from photolake.athena_schema.sql_files import read_statements
from photolake_cli.dashboard.folder import PAGE
from photolake_cli.dashboard.queries import ANSWERED, choose_queries, describe_query, fill_in, read_named_queries
from photolake_cli.dashboard.run import describe_place
from photolake_cli.query.client import SavedQuery
from photolake_cli.state_folder import DEFAULT_STATE
from tests.synthetic_lake.warehouse import LANDING, SQL

TEXT = """\
-- Which words?
-- Parameter 1: words (varchar), what to look for
-- Parameter 2: since (varchar), the first day
-- Parameter 3: since (varchar), the first day again
select "what?", 'who?', 'it''s ?' -- really?
from t
where words = ? and dt between ? and ?;
"""
QUERY = SavedQuery("words", "Which words?", TEXT)
DAYS = {"since": "2026-03-01", "until": "2026-03-02"}


def test_days_are_filled_in_and_what_is_not_known_stays_a_question_mark():
    assert describe_query(QUERY, DAYS, ["--stack", "my lake"]) == {
        "description": "Which words?",
        "sql": """\
select "what?", 'who?', 'it''s ?' -- really?
from t
where words = ? and dt between '2026-03-01' and '2026-03-01'""",
        "command": "photolake query --stack 'my lake' --saved words --param 'words=…' --param since=2026-03-01",
    }


def test_a_value_cannot_end_its_text():
    assert fill_in("x = ?", QUERY.parameters, {"words": "a' or '1' = '1"}) == "x = 'a'' or ''1'' = ''1'"


def test_names_without_a_query_are_told():
    assert choose_queries({"words": QUERY}, ["words", "missing", "words"]) == ([QUERY], ["missing"])


@pytest.mark.parametrize("statement", read_statements(SQL / "queries", LANDING), ids=lambda statement: statement.name)
def test_every_saved_query_can_be_shown_with_its_days(statement):
    query = SavedQuery(statement.name, statement.description, statement.text)
    shown = describe_query(query, DAYS, [])["sql"]
    others = [each for each in statement.parameters if each.name not in DAYS]

    assert shown.count("'2026-03-0") >= len(statement.parameters) - len(others)
    assert "Parameter 1" not in shown


def test_the_page_names_queries_that_there_are():
    names = read_named_queries()

    assert names == json.loads((PAGE / "queries.json").read_text())
    assert {*names, *ANSWERED} <= {path.stem for path in (SQL / "queries").glob("*.sql")}


def test_the_command_line_names_the_lake_but_no_folder_elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert describe_place("lake", None, DEFAULT_STATE) == ["--stack", "lake"]
    assert describe_place("lake", "eu-west-1", DEFAULT_STATE) == ["--stack", "lake", "--region", "eu-west-1"]
    assert describe_place(None, None, DEFAULT_STATE) == []
    assert describe_place(None, None, tmp_path / ".photolake/demo") == ["--state", ".photolake/demo"]
    assert describe_place(None, None, tmp_path.parent / "ann") == ["--state", "FOLDER"]
