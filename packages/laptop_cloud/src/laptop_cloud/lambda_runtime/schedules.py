"""EventBridge Scheduler: invokes functions at their times, never more often than on AWS."""

from __future__ import annotations

import datetime
import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from laptop_cloud.lambda_runtime.schedule_expressions import NextTime


@dataclass(frozen=True)
class Schedule:
    """Calls `function` at each time that `next_time` gives; `payload` is the template's Input, if it has one."""

    arn: str
    next_time: NextTime
    function: str
    payload: str | None


class Schedules:
    """Calls functions by their schedules from `start` to `stop`; a rate's first call is one interval later."""

    def __init__(self, invoke: Callable[[str, bytes], Any]) -> None:
        self._invoke = invoke
        self._schedules: list[Schedule] = []
        self._stopping = threading.Event()

    def add(self, schedule: Schedule) -> None:
        """Add a schedule before the start."""
        self._schedules.append(schedule)

    def start(self) -> None:
        """Start to wait for the schedules' times."""
        for schedule in self._schedules:
            threading.Thread(target=self._run_schedule, args=(schedule,), name=schedule.arn, daemon=True).start()

    def stop(self) -> None:
        """Make no more calls; a running one continues."""
        self._stopping.set()

    def _run_schedule(self, schedule: Schedule) -> None:
        due = schedule.next_time(_utc_now())
        while due is not None and not self._stopping.wait((due - _utc_now()).total_seconds()):
            self._invoke(schedule.function, (schedule.payload or _build_default_event(schedule.arn, due)).encode())
            due = schedule.next_time(_utc_now())


def _utc_now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _build_default_event(arn: str, time: datetime.datetime) -> str:
    """The event for a target without Input."""
    _, _, _, region, account, _ = arn.split(":", 5)
    return json.dumps(
        {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": account,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": region,
            "resources": [arn],
            "detail": "{}",
        }
    )
