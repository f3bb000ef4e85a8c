"""What `photolake export` selects has the same values on both engines: nested columns are the same JSON."""

import json

import pytest

from photolake_cli.export.view import View, ViewColumn
from tests.conformance.comparison import as_athena
from tests.conformance.test_views import KEYS, NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_export_selects_the_same_on_both_engines(name, lake, trino):
    table = lake.services.client("glue").get_table(DatabaseName=lake.database, Name=name)["Table"]
    columns = [ViewColumn(column["Name"], column["Type"]) for column in table["StorageDescriptor"]["Columns"]]
    view = View(name, columns, KEYS[name], lake.landing)
    sql = view.select_days([])

    def rows(answer):
        return sorted(json.dumps([read(*pair) for pair in zip(columns, row, strict=True)]) for row in answer.rows)

    found = rows(lake.query(sql))
    assert found
    assert rows(as_athena(trino.query(sql, lake.database))) == found


def read(column, text):
    if text is None or text == "null":
        return None
    if column.is_nested:
        return json.loads(text)
    return float(text) if column.type == "double" else text


@pytest.mark.parametrize("name", ["tweets", "image_analyses"])
def test_what_was_deleted_is_the_same_on_both_engines(name, lake, trino):
    table = lake.services.client("glue").get_table(DatabaseName=lake.database, Name=name)["Table"]
    columns = [ViewColumn(column["Name"], column["Type"]) for column in table["StorageDescriptor"]["Columns"]]
    sql = View(name, columns, KEYS[name], lake.landing).select_deleted()

    found = sorted(lake.query(sql).rows)
    assert found
    assert sorted(as_athena(trino.query(sql, lake.database)).rows) == found
