"""What the page reads first."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from photolake.images.face_use import FaceUse
from photolake_cli.dashboard.index import choose_days, list_notes
from photolake_cli.dashboard.reading import Reading

EARLIEST, FIRST, LAST = "2026-01-01", "2026-03-01", "2026-03-09"
TODAY = dt.datetime.now(dt.UTC).date().isoformat()


@pytest.mark.parametrize(
    ("days", "since", "until", "expected"),
    [
        ({LAST, FIRST}, None, None, (FIRST, LAST)),
        ({LAST, FIRST}, "2026-02-01", None, ("2026-02-01", LAST)),
        ({LAST, FIRST}, None, "2026-04-01", (FIRST, "2026-04-01")),
        (set(), None, None, (EARLIEST, TODAY)),
        (set(), "2999-01-01", None, ("2999-01-01", "2999-01-01")),
    ],
)
def test_the_days_are_those_asked_for_else_those_with_something(days, since, until, expected):
    assert choose_days(days, since, until, EARLIEST) == expected


def test_a_reader_is_told_what_a_lake_is_made_of():
    aws: Any = SimpleNamespace(on_laptop=False, sample_rate=Decimal("1.0"), face_use=FaceUse.FULL)
    sample: Any = SimpleNamespace(on_laptop=True, sample_rate=Decimal("0.10"), face_use=FaceUse.OFF)

    assert list_notes(aws, True, []) == []
    assert [note.partition(":")[0] for note in list_notes(sample, False, ["a", "b"])] == [
        "Small open models on one machine stand in for Amazon Comprehend and Rekognition",
        "Only a sample of the posts is analysed",
        "Faces and celebrities are not kept for single photos (FacesAndCelebrities).",
        "Authors are hidden",
        "This lake has no saved query a, b",
    ]
    assert "analysed: 10 %." in list_notes(sample, True, [])[1]


def test_reading_has_a_price():
    reading = Reading(requests=10_000, size=2 * 10**9)

    assert reading.describe(on_laptop=False) == "10,000 objects (2.0 GB) read: at most $0.19"
    assert reading.describe(on_laptop=True) == "10,000 objects (2.0 GB) read: would cost at most $0.19 on AWS"
