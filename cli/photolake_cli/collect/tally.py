"""Counts what became of the entries of a file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from photolake_cli.collect.distinct import DistinctCounter

if TYPE_CHECKING:
    from photolake.rejected import RejectedRecord

MAX_PROBLEMS = 1_000
"""How many different messages about a file are counted one by one."""
OTHER_PROBLEMS = "other problems"
_NUMBER = re.compile(r"\d[\d,]*")


@dataclass
class Problem:
    """A kind of rejected record: the first one's message and line, and how many there are."""

    message: str
    line: int
    count: int = 0


@dataclass
class Tally:
    """What became of a file's entries: posts sent, rejected records, deletions, and notices by kind.

    `sent_before` posts were sent by earlier runs. `ids` are those of the posts sent. The rejected records are in the
    lake in the objects `rejected_uris`.
    """

    file: str
    read: int = 0
    sent: int = 0
    rejected: int = 0
    notices: Counter[str] = field(default_factory=Counter)
    deletions: int = 0
    sent_before: int = 0
    photos_without_url: int = 0
    remarks: Counter[str] = field(default_factory=Counter)
    """What posts lack and how they were read, by kind, as `Entry.remarks` names it."""
    ids: DistinctCounter = field(default_factory=DistinctCounter)
    problems: dict[str, Problem] = field(default_factory=dict)
    rejected_uris: Sequence[str] = ()

    @property
    def repeated(self) -> int:
        """Posts sent that the file holds more than once; the views count each once."""
        return count_repeated([self])

    @property
    def holds_no_post(self) -> bool:
        """Whether records were rejected, and neither a post nor a deletion was found, also by earlier runs."""
        return bool(self.rejected) and not (self.sent or self.deletions or self.sent_before)

    @property
    def is_balanced(self) -> bool:
        """Whether every entry read is accounted for."""
        return self.read == self.sent + self.rejected + self.notices.total() + self.deletions

    def add_rejected(self, record: RejectedRecord) -> None:
        """Count a rejected record; messages that differ only in numbers are one problem."""
        self.rejected += 1
        kind = _NUMBER.sub("0", record.message)
        if kind not in self.problems and len(self.problems) >= MAX_PROBLEMS:
            kind = OTHER_PROBLEMS
        message = record.message if kind != OTHER_PROBLEMS else OTHER_PROBLEMS
        self.problems.setdefault(kind, Problem(message, record.line)).count += 1


def count_repeated(tallies: Iterable[Tally]) -> int:
    """Count the posts sent that these files hold more than once, in one of them or in several."""
    ids, sent = DistinctCounter(), 0
    for tally in tallies:
        ids.update(tally.ids)
        sent += tally.sent
    return sent - ids.count
