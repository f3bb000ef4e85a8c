"""Amounts in dollars: by API, by day, and tier by tier."""

from decimal import Decimal

from photolake_cli.cost.amounts import Amount, Cost, charge_by_tier, price_amount, sum_by_api, sum_by_day

AMOUNTS = {
    ("2026-11-02", "labels"): Amount(2, 3, 1),
    ("2026-11-01", "sentiment"): Amount(30, 60, 15),
    ("2026-11-01", "text"): Amount(1, 1, 0, 4),
    ("2026-11-01", "labels"): Amount(5, 5),
}


def test_the_units_of_an_api_are_those_of_all_days():
    assert sum_by_api(AMOUNTS) == {
        "sentiment": Amount(30, 60, 15),
        "labels": Amount(7, 8, 1),
        "text": Amount(1, 1, 0, 4),
    }


def test_a_day_costs_texts_and_images():
    assert sum_by_day(AMOUNTS) == {
        "2026-11-01": (
            Cost(Decimal("0.003"), Decimal("0.006"), Decimal("0.0015"), Decimal(0)),
            Cost(Decimal("0.006"), Decimal("0.006"), Decimal(0), Decimal("0.004")),
        ),
        "2026-11-02": (Cost(), Cost(Decimal("0.002"), Decimal("0.003"), Decimal("0.001"), Decimal(0))),
    }


def test_a_region_has_its_own_prices():
    assert price_amount("labels", Amount(1000), "ap-northeast-1").bought == Decimal("1.3")


def test_the_apis_of_one_price_fill_its_tiers_together():
    assert charge_by_tier({"labels": 600_000, "moderation": 600_000}) == 1000 + 160
    assert charge_by_tier({"labels": 600_000, "properties": 600_000}) == 600 + 450
    assert charge_by_tier({"custom_labels": 10}) == 0
