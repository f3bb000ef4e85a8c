"""Secrets, which the stack makes without a value: people put it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


def secret_value(client: SecretsManagerClient, secret: str) -> str:
    """The value of a secret, without the line break that an editor left at its end; empty while it has none."""
    try:
        return client.get_secret_value(SecretId=secret)["SecretString"].strip()
    except client.exceptions.ResourceNotFoundException:
        return ""
