"""Reads the result of a compliance job: a JSON object a line for each id that is not to be kept."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc, parse_time
from photolake.errors import PermanentError
from photolake.sources.x.compliance_api import JobType

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRUB_GEO = "scrub_geo"
# https://docs.x.com/x-api/compliance/batch-compliance/introduction
_REASONS: Mapping[JobType, Mapping[str, str]] = {
    JobType.POSTS: {
        "deleted": "deleted by its author",
        "bounced": "withdrawn by X",
        "deactivated": "account deactivated",
        "protected": "account protected",
        "suspended": "account suspended",
        SCRUB_GEO: "location removed by its author",
    },
    JobType.USERS: {
        "deleted": "account deleted",
        "deactivated": "account deactivated",
        "protected": "account protected",
        "suspended": "account suspended",
        SCRUB_GEO: "locations removed by the account",
    },
}
_WORD = re.compile("[a-z_]{1,40}")
_ID = re.compile("[0-9]{1,19}")
MAX_LINE_BYTES = 10_000


@dataclass(frozen=True)
class ComplianceEvent:
    """A post or user that is not to be kept. `at` is when it happened, None if X does not say."""

    id: int
    reason: str
    at: dt.datetime | None

    @property
    def is_location(self) -> bool:
        """Whether only the location must go."""
        return self.reason == SCRUB_GEO

    def make_row(self, post_id: int, kind: JobType, default_at: dt.datetime) -> dict[str, Any]:
        """Make the row of the deletions table for a post; the same event makes the same row, whenever it is read."""
        return {
            "id": post_id,
            "id_str": str(post_id),
            "source_platform": "x",
            "reason": _REASONS[kind].get(self.reason, self.reason.replace("_", " ")),
            "deleted_at": format_utc(self.at or default_at),
        }


def parse_event(line: bytes, kind: JobType, asked: range) -> ComplianceEvent:
    """Read a line; `asked` are the ids that may have been asked about. PermanentError if it does not say what to do.

    A reason that is not known yet counts if the line says to delete.
    """
    if len(line) > MAX_LINE_BYTES:
        raise PermanentError("malformed", f"a line of {len(line):,} bytes")
    try:
        data = json.loads(line)
        number, reason, action = str(data["id"]), str(data["reason"]), str(data.get("action"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PermanentError("malformed", f"not a compliance event: {type(error).__name__}") from error
    if not _ID.fullmatch(number) or int(number) not in asked:
        raise PermanentError("malformed", "an id that was not asked about")
    if not _WORD.fullmatch(reason) or (reason not in _REASONS[kind] and action != "delete"):
        raise PermanentError("malformed", f"{number}: neither a known reason nor the action delete")
    return ComplianceEvent(int(number), reason, _read_time(data.get("redacted_at")))


def _read_time(text: Any) -> dt.datetime | None:
    try:
        return parse_time(text) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None
