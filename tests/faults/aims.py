"""Where each mutant's rule matters: the faults, and the inputs, that the seeds which look for it have oftener.

A broken rule shows only in its circumstance, such as a kill between two certain requests; without an aim one seed in
fifty may have it. What is aimed changes no promise and no oracle. `MUTANT_SEEDS=100 make test-faults` counts how many
seeds find each mutant without its aim.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tests.faults.schedule import Fault

if TYPE_CHECKING:
    from tests.faults.inputs import Inputs
    from tests.faults.schedule import Intensity, Schedule


@dataclass(frozen=True)
class Aim:
    """A fault for the requests of an operation whose description begins with `about`, and likelier troubles.

    `of`: of this function only. `share`: of these requests, 0 to 1.
    """

    fault: Fault | None = None
    operation: str = ""
    about: str = ""
    of: str = ""
    share: float = 0.4
    intensity: Mapping[str, float] = field(default_factory=dict)
    has_album: bool = False

    def choose_fault(self, schedule: Schedule, function: str, operation: str, about: str) -> Fault | None:
        """Return the fault if it is to hit this request."""
        is_aimed = operation == self.operation and about.startswith(self.about) and self.of in ("", function)
        return self.fault if is_aimed and schedule.has_faults and schedule.happens(self.share) else None

    def adjust(self, intensity: Intensity) -> Intensity:
        """Make its troubles likelier."""
        return replace(intensity, **self.intensity)

    def suits(self, inputs: Inputs) -> bool:
        """Whether these inputs have what its mutant spoils."""
        return bool(inputs.album) or not self.has_album


NO_AIM = Aim()
_TWICE = {"duplicate": 0.5, "lost_delete": 0.3, "switch": 0.5}

AIMS: Mapping[str, Aim] = {
    "forget_refused_records": Aim(intensity={"partial": 0.3}),
    "forget_refused_messages": Aim(Fault.PARTIAL, "SendMessageBatch", share=0.7),
    "forget_unwritten_items": Aim(Fault.PARTIAL, "BatchWriteItem"),
    "take_unread_keys_for_absent": Aim(
        Fault.PARTIAL,
        "BatchGetItem",
        of="TweetAnalyzer",
        share=0.95,
        intensity={**_TWICE, "duplicate": 0.9, "lost_delete": 0.9},
    ),
    "analyse_without_a_lease": Aim(intensity=_TWICE),
    "finish_without_being_the_holder": Aim(Fault.STALL, "PutRecordBatch", "photolake-AnalysesStream", share=0.7),
    "keep_no_partial_results": Aim(Fault.THROTTLED, "DetectFaces", share=0.95),
    "mark_done_before_delivery": Aim(Fault.KILL_BEFORE, "PutRecordBatch", of="ImageAnalyzer"),
    "index_after_done": Aim(Fault.KILL_BEFORE, "PutItem", of="ImageAnalyzer"),
    "store_only_the_first_time": Aim(Fault.KILL_BEFORE, "PutObject", of="PhotoFetcher"),
    "save_checkpoint_before_delivery": Aim(Fault.KILL_BEFORE, "PutRecordBatch", of="Collector"),
    "save_position_before_announcing": Aim(
        Fault.KILL_BEFORE, "SendMessageBatch", of="Backfill", share=0.7, has_album=True
    ),
    "take_the_partition_from_the_clock": Aim(Fault.KILL_AFTER, "PutRecordBatch", of="TweetAnalyzer", share=0.9),
    "spend_without_counting": NO_AIM,
    "give_back_what_was_spent": NO_AIM,
    "forget_the_limits": NO_AIM,
    "forget_what_waits_for_money": NO_AIM,
    "acknowledge_everything": NO_AIM,
}
