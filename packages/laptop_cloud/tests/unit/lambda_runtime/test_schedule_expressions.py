"""The times of rate and cron expressions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laptop_cloud.errors import TemplateError
from laptop_cloud.lambda_runtime.schedule_expressions import parse_schedule

FRIDAY = datetime(2026, 11, 20, 14, 56, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("rate(15 minutes)", datetime(2026, 11, 20, 15, 11, 30, tzinfo=UTC)),
        ("rate(1 hour)", datetime(2026, 11, 20, 15, 56, 30, tzinfo=UTC)),
        ("rate(2 days)", datetime(2026, 11, 22, 14, 56, 30, tzinfo=UTC)),
        ("cron(5 0 * * ? *)", datetime(2026, 11, 21, 0, 5, tzinfo=UTC)),
        ("cron(0/15 * * * ? *)", datetime(2026, 11, 20, 15, 0, tzinfo=UTC)),
        ("cron(0 15,18 * * ? *)", datetime(2026, 11, 20, 15, 0, tzinfo=UTC)),
        ("cron(0 8-10 ? * MON-FRI *)", datetime(2026, 11, 23, 8, 0, tzinfo=UTC)),
        ("cron(0 0 ? * 1 *)", datetime(2026, 11, 22, 0, 0, tzinfo=UTC)),
        ("cron(0 0 1 JAN ? *)", datetime(2027, 1, 1, 0, 0, tzinfo=UTC)),
        ("cron(*/7 14 20 11 ? 2026)", None),
        ("cron(0 0 29 2 ? *)", datetime(2028, 2, 29, 0, 0, tzinfo=UTC)),
        ("cron(0 0 31 2 ? *)", None),
    ],
)
def test_the_next_time_of_a_schedule(expression: str, due: datetime | None):
    assert parse_schedule(expression)(FRIDAY) == due


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2028, 12, 31), timezones=st.just(UTC)))
def test_a_daily_schedule_comes_once_a_day(moment: datetime):
    due = parse_schedule("cron(5 0 * * ? *)")(moment)

    assert due is not None
    assert timedelta(0) < due - moment <= timedelta(days=1)


@pytest.mark.parametrize(
    "expression",
    [
        "rate(0 minutes)",
        "rate(5 weeks)",
        "at(2026-11-20T00:00:00)",
        "cron(0 0 L * ? *)",
        "cron(0 0 ? * MON#1 *)",
        "cron(0 0 * *)",
        "cron(60 0 * * ? *)",
        "cron(5-1 0 * * ? *)",
        "hourly",
    ],
)
def test_a_schedule_that_cannot_be_kept_is_refused(expression: str):
    with pytest.raises(TemplateError) as refused:
        parse_schedule(expression)

    assert repr(expression) in str(refused.value)
