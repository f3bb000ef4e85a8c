"""The partition rule."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from photolake.partition import compute_post_dt
from photolake.rows.ids import hash_to_bigint, read_snowflake_ms

EARLIEST = dt.date(2026, 1, 1)
COLLECTED = "2026-05-10T12:00:00.000Z"


def x_post(day: str, **more) -> dict:
    ms = int(dt.datetime.fromisoformat(f"{day}T23:59:59+00:00").timestamp() * 1000)
    return {"id": (ms - 1288834974657) << 22, "source_platform": "x", "collected_at": COLLECTED, **more}


def test_a_post_of_x_is_filed_by_its_id_whatever_its_other_dates_say():
    assert compute_post_dt(x_post("2026-05-09", timestamp_ms=0), EARLIEST) == "2026-05-09"


def test_a_post_of_another_platform_is_filed_by_its_own_time():
    post_id = hash_to_bigint("at://did:plc:a/app.bsky.feed.post/3")
    post = {"id": post_id, "source_platform": "bluesky", "timestamp_ms": 1_778_284_800_000, "collected_at": COLLECTED}

    assert read_snowflake_ms(post_id) is not None
    assert compute_post_dt(post, EARLIEST) == "2026-05-09"


def test_a_post_is_filed_by_the_date_in_utc_in_any_time_zone():
    with time_machine.travel(dt.datetime(2026, 5, 10, tzinfo=ZoneInfo("Asia/Tokyo"))):
        assert compute_post_dt(x_post("2026-05-09"), EARLIEST) == "2026-05-09"


@pytest.mark.parametrize("ms", [-(2**63), 2**63 - 1])
def test_a_time_beyond_the_calendar_is_filed_under_the_earliest_date(ms):
    assert compute_post_dt({"id": 5, "source_platform": "bluesky", "timestamp_ms": ms}, EARLIEST) == "2026-01-01"


def test_an_id_from_before_snowflakes_is_filed_by_its_own_time():
    assert read_snowflake_ms(20) is None
    assert (
        compute_post_dt({"id": 20, "source_platform": "x", "timestamp_ms": 1142974214000}, dt.date(2006, 1, 1))
        == "2006-03-21"
    )


def test_older_than_the_earliest_date_is_filed_under_it():
    assert compute_post_dt(x_post("2014-08-31"), EARLIEST) == "2026-01-01"


def test_a_post_of_tomorrow_keeps_its_date_and_a_later_one_gets_the_earliest_date():
    assert compute_post_dt(x_post("2026-05-11"), EARLIEST) == "2026-05-11"
    assert compute_post_dt(x_post("2026-05-12"), EARLIEST) == "2026-01-01"


@given(st.integers(0, 2**63 - 1), st.none() | st.integers(-(2**63), 2**63 - 1), st.sampled_from(["x", "bluesky"]))
def test_any_key_has_one_date_within_the_projected_range(post_id, ms, platform):
    post = {"id": post_id, "timestamp_ms": ms, "source_platform": platform, "collected_at": COLLECTED}

    day = compute_post_dt(post, EARLIEST)

    assert "2026-01-01" <= day <= "2026-05-11"
    assert compute_post_dt({**post, "text": "collected again"}, EARLIEST) == day
