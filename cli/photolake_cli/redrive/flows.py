"""The queues that feed a function, each with its dead-letter queue, by their logical ids in the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from photolake_cli.errors import CommandError


class MessageKind(Enum):
    """What a message asks for, which decides what it may cost."""

    POSTS = auto()
    """An object of the archive, whose texts and photos are analysed."""
    PHOTO = auto()
    """One photo, to be fetched or analysed."""
    JOB = auto()
    """A backfill job, which goes on."""


@dataclass(frozen=True)
class Flow:
    """A function by the name of its folder, and the logical ids of what belongs to it."""

    name: str
    function: str
    logs: str
    queue: str
    dead_letters: str
    kind: MessageKind


FLOWS = (
    Flow(
        "tweet_analyzer",
        "TweetAnalyzerFunction",
        "TweetAnalyzerLogs",
        "TweetQueue",
        "TweetDeadLetterQueue",
        MessageKind.POSTS,
    ),
    Flow(
        "photo_fetcher",
        "PhotoFetcherFunction",
        "PhotoFetcherLogs",
        "PhotoJobQueue",
        "PhotoJobDeadLetterQueue",
        MessageKind.PHOTO,
    ),
    Flow(
        "image_analyzer",
        "ImageAnalyzerFunction",
        "ImageAnalyzerLogs",
        "ImageQueue",
        "ImageDeadLetterQueue",
        MessageKind.PHOTO,
    ),
    Flow("backfill", "BackfillFunction", "BackfillLogs", "BackfillQueue", "BackfillDeadLetterQueue", MessageKind.JOB),
)


def choose_flows(names: Sequence[str]) -> list[Flow]:
    """The flows of these queues or functions, in the template's order; all without a name.

    CommandError for a name that none of them has.
    """
    for name in names:
        if not any(_has_name(flow, name) for flow in FLOWS):
            known = ", ".join(f"{flow.name} ({flow.dead_letters})" for flow in FLOWS)
            raise CommandError(f"There is no queue or function {name}. Name one of: {known}; or none, for all")
    return [flow for flow in FLOWS if not names or any(_has_name(flow, name) for name in names)]


def _has_name(flow: Flow, name: str) -> bool:
    named = name.lower().replace("-", "_")
    return named in (each.lower() for each in (flow.name, flow.function, flow.queue, flow.dead_letters))
