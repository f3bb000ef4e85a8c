"""List prices in US dollars (first tier, us-east-1); those of Rekognition are in `images/rekognition_apis.py`
and `people/strategy.py`.

X: https://docs.x.com/x-api/getting-started/pricing (2026-08); Comprehend: https://aws.amazon.com/comprehend/pricing/;
Athena: https://aws.amazon.com/athena/pricing/; DynamoDB: https://aws.amazon.com/dynamodb/pricing/on-demand/.
"""

from __future__ import annotations

from decimal import ROUND_UP, Decimal

X_POST_USD = Decimal("0.005")

# Comprehend bills each text and API in units of 100 characters, at least three.
COMPREHEND_UNIT_CHARACTERS = 100
COMPREHEND_MIN_UNITS = 3
COMPREHEND_UNIT_USD = Decimal("0.0001")

# Athena bills the bytes that a query scans in whole megabytes, at least ten; SHOW, DESCRIBE and CREATE VIEW are free.
ATHENA_BYTES_PER_MEGABYTE = 10**6
ATHENA_MIN_MEGABYTES = 10
ATHENA_MEGABYTE_USD = Decimal(5) / 10**6

# DynamoDB on demand bills a write of up to 1 KB as one unit, a read of up to 4 KB as half a unit.
DYNAMODB_WRITE_USD = Decimal("0.625") / 10**6
DYNAMODB_READ_USD = Decimal("0.125") / 10**6

# S3 bills GET requests by the thousand, and the transfer of what they return to a machine outside of the Region; the
# first 100 GB of a month are free. https://aws.amazon.com/s3/pricing/
S3_READ_USD = Decimal("0.0004") / 1000
TRANSFER_GIGABYTE_USD = Decimal("0.09")


def count_comprehend_units(text: str) -> int:
    """Count the units that Comprehend bills for a text, for each API that reads it."""
    return max(COMPREHEND_MIN_UNITS, -(-len(text) // COMPREHEND_UNIT_CHARACTERS))


def price_athena_query(scanned_bytes: int) -> Decimal:
    """Return the price of a query that scanned this many bytes."""
    megabytes = -(-scanned_bytes // ATHENA_BYTES_PER_MEGABYTE)
    return max(megabytes, ATHENA_MIN_MEGABYTES) * ATHENA_MEGABYTE_USD


def format_usd(amount: Decimal) -> str:
    """Write an amount in whole cents, rounded up: `$1,234.57`."""
    return f"${amount.quantize(Decimal('0.01'), ROUND_UP):,}"
