"""The purse of a function: made of its environment, and closed after each batch of messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit

from photolake.logged_error import describe_error
from photolake.settings import Settings
from photolake.spending.ledger import SpendingLedger
from photolake.spending.limits import SpendingLimits, convert_to_dollars
from photolake.spending.purse import Purse

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.spending.limits import Service


@dataclass(frozen=True)
class SpendingSettings(Settings):
    """The part of the environment that says what a month may cost: dollars, in the order of `limits.SETTINGS`."""

    checkpoint_table: str
    monthly_budgets: tuple[str, ...]


def connect_ledger(settings: SpendingSettings, get_table: Callable[[str], Table]) -> SpendingLedger:
    """Make the ledger of the month. SettingsError: the budgets are not four amounts."""
    return SpendingLedger(get_table(settings.checkpoint_table), SpendingLimits.parse(settings.monthly_budgets))


def connect_purse(
    settings: SpendingSettings, get_table: Callable[[str], Table], service: Service, logger: Logger
) -> Purse:
    """Make the purse of a service; threads may share it if they may share the tables of `get_table`."""

    def log_lost(amount: int, error: Exception) -> None:
        dollars = str(convert_to_dollars(amount))
        logger.warning("money that is left counts as spent", dollars=dollars, error=describe_error(error))

    return Purse(connect_ledger(settings, get_table), service, log_lost)


@contextmanager
def spend_batch(purse: Purse, metrics: Metrics) -> Iterator[None]:
    """Spend from a purse for the block; the metric `BudgetSpent` then tells the share of the month's budget."""
    try:
        yield
    finally:
        if (share := purse.close()) is not None:
            metrics.add_metric("BudgetSpent", MetricUnit.Percent, 100 * share)
