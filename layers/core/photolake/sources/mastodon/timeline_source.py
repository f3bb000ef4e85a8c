"""Makes batches of the posts of a hashtag timeline, forward from the checkpoint."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from photolake.clock import format_utc, utc_now
from photolake.collect.source import Batch, Span, State
from photolake.errors import PermanentError
from photolake.rejected import RejectedRecord
from photolake.rows.json_text import compact_json
from photolake.sources.mastodon.mapping import PLATFORM, map_status

if TYPE_CHECKING:
    from photolake.rows.types import PostRow
    from photolake.sources.mastodon.timeline import TagTimeline

# Ids are milliseconds since 1970 and 16 bits of a sequence, also those of posts from other instances, which get the
# time at which they were published: https://github.com/mastodon/mastodon/blob/main/lib/mastodon/snowflake.rb
_ID_SHIFT = 16
# Posts of other instances arrive late, below ids that were read before. Each run begins this much earlier.
REWIND_MS = 600_000
MAX_DELIVERED = 500
# An id from further ahead than this does not count as the newest: every later run would begin after it.
MAX_CLOCK_SKEW = dt.timedelta(hours=1)
_ID = re.compile(r"[0-9]{1,19}")


@dataclass(frozen=True)
class MastodonSource:
    """The posts with a hashtag that an instance knows; the first run begins `lookback` ago.

    `photo_hosts` are those that photos may be downloaded from; a notice names a host that is missing.
    """

    timeline: TagTimeline
    lookback: dt.timedelta
    only_photos: bool = True
    photo_hosts: Sequence[str] = ()
    clock: Callable[[], dt.datetime] = utc_now

    @property
    def name(self) -> str:
        """One checkpoint for each hashtag of each instance."""
        return f"{PLATFORM}#{urlsplit(self.timeline.url).netloc}#{self.timeline.hashtag.casefold()}"

    @property
    def query(self) -> str:
        """The hashtag with its sign."""
        return f"#{self.timeline.hashtag}"

    def fetch(self, state: State) -> Generator[Batch]:
        """Read on from ten minutes before the newest post that was delivered, page by page.

        The state has the newest id, and the ids from those ten minutes, so that no post is delivered twice.
        """
        began, newest = self.clock(), self._find_start(state)
        if not state:
            # Without it, a first run that finds no post would leave the next one to begin later.
            yield Batch(_make_state(newest, ()))
        limit = _make_id(began + MAX_CLOCK_SKEW)
        start = max(newest - (REWIND_MS << _ID_SHIFT), 0) if state else newest
        delivered = {int(each) for each in str(state.get("delivered", "")).split(",") if _ID.fullmatch(each)}
        notified: set[str] = set()
        for statuses in self._read_pages(start):
            fresh = [statuses[number] for number in sorted(statuses.keys() - delivered)]
            newest = max(newest, *(number for number in statuses if number <= limit), 0)
            delivered = _keep_recent(delivered | statuses.keys(), newest)
            rows, rejected = self._map_statuses(fresh)
            yield Batch(
                _make_state(newest, delivered),
                rows,
                rejected,
                notices=self._find_unknown_hosts(rows, notified),
                covered=_make_span(start, _read_time(newest)),
            )
        if covered := _make_span(start, began):
            yield Batch(_make_state(newest, delivered), covered=covered)

    def _read_pages(self, position: int) -> Iterator[dict[int, dict[str, Any]]]:
        """Yield the statuses after an id by their ids, a page at a time."""
        while page := self.timeline.read_page(position):
            statuses = {_read_id(status, self.timeline.url): status for status in page}
            if max(statuses) <= position:
                raise PermanentError("refused", f"{self.timeline.url} does not page by id as Mastodon does")
            position = max(statuses)
            yield statuses

    def _find_start(self, state: State) -> int:
        saved = str(state.get("newest", ""))
        if _ID.fullmatch(saved):
            return int(saved)
        return _make_id(self.clock() - self.lookback)

    def _map_statuses(self, statuses: Sequence[dict[str, Any]]) -> tuple[list[PostRow], list[RejectedRecord]]:
        rows, rejected = [], []
        for status in statuses:
            try:
                row = map_status(
                    status, collected_at=format_utc(self.clock()), matched_query=f"#{self.timeline.hashtag}"
                )
            except (PermanentError, RecursionError) as error:
                rejected.append(RejectedRecord(compact_json(status).encode(), f"post {status['id']}: {error}"))
                continue
            if not self.only_photos or _has_photo(row):
                rows.append(row)
        return rows, rejected

    def _find_unknown_hosts(self, rows: Sequence[PostRow], notified: set[str]) -> list[str]:
        """Say once for each host that its photos will not be downloaded."""
        hosts = {urlsplit(medium["media_url"]).hostname or "" for row in rows for medium in _list_photos(row)}
        unknown = sorted(hosts - set(self.photo_hosts) - notified - {""}) if self.photo_hosts else []
        notified |= set(unknown)
        where = f"photos of {self.timeline.url} are on"
        return [f"{where} {host}: add it to AllowedPhotoHosts, or they get `blocked_host`" for host in unknown]


def _make_state(newest: int, delivered: Iterable[int]) -> dict[str, str]:
    return {"newest": str(newest), "delivered": ",".join(map(str, sorted(delivered)))}


def _make_id(moment: dt.datetime) -> int:
    """Return the lowest id that a post of this time can have."""
    return int(moment.timestamp() * 1000) << _ID_SHIFT


def _read_time(status_id: int) -> dt.datetime:
    return dt.datetime.fromtimestamp((status_id >> _ID_SHIFT) / 1000, dt.UTC)


def _make_span(start: int, end: dt.datetime) -> Span | None:
    """Return the time that is read once the timeline was read up to `end`: later runs read its last minutes again."""
    return Span.make(_read_time(start), end - dt.timedelta(milliseconds=REWIND_MS))


def _read_id(status: dict[str, Any], url: str) -> int:
    text = str(status.get("id"))
    if not _ID.fullmatch(text):
        raise PermanentError("refused", f"{url} does not number its posts as Mastodon does: name another instance")
    return int(text)


def _keep_recent(ids: set[int], newest: int) -> set[int]:
    since = newest - (REWIND_MS << _ID_SHIFT)
    return set(sorted(each for each in ids if each > since)[-MAX_DELIVERED:])


def _list_photos(row: PostRow) -> list[Any]:
    media = (row.get("extended_entities") or {}).get("media") or []
    return [medium for medium in media if medium.get("media_url")]


def _has_photo(row: PostRow) -> bool:
    media = (row.get("extended_entities") or {}).get("media") or []
    return any(medium.get("type") == "photo" for medium in media)
