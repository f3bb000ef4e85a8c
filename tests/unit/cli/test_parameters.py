"""Values of the command line as SQL literals."""

import datetime as dt

import pytest

from photolake.athena_schema.sql_files import Parameter
from photolake_cli.errors import CommandError
from photolake_cli.query.parameters import by_name, default_days, in_order

NAME = Parameter("name", "varchar", "the celebrity's name or a part of it")
SINCE = Parameter("since", "varchar", "the first day of the posts")
UNTIL = Parameter("until", "varchar", "their last day")
LEAST = Parameter("least", "bigint", "how many posts at least")
DAYS = default_days(lambda: "2026-01-01")


@pytest.mark.parametrize("number", ["0", "-3", "0.5", "1e6", "2030500000000000001"])
def test_a_number_is_given_as_a_number(number):
    assert in_order([number]) == [number]


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
def test_everything_else_is_text_and_what_stands_in_quotes_is_the_text_between_them(value, literal):
    assert in_order([value]) == [literal]


def test_parameters_are_given_by_name_in_any_order():
    given = ["until=2026-11-03", "name=O'Hara = Scarlett", "since=2026-11-01"]

    assert by_name("celebrity_matches", [NAME, SINCE, UNTIL], given, DAYS) == [
        "'O''Hara = Scarlett'",
        "'2026-11-01'",
        "'2026-11-03'",
    ]


def test_days_left_out_are_the_first_of_the_lake_and_tomorrow():
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).date().isoformat()

    assert by_name("top_labels", [SINCE, UNTIL], [], DAYS) == ["'2026-01-01'", f"'{tomorrow}'"]


def test_a_parameter_that_is_used_twice_is_given_once():
    assert by_name("q", [NAME, NAME], ["name=Ada"], DAYS) == ["'Ada'", "'Ada'"]


def test_a_day_that_is_given_needs_no_default():
    def earliest():
        raise AssertionError

    assert by_name("q", [SINCE], ["since=2026-11-01"], default_days(earliest)) == ["'2026-11-01'"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ([], "q: it needs name."),
        (["Ada"], "q: 'Ada' is no NAME=VALUE."),
        (["name=Ada", "name=Bob"], "q: name is given twice."),
        (["name=Ada", "day=1"], "q: it has no parameter day."),
        (["name=Ada", "since=2026-11-1"], "q: since is a day as in 2026-11-01, '2026-11-1' is none."),
        (["name=Ada", "since=2026-02-30"], "q: since is a day as in 2026-11-01, '2026-02-30' is none."),
        (["name=Ada", "least=many"], "q: least is a bigint, 'many' is none."),
    ],
)
def test_a_wrong_parameter_is_refused_with_the_list_of_all(given, reason):
    with pytest.raises(CommandError) as error:
        by_name("q", [NAME, SINCE, LEAST], given, {**DAYS, "least": lambda: "1"})

    assert str(error.value) == (
        f"{reason} Its parameters:\n"
        "  --param name=…  varchar: the celebrity's name or a part of it\n"
        "  --param since=…  varchar: the first day of the posts (if left out, the lake's first)\n"
        "  --param least=…  bigint: how many posts at least"
    )
