"""A world in a seed: posts appear, functions run at once and fail, queues deliver in any order, time passes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from laptop_cloud.lambda_runtime.pollers import build_sqs_record
from photolake.backfill.jobs import JobStore
from tests.faults.aims import NO_AIM, Aim
from tests.faults.clock import CLOCK, forget_retries
from tests.faults.injector import Injector
from tests.faults.inputs import LAST_INPUT_STEP, plan_inputs
from tests.faults.invocation import HangError, Invocation
from tests.faults.ledger import Ledger
from tests.faults.repeatable import make_repeatable
from tests.faults.schedule import Schedule
from tests.faults.settling import settle
from tests.faults.stack import ALBUM, SANDBOXES, VISIBILITY_SECONDS, make_context
from tests.faults.story import Story

if TYPE_CHECKING:
    from tests.faults.site import Site

AT_ONCE = 3
MAX_STEPS = 150
# When there is nothing left to do so often, and no more input to come, the faults cease.
MAX_IDLE = 4


class World:
    """One seed over a site."""

    def __init__(self, site: Site, seed: int, aim: Aim = NO_AIM) -> None:
        self.site = site
        self.stack = site.stack
        self.schedule = Schedule(seed)
        self.schedule.intensity = aim.adjust(self.schedule.intensity)
        self.story = Story(seed)
        self.ledger = Ledger(self.story)
        self.injector = Injector(self.schedule, self.story, self.ledger, aim)
        self.inputs = plan_inputs(self.schedule)
        while not aim.suits(self.inputs):
            self.inputs = plan_inputs(self.schedule)
        self.posts: dict[int, Mapping[str, Any]] = {}
        self.malformed: set[int] = set()
        self.alive: list[tuple[Invocation, list[Any]]] = []
        self._started = 0
        self.step = 0
        self._idle = 0

    def play(self) -> None:
        """Let everything happen, then let the faults cease and everything settle. SeedError: it never does."""
        with self.open():
            try:
                while self.step < MAX_STEPS and self._idle < MAX_IDLE:
                    self._take_step()
                settle(self)
            except HangError as error:
                raise self.story.fail(str(error)) from error

    @contextmanager
    def open(self) -> Iterator[None]:
        """Stop the time and empty the stack for the block, and end in the end whatever is still alive."""
        stack, x, schedule = self.stack, self.site.x, self.schedule
        with ExitStack() as exits:
            exits.enter_context(CLOCK.stand_still())
            exits.enter_context(make_repeatable(schedule))
            forget_retries()
            stack.empty()
            stack.refuse = self.injector.refuse_record
            x.posts, x.appears, x.requests = {}, {}, []
            x.includes = {"media": self.inputs.media, "users": [{"id": "9", "username": "ann", "name": "Ann"}]}
            x.page_size = self.inputs.page_size
            x.troubles.clear()
            x.troubles.extend(self.inputs.x_troubles)
            x.reset_time = int(CLOCK.now()) + 900
            self.site.host.photos = self.inputs.hosted
            for key, body in self.inputs.album.items():
                stack.s3.put_object(Bucket=ALBUM, Key=key, Body=body)
            exits.callback(self._abandon)
            yield

    def _abandon(self) -> None:
        """What a seed that failed leaves alive must not hold a lock of a module that the next one uses."""
        for invocation, _ in self.alive:
            invocation.abandon()

    def _take_step(self) -> None:
        self.step += 1
        CLOCK.pass_time(self.schedule.choose([0.0, 1.0, 20.0]))
        self.bring_inputs()
        awake = [entry for entry in self.alive if entry[0].asleep_until <= CLOCK.now()]
        if awake and (len(self.alive) >= AT_ONCE or self.schedule.happens(0.6)):
            self.go_on(self.schedule.choose(awake))
            return
        begin = self._list_beginnings()
        if begin:
            self.schedule.choose(begin)()
        elif awake:
            self.go_on(self.schedule.choose(awake))
        else:
            self._idle += self.step > LAST_INPUT_STEP
            self.pass_time(VISIBILITY_SECONDS)

    def bring_inputs(self) -> None:
        """Posts are made, and photos dropped, when it is their turn."""
        for post in [post for post in self.inputs.posts if post.step < self.step]:
            self.inputs.posts.remove(post)
            # The search has a post within a minute, or else a run may have read on past it (`SETTLED`).
            ages = [30, 90, 5_000] if self.step == 1 else [0, 30]
            number = self.site.x.post(self.schedule.choose(ages), **post.fields)
            self.story.tell(f"post {number}: {post.fields['text'][:20]!r}")
            if post.is_malformed:
                self.malformed.add(number)
            else:
                self.posts[number] = post.fields
        if self.step == 3:
            for key, body in self.inputs.dropped.items():
                self.story.tell(f"dropped {key}")
                self.stack.s3.put_object(Bucket=self.stack.bucket, Key=key, Body=body)
        if self.step == 5 and self.inputs.album:
            self._start_backfill()

    def _start_backfill(self) -> None:
        self.story.tell("backfill of the album begins")
        job = JobStore(self.stack.table("CheckpointTable")).start(ALBUM, "")
        self._send("Backfill", json.dumps(job.message))

    def _list_beginnings(self) -> list[Callable[[], object]]:
        busy = [invocation.function for invocation, _ in self.alive]
        begin: list[Callable[[], object]] = []
        for function in ("Collector", "Backfill"):
            if busy.count(function) < SANDBOXES and self.schedule.happens(0.1):
                begin.append(partial(self.begin, function, [], {}))
        if self.schedule.happens(0.3) and any(self.stack.firehose.count_buffered().values()):
            begin.append(self.flush)
        for function, source in self.stack.sources.items():
            if busy.count(function) < SANDBOXES and self.has_visible(source.queue_arn):
                begin.append(partial(self.deliver, function))
        if self.schedule.happens(0.1):
            begin.append(lambda: self.pass_time(VISIBILITY_SECONDS))
        return begin

    def flush(self) -> None:
        """Let Firehose deliver."""
        self.story.tell("Firehose delivers what it has buffered")
        assert self.stack.firehose.flush()

    def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        self.story.tell(f"{seconds:g} seconds pass")
        CLOCK.pass_time(seconds)

    def has_visible(self, queue_arn: str) -> bool:
        """Whether a message of the queue may be delivered now."""
        return bool(self.stack.queue(queue_arn.rpartition("-")[2]).messages)

    def _send(self, function: str, body: str, delay: int = 0) -> None:
        url = self.stack.sources[function].queue_url
        self.stack.sqs.send_message(QueueUrl=url, MessageBody=body, DelaySeconds=delay)

    def deliver(self, function: str) -> None:
        """Give a function a batch of messages, which may be any of its queue's."""
        source, chance = self.stack.sources[function], self.schedule.intensity
        if self.schedule.has_faults and self.schedule.happens(chance.shuffle):
            self.schedule.reorder(self.stack.queue(source.queue_arn.rpartition("-")[2])._messages)
        size = self.schedule.count(1, min(10, source.batch_size))
        if size > 1 and self.schedule.has_faults and self.schedule.happens(chance.duplicate):
            self._send_twin(function, source.queue_arn)
        messages = self.stack.sqs.receive_message(
            QueueUrl=source.queue_url,
            MaxNumberOfMessages=size,
            AttributeNames=["All"],
        ).get("Messages", [])
        if self.schedule.has_faults and self.schedule.happens(chance.late):
            self._delay(function, messages.pop() if messages else None)
        for message in messages:
            if self.schedule.has_faults and self.schedule.happens(chance.duplicate):
                self.story.count("fault: event twice at once")
                self.story.tell(f"a message for {function} comes twice at once")
                self._send(function, message["Body"])
        if messages:
            self.begin(function, messages, {"Records": [build_sqs_record(each, source.queue_arn) for each in messages]})

    def _send_twin(self, function: str, queue_arn: str) -> None:
        """Let the first message of the queue be there twice, so that one batch has both."""
        queue = self.stack.queue(queue_arn.rpartition("-")[2])
        first = queue.messages[0]
        self.story.count("fault: event twice in one batch")
        self.story.tell(f"a message for {function} comes twice in one batch")
        self._send(function, first.body)
        for message in (queue._messages[-1], first):
            queue._messages.remove(message)
            queue._messages.insert(0, message)

    def _delay(self, function: str, message: Any) -> None:
        if message:
            self.story.tell(f"a message for {function} is late")
            self.story.count("fault: event late")
            self._send(function, message["Body"], delay=900)
            self._delete(function, message)

    def begin(self, function: str, messages: list[Any], event: dict[str, Any]) -> Invocation:
        """Begin an invocation; the messages are those of the event."""
        self._started += 1
        name = f"{function}-{self._started}"
        running = [invocation for invocation, _ in self.alive if invocation.function == function]
        sandbox = self._find_sandbox(running)
        module = self.stack.handlers[function][sandbox]

        def run(invocation: Invocation) -> Any:
            return module.lambda_handler(event, make_context(function, invocation.remaining_ms))

        invocation = Invocation(name, function, self.stack.timeouts[function], run, self.schedule)
        invocation.sandbox = sandbox
        if running:
            self.story.count(f"overlapping runs of {function}")
        self.story.count("invocations")
        self.story.tell(f"{name} begins with {len(messages)} messages")
        invocation.start(partial(self.site.endpoints.intercept, self.injector.intercept(invocation)))
        self.alive.append((invocation, messages))
        self.go_on((invocation, messages))
        return invocation

    def _find_sandbox(self, running: list[Invocation]) -> int:
        taken = {invocation.sandbox for invocation in running}
        return next(number for number in range(SANDBOXES) if number not in taken)

    def go_on(self, entry: tuple[Invocation, list[Any]]) -> None:
        """Give an invocation its turn; if it ends, its messages are deleted or come again."""
        invocation, messages = entry
        invocation.go_on()
        if invocation.is_over:
            self.alive.remove(entry)
            self._end(invocation, messages)

    def finish(self) -> None:
        """Let every invocation come to its end."""
        while self.alive:
            self.go_on(self.alive[0])

    def _end(self, invocation: Invocation, messages: list[Any]) -> None:
        error, function = invocation.error, invocation.function
        if error is not None:
            self.story.tell(f"{invocation.name} ends by {invocation.describe_error()}")
            if isinstance(error, Exception) and function != "Collector" and messages:
                what = f"{invocation.name} failed as a whole, with all its messages: {error!r}"
                raise self.story.fail(what) from error
            return
        if not messages:
            self.story.tell(f"{invocation.name} ends: {invocation.result}")
            return
        failed = {failure["itemIdentifier"] for failure in invocation.result["batchItemFailures"]}
        self.story.tell(f"{invocation.name} ends, {len(failed)} of {len(messages)} messages go back")
        chance = self.schedule.intensity
        for message in messages:
            if message["MessageId"] in failed:
                continue
            if self.schedule.has_faults and self.schedule.happens(chance.lost_delete):
                self.story.count("fault: event twice")
                self.story.tell(f"a message for {function} is not deleted")
                continue
            self._delete(function, message)
            if self.schedule.has_faults and self.schedule.happens(chance.duplicate):
                self.story.count("fault: event twice")
                self.story.tell(f"a message for {function} comes twice")
                self._send(function, message["Body"])

    def _delete(self, function: str, message: Any) -> None:
        url = self.stack.sources[function].queue_url
        try:
            self.stack.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        except self.stack.sqs.exceptions.ReceiptHandleIsInvalid:
            self.story.tell(f"a message for {function} has been deleted by another run")
