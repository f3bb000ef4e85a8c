"""What is read from the lake's bucket, and what that costs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from rich.filesize import decimal

from photolake.pricing import S3_READ_USD, TRANSFER_GIGABYTE_USD, format_usd

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud

_GIGABYTE = 10**9


@dataclass
class Reading:
    """Objects that were read, and their bytes."""

    requests: int = 0
    size: int = 0

    def describe(self, on_laptop: bool) -> str:
        """The size and the price: requests, and the transfer to a machine outside of the Region."""
        price = self.requests * S3_READ_USD + Decimal(self.size) / _GIGABYTE * TRANSFER_GIGABYTE_USD
        cost = f"would cost at most {format_usd(price)} on AWS" if on_laptop else f"at most {format_usd(price)}"
        return f"{self.requests:,} objects ({decimal(self.size)}) read: {cost}"


def open_s3(cloud: Cloud, reading: Reading, threads: int) -> Any:
    """A client of S3 for so many threads, which counts what it reads."""
    config = Config(max_pool_connections=threads, retries={"mode": "standard"})
    make: Any = cloud.session.client
    s3 = make("s3", endpoint_url=cloud.endpoint("s3"), config=config)
    lock = threading.Lock()

    def count(parsed: Mapping[str, Any], **_: Any) -> None:
        with lock:
            reading.requests += 1
            reading.size += parsed.get("ContentLength") or 0

    s3.meta.events.register("after-call.s3.GetObject", count)
    return s3
