"""How far the forgetter is: an item of the checkpoint table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from photolake.collect.checkpoints import Checkpoint, CheckpointStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

ID = "forgetter"


@dataclass(frozen=True)
class ForgetState:
    """Passes are counted from 1; `started` and `finished` are the last that began and the last that came to its end.

    `began_at` is when the last pass began, `until` when the last finished one did: every deletion stored before that is
    carried out. `busy_until` is the second of 1970 until which an invocation works on it; `step` and `counts` say how
    far it is. Times are ISO-8601.
    """

    started: int = 0
    finished: int = 0
    began_at: str = ""
    until: str = ""
    busy_until: int = 0
    step: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    version: int = 0

    @property
    def is_finished(self) -> bool:
        """Whether no pass is under way."""
        return self.started == self.finished


class ForgetStateStore:
    """The item `forgetter`, saved only if nobody has saved it since it was read."""

    def __init__(self, table: Table) -> None:
        """`table` is the checkpoint table."""
        self._checkpoints = CheckpointStore(table)

    def load(self) -> ForgetState:
        """Read the state."""
        checkpoint = self._checkpoints.load(ID)
        state = checkpoint.state
        if not state:
            return ForgetState()
        numbers: dict[str, Any] = {name: int(str(state[name])) for name in ("started", "finished", "busy_until")}
        texts: dict[str, Any] = {name: str(state[name]) for name in ("began_at", "until", "step")}
        counts = {str(name): int(count) for name, count in state["counts"].items()}
        return ForgetState(**numbers, **texts, counts=counts, version=checkpoint.version)

    def save(self, state: ForgetState, **changes: Any) -> ForgetState:
        """Save the state with these changes; CheckpointConflictError if another invocation has saved it."""
        state = replace(state, **changes)
        values = {name: value for name, value in asdict(state).items() if name != "version"}
        saved = self._checkpoints.save(Checkpoint(ID, state.version, {}), values)
        return replace(state, version=saved.version)
