"""A round over the sources that are switched on, each on its own: one out of order keeps no other from being read."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from photolake.collect.registry import Surroundings, sources_of
from photolake.collect.source import NotSetUpError
from photolake.errors import PermanentError, PhotolakeError

if TYPE_CHECKING:
    from photolake.collect.runner import Collection, Summary
    from photolake.collect.source import Source

# A page of X takes up to three attempts of 20 s, and its delivery.
RESERVE_MS = 75_000
# What stops the source it comes from and no other; anything else is a fault of the code, and ends the round.
_FAILURES = (PhotolakeError, BotoCoreError, ClientError)


@dataclass
class Round:
    """What became of the sources: `skipped` says what each lacks, `failed` holds the error of each, by name."""

    summaries: list[Summary] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    failed: dict[str, Exception] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """The round as metrics."""
        total = Counter({"SourceFailed": len(self.failed)})
        total["SourceRefused"] = sum(isinstance(error, PermanentError) for error in self.failed.values())
        for summary in self.summaries:
            total.update(summary.counts())
        return dict(total)


@dataclass(frozen=True)
class Rounds:
    """Reads sources one after the other, in any order: limits of a run must not always end at the same one."""

    collection: Collection
    surroundings: Surroundings
    shuffle: Callable[[list[Source]], None] = random.shuffle

    def run(self, names: Sequence[str], ms_left: Callable[[], int]) -> Round:
        """Read the sources of these names; `ms_left` is the time until the run is ended from outside.

        The time is shared out evenly, and what a source leaves of its share goes to those after it.
        """
        result = Round()
        sources = list(self._sources(names, result))
        self.shuffle(sources)
        for number, source in enumerate(sources, 1):
            has_time = _share(ms_left, 1 + len(sources) - number)
            try:
                result.summaries.append(self.collection.run(source, has_time))
            except _FAILURES as error:
                result.failed[source.name] = error
        return result

    def _sources(self, names: Iterable[str], result: Round) -> Iterable[Source]:
        for name in names:
            try:
                yield from sources_of(name, self.surroundings)
            except NotSetUpError as error:
                result.skipped[name] = str(error)
            except _FAILURES as error:
                result.failed[name] = error


def _share(ms_left: Callable[[], int], parts: int) -> Callable[[], bool]:
    """Whether one of so many equal parts of the time that is left now is not over."""
    end = RESERVE_MS + max(ms_left() - RESERVE_MS, 0) * (parts - 1) // parts
    return lambda: ms_left() > end
