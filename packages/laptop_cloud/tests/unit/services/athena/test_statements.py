"""What a query string asks for."""

import pytest

from laptop_cloud.services.athena.errors import QueryError
from laptop_cloud.services.athena.sql.statements import (
    CreateView,
    DropView,
    Select,
    Show,
    fill_parameters,
    parse_statement,
)


@pytest.mark.parametrize(
    ("sql", "statement"),
    [
        ("select 1;", Select("select 1")),
        ("-- why\nWITH a as (select 1) select * from a", Select("-- why\nWITH a as (select 1) select * from a")),
        ("(select 1) union (select 2)", Select("(select 1) union (select 2)")),
        ("drop view if exists V", DropView("lake", "v", if_exists=True)),
        ('drop view other."v"', DropView("other", "v", if_exists=False)),
        ("SHOW TABLES", Show("tables", "lake")),
        ("show tables in `other` 'a*|b'", Show("tables", "other", pattern="a*|b")),
        ("show views like 'a*'", Show("views", "lake", pattern="a*")),
        ("show databases", Show("databases", "lake")),
        ("show columns in other.t", Show("columns", "other", "t")),
        ("show create view v", Show("view", "lake", "v")),
        ("describe `other`.`t`", Show("describe", "other", "t")),
    ],
)
def test_a_statement_is_read(sql, statement):
    assert parse_statement(sql, "lake") == statement


def test_the_query_of_a_view_keeps_its_place():
    statement = parse_statement("-- one row per post\ncreate or replace view tweets as\nselect 1 as a", "lake")

    assert statement == CreateView(
        "lake", "tweets", "\n\nselect 1 as a".replace("\n\n", f"{' ' * 19}\n{' ' * 32}\n"), True
    )


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "-- nothing",
        "drop table posts",
        "create table a as select 1",
        "insert into a select 1",
        "msck repair table a",
    ],
)
def test_other_statements_are_refused(sql):
    with pytest.raises(QueryError):
        parse_statement(sql, "lake")


def test_parameters_replace_question_marks_that_are_not_text():
    sql = "select '?' as a, ? as b -- ?\nwhere x = ? and y = ?"

    assert fill_parameters(sql, ["'it''s'", "-1.5", "date '2026-01-01'"]) == (
        "select '?' as a, 'it''s' as b -- ?\nwhere x = -1.5 and y = date '2026-01-01'"
    )


@pytest.mark.parametrize("parameters", [[], ["1", "2"], ["1; drop view v"], ["text"], ["1 or true"]])
def test_parameters_are_as_many_as_question_marks_and_only_literals(parameters):
    with pytest.raises(QueryError) as error:
        fill_parameters("select ?", parameters)

    assert error.value.code == "INVALID_PARAMETER_USAGE"
