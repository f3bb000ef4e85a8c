"""What the strategies cost, and which one is chosen."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from photolake.people.strategy import Amounts, Strategy, choose_strategy, find_quota, price_strategies
from photolake_cli.commands.find_person import find_person
from photolake_cli.find_person.prices import LEGAL_LIMITS, POSTS_WARNING


def test_prices_are_those_of_requests_and_of_stored_vectors():
    amounts = Amounts(photos=10_000, uncompared=9_000, unindexed=10_000, searches=20, portrait_requests=1)

    compare, collection = price_strategies(amounts)

    assert (compare.requests, compare.later_requests, compare.vectors) == (9_001, 190_019, 0)
    assert compare.usd == Decimal("199.020")
    assert (collection.requests, collection.later_requests, collection.vectors) == (10_002, 38, 20_000)
    assert collection.usd_month == Decimal("0.2")
    assert collection.usd == Decimal("10.240")


@pytest.mark.parametrize(
    ("amounts", "chosen"),
    [
        (Amounts(1_000, 1_000, 1_000), Strategy.COMPARE),
        (Amounts(1_000, 1_000, 1_000, searches=2), Strategy.COLLECTION),
        (Amounts(1_000, 2, 0), Strategy.COLLECTION),
        (Amounts(1_000, 1_000, 900), Strategy.COLLECTION),
        (Amounts(1_000, 0, 0, is_searched=True), Strategy.COMPARE),
        (Amounts(2, 2, 2, searches=2), Strategy.COMPARE),
        (Amounts(0, 0, 0), Strategy.COMPARE),
    ],
)
def test_the_cheaper_strategy_is_chosen_and_of_equals_the_one_that_stores_nothing(amounts, chosen):
    assert choose_strategy(price_strategies(amounts)) is chosen


@pytest.mark.parametrize(
    ("region", "quotas"), [("eu-west-1", (100, 50)), ("us-east-1", (100, 50)), ("eu-central-1", (25, 5))]
)
def test_quotas_depend_on_the_region(region, quotas):
    assert tuple(find_quota(strategy.operation, region) for strategy in Strategy) == quotas


ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("people", [1, 2, 20])
def test_the_worked_example_of_the_docs_is_right(people):
    page = (ROOT / "docs/find-person.md").read_text()
    amounts = Amounts(10_000, 10_000, 10_000, searches=people, portrait_requests=1)

    compare, collection = (format(price.usd, ".2f") for price in price_strategies(amounts))

    noun = "person" if people == 1 else "people"
    assert f"| 10,000 photos, {people} {noun} | ${compare} | ${collection} |" in page


def test_the_legal_limits_stand_beside_the_switch_in_help_consent_and_docs():
    texts = [
        f"{find_person.__doc__}",
        f"{LEGAL_LIMITS} {POSTS_WARNING}",
        (ROOT / "docs/find-person.md").read_text(),
    ]

    for text in texts:
        assert [word for word in ("biometric", "GDPR", "BIPA", "X") if word not in text] == []
        assert re.search(r"forbids?\s+facial\s+recognition", text)
