"""The story of a seed: what happened, line by line, for whoever has to understand why it failed."""

from __future__ import annotations

import hashlib
from collections import Counter

LAST_LINES = 400


class SeedError(AssertionError):
    """A seed broke a promise; the message has the promise and the story."""


class Story:
    """Tells what happens, and counts it."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.lines: list[str] = []
        self.counts: Counter[str] = Counter()

    def tell(self, line: str) -> None:
        """Add a line."""
        self.lines.append(line)

    def count(self, name: str, number: int = 1) -> None:
        """Count something for the report."""
        self.counts[name] += number

    @property
    def digest(self) -> str:
        """A digest of all lines: the same for the same seed."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()[:16]

    def fail(self, broken: str) -> SeedError:
        """Return the error that says what is broken, how it came about, and how to play it again."""
        shown = self.lines[-LAST_LINES:]
        left_out = [f"... {len(self.lines) - len(shown)} lines before"] if len(shown) < len(self.lines) else []
        return SeedError(
            "\n".join(
                [
                    f"seed {self.seed}: {broken}",
                    f"To play it again: make test-faults SEED={self.seed}",
                    "What happened:",
                    *left_out,
                    *shown,
                ]
            )
        )
