"""Fixtures of the tests of the documentation: checkpoints and a lake in memory."""

from tests.fakes.collect import checkpoints, delivered

__all__ = ["checkpoints", "delivered"]
