"""Faults: what happens to each request of an invocation, before, instead of or after it is carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError

from tests.faults import refusals
from tests.faults.clock import CLOCK
from tests.faults.invocation import MAX_REQUESTS
from tests.faults.schedule import Fault
from tests.faults.turns import current_thread

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

    from tests.faults.aims import Aim
    from tests.faults.endpoints import Intercept, Send
    from tests.faults.invocation import Invocation
    from tests.faults.ledger import Ledger
    from tests.faults.schedule import Schedule
    from tests.faults.story import Story
    from tests.faults.turns import InvocationThread

# How often a service stays out of order for all the attempts of a call, so that the caller sees it.
OUTAGE_SHARE = 0.5
_LASTING = frozenset({Fault.THROTTLED, Fault.SERVER_ERROR, Fault.TIMEOUT, Fault.RESET, Fault.LOST_RESPONSE})
_CARRIED_OUT = frozenset({Fault.KILL_AFTER, Fault.LOST_RESPONSE})
_ERRORS = {
    Fault.TIMEOUT: ConnectTimeoutError,
    Fault.RESET: ConnectionClosedError,
    Fault.LOST_RESPONSE: ReadTimeoutError,
}
_REFUSED = {Fault.THROTTLED: refusals.throttle, Fault.SERVER_ERROR: refusals.fail}
_SECONDS = {Fault.TIMEOUT: 5.0, Fault.LOST_RESPONSE: 15.0}
STALL_SECONDS = 4_000.0
REQUEST_SECONDS = 0.01


@dataclass
class Injector:
    """Stands between every invocation and the endpoints; `on_firehose` tells Firehose's endpoint what to refuse."""

    schedule: Schedule
    story: Story
    ledger: Ledger
    aim: Aim
    kept_records: Callable[[str, int], bool] | None = None
    _outages: dict[str, Fault] = field(default_factory=dict)

    def intercept(self, invocation: Invocation) -> Intercept:
        """Return what the requests of an invocation pass by."""
        return lambda service, operation, request, send: self._handle(invocation, service, operation, request, send)

    def refuse_record(self, stream: str, index: int) -> bool:
        """Whether Firehose refuses the record at this place of the running put."""
        return self.kept_records is not None and not self.kept_records(stream, index)

    def _handle(
        self, invocation: Invocation, service: str, operation: str, request: AWSPreparedRequest, send: Send
    ) -> AWSResponse:
        thread = cast("InvocationThread", current_thread())
        if invocation.is_dead:
            raise invocation.die()
        if invocation.has_returned:
            raise invocation.leave_behind(f"{thread} sends {service}.{operation}")
        self._take_turn(invocation, thread, service, operation)
        self.ledger.note_try(invocation, service, operation, request)
        about = describe_request(service, operation, request)
        fault = self._choose_fault(invocation, operation, about, request)
        name = f"{thread} {service}.{operation} {about}"
        if fault:
            self.story.count(f"fault: {fault}")
        self.story.tell(f"  {name}{f'  <- {fault}' if fault else ''}")
        return self._carry_out(fault, thread, service, operation, request, send)

    def _take_turn(self, invocation: Invocation, thread: InvocationThread, service: str, operation: str) -> None:
        invocation.requests += 1
        CLOCK.pass_time(REQUEST_SECONDS)
        if self.schedule.happens(self.schedule.intensity.switch):
            invocation.pause(thread)
        elif invocation.has_threads and self.schedule.happens(self.schedule.intensity.switch_thread):
            thread.give_turn()
        if invocation.requests > MAX_REQUESTS:
            self.story.tell(
                f"{invocation.name} has sent {MAX_REQUESTS} requests and does not end: {service}.{operation}"
            )
            self.story.count("spinning")
            raise invocation.die()
        if not invocation.remaining_ms() and not invocation.outlives_its_time:
            self.story.tell(f"{invocation.name} is killed: its time is over")
            self.story.count("fault: killed at its timeout")
            raise invocation.die()

    def _choose_fault(
        self, invocation: Invocation, operation: str, about: str, request: AWSPreparedRequest
    ) -> Fault | None:
        call = str(request.headers.get("amz-sdk-invocation-id"))
        if call in self._outages:
            return self._outages[call]
        if aimed := self.aim.choose_fault(self.schedule, invocation.function, operation, about):
            return aimed
        can_be_partial = refusals.is_partial(operation) or operation == "PutRecordBatch"
        fault = self.schedule.choose_fault(can_be_partial=can_be_partial, can_stall=invocation.function != "Collector")
        if fault in _LASTING and self.schedule.happens(OUTAGE_SHARE):
            self._outages[call] = fault
        return fault

    def _carry_out(
        self,
        fault: Fault | None,
        thread: InvocationThread,
        service: str,
        operation: str,
        request: AWSPreparedRequest,
        send: Send,
    ) -> AWSResponse:
        invocation = thread.invocation
        watched = self._watch(invocation, service, operation, send, is_heard=fault != Fault.LOST_RESPONSE)
        if fault in _CARRIED_OUT:
            watched(request)
        if fault in _SECONDS:
            thread.sleep(_SECONDS[fault])
        if fault in (Fault.KILL_BEFORE, Fault.KILL_AFTER):
            raise invocation.die()
        if fault in _ERRORS:
            raise _ERRORS[fault](endpoint_url=request.url)
        if fault in _REFUSED:
            return _REFUSED[fault](service, request)
        if fault == Fault.PARTIAL:
            return self._take_in_part(operation, request, watched)
        if fault == Fault.STALL:
            invocation.outlives_its_time = True
            invocation.asleep_until = CLOCK.now() + STALL_SECONDS
            invocation.pause(thread)
        return watched(request)

    def _take_in_part(self, operation: str, request: AWSPreparedRequest, send: Send) -> AWSResponse:
        share = self.schedule.choose([0.0, 0.3, 0.7])
        if operation != "PutRecordBatch":
            return refusals.take_in_part(operation, request, send, lambda part: self.schedule.happens(share))
        self.kept_records = lambda stream, index: self.schedule.happens(share)
        try:
            return send(request)
        finally:
            self.kept_records = None

    def _watch(self, invocation: Invocation, service: str, operation: str, send: Send, *, is_heard: bool) -> Send:
        """Send, and let the ledger see what was sent and what came back."""

        def watch(request: AWSPreparedRequest) -> AWSResponse:
            response = send(request)
            self.ledger.record(invocation, service, operation, request, response, is_heard=is_heard)
            return response

        return watch


def describe_request(service: str, operation: str, request: AWSPreparedRequest) -> str:
    """What a request is about, in a few words that are the same in every run."""
    if service == "s3":
        return request.url.partition("amazonaws.com/")[2].partition("?")[0][:90]
    body = refusals.read_body(request)
    if "Key" in body:
        return _describe_key(body["Key"])
    if "Item" in body:
        return _describe_key({name: body["Item"][name] for name in ("id", "pk", "sk") if name in body["Item"]})
    if "TextList" in body:
        return f"{len(body['TextList'])} texts"
    if "Records" in body:
        return f"{body['DeliveryStreamName']}: {len(body['Records'])} records"
    if "Entries" in body:
        return f"{body['QueueUrl'].rpartition('/')[2]}: {len(body['Entries'])} messages"
    if "Image" in body:
        return str(body["Image"]["S3Object"]["Name"])[:20]
    return ""


def _describe_key(key: dict[str, Any]) -> str:
    return " ".join(str(next(iter(value.values())))[:60] for value in key.values())
