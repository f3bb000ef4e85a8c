"""What it costs to read the images of an export, as far as that can be known before."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from rich.filesize import decimal

from photolake.pricing import S3_READ_USD, TRANSFER_GIGABYTE_USD, format_usd

if TYPE_CHECKING:
    from photolake_cli.explorers.lake import Amount

# Photos of phones and platforms have 0.1 to 0.4 bytes for a pixel as JPEG.
_BYTES_PER_PIXEL = 0.25
_GIGABYTE = 10**9


def count_images(number: int) -> str:
    """Write a number of images: `1 image`, `1,200 images`."""
    return f"{number:,} image{'s' * (number != 1)}"


def estimate_bytes(amount: Amount) -> int:
    """Estimate the size of the files by their pixels; no table has it."""
    return int(amount.pixels * _BYTES_PER_PIXEL)


def describe_price(amount: Amount, on_laptop: bool) -> str:
    """What reading the images costs at most: within the stack's Region only the requests are paid for."""
    requests = amount.images * S3_READ_USD
    transfer = Decimal(estimate_bytes(amount)) / _GIGABYTE * TRANSFER_GIGABYTE_USD
    cost = (
        f"would cost at most {format_usd(requests + transfer)} on AWS"
        if on_laptop
        else (f"costs at most {format_usd(requests + transfer)}")
    )
    return (
        f"{count_images(amount.images)}, about {decimal(estimate_bytes(amount))}: to read them {cost} "
        f"({format_usd(requests)} for requests to S3, {format_usd(transfer)} for transfer out of the Region)"
    )
