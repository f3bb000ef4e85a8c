"""What a query costs on AWS."""

from decimal import Decimal

import pytest

from photolake_cli.query.price import describe_cost, format_usd, query_price


@pytest.mark.parametrize(
    ("scanned", "price"),
    [
        (0, "0.00005"),
        (1, "0.00005"),
        (10_000_000, "0.00005"),
        (10_000_001, "0.000055"),
        (1_000_000_000_000, "5"),
    ],
)
def test_whole_megabytes_are_charged_and_at_least_ten(scanned, price):
    assert query_price(scanned) == Decimal(price)


@pytest.mark.parametrize(
    ("amount", "shown"), [("0.00005", "$0.00005"), ("0.0125", "$0.0125"), ("1.2", "$1.20"), ("1000", "$1,000.00")]
)
def test_a_price_has_the_digits_it_needs(amount, shown):
    assert format_usd(Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1_400_000, "1.4 MB"), (2_310_000_000, "2.3 GB")],
)
def test_scanned_bytes_are_shown_in_decimal_units(count, shown):
    assert describe_cost(count, is_charged=True, on_laptop=False).startswith(f"{shown} scanned: ")


def test_the_cost_is_a_bound_on_the_laptop_and_nothing_for_statements_that_read_no_data():
    bound = "1.4 MB scanned: would cost at most $0.00005 on AWS"

    assert describe_cost(1_400_000, is_charged=True, on_laptop=False) == "1.4 MB scanned: $0.00005"
    assert describe_cost(1_400_000, is_charged=True, on_laptop=True) == bound
    assert describe_cost(0, is_charged=False, on_laptop=False) == "nothing scanned, no charge"
