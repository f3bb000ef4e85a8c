"""However many workers spend at once, and wherever they die: never more than the month may cost."""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from hypothesis import given, settings
from hypothesis import strategies as st

from photolake.spending.ledger import SpendingLedger
from photolake.spending.limits import Service, SpendingLimits
from photolake.spending.purse import Payment, Purse
from tests.fakes.spending_table import FakeSpendingTable

WORKERS = 50
NOVEMBER = dt.datetime(2026, 11, 30, 23, 59, tzinfo=dt.UTC)


class KilledError(BaseException):
    """The sandbox is gone."""


def make_purse(
    table: Any,
    total: int = 0,
    own: int = 0,
    service: Service = "rekognition",
    clock: Callable[[], dt.datetime] | None = None,
) -> Purse:
    limits = SpendingLimits(total, {service: own})
    return Purse(SpendingLedger(table, limits, clock or (lambda: NOVEMBER)), service)


def test_money_is_taken_for_many_calls_at_once_and_what_is_left_is_given_back() -> None:
    table = FakeSpendingTable()
    purse = make_purse(table, total=1_000_000)
    purse.expect(50_000)

    assert all(purse.take(5_000) for _ in range(10))
    purse.put_back(3_000)
    assert (table.updates, table.spent, table.held) == (1, {"total": 50_000, "rekognition": 50_000}, [50_000])
    assert purse.close() == 0.047

    assert (table.updates, table.spent, table.held) == (2, {"total": 47_000, "rekognition": 47_000}, [])


def test_without_a_limit_nothing_is_counted() -> None:
    purse = make_purse(None)

    assert purse.take(10**12)
    purse.put_back(1)
    purse.charge(5)
    assert (purse.keep(7), purse.count_left(), purse.read_share(), purse.close()) == (True, None, 0.0, None)


@pytest.mark.parametrize(("total", "own"), [(12, 0), (0, 12), (100, 12), (12, 100)])
def test_both_the_total_and_the_limit_of_the_service_are_kept(total: int, own: int) -> None:
    purse = make_purse(FakeSpendingTable(), total, own)

    assert [purse.take(5) for _ in range(3)] == [True, True, False]
    assert purse.take(2)


def test_the_services_share_the_total() -> None:
    table = FakeSpendingTable()

    assert make_purse(table, 10, service="x").take(6)
    assert not make_purse(table, 10, service="comprehend").take(5)
    assert make_purse(table, 10, service="comprehend").take(4)
    assert table.spent == {"total": 10, "x": 6, "comprehend": 4}


def test_a_call_that_costs_more_than_the_limit_is_refused_without_asking() -> None:
    table = FakeSpendingTable()

    assert not make_purse(table, total=4).take(5)
    assert table.updates == 0


def test_nobody_takes_more_than_a_twentieth_of_what_is_left_at_once() -> None:
    table = FakeSpendingTable()
    purse = make_purse(table, total=1_000)
    purse.expect(1_000)

    assert purse.take(1)
    assert table.spent["total"] == 50
    assert all(purse.take(1) for _ in range(50))
    assert table.spent["total"] == 50 + 950 // 20


def test_a_refusal_is_remembered_for_the_batch_and_forgotten_after_it() -> None:
    table = FakeSpendingTable()
    one, other = (make_purse(table, total=10) for _ in range(2))
    assert other.take(8)

    assert not one.take(5)
    assert not one.take(5)
    assert table.updates == 2
    other.put_back(8)
    other.close()

    assert not one.take(5)
    one.close()
    assert one.take(5)


def test_a_batch_is_paid_by_the_month_in_which_it_began() -> None:
    table, now = FakeSpendingTable(), [NOVEMBER]
    purse = make_purse(table, total=1_000, clock=lambda: now[0])
    assert purse.take(5)

    now[0] += dt.timedelta(minutes=2)
    assert purse.take(30)
    purse.put_back(5)  # of November
    purse.close()
    assert purse.take(7)
    purse.close()

    spent = {key: int(item["total"]) for key, item in table.items.items()}
    assert spent == {"spending#2026-11": 30, "spending#2026-12": 7}
    assert table.held == []


def test_what_is_kept_ready_is_of_the_month_that_it_is_for() -> None:
    table, now = FakeSpendingTable(), [NOVEMBER]
    purse = make_purse(table, total=1_000, clock=lambda: now[0])
    assert purse.keep(20)
    purse.charge(5)

    now[0] += dt.timedelta(minutes=2)
    assert purse.keep(30)
    purse.charge(8)
    purse.close()

    spent = {key: int(item["total"]) for key, item in table.items.items()}
    assert spent == {"spending#2026-11": 5, "spending#2026-12": 8}
    assert table.held == []


def test_what_comes_unasked_is_paid_by_what_is_ready_and_else_counted_over_the_limit() -> None:
    table = FakeSpendingTable()
    purse = make_purse(table, total=100)

    assert purse.keep(60)
    purse.charge(80)
    assert table.spent["total"] == 80
    purse.charge(30)
    assert table.spent["total"] == 110
    assert not purse.keep(1)


def test_a_payment_puts_back_what_its_calls_did_not_need() -> None:
    table = FakeSpendingTable()
    purse = make_purse(table, total=1_000)
    assert purse.take(50)
    with suppress(KeyError), Payment(purse, 50) as payment:
        payment.spend(10)
        payment.spend(20)
        payment.refund(20)
        raise KeyError
    purse.close()

    assert table.spent["total"] == 10


