"""Fixtures of the tests of the collector: checkpoints and a lake in memory."""

from tests.fakes.collect import checkpoints, delivered

__all__ = ["checkpoints", "delivered"]
