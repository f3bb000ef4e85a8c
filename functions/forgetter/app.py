"""Rows of `deletions` -> the deleted posts out of every byte of the lake.

It looks every hour whether a pass is due or not finished; `photolake forget` asks for one by the event `{"pass": 3}`,
which the third pass carries out.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from photolake.forget.connect import ForgetSettings, connect_forgetter

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


RESERVE_MS = 120_000  # more than a partition takes to be rewritten, or an object of the archive
logger, metrics = Logger(), Metrics()
settings = ForgetSettings.from_env()


@metrics.log_metrics
@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Go on with a pass, or begin one; the result says how far it is."""
    remaining_ms = context.get_remaining_time_in_millis
    forgetter = connect_forgetter(
        settings, boto3.Session(), logger, metrics, has_time=lambda: remaining_ms() > RESERVE_MS
    )
    finished = forgetter.store.load().finished
    state = forgetter.run(remaining_ms() / 1000, int(event.get("pass", 0)))
    counts = state.counts if state.finished > finished else {}
    for name, place in {"PostsForgotten": "posts", "ImagesForgotten": "images", "ImagesPostponed": "postponed"}.items():
        metrics.add_metric(name, MetricUnit.Count, counts.get(place, 0))
    metrics.add_metric("ForgettingOverdue", MetricUnit.Count, int(forgetter.is_overdue(state)))
    logger.info("forgetting", step=state.step, finished=state.is_finished, counts=dict(state.counts))
    return asdict(state)
