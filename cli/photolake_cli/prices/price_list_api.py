"""Asks the AWS Price List for the products of a service in one Region."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3

# The API is in three Regions, and knows all: https://docs.aws.amazon.com/general/latest/gr/billing.html
API_REGION = "us-east-1"
_PAGE = 100


def make_client() -> Any:
    """A client with the credentials that boto3 finds; they need `pricing:GetProducts`."""
    make: Any = boto3.Session().client
    return make("pricing", region_name=API_REGION)


def iterate_products(client: Any, service: str, region: str) -> Iterator[str]:
    """Yield the products as JSON texts, page by page: a Region of a large service has thousands."""
    pages = client.get_paginator("get_products").paginate(
        ServiceCode=service,
        Filters=[{"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}],
        FormatVersion="aws_v1",
        PaginationConfig={"PageSize": _PAGE},
    )
    for page in pages:
        yield from page["PriceList"]
