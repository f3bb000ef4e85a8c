"""Delivery to Firehose: nothing lost, nothing over a limit."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photolake.aws.firehose import MIN_ROWS_TO_BLAME_TABLE, DeliveryStream
from photolake.errors import DeliveryError, RowError
from photolake.rows.schema import HiveType, TableSchema


class FakeFirehose:
    """Takes records as Firehose does; `refusals` says for each record that comes whether it is refused."""

    def __init__(self, refusals=()):
        self.refusals = iter(refusals)
        self.accepted: list[bytes] = []
        self.calls = 0

    def put_record_batch(self, DeliveryStreamName, Records):  # noqa: N803 (boto3's names)
        self.calls += 1
        assert 1 <= len(Records) <= 500
        assert sum(len(record["Data"]) for record in Records) <= 4 * 1024 * 1024
        replies = [self._take(record["Data"]) for record in Records]
        return {"FailedPutCount": sum("ErrorCode" in reply for reply in replies), "RequestResponses": replies}

    def _take(self, data):
        assert len(data) <= 1_000 * 1024
        assert data.count(b"\n") <= 500
        if next(self.refusals, False):
            return {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."}
        self.accepted.append(data)
        return {"RecordId": "1"}

    @property
    def rows(self):
        return [json.loads(line) for data in self.accepted for line in data.splitlines()]


def stream(firehose, table=None):
    return DeliveryStream(firehose, "posts", table, sleep=lambda seconds: None)


def test_rows_are_packed_500_lines_to_a_record():
    firehose = FakeFirehose()

    assert stream(firehose).put({"id": number} for number in range(1201)) == 1201

    assert [data.count(b"\n") for data in firehose.accepted] == [500, 500, 201]
    assert firehose.rows == [{"id": number} for number in range(1201)]


def test_large_rows_are_spread_over_records_and_calls():
    firehose = FakeFirehose()
    rows = [{"id": number, "text": "x" * 600_000} for number in range(12)]

    stream(firehose).put(rows)

    assert firehose.rows == rows
    assert firehose.calls == 2


def test_only_refused_records_are_sent_again():
    firehose = FakeFirehose(refusals=[False, True, False, True])

    stream(firehose).put({"id": number} for number in range(1500))

    assert sorted(row["id"] for row in firehose.rows) == list(range(1500))
    assert firehose.calls == 3


def test_records_refused_six_times_raise():
    with pytest.raises(DeliveryError, match="posts still refuses 1 records after 6 attempts: ServiceUnavailable"):
        stream(FakeFirehose(refusals=[True] * 6)).put([{"id": 1}])


def test_a_row_that_does_not_fit_its_table_is_not_sent():
    firehose = FakeFirehose()
    table = TableSchema("posts", {"id": HiveType.parse("bigint")})

    with pytest.raises(RowError, match=r"posts\.id"):
        stream(firehose, table).put([{"id": 1}, {"id": "two"}])

    assert firehose.accepted == []


def test_rows_that_do_not_fit_are_set_aside_and_the_others_are_sent():
    firehose = FakeFirehose()
    table = TableSchema("posts", {"id": HiveType.parse("bigint"), "text": HiveType.parse("string")})
    rows = [{"id": 1}, {"id": "two"}, {"id": 3, "text": "x" * 1_000_001}, {"id": 4}]
    aside = []

    accepted = stream(firehose, table).put(rows, lambda row, error: aside.append((row, str(error))))

    assert (accepted, firehose.rows) == (2, [rows[0], rows[3]])
    assert [row for row, _ in aside] == rows[1:3]
    assert [said for _, said in aside] == [
        "posts.id: expected bigint, got str",
        "a row of 1000020 bytes is larger than a Firehose record may be",
    ]


def test_if_none_of_many_rows_fits_it_is_the_table_that_is_wrong():
    firehose, aside = FakeFirehose(), []
    old = TableSchema("posts", {"id": HiveType.parse("bigint")})
    rows = [{"id": number, "new_column": 1} for number in range(10)]

    with pytest.raises(
        RowError, match=r"none of 10 rows fits; the first error is: posts\.new_column: there is no such"
    ):
        stream(firehose, old).put(rows, lambda row, error: aside.append(row))
    assert stream(firehose, old).put(rows[:9], lambda row, error: aside.append(row)) == 0
    assert stream(firehose, old).put([*rows, {"id": 10}], lambda row, error: aside.append(row)) == 1


def test_any_number_of_rows_that_are_too_large_are_set_aside_for_whoever_wrote_them_must_not_stop_a_source():
    firehose, aside = FakeFirehose(), []
    rows = [{"text": "x" * 1_000_001}] * 2 * MIN_ROWS_TO_BLAME_TABLE

    assert stream(firehose).put(rows, lambda row, error: aside.append(row)) == 0
    assert (aside, firehose.calls) == (rows, 0)


def test_a_row_larger_than_a_record_is_refused():
    with pytest.raises(RowError, match="larger than a Firehose record"):
        stream(FakeFirehose()).put([{"text": "x" * 1_000_001}])


def test_half_an_emoji_does_not_stop_the_delivery():
    firehose = FakeFirehose()

    stream(firehose).put([{"text": "cut \ud83d"}])

    assert firehose.rows == [{"text": "cut ?"}]


def test_no_rows_make_no_call():
    firehose = FakeFirehose()

    assert stream(firehose).put([]) == 0
    assert firehose.calls == 0


@settings(max_examples=50)
@given(st.lists(st.integers(0, 4000), max_size=40), st.lists(st.booleans(), max_size=40))
def test_every_row_is_accepted_or_set_aside_once_or_the_put_raises(sizes, refusals):
    firehose = FakeFirehose(refusals)
    rows = [{"id": number, "text": "x" * size * 300} for number, size in enumerate(sizes)]
    aside = []

    try:
        stream(firehose).put(rows, lambda row, error: aside.append(row))
    except DeliveryError:
        return

    assert sorted(row["id"] for row in [*firehose.rows, *aside]) == list(range(len(rows)))
    assert all(len(row["text"]) > 999_900 for row in aside)
