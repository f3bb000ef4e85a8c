"""quicksight/template.yaml is what its modules make of the views, and Athena runs the SQL in it."""

import pytest

from laptop_cloud.stack import template
from laptop_cloud.stack.resolver import CreatedResource, Resolver
from quicksight.data_sets import DATA_SETS
from quicksight.template import build_template, write_template
from tests import quicksight_template
from tests.quicksight_checks import of_type
from tests.resolved_template import PSEUDO_PARAMETERS
from tests.synthetic_lake import queries_page
from tests.synthetic_lake.warehouse import DATABASE, open_warehouse

FOREVER = "100000"
TEXT = quicksight_template.FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    return quicksight_template.read_catalog(tmp_path_factory.mktemp("athena"))


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    with open_warehouse(tmp_path_factory.mktemp("lake"), queries_page.end_of_lake()) as opened:
        yield queries_page.fill_lake(opened)


def queries(days):
    """The SQL and the columns of each data set, as QuickSight gets them."""
    document = template.parse_template(TEXT)
    values = {name: name for name in document["Parameters"]} | {"Database": DATABASE, "Days": days}
    resolver = Resolver(document, {**PSEUDO_PARAMETERS, **values})
    resolver.add("DataSource", CreatedResource("DataSource", {"Arn": "arn"}))
    for name in of_type(document, "DataSet"):
        (table,) = resolver.properties(name)["PhysicalTableMap"].values()
        yield table["CustomSql"]["SqlQuery"], table["CustomSql"]["Columns"]


def test_the_committed_template_is_what_the_modules_make_of_the_views(catalog):
    assert write_template(build_template(catalog)) == TEXT, "make quicksight writes the template"


@pytest.mark.parametrize("data_set", DATA_SETS, ids=lambda data_set: data_set.name)
def test_a_column_that_its_view_loses_or_changes_is_seen(catalog, data_set):
    column = next(iter(data_set.columns))
    lost = {**catalog, data_set.view: {name: kind for name, kind in catalog[data_set.view].items() if name != column}}
    other = {**catalog, data_set.view: {**catalog[data_set.view], column: "double"}}

    with pytest.raises(KeyError, match=column):
        build_template(lost)
    assert write_template(build_template(other)) != TEXT


def test_a_column_of_a_type_that_quicksight_does_not_import_is_an_error(catalog):
    nested = {**catalog["dashboard_labels"], "label_name": "array(varchar)"}

    with pytest.raises(KeyError, match=r"array\(varchar\)"):
        build_template({**catalog, "dashboard_labels": nested})


def test_athena_answers_each_data_set_with_the_columns_that_quicksight_expects(lake):
    for sql, columns in queries(FOREVER):
        answer = lake.ask(sql)
        assert answer.columns == [column["Name"] for column in columns], sql
        assert answer.rows, sql


def test_a_data_set_holds_the_last_days_only(lake):
    # The lake ends in the past.
    for sql, _ in queries("1"):
        assert lake.ask(sql).rows == [], sql
