"""The price of a query on AWS: USD 5 per terabyte scanned, in whole megabytes, at least ten.

https://aws.amazon.com/athena/pricing/ ; statements that read no data (SHOW, DESCRIBE, CREATE VIEW) cost nothing.
"""

from __future__ import annotations

from decimal import Decimal

from rich.filesize import decimal

BYTES_PER_MEGABYTE = 10**6
MIN_MEGABYTES = 10
USD_PER_MEGABYTE = Decimal(5) / 10**6


def query_price(scanned_bytes: int) -> Decimal:
    """The price in USD of one query."""
    megabytes = -(-scanned_bytes // BYTES_PER_MEGABYTE)
    return max(megabytes, MIN_MEGABYTES) * USD_PER_MEGABYTE


def format_usd(amount: Decimal) -> str:
    """An amount with all its digits, at least cents: `$0.00005`, `$0.0125`, `$1.20`."""
    digits = max(2, -int(amount.normalize().as_tuple().exponent))
    return f"${amount:,.{digits}f}"


def describe_cost(scanned_bytes: int, is_charged: bool, on_laptop: bool) -> str:
    """What was scanned and what that costs: `1.4 MB scanned: $0.00005`.

    The laptop cloud counts whole objects, Athena only the columns it reads, so there the price is an upper bound.
    """
    if not is_charged:
        return "nothing scanned, no charge"
    price = format_usd(query_price(scanned_bytes))
    cost = f"would cost at most {price} on AWS" if on_laptop else price
    return f"{decimal(scanned_bytes)} scanned: {cost}"
