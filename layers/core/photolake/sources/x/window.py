"""Records which posts of a query have been delivered, and which are still to be read.

X returns the newest posts first, so a run that stops early leaves a gap below what it has read. The window records the
gap, and `since_id` moves up only once the gap is closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from photolake.rows.ids import read_snowflake_ms


@dataclass(frozen=True)
class Window:
    """Delivered: every id up to `since_id`, and from `until_id` up to `newest_id` while the window is open.

    All are None at first: X then returns all of the last seven days. An open window has both ends of its gap,
    `newest_id` and `until_id`; a closed one has neither.
    """

    since_id: int | None = None
    newest_id: int | None = None
    until_id: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a gap that has not been read."""
        return self.until_id is not None

    def cover(self, ids: list[int]) -> Window:
        """Extend the window down over a page with these ids, all of which are delivered."""
        if not ids:
            return self
        newest = max(ids) if self.newest_id is None else max(self.newest_id, *ids)
        return Window(self.since_id, newest, min(ids) if self.until_id is None else min(self.until_id, *ids))

    def close(self) -> Window:
        """Return the window after its last page: everything up to its newest id is delivered."""
        return Window(self.newest_id or self.since_id)

    def limit_to(self, oldest_ms: int) -> Window:
        """Return the window without posts from before `oldest_ms`, which the search no longer covers (seven days).

        X refuses an older `since_id` or `until_id`. Without a `since_id` it returns all it has.
        """
        reachable = self.close() if _is_before(self.until_id, oldest_ms) else self
        if _is_before(reachable.since_id, oldest_ms):
            return Window(None, reachable.newest_id, reachable.until_id)
        return reachable

    def make_bounds(self) -> dict[str, int]:
        """Return the parameters of a search; both ids are exclusive."""
        ids = {"since_id": self.since_id, "until_id": self.until_id}
        return {name: number for name, number in ids.items() if number is not None}

    def to_state(self) -> dict[str, str]:
        """Return the window as strings, for a checkpoint."""
        ids = {"since_id": self.since_id, "newest_id": self.newest_id, "until_id": self.until_id}
        return {name: str(number) for name, number in ids.items() if number is not None}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Make the window from the state of a checkpoint."""
        return cls(**{name: int(state[name]) for name in ("since_id", "newest_id", "until_id") if name in state})


def _is_before(post_id: int | None, ms: int) -> bool:
    return post_id is not None and (read_snowflake_ms(post_id) or 0) < ms
