"""Two workers never analyse the same image at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient

# The longest run of a Lambda function. What is done is remembered by the registry, so nothing is gained by more.
_SECONDS = 900


class AnalysisLease:
    """Held in the cache table while an image is analysed with given settings."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        """`table_name` is the cache table, with key `id` and TTL attribute `expiration`."""
        self._config = IdempotencyConfig(event_key_jmespath="[image_id, settings]", expires_after_seconds=_SECONDS)
        self._run = idempotent_function(
            _run,
            data_keyword_argument="lease",
            persistence_store=DynamoDBPersistenceLayer(table_name, boto3_client=client),
            config=self._config,
            key_prefix="analysis",
        )

    def end_with(self, context: LambdaContext) -> None:
        """Let the leases taken from now on expire when this invocation has no time left."""
        self._config.register_lambda_context(context)

    def run(self, image_id: str, settings: str, work: Callable[[], str]) -> str:
        """Do the work and return its result, or the result of whoever has just done it.

        IdempotencyAlreadyInProgressError: somebody is at it. If the work raises, the lease is given back.
        """
        result: str = self._run(lease={"image_id": image_id, "settings": settings}, work=work)
        return result


def _run(*, lease: dict[str, str], work: Callable[[], str]) -> str:
    return work()
