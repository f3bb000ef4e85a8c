"""Bluesky as a source: what Jetstream tells, as batches of wanted posts and of collected posts that are gone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc, utc_now
from photolake.collect.source import Batch, State
from photolake.errors import PermanentError
from photolake.rejected import RejectedRecord
from photolake.sources.bluesky.jetstream import SILENCE_US, Position
from photolake.sources.bluesky.mapping import post_row

if TYPE_CHECKING:
    from photolake.sources.bluesky.collected_posts import KnownPosts
    from photolake.sources.bluesky.event import Event
    from photolake.sources.bluesky.filter import PostFilter
    from photolake.sources.bluesky.identifiers import PostKey
    from photolake.sources.bluesky.jetstream import Chunk, Jetstream

# Jetstream keeps 36 hours, and begins at its oldest event without a word if it is asked for older ones.
KEPT = dt.timedelta(hours=36) - dt.timedelta(minutes=5)
_FUTURE = dt.timedelta(hours=1)
_1970 = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_TOO_MANY = "its author has more posts than can be remembered, and so could not be deleted later"


@dataclass(frozen=True)
class BlueskySource:
    """The network's posts that a filter lets through; `lookback` says where the first run begins.

    One checkpoint whatever the filter: a changed filter holds from the next run on, without a gap. An account that is
    gone takes its collected posts with it for good: should it come back, only what is collected from then on is shown.
    """

    jetstream: Jetstream
    filter: PostFilter
    known: KnownPosts
    lookback: dt.timedelta
    clock: Callable[[], dt.datetime] = utc_now
    name: str = "bluesky"

    def fetch(self, state: State) -> Iterator[Batch]:
        """Read from the cursor (microseconds since 1970) up to now.

        A cursor older than Jetstream keeps, from the future, or no number gives a gap. RetryableError: no host of
        Jetstream answers for long.
        """
        now = self.clock()
        start = self._start(state, now)
        if start != _saved(state):
            yield _fresh_start(state, start)
        is_read_on, last = bool(state), start
        for chunk in self.jetstream.chunks(start, _us(now)):
            batch = self._batch(chunk)
            if is_read_on and chunk.first_us - start.cursor_us > SILENCE_US:
                notice = f"{chunk.position.host} has no event from {_iso(start.cursor_us)} to {_iso(chunk.first_us)}"
                batch = replace(batch, has_gap=True, notices=[notice])
            is_read_on, last = False, chunk.position
            yield batch
        if _us(now) - last.cursor_us > SILENCE_US:
            yield Batch(_state(last), notices=[f"no host of Jetstream has an event after {_iso(last.cursor_us)}"])

    def _start(self, state: State, now: dt.datetime) -> Position:
        saved = _saved(state)
        if saved is None or saved.cursor_us > _us(now + _FUTURE):
            return Position(_us(now - self.lookback))
        return replace(saved, cursor_us=max(saved.cursor_us, _us(now - KEPT)))

    def _batch(self, chunk: Chunk) -> Batch:
        rows, refused = self._rows(chunk.events)
        # Before the loop moves the checkpoint, or a crash between the two would leave a post that no deletion finds.
        forgotten = self.known.add(rows)
        refused += [RejectedRecord(rows[post]["source_json"].encode(), _TOO_MANY) for post in sorted(forgotten)]
        return Batch(
            _state(chunk.position),
            posts=[row for post, row in rows.items() if post not in forgotten],
            malformed=[*chunk.broken, *refused],
            deletions=self._deletions(chunk.events),
        )

    def _rows(self, events: Sequence[Event]) -> tuple[dict[PostKey, dict[str, Any]], list[RejectedRecord]]:
        """The newest version of each wanted post, and the events that should be one."""
        rows: dict[PostKey, dict[str, Any]] = {}
        refused = []
        collected_at = format_utc(self.clock())
        for event in self._wanted(events):
            try:
                row = post_row(event, collected_at=collected_at, matched_query=self.filter.query)
            except PermanentError as error:
                refused.append(RejectedRecord(event.raw.encode(), f"a post of {event.did}: {error.message}"))
                continue
            if event.post:
                rows[event.post] = row
        return rows, refused

    def _wanted(self, events: Sequence[Event]) -> list[Event]:
        """All events of posts that match, and those by which a known post was edited into something else."""
        matching = [event for event in events if event.record and self.filter.matches(event.did, event.record)]
        edited = {event.post for event in events if event.post and event.operation == "update"}
        posts = {event.post for event in matching if event.post} | self.known.among(edited)
        return [event for event in events if event.record is not None and event.post in posts] + [
            event for event in matching if event.post is None
        ]

    def _deletions(self, events: Sequence[Event]) -> list[dict[str, Any]]:
        deleted = {event.post: event for event in events if event.post and event.operation == "delete"}
        gone = {event.did: event for event in events if event.gone}
        rows = [_deletion(post, deleted[post], "deleted by its author") for post in self.known.among(deleted.keys())]
        rows += [_deletion(post, gone[post.did], f"account {gone[post.did].gone}") for post in self.known.of(gone)]
        return sorted(rows, key=itemgetter("id_str", "deleted_at"))


def _saved(state: State) -> Position | None:
    cursor = str(state.get("cursor", ""))
    return Position(int(cursor), str(state.get("host", ""))) if re.fullmatch("[0-9]{1,18}", cursor) else None


def _fresh_start(state: State, start: Position) -> Batch:
    """A batch that only says where the run begins, if that is not where the last one ended."""
    if not state:
        return Batch(_state(start))
    notice = (
        f"the cursor {str(state.get('cursor'))[:40]!r} is no time that Jetstream has; begun at {_iso(start.cursor_us)}"
    )
    return Batch(_state(start), has_gap=True, notices=[notice])


def _deletion(post: PostKey, event: Event, reason: str) -> dict[str, Any]:
    return {
        "id": post.id,
        "id_str": post.uri,
        "source_platform": "bluesky",
        "reason": reason,
        "deleted_at": _iso(event.time_us),
    }


def _state(position: Position) -> dict[str, str]:
    return {"cursor": str(position.cursor_us), "host": position.host}


def _iso(us: int) -> str:
    return format_utc(_1970 + dt.timedelta(microseconds=us))


def _us(moment: dt.datetime) -> int:
    return (moment - _1970) // dt.timedelta(microseconds=1)
