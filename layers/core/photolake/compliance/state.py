"""How far the check of a lake has come, in the checkpoint table, so that any run goes on where one stopped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc, parse_time, utc_now
from photolake.collect.checkpoints import Checkpoint
from photolake.sources.x.compliance_api import JobType

if TYPE_CHECKING:
    from photolake.collect.checkpoints import CheckpointStore

ITEM_ID = "compliance#x"


class Step(StrEnum):
    """What comes next."""

    IDLE = "idle"  # nothing, until the next check is due
    NEXT_JOB = "next_job"  # to create a job for the ids after `after`
    UPLOAD = "upload"  # to upload the ids to the job
    RESULT = "result"  # to wait for the job, and store its result


@dataclass(frozen=True)
class ComplianceState:
    """A check: first the authors of the lake's posts, then the posts that are left, in jobs by rising ids.

    The ids up to `after` are done; the job `job_id` has the `ids` from there up to `last`. `failures` counts jobs that
    came to nothing since the last one that did not. `checked` and `deleted` count over the check, `deleted` rows.
    """

    step: Step = Step.IDLE
    kind: JobType = JobType.USERS
    after: int = 0
    last: int = 0
    ids: int = 0
    job_id: str = ""
    failures: int = 0
    checked: int = 0
    deleted: int = 0
    started_at: str = ""
    finished_at: str = ""
    updated_at: str = ""
    version: int = 0

    def is_due(self, now: dt.datetime, every: dt.timedelta) -> bool:
        """Whether another check has to begin: its last one began long enough ago."""
        return not self.started_at or now - parse_time(self.started_at) >= every


class StateStore:
    """The state, written only if nobody has written it since it was read."""

    def __init__(self, checkpoints: CheckpointStore, clock: Callable[[], dt.datetime] = utc_now) -> None:
        self._checkpoints = checkpoints
        self._clock = clock

    def load(self) -> ComplianceState:
        """Read the state; that before the first check if there is none."""
        checkpoint = self._checkpoints.load(ITEM_ID)
        saved: dict[str, Any] = dict(checkpoint.state)
        saved |= {name: int(str(saved[name])) for name in _NUMBERS if name in saved}
        if saved:
            saved |= {"step": Step(saved["step"]), "kind": JobType(saved["kind"])}
        return ComplianceState(**saved, version=checkpoint.version)

    def save(self, state: ComplianceState, **changes: Any) -> ComplianceState:
        """Save the state with these changes; CheckpointConflictError if another run has saved it since."""
        changed = replace(state, **changes, updated_at=format_utc(self._clock()))
        item = {name: value for name, value in asdict(changed).items() if name != "version"}
        # Ids have up to 19 digits: as text they stay what they are.
        item |= {"step": str(changed.step), "kind": str(changed.kind), **{name: str(item[name]) for name in _NUMBERS}}
        saved = self._checkpoints.save(Checkpoint(ITEM_ID, state.version, {}), item)
        return replace(changed, version=saved.version)


_NUMBERS = ("after", "last", "ids", "failures", "checked", "deleted")
