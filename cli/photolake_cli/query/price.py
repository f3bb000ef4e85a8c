"""What a query costs on AWS: USD 5 per terabyte scanned, counted in whole megabytes, at least ten.

https://aws.amazon.com/athena/pricing/ ; statements that read no data (SHOW, DESCRIBE, CREATE VIEW) cost nothing.
"""

from __future__ import annotations

from decimal import Decimal

BYTES_PER_MEGABYTE = 10**6
LEAST_MEGABYTES = 10
USD_PER_MEGABYTE = Decimal(5) / 10**6


def usd(scanned_bytes: int) -> Decimal:
    """The price of one query that scanned so much."""
    megabytes = -(-scanned_bytes // BYTES_PER_MEGABYTE)
    return max(megabytes, LEAST_MEGABYTES) * USD_PER_MEGABYTE


def shown_usd(amount: Decimal) -> str:
    """An amount with as many digits as it needs, at least cents: `$0.00005`, `$0.0125`, `$1.20`."""
    digits = max(2, -int(amount.normalize().as_tuple().exponent))
    return f"${amount:,.{digits}f}"


def shown_bytes(count: int) -> str:
    """A number of bytes in decimal units: `812 bytes`, `1.4 MB`."""
    size, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{count:,} bytes" if unit == "bytes" else f"{size:,.1f} {unit}"


def receipt(scanned_bytes: int, is_charged: bool, on_laptop: bool) -> str:
    """What was scanned and what that costs: `1.4 MB scanned: $0.00005`.

    The laptop counts whole objects, Athena only the columns it reads: there the price is a bound.
    """
    if not is_charged:
        return "nothing scanned, no charge"
    price = shown_usd(usd(scanned_bytes))
    said = f"would cost on AWS at most {price}" if on_laptop else price
    return f"{shown_bytes(scanned_bytes)} scanned: {said}"
