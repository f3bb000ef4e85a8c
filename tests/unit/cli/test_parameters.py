"""Values of the command line as SQL literals."""

import datetime as dt

import pytest

from photolake.athena_schema.sql_files import Parameter
from photolake_cli.errors import CommandError
from photolake_cli.query.parameters import day_defaults, named_literals, positional_literals

NAME = Parameter("name", "varchar", "the celebrity's name or a part of it")
SINCE = Parameter("since", "varchar", "the first day of the posts")
UNTIL = Parameter("until", "varchar", "their last day")
LEAST = Parameter("least", "bigint", "how many posts at least")
DAYS = day_defaults("2026-01-01")


@pytest.mark.parametrize("number", ["0", "-3", "0.5", "1e6", "2030500000000000001"])
def test_a_number_is_given_as_a_number(number):
    assert positional_literals([number]) == [number]


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("Ada", "'Ada'"),
        ("O'Hara", "'O''Hara'"),
        ("2026-11-01", "'2026-11-01'"),
        ("007", "'007'"),
        ("+1", "'+1'"),
        ("1.", "'1.'"),
        ("", "''"),
        ("true", "'true'"),
        ("'2026'", "'2026'"),
        ("'it''s'", "'it''s'"),
        ("'; drop view tweets; --", "'''; drop view tweets; --'"),
    ],
)
def test_everything_else_is_text_and_quotes_are_those_of_sql(value, literal):
    assert positional_literals([value]) == [literal]


def test_parameters_are_given_by_name_in_any_order():
    given = ["until=2026-11-03", "name=O'Hara = Scarlett", "since=2026-11-01"]

    assert named_literals("celebrity_matches", [NAME, SINCE, UNTIL], given, DAYS) == [
        "'O''Hara = Scarlett'",
        "'2026-11-01'",
        "'2026-11-03'",
    ]


def test_days_left_out_are_the_first_of_the_lake_and_tomorrow():
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).date().isoformat()

    assert named_literals("top_labels", [SINCE, UNTIL], [], DAYS) == ["'2026-01-01'", f"'{tomorrow}'"]


def test_a_parameter_that_is_used_twice_is_given_once():
    assert named_literals("q", [NAME, NAME], ["name=Ada"], DAYS) == ["'Ada'", "'Ada'"]


def test_a_day_that_is_given_replaces_the_default():
    assert named_literals("q", [SINCE], ["since=2026-11-01"], DAYS) == ["'2026-11-01'"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ([], "q: it needs name."),
        (["Ada"], "q: 'Ada' is not of the form NAME=VALUE."),
        (["name=Ada", "name=Bob"], "q: name is given twice."),
        (["name=Ada", "day=1"], "q: it has no parameter day."),
        (["name=Ada", "since=2026-11-1"], "q: since must be a day such as 2026-11-01, not '2026-11-1'."),
        (["name=Ada", "since=2026-02-30"], "q: since must be a day such as 2026-11-01, not '2026-02-30'."),
        (["name=Ada", "least=many"], "q: least is a bigint, 'many' is none."),
    ],
)
def test_a_wrong_parameter_is_refused_with_the_list_of_all(given, reason):
    with pytest.raises(CommandError) as error:
        named_literals("q", [NAME, SINCE, LEAST], given, {**DAYS, "least": "1"})

    assert str(error.value) == (
        f"{reason} Its parameters:\n"
        "  --param name=…  varchar: the celebrity's name or a part of it\n"
        "  --param since=…  varchar: the first day of the posts (default: the first day of the lake)\n"
        "  --param least=…  bigint: how many posts at least"
    )
