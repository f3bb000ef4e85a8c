"""A world in a seed: posts appear, functions run at once and fail, queues deliver in any order, time passes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from laptop_cloud.lambda_runtime.pollers import build_sqs_record
from photolake.backfill.jobs import JobStore
from tests.faults.clock import CLOCK, forget_retries
from tests.faults.injector import Injector
from tests.faults.inputs import LAST_INPUT_STEP, plan_inputs
from tests.faults.invocation import HangError, Invocation, KilledError
from tests.faults.ledger import Ledger
from tests.faults.repeatable import make_repeatable
from tests.faults.schedule import Schedule
from tests.faults.stack import ALBUM, SANDBOXES, Stack, make_context
from tests.faults.story import Story

if TYPE_CHECKING:
    from tests.fakes.x_search_server import FakeX
    from tests.faults.endpoints import Endpoints
    from tests.faults.photo_host import PhotoHost

AT_ONCE = 3
MAX_STEPS = 150
# When there is nothing left to do so often, and no more input to come, the faults cease.
MAX_IDLE = 4
# In the end faults have ceased: what is not done after so many rounds never will be.
MAX_ROUNDS = 80
VISIBILITY_SECONDS = 3_600.0
DAY_SECONDS = 86_400.0


@dataclass
class Site:
    """What outlasts a seed: the stack, and the hosts around it."""

    stack: Stack
    endpoints: Endpoints
    x: FakeX
    host: PhotoHost


class World:
    """One seed over a site."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site = site
        self.stack = site.stack
        self.schedule = Schedule(seed)
        self.story = Story(seed)
        self.ledger = Ledger(self.story)
        self.injector = Injector(self.schedule, self.story, self.ledger)
        self.inputs = plan_inputs(self.schedule)
        self.posts: dict[int, Mapping[str, Any]] = {}
        self.malformed: set[int] = set()
        self._alive: list[tuple[Invocation, list[Any]]] = []
        self._started = 0
        self._step = 0
        self._idle = 0

    def play(self) -> None:
        """Let everything happen, then let the faults cease and everything settle. SeedError: it never does."""
        with self._prepare():
            try:
                while self._step < MAX_STEPS and self._idle < MAX_IDLE:
                    self._take_step()
                self._settle()
            except HangError as error:
                raise self.story.fail(str(error)) from error

    @contextmanager
    def _prepare(self) -> Iterator[None]:
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
            yield

    def _take_step(self) -> None:
        self._step += 1
        CLOCK.pass_time(self.schedule.choose([0.0, 1.0, 20.0]))
        self._bring_inputs()
        awake = [entry for entry in self._alive if entry[0].asleep_until <= CLOCK.now()]
        if awake and (len(self._alive) >= AT_ONCE or self.schedule.happens(0.6)):
            self._go_on(self.schedule.choose(awake))
            return
        begin = self._list_beginnings()
        if begin:
            self.schedule.choose(begin)()
        elif awake:
            self._go_on(self.schedule.choose(awake))
        else:
            self._idle += self._step > LAST_INPUT_STEP
            self._pass_time(VISIBILITY_SECONDS)

    def _bring_inputs(self) -> None:
        """Posts are made, and photos dropped, when it is their turn."""
        for post in [post for post in self.inputs.posts if post.step < self._step]:
            self.inputs.posts.remove(post)
            # The search has a post within a minute, or else a run may have read on past it (`SETTLED`).
            ages = [30, 90, 5_000] if self._step == 1 else [0, 30]
            number = self.site.x.post(self.schedule.choose(ages), **post.fields)
            self.story.tell(f"post {number}: {post.fields['text'][:20]!r}")
            if post.is_malformed:
                self.malformed.add(number)
            else:
                self.posts[number] = post.fields
        if self._step == 3:
            for key, body in self.inputs.dropped.items():
                self.story.tell(f"dropped {key}")
                self.stack.s3.put_object(Bucket=self.stack.bucket, Key=key, Body=body)
        if self._step == 5 and self.inputs.album:
            self._start_backfill()

    def _start_backfill(self) -> None:
        self.story.tell("backfill of the album begins")
        job = JobStore(self.stack.table("CheckpointTable")).start(ALBUM, "")
        self._send("Backfill", json.dumps(job.message))

    def _list_beginnings(self) -> list[Callable[[], None]]:
        busy = [invocation.function for invocation, _ in self._alive]
        begin: list[Callable[[], None]] = []
        if busy.count("Collector") < SANDBOXES and self.schedule.happens(0.1):
            begin.append(lambda: self._begin("Collector", [], {}))
        if busy.count("Backfill") < SANDBOXES and self.schedule.happens(0.1):
            begin.append(lambda: self._begin("Backfill", [], {}))
        if self.schedule.happens(0.3) and any(self.stack.firehose.count_buffered().values()):
            begin.append(self._flush)
        for function, source in self.stack.sources.items():
            if busy.count(function) < SANDBOXES and self._has_visible(source.queue_arn):
                begin.append(lambda function=function: self._deliver(function))  # type: ignore[misc]
        if self.schedule.happens(0.1):
            begin.append(lambda: self._pass_time(VISIBILITY_SECONDS))
        return begin

    def _flush(self) -> None:
        self.story.tell("Firehose delivers what it has buffered")
        assert self.stack.firehose.flush()

    def _pass_time(self, seconds: float) -> None:
        self.story.tell(f"{seconds:g} seconds pass")
        CLOCK.pass_time(seconds)

    def _has_visible(self, queue_arn: str) -> bool:
        return bool(self._queue(queue_arn).messages)

    def _queue(self, queue_arn: str) -> Any:
        return self.stack.queue(queue_arn.rpartition("-")[2])

    def _send(self, function: str, body: str, delay: int = 0) -> None:
        url = self.stack.sources[function].queue_url
        self.stack.sqs.send_message(QueueUrl=url, MessageBody=body, DelaySeconds=delay)

    def _deliver(self, function: str) -> None:
        """Give a function a batch of messages, which may be any of its queue's."""
        source, chance = self.stack.sources[function], self.schedule.intensity
        if self.schedule.has_faults and self.schedule.happens(chance.shuffle):
            self.schedule.reorder(self._queue(source.queue_arn)._messages)
        messages = self.stack.sqs.receive_message(
            QueueUrl=source.queue_url,
            MaxNumberOfMessages=self.schedule.count(1, min(10, source.batch_size)),
            AttributeNames=["All"],
        ).get("Messages", [])
        if self.schedule.has_faults and self.schedule.happens(chance.late):
            self._delay(function, messages.pop() if messages else None)
        if messages:
            self._begin(
                function, messages, {"Records": [build_sqs_record(each, source.queue_arn) for each in messages]}
            )

    def _delay(self, function: str, message: Any) -> None:
        if message:
            self.story.tell(f"a message for {function} is late")
            self.story.count("fault: event late")
            self._send(function, message["Body"], delay=900)
            self._delete(function, message)

    def _begin(self, function: str, messages: list[Any], event: dict[str, Any]) -> None:
        self._started += 1
        name = f"{function}-{self._started}"
        running = [invocation for invocation, _ in self._alive if invocation.function == function]
        sandbox = self._find_sandbox(running)
        module = self.stack.handlers[function][sandbox]

        def run(invocation: Invocation) -> Any:
            return module.lambda_handler(event, make_context(function, invocation.remaining_ms))

        invocation = Invocation(name, function, self.stack.timeouts[function], run)
        invocation.sandbox = sandbox
        if running:
            self.story.count(f"overlapping runs of {function}")
        self.story.count("invocations")
        self.story.tell(f"{name} begins with {len(messages)} messages")
        self._alive.append((invocation, messages))
        invocation.start(self.site.endpoints, self.injector.intercept(invocation))
        self._go_on((invocation, messages))

    def _find_sandbox(self, running: list[Invocation]) -> int:
        taken = {invocation.sandbox for invocation in running}
        return next(number for number in range(SANDBOXES) if number not in taken)

    def _go_on(self, entry: tuple[Invocation, list[Any]]) -> None:
        invocation, messages = entry
        invocation.go_on()
        if invocation.is_over:
            self._alive.remove(entry)
            self._end(invocation, messages)

    def _end(self, invocation: Invocation, messages: list[Any]) -> None:
        error, function = invocation.error, invocation.function
        if error is not None:
            self.story.tell(f"{invocation.name} ends by {_describe_error(error)}")
            if isinstance(error, Exception) and function != "Collector" and messages:
                raise self.story.fail(
                    f"{invocation.name} failed as a whole, with all its messages: {error!r}"
                ) from error
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

    def _settle(self) -> None:
        """No more faults: what began comes to its end, dead letters are sent again, and everything is worked off."""
        self.story.tell("the faults cease")
        self.schedule.has_faults = False
        self.site.x.troubles.clear()
        for photo in self.inputs.hosted.values():
            photo.troubles.clear()
        for _ in range(MAX_ROUNDS):
            if self.story.counts["spinning"]:
                raise self.story.fail("an invocation sends requests without end")
            self._run_all()
            if self._is_settled() and not self.story.counts["spinning"]:
                return
            self._redrive()
        raise self.story.fail(
            f"after {MAX_ROUNDS} rounds without a fault there is still something to do: {self._describe_rest()}"
        )

    def _run_all(self) -> None:
        self._step = MAX_STEPS
        self._bring_inputs()
        while self._alive:
            invocation = self._alive[0][0]
            if invocation.asleep_until > CLOCK.now():
                self._pass_time(invocation.asleep_until - CLOCK.now())
            self._go_on(self._alive[0])
        self._pass_time(VISIBILITY_SECONDS)
        self._begin("Collector", [], {})
        self._finish()
        self._flush()
        for function, source in self.stack.sources.items():
            while self._has_visible(source.queue_arn):
                self._deliver(function)
                self._finish()
        self._flush()

    def _finish(self) -> None:
        while self._alive:
            self._go_on(self._alive[0])

    def _is_settled(self) -> bool:
        return not self._describe_rest()

    def _describe_rest(self) -> str:
        """What is still to do; empty if there is nothing."""
        queues = {name: len(self.stack.queue(name)._messages) for name in self._queue_names()}
        rest = [f"{name}: {count} messages" for name, count in queues.items() if count]
        rest += [f"{name}: {count} buffered" for name, count in self.stack.firehose.count_buffered().items() if count]
        images = [item for item in self._scan("ImagesTable") if item.get("state") not in (None, "done")]
        rest += [f"{item['id'][:20]} is {item['state']}" for item in images]
        jobs = JobStore(self.stack.table("CheckpointTable")).list()
        rest += [f"{job.uri} is {job.state}" for job in jobs if job.state != "done"]
        if self.site.x.posts and not self._has_read_x():
            rest.append("X has posts that are not read")
        return ", ".join(rest)

    def _has_read_x(self) -> bool:
        saved = [item for item in self._scan("CheckpointTable") if str(item["id"]).startswith("x#")]
        newest = max(self.site.x.posts)
        return any(int(item.get("since_id", 0)) >= newest and "until_id" not in item for item in saved)

    def _scan(self, table: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.stack.table(table).scan()["Items"]
        return items

    def _queue_names(self) -> list[str]:
        feeding = [source.queue_arn.rpartition("-")[2] for source in self.stack.sources.values()]
        return [*feeding, *self.stack.dead_letter_queues]

    def _redrive(self) -> None:
        """Send the dead letters again; on the next day announce what had to wait, and let running jobs go on."""
        for dead, alive in self.stack.dead_letter_queues.items():
            moved = self.stack.queue(dead)._messages
            if moved:
                self.story.count("dead letters sent again", len(moved))
                self.story.tell(f"{len(moved)} dead letters of {alive} are sent again")
                self.stack.move_messages(dead, alive)
        self._pass_time(DAY_SECONDS)
        self._begin("Backfill", [], {})
        self._finish()


def _describe_error(error: BaseException) -> str:
    if isinstance(error, KilledError):
        return "its death"
    if isinstance(error, ExceptionGroup):
        return f"{error.message}: {'; '.join(repr(each)[:160] for each in error.exceptions)}"
    return repr(error)[:200]
