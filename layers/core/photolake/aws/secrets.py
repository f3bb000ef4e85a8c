"""Secrets Manager: secrets that the stack creates empty, and that people fill."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


def read_secret(client: SecretsManagerClient, secret: str) -> str:
    """Return the value of a secret, stripped of the newline that an editor adds; empty while it has no value."""
    try:
        return client.get_secret_value(SecretId=secret)["SecretString"].strip()
    except client.exceptions.ResourceNotFoundException:
        return ""
