"""A schedule -> X's compliance jobs over the posts of X in the lake, and what they return in the deletions table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from photolake.aws.secrets import read_secret
from photolake.compliance.service import ComplianceSettings, make_runner
from photolake.errors import CheckpointConflictError, RetryableError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@dataclass(frozen=True)
class FunctionSettings(ComplianceSettings):
    """The function's environment."""

    compliance_hours: int


# More than a query, an upload and a batch of deletions take.
RESERVE_MS = 180_000
logger, metrics = Logger(), Metrics()
settings = FunctionSettings.from_env()


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Go on with the check of the lake, or begin one if it is due; without a token of X do nothing."""
    metrics.add_metric("Runs", MetricUnit.Count, 1)
    token = read_secret(boto3.client("secretsmanager"), settings.x_token_secret)
    if not token:
        logger.info("nothing to do: X is not set up, the secret has no bearer token", secret=settings.x_token_secret)
        return {"step": "skipped"}
    runner = make_runner(settings, token, boto3.client, boto3.resource("dynamodb").Table, logger.info)
    every = dt.timedelta(hours=settings.compliance_hours)
    before = runner.states.load()
    try:
        runner.run(every, lambda: context.get_remaining_time_in_millis() > RESERVE_MS)
    except (CheckpointConflictError, RetryableError) as error:
        # The next run goes on where this one stopped.
        logger.warning("the check goes on at the next run", reason=str(error))
    state = runner.states.load()
    is_same = state.started_at == before.started_at
    metrics.add_metric("IdsChecked", MetricUnit.Count, state.checked - (before.checked if is_same else 0))
    metrics.add_metric("DeletionsCollected", MetricUnit.Count, state.deleted - (before.deleted if is_same else 0))
    logger.info("compliance", step=state.step, kind=state.kind, checked=state.checked, deleted=state.deleted)
    return {"step": str(state.step), "checked": state.checked, "deleted": state.deleted}
