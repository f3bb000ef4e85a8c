"""Batches of SQS messages in a function: each message on its own, and only those that failed delivered again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext


def process_messages(
    event: dict[str, Any], handle: Callable[..., Any], context: LambdaContext, logger: Logger, metrics: Metrics
) -> PartialItemFailureResponse:
    """Call `handle` with each record (and `lambda_context`, if it takes one).

    A message for which it raises goes back to the queue, and to the dead-letter queue in the end: it is logged, and
    counted by `Failures`.
    """
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    response = process_partial_response(event, handle, processor, context)
    for failure, (_, error, _) in zip(response["batchItemFailures"], processor.exceptions, strict=True):
        logger.error("message goes back to the queue", message_id=failure["itemIdentifier"], error=repr(error))
    metrics.add_metric("Failures", MetricUnit.Count, len(response["batchItemFailures"]))
    return response
