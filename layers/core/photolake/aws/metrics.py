"""Metrics that the threads of a function count: Powertools' are not made for several."""

from __future__ import annotations

from threading import Lock
from typing import Any

from aws_lambda_powertools import Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

_LOCK = Lock()  # All `Metrics` of a process hold the same values.


class SharedMetrics(Metrics):
    """Powertools' Metrics for several threads."""

    def add_metric(self, *arguments: Any, **options: Any) -> None:
        """Add to a metric, as `Metrics` does."""
        with _LOCK:
            super().add_metric(*arguments, **options)

    def count(self, name: str, value: float = 1) -> None:
        """Add to the count of a name."""
        self.add_metric(name, MetricUnit.Count, value)

    def count_by(self, name: str, dimension: str, value: str) -> None:
        """Count one by a dimension."""
        with _LOCK, single_metric(name, MetricUnit.Count, 1) as metric:
            metric.add_dimension(dimension, value)
