"""The least handler that uses AWS: what a cold start is compared with."""

from __future__ import annotations

from typing import Any

import boto3

s3 = boto3.client("s3")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Do nothing."""
    return {}
