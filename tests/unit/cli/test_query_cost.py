"""What a query costs on AWS."""

import pytest

from photolake_cli.query.result import QueryResult
from photolake_cli.query.run import describe_cost


def scan(size, is_charged=True):
    return QueryResult([], iter([]), size, is_charged)


@pytest.mark.parametrize(
    ("scanned", "price"),
    [
        (0, "$0.00005"),
        (1, "$0.00005"),
        (10_000_000, "$0.00005"),
        (10_000_001, "$0.000055"),
        (2_500_000_000, "$0.0125"),
        (240_000_000_000, "$1.20"),
        (200_000_000_000_000, "$1,000.00"),
    ],
)
def test_the_price_of_a_query_has_the_digits_it_needs(scanned, price):
    assert describe_cost(scan(scanned), on_laptop=False).endswith(f" scanned: {price}")


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1_400_000, "1.4 MB"), (2_310_000_000, "2.3 GB")],
)
def test_scanned_bytes_are_shown_in_decimal_units(count, shown):
    assert describe_cost(scan(count), on_laptop=False).startswith(f"{shown} scanned: ")


def test_the_cost_is_a_bound_on_the_laptop_and_nothing_for_statements_that_read_no_data():
    bound = "1.4 MB scanned: would cost at most $0.00005 on AWS"

    assert describe_cost(scan(1_400_000), on_laptop=False) == "1.4 MB scanned: $0.00005"
    assert describe_cost(scan(1_400_000), on_laptop=True) == bound
    assert describe_cost(scan(0, is_charged=False), on_laptop=False) == "nothing scanned, no charge"
