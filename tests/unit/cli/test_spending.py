"""What the month has left, as the commands say it before they spend."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from photolake_cli.errors import CommandError
from photolake_cli.spending import MonthlySpending, describe_left, read_spending
from tests.fakes.client_error import client_error

NOW = dt.datetime(2026, 12, 1, 0, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def connect(limits, items=None, error=""):
    """A cloud with these limits and items of the checkpoint table."""

    def get_item(Key, ConsistentRead):  # noqa: N803 (boto3's names)
        assert ConsistentRead
        if error:
            raise client_error(error)
        return {"Item": items[Key["id"]]} if items and Key["id"] in items else {}

    cloud: Any = SimpleNamespace(
        name="the stack lake in eu-west-1",
        values={"MonthlyBudgets": limits} if limits else {},
        table=lambda name: SimpleNamespace(get_item=get_item),
        find_physical_id=lambda name: name,
    )
    return cloud


def month(total, comprehend=None, *, spent=0, texts=0):
    limits = {"total": Decimal(total)} | ({"comprehend": Decimal(comprehend)} if comprehend else {})
    counters = {"total": Decimal(spent), "x": Decimal(0), "comprehend": Decimal(texts), "rekognition": Decimal(0)}
    return MonthlySpending("2026-11", counters, limits)


def plan(texts, photos):
    return {"comprehend": Decimal(texts), "rekognition": Decimal(photos)}


def test_the_counters_are_those_of_the_month_in_utc_in_dollars():
    items = {
        "spending#2026-11": {"total": Decimal(12_345_678), "rekognition": Decimal(2_000_000), "hold#a": Decimal(50_000)}
    }

    found = read_spending(connect("1000,0,0,250", items), NOW)

    assert found == MonthlySpending(
        "2026-11",
        {"total": Decimal("12.345678"), "x": Decimal(0), "comprehend": Decimal(0), "rekognition": Decimal(2)},
        {"total": Decimal(1000), "rekognition": Decimal(250)},
        held=Decimal("0.05"),
    )


def test_a_month_in_which_nothing_was_spent_has_no_item():
    found = read_spending(connect("1000,0,0,0"), NOW)

    assert found is not None
    assert set(found.spent.values()) == {0}


@pytest.mark.parametrize("limits", ["", "0,0,0,0"])
def test_without_a_limit_nothing_is_asked_and_nothing_said(limits):
    assert read_spending(connect(limits, error="AccessDenied"), NOW) is None
    assert describe_left(None, plan(5, 5)) == ("", False)


def test_a_refusal_names_the_stack():
    with pytest.raises(CommandError, match="the stack lake in eu-west-1"):
        read_spending(connect("1000,0,0,0", error="AccessDeniedException"), NOW)


def test_what_fits_says_what_is_left():
    assert describe_left(month(100, spent=40), plan(30, 30)) == (
        "MonthlyBudget has $60.00 left in 2026-11 (UTC)",
        False,
    )


def test_what_is_more_than_is_left_in_all_waits():
    assert describe_left(month(100, spent=40), plan(30, 31)) == (
        "MonthlyBudget has $60.00 left in 2026-11 (UTC), $1.00 less than this may cost: what is over it waits for the "
        "next month",
        True,
    )


def test_the_limit_of_a_service_may_be_tighter_than_that_of_all():
    sentence, is_over = describe_left(month(100, 20, spent=40, texts=15), plan(9, 30))

    assert sentence.startswith("MonthlyComprehendBudget has $5.00 left in 2026-11 (UTC), $4.00 less")
    assert is_over


def test_a_month_that_is_overspent_has_nothing_left():
    assert describe_left(month(100, spent=101), plan(0, 0)) == ("MonthlyBudget has $0.00 left in 2026-11 (UTC)", False)
