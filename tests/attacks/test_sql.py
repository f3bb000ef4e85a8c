"""Values and names that would end a literal or a name in SQL."""

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa
import sqlglot

from photolake.athena_schema.sql_files import Parameter
from photolake.errors import PermanentError
from photolake_cli.drop.files import PhotoFile
from photolake_cli.drop.results import show_results
from photolake_cli.errors import CommandError
from photolake_cli.export.target import DatabaseTarget, TableState
from photolake_cli.export.view import View, ViewColumn
from photolake_cli.query.parameters import named_literals, positional_literals
from photolake_cli.query.result import QueryResult

TEXTS = [
    "'",
    "''",
    "'''",
    "\\'",
    "\\\\'",
    "' or '1'='1",
    "'; drop table tweets; --",
    "') union select text from tweets --",
    "x' --",
    "x' /*",
    "*/ '",
    "--",
    "/* x */",
    ";",
    "?",
    ":name",
    "${landing}",
    "{keys}",
    "%s %(x)s %%",
    "a\nb",
    "a\r\n'b",
    '"',
    "`",
    "\u2019",
    "\uff07",
    "\u02bc",
    "null",
    "date '2026-01-01'",
    "1 or 1=1",
    "0x27",
    "1e999'",
    "U&'\\0027'",
    "$$'$$",
    "\U0001f600'",
]
NAMES = [
    'a"b',
    'a"; drop table x; --',
    "a'b",
    "a b",
    "select",
    "a;b",
    "a--b",
    "a/*b*/",
    "a:b",
    "a[b]",
    "a`b",
    "\u00e4\u6771",
    "A",
    "a?b",
    "a\\b",
]
NUMBERS = [
    "1 or 1=1",
    "1;",
    "1--",
    "1 /*",
    "0x1",
    "1_000",
    "\u0661",
    "1e5",
    "+1",
    " 1",
    "1 ",
    "",
    "'1'",
    "9" * 5000,
    "NaN",
    "1\n",
]
DAYS = [
    "2026-1-1",
    "2026-11-01'",
    "2026-11-01; --",
    "2026-02-30",
    "20261101",
    "",
    "today",
    "\uff12026-11-01",
    "2026-11-01\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_one_literal_with_the_very_value(text):
    given = [
        *positional_literals([f"x{text}"]),
        *named_literals("saved", [Parameter("label", "varchar", "a label")], [f"label=x{text}"], {}),
    ]
    rows: Any = duckdb.sql(f"select {', '.join(given)}")
    assert rows.fetchall() == [(f"x{text}", f"x{text}")]


@pytest.mark.parametrize("text", TEXTS)
def test_the_results_of_a_drop_are_asked_for_by_the_very_names(text, capsys):
    statements = []

    class Client:
        def run(self, sql):
            statements.append(sql)
            return QueryResult([], iter([]))

    client: Any = Client()
    show_results([PhotoFile(Path("x"), f"x{text}.png", 1, "image/png")], "lake", client)
    (statement,) = sqlglot.parse(statements[0], dialect="trino")
    assert statement is not None
    literals = [each.this for each in statement.find_all(sqlglot.exp.Literal) if each.is_string]
    assert f"s3://lake/images/dropped/x{text}.png" in literals


@pytest.mark.parametrize("kind", ["bigint", "double"])
@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_is_a_number_and_nothing_else(kind, text):
    with pytest.raises(PermanentError):
        Parameter("n", kind, "").literal(text)


@pytest.mark.parametrize("text", ["\u0661", "\uff11", "\u0967.5", "1e\u0665"])
def test_digits_of_other_scripts_are_text(text):
    assert positional_literals([text]) == [f"'{text}'"]


@pytest.mark.parametrize("text", DAYS)
def test_a_day_is_a_day_and_nothing_else(text):
    with pytest.raises(CommandError, match="must be a day"):
        named_literals("saved", [Parameter("since", "varchar", "")], [f"since={text}"], {})


@pytest.mark.parametrize("name", NAMES)
def test_a_view_of_any_name_is_selected_by_its_name(name):
    columns = [ViewColumn(name, "bigint"), ViewColumn(f"{name}2", "array<string>"), ViewColumn("dt", "string")]
    view = View(name, columns, [name], "landing")
    (statement,) = sqlglot.parse(view.select_range("2026-01-01", "2026-01-02"), dialect="trino")
    assert statement is not None
    assert [table.name for table in statement.find_all(sqlglot.exp.Table)] == [name]
    assert {column.name for column in statement.find_all(sqlglot.exp.Column)} == {name, f"{name}2", "dt"}


@pytest.mark.parametrize("name", NAMES)
def test_a_table_and_columns_of_any_name_are_made_filled_and_widened(name):
    engine = sa.create_engine("sqlite://")
    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    key, text, more = f"{name}1", f"{name}2", f"{name}3"
    columns = [ViewColumn(key, "bigint"), ViewColumn(text, "string"), ViewColumn("dt", "string")]
    target = DatabaseTarget(engine, View("v", columns, [key], "landing"), name.replace(".", ""), "lake")
    target.prepare(TableState(exists=False))
    target.write_day("2026-03-01", [{key: 1, text: "'; --", "dt": "2026-03-01"}], now, lambda rows: None)

    wider = DatabaseTarget(
        engine, View("v", [*columns, ViewColumn(more, "string")], [key], "landing"), name.replace(".", ""), "lake"
    )
    wider.prepare(wider.inspect())
    wider.write_day("2026-03-01", [{key: 1, text: "b", more: '"', "dt": "2026-03-01"}], now, lambda rows: None)

    with engine.connect() as connection:
        rows = connection.execute(sa.select(wider.table)).mappings().all()
    assert [dict(row) for row in rows] == [{key: 1, text: "b", "dt": "2026-03-01", more: '"'}]
    engine.dispose()
