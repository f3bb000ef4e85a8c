"""The statements of `photolake dashboard` have the same rows on Trino and on Athena."""

import datetime
from pathlib import Path

import pytest

from photolake.athena_schema.sql_files import read_statements
from photolake_cli.dashboard import lake_rows
from photolake_cli.dashboard.queries import fill_in
from tests.conformance.comparison import differences

STATEMENTS = read_statements(Path(lake_rows.__file__).with_name("sql"), "landing")


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: statement.name)
def test_a_statement_of_the_dashboard_has_the_same_rows_on_both_engines(statement, lake, trino, earliest):
    tomorrow = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=1)
    days = {"since": earliest.isoformat(), "until": tomorrow.isoformat()}
    sql = fill_in(statement.body, statement.parameters, days)

    athena = lake.query(sql)

    assert athena.rows
    assert differences(trino.query(sql, lake.database), athena, ordered=False) == []