def test_a_request_whose_response_is_lost_is_repeated_without_counting_twice() -> None:
    """The client sends a request again, as botocore does by itself."""

    class Twice(FakeSpendingTable):
        def update_item(self, **request: Any) -> dict[str, Any]:
            super().update_item(**request)
            return super().update_item(**request)

    table = Twice()
    purse = make_purse(table, total=100)
    assert [purse.take(40), purse.take(40), purse.take(40)] == [True, True, False]
    purse.put_back(30)
    purse.close()

    assert (table.spent["total"], table.held) == (50, [])


def test_what_cannot_be_given_back_counts_as_spent_and_is_told() -> None:
    table, lost = FakeSpendingTable(), list[int]()
    purse = Purse(
        SpendingLedger(table, SpendingLimits(100), lambda: NOVEMBER),  # type: ignore[arg-type]
        "x",
        lambda amount, error: lost.append(amount),
    )
    assert purse.take(40)
    purse.put_back(25)
    table.before = refuse_connection
    purse.close()

    assert (table.spent["total"], lost) == (40, [25])
    table.before = lambda: None
    assert [purse.take(60), purse.take(1)] == [True, False]


def test_after_a_request_without_a_response_the_purse_starts_anew() -> None:
    table = FakeSpendingTable()
    purse = make_purse(table, total=100)
    table.after = refuse_connection
    with pytest.raises(EndpointConnectionError):
        purse.take(40)

    table.after = lambda: None
    assert [purse.take(60), purse.take(1)] == [True, False]
    purse.put_back(60)
    purse.close()
    assert (table.spent["total"], table.held) == (40, [40])


def refuse_connection() -> None:
    raise EndpointConnectionError(endpoint_url="https://dynamodb")


def work(purse: Purse, bought: list[int], seed: int, price: int) -> None:
    """Spend in batches, as a function does, until the month has nothing for a batch."""
    chance = random.Random(seed)
    while True:
        purse.expect(price * 10)
        calls = 0
        for _ in range(10):
            if not purse.take(price):
                break
            calls += 1
            with Payment(purse, price) as payment:  # some calls are refused, and some of a price are not made
                cost = chance.randint(1, price)
                payment.spend(cost)
                bought.append(cost)
        purse.close()
        if not calls:
            return


@pytest.mark.parametrize(("total", "own"), [(100_000, 0), (0, 100_000), (100_000, 100_000)])
def test_fifty_workers_spend_the_whole_month_and_not_a_call_more(total: int, own: int) -> None:
    table, price = FakeSpendingTable(), 50
    bought: list[int] = []
    purses = [make_purse(table, total, own) for _ in range(WORKERS)]
    table.before = table.after = lambda: time.sleep(0.0002)  # others go on meanwhile

    with ThreadPoolExecutor(WORKERS) as pool:
        for done in [pool.submit(work, purse, bought, seed, price) for seed, purse in enumerate(purses)]:
            done.result()
    # Whoever comes when the others have given back: the run of the next day.
    work(make_purse(table, total, own), bought, WORKERS, price)

    assert 100_000 - price < sum(bought) <= 100_000
    assert (table.spent["total"], table.held) == (sum(bought), [])


def test_fifty_workers_that_die_anywhere_never_spend_more_than_the_month_has() -> None:
    table, limit, price = FakeSpendingTable(), 100_000, 50
    bought: list[int] = []
    chance, lock = random.Random(7), threading.Lock()

    def die_sometimes() -> None:
        time.sleep(0.0002)
        with lock:
            if chance.random() < 0.03:
                raise KilledError
            if chance.random() < 0.03:
                refuse_connection()

    table.before = table.after = die_sometimes

    def live(seed: int) -> None:
        for life in range(6):
            with suppress(KilledError, EndpointConnectionError):
                work(make_purse(table, limit), bought, 10 * seed + life, price)

    with ThreadPoolExecutor(WORKERS) as pool:
        for done in [pool.submit(live, seed) for seed in range(WORKERS)]:
            done.result()

    assert sum(bought) <= table.spent["total"] <= limit
    # All that was lost lies in the holds of the dead.
    assert table.spent["total"] - sum(bought) <= sum(table.held)
    assert table.held


@settings(max_examples=60, deadline=None)
@given(
    limits=st.tuples(st.integers(0, 400), st.integers(0, 400)).filter(any),
    steps=st.lists(
        st.tuples(
            st.integers(0, 3),
            st.sampled_from(["expect", "take", "put_back", "close", "die"]),
            st.integers(1, 60),
            st.sampled_from(["fine", "fine", "fine", "lost", "refused"]),
        ),
        max_size=60,
    ),
)
def test_no_order_of_events_spends_more_than_a_limit(
    limits: tuple[int, int], steps: list[tuple[int, str, int, str]]
) -> None:
    table, taken, spent = FakeSpendingTable(), [0] * 4, 0
    purses = [make_purse(table, *limits) for _ in range(4)]
    for number, event, amount, fate in steps:
        table.after = refuse_connection if fate == "lost" else lambda: None
        table.before = refuse_connection if fate == "refused" else lambda: None
        with suppress(EndpointConnectionError):
            if event == "expect":
                purses[number].expect(amount)
            elif event == "take" and purses[number].take(amount):
                taken[number] += amount
                spent += amount
            elif event == "put_back" and taken[number]:
                returned = min(amount, taken[number])
                taken[number] -= returned
                spent -= returned
                purses[number].put_back(returned)
            elif event == "close":
                purses[number].close()
            elif event == "die":
                purses[number], taken[number] = make_purse(table, *limits), 0

        assert spent <= min(limit for limit in limits if limit)
        if table.items:
            assert spent <= table.spent["total"] <= min(limit for limit in limits if limit)
