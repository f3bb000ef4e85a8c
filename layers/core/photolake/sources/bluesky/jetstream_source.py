"""Makes batches of Jetstream's events: the posts that match, and the deletions of collected posts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc, utc_now
from photolake.collect.source import Batch, Span, State
from photolake.errors import PermanentError
from photolake.rejected import RejectedRecord
from photolake.sources.bluesky.jetstream import SILENCE_US, Position
from photolake.sources.bluesky.mapping import map_post

if TYPE_CHECKING:
    from photolake.rows.types import PostRow
    from photolake.sources.bluesky.collected_posts import CollectedPosts
    from photolake.sources.bluesky.event import Event
    from photolake.sources.bluesky.filter import PostFilter
    from photolake.sources.bluesky.identifiers import PostKey
    from photolake.sources.bluesky.jetstream import Chunk, Jetstream

# Jetstream keeps 36 hours. For an older cursor it silently begins at its oldest event.
RETENTION = dt.timedelta(hours=36) - dt.timedelta(minutes=5)
_FUTURE = dt.timedelta(hours=1)
_1970 = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# How the messages of rejected records begin whose posts match the filter.
UNMAPPED = "a post of"
TOO_MANY_POSTS = "its author has too many posts to record, so a later deletion would be missed"


@dataclass(frozen=True)
class BlueskySource:
    """The network's posts that match a filter; the first run begins `lookback` ago.

    The checkpoint does not depend on the filter, so a changed filter applies from the next run on, without a gap. When
    an account is removed, its collected posts stay deleted; if it comes back, only posts collected from then on show.
    """

    jetstream: Jetstream
    filter: PostFilter
    collected: CollectedPosts
    lookback: dt.timedelta
    clock: Callable[[], dt.datetime] = utc_now
    name: str = "bluesky"

    @property
    def query(self) -> str:
        """The filter in words."""
        return self.filter.query

    def fetch(self, state: State) -> Generator[Batch]:
        """Read from the cursor (microseconds since 1970) up to now.

        A cursor that is too old, in the future or not a number gives a gap. RetryableError: no host of Jetstream
        keeps a connection.
        """
        now = self.clock()
        start = self._find_start(state, now)
        if start != _read_position(state):
            yield _make_fresh_start(state, start)
        is_read_on, last = bool(state), start
        for chunk in self.jetstream.read_chunks(start, _convert_to_us(now)):
            batch, covered_from = self._make_batch(chunk), last.cursor_us
            if is_read_on and chunk.first_us - start.cursor_us > SILENCE_US:
                missing = f"from {_format_us(start.cursor_us)} to {_format_us(chunk.first_us)}"
                notice = f"{chunk.position.host} has no event {missing}"
                batch, covered_from = replace(batch, has_gap=True, notices=[notice]), chunk.first_us
            is_read_on, last = False, chunk.position
            yield replace(batch, covered=Span.make(_read_us(covered_from), _read_us(last.cursor_us)))
        if _convert_to_us(now) - last.cursor_us > SILENCE_US:
            yield Batch(
                _make_state(last), notices=[f"no host of Jetstream has an event after {_format_us(last.cursor_us)}"]
            )

    def _find_start(self, state: State, now: dt.datetime) -> Position:
        saved = _read_position(state)
        if saved is None or saved.cursor_us > _convert_to_us(now + _FUTURE):
            return Position(_convert_to_us(now - self.lookback))
        return replace(saved, cursor_us=max(saved.cursor_us, _convert_to_us(now - RETENTION)))

    def _make_batch(self, chunk: Chunk) -> Batch:
        rows, rejected = self._map_rows(chunk.events)
        # Recorded before the checkpoint moves; otherwise a crash in between would leave a post that no deletion finds.
        unsaved = self.collected.add(rows)
        rejected += [RejectedRecord(rows[post]["source_json"].encode(), TOO_MANY_POSTS) for post in sorted(unsaved)]
        return Batch(
            _make_state(chunk.position),
            posts=[row for post, row in rows.items() if post not in unsaved],
            rejected=[*chunk.rejected, *rejected],
            deletions=self._find_deletions(chunk.events),
        )

    def _map_rows(self, events: Sequence[Event]) -> tuple[dict[PostKey, PostRow], list[RejectedRecord]]:
        """Map the newest version of each wanted post; events that cannot be mapped are rejected."""
        rows: dict[PostKey, PostRow] = {}
        rejected = []
        collected_at = format_utc(self.clock())
        for event in self._select_wanted(events):
            try:
                row = map_post(event, collected_at=collected_at, matched_query=self.filter.query)
            except PermanentError as error:
                rejected.append(RejectedRecord(event.raw.encode(), f"{UNMAPPED} {event.did}: {error.message}"))
                continue
            if event.post:
                rows[event.post] = row
        return rows, rejected

    def _select_wanted(self, events: Sequence[Event]) -> list[Event]:
        """Select the events of posts that match, and of collected posts that were edited and match no longer."""
        matching = [event for event in events if event.record and self.filter.matches(event.did, event.record)]
        edited = {event.post for event in events if event.post and event.operation == "update"}
        posts = {event.post for event in matching if event.post} | self.collected.find_collected(edited)
        return [event for event in events if event.record is not None and event.post in posts] + [
            event for event in matching if event.post is None
        ]

    def _find_deletions(self, events: Sequence[Event]) -> list[dict[str, Any]]:
        deleted = {event.post: event for event in events if event.post and event.operation == "delete"}
        gone = {event.did: event for event in events if event.gone}
        rows = [
            _make_deletion(post, deleted[post], "deleted by its author")
            for post in self.collected.find_collected(deleted.keys())
        ]
        rows += [
            _make_deletion(post, gone[post.did], f"account {gone[post.did].gone}")
            for post in self.collected.find_by_authors(gone)
        ]
        return sorted(rows, key=itemgetter("id_str", "deleted_at"))


def _read_position(state: State) -> Position | None:
    cursor = str(state.get("cursor", ""))
    return Position(int(cursor), str(state.get("host", ""))) if re.fullmatch("[0-9]{1,18}", cursor) else None


def _make_fresh_start(state: State, start: Position) -> Batch:
    """Make a batch whose state is where the run begins, if that is not where the last one ended."""
    if not state:
        return Batch(_make_state(start))
    cursor = str(state.get("cursor"))[:40]
    notice = f"the cursor {cursor!r} is not a time that Jetstream has; reading begins at {_format_us(start.cursor_us)}"
    return Batch(_make_state(start), has_gap=True, notices=[notice])


def _make_deletion(post: PostKey, event: Event, reason: str) -> dict[str, Any]:
    return {
        "id": post.id,
        "id_str": post.uri,
        "source_platform": "bluesky",
        "reason": reason,
        "deleted_at": _format_us(event.time_us),
    }


def _make_state(position: Position) -> dict[str, str]:
    return {"cursor": str(position.cursor_us), "host": position.host}


def _format_us(us: int) -> str:
    return format_utc(_read_us(us))


def _read_us(us: int) -> dt.datetime:
    return _1970 + dt.timedelta(microseconds=us)


def _convert_to_us(moment: dt.datetime) -> int:
    return (moment - _1970) // dt.timedelta(microseconds=1)
