"""The statements of `photolake cost` count the same on both engines."""

import json

import pytest

from photolake.athena_schema.sql_files import Statement
from photolake_cli.cost.lake import STATEMENTS, build_statement
from tests.conformance.comparison import as_athena


@pytest.mark.parametrize("name", STATEMENTS)
def test_both_engines_count_the_same(name, lake, trino, earliest):
    sql = Statement(name, "", build_statement(name, earliest.isoformat(), "2100-01-01")).body

    found = [[row[0], *map(json.loads, row[1:])] for row in lake.query(sql).rows]

    assert len(found) > 3
    assert sum(sum(row[1:]) for row in found) > 100
    assert [[row[0], *map(json.loads, row[1:])] for row in as_athena(trino.query(sql, lake.database)).rows] == found
