"""What is bought is priced here: how services count it, at the list prices of prices.json (first tier).

The names in capitals are prices of us-east-1; they are read when they are first used.
"""

from __future__ import annotations

from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING

from photolake.price_list import find_usd

# Comprehend bills each text and API in units of 100 characters, at least three:
# https://aws.amazon.com/comprehend/pricing/
COMPREHEND_UNIT_CHARACTERS = 100
COMPREHEND_MIN_UNITS = 3

# Athena bills the bytes that a query scans in whole megabytes, at least ten; SHOW, DESCRIBE and CREATE VIEW are free:
# https://aws.amazon.com/athena/pricing/
ATHENA_BYTES_PER_MEGABYTE = 10**6
ATHENA_MIN_MEGABYTES = 10
_MEGABYTES_PER_TERABYTE = 10**6

# DynamoDB on demand bills a write of up to 1 KB as one unit, a read of up to 4 KB as half a unit. S3 bills GET
# requests, and the transfer of what they return to a machine outside of the Region; 100 GB a month are free.
_PRICES = {
    "X_POST_USD": "x_post",
    "COMPREHEND_UNIT_USD": "comprehend_sentiment",
    "DYNAMODB_WRITE_USD": "dynamodb_write",
    "DYNAMODB_READ_USD": "dynamodb_read",
    "S3_READ_USD": "s3_read",
    "TRANSFER_GIGABYTE_USD": "transfer_out",
}

if TYPE_CHECKING:
    X_POST_USD: Decimal
    COMPREHEND_UNIT_USD: Decimal
    DYNAMODB_WRITE_USD: Decimal
    DYNAMODB_READ_USD: Decimal
    S3_READ_USD: Decimal
    TRANSFER_GIGABYTE_USD: Decimal
else:

    def __getattr__(name: str) -> Decimal:
        """Read a price when it is first used: most functions need none of them."""
        if name not in _PRICES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return find_usd(_PRICES[name])


def count_comprehend_units(text: str) -> int:
    """Count the units that Comprehend bills for a text, for each API that reads it."""
    return max(COMPREHEND_MIN_UNITS, -(-len(text) // COMPREHEND_UNIT_CHARACTERS))


def price_athena_query(scanned_bytes: int) -> Decimal:
    """Return the price of a query that scanned this many bytes."""
    megabytes = -(-scanned_bytes // ATHENA_BYTES_PER_MEGABYTE)
    return max(megabytes, ATHENA_MIN_MEGABYTES) * find_usd("athena_terabyte") / _MEGABYTES_PER_TERABYTE


def format_usd(amount: Decimal) -> str:
    """Write an amount in whole cents, rounded up: `$1,234.57`."""
    return f"${amount.quantize(Decimal('0.01'), ROUND_UP):,}"
