"""A check of a lake by X's compliance jobs, whatever X, the network or Lambda do in the middle of it."""

import datetime as dt
import json

import pytest

from photolake.compliance.state import ITEM_ID, Step
from photolake.errors import CheckpointConflictError, PermanentError, RateLimitedError, RetryableError
from tests.fakes.x_compliance_server import Job
from tests.integration.x_compliance.conftest import DAY, NAME, NOON, HeldInMemory

HOUR = dt.timedelta(hours=1)


def tell_some(x):
    """X says that user 2 (posts 101 and 106) and posts 102, 103 and 107 are gone."""
    x.tell("users", 2, "suspended")
    x.tell("tweets", 102, "deleted")
    x.tell("tweets", 103, "protected")
    x.tell("tweets", 107, "bounced", redacted_at=None)


EXPECTED = {
    101: "account suspended",
    102: "deleted by its author",
    103: "account protected",
    106: "account suspended",
    107: "withdrawn by X",
}
EXPECTED_OF_FOUR = {number: EXPECTED[number] for number in (101, 102, 103)}


def test_authors_are_asked_about_first_and_then_the_posts_that_are_left(compliance, x):
    tell_some(x)

    state = compliance.run()

    assert (state.step, state.checked, state.deleted, state.finished_at[:10]) == (Step.IDLE, 13, 5, "2026-11-20")
    assert compliance.deleted == EXPECTED
    assert [(job.type, job.ids) for job in x.jobs.values()] == [
        ("users", ["1", "2", "3"]),
        ("users", ["4", "5"]),
        ("tweets", ["100", "102", "103"]),
        ("tweets", ["104", "105", "107"]),
        ("tweets", ["108", "109"]),
    ]
    assert compliance.lake.rejected == []


def test_a_deletion_has_the_time_that_x_says_or_else_that_of_the_job(compliance, x):
    tell_some(x)
    compliance.run()

    rows = {row["id"]: row for row in compliance.lake.deletions}
    assert rows[102] == {
        "id": 102,
        "id_str": "102",
        "source_platform": "x",
        "reason": "deleted by its author",
        "deleted_at": "2026-07-29T17:02:47.000Z",
    }
    assert rows[107]["deleted_at"][:10] == "2026-11-20"


def test_a_location_that_is_removed_takes_only_posts_with_one_out(compliance, x):
    x.tell("users", 1, "scrub_geo")  # posts 100, which has one, and 105
    x.tell("tweets", 102, "scrub_geo")
    x.tell("tweets", 103, "scrub_geo")

    compliance.run()

    assert compliance.deleted == {100: "locations removed by the account", 102: "location removed by its author"}


def test_the_next_check_begins_a_day_after_the_last_one_began(compliance, x, clock):
    compliance.run()
    asked = len(x.log)

    clock.now = NOON + DAY - HOUR
    compliance.run()
    assert len(x.log) == asked

    clock.now = NOON + DAY
    x.tell("tweets", 105, "deleted")
    assert compliance.run().deleted == 1


def test_a_lake_without_posts_of_x_creates_no_job(compliance, x):
    compliance.posts.clear()

    assert compliance.run().step == Step.IDLE
    assert x.log == []


def test_without_time_nothing_is_begun_and_each_run_goes_on(compliance, x):
    tell_some(x)
    for _ in range(60):
        steps = iter([True, False])
        if compliance.run(lambda steps=steps: next(steps)).step == Step.IDLE:
            break

    assert (compliance.state.step, compliance.deleted) == (Step.IDLE, EXPECTED)
    assert len(x.jobs) == 5


def test_a_job_that_takes_hours_is_asked_about_every_half_minute(compliance, x, clock):
    x.reads_until_complete = 60
    compliance.posts[:] = compliance.posts[:1]

    compliance.run()

    polls = [line for line in x.log if line.startswith("GET /2/compliance/jobs/")]
    assert len(polls) == 120
    assert clock.now - NOON == dt.timedelta(seconds=118 * 30)


class InterruptError(RetryableError):
    """The run ends here."""


class Interruptions:
    """Ends the run at the n-th effect, before or after it happens."""

    def __init__(self, at, after):
        self.left = at
        self.after = after

    def wrap(self, effect):
        def interrupted(*arguments, **options):
            self.left -= 1
            if self.left == 0 and not self.after:
                raise InterruptError("killed")
            result = effect(*arguments, **options)
            if self.left == 0:
                raise InterruptError("killed")
            return result

        return interrupted


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_that_is_killed_at_any_effect_is_gone_on_with_and_nothing_is_lost(compliance, x, clock, after):
    tell_some(x)
    compliance.posts[:] = compliance.posts[:4]
    at, count_jobs = 0, []
    while True:
        at += 1
        interruptions = Interruptions(at, after)
        compliance.checkpoints.saved.clear()
        compliance.lake.deletions.clear()
        x.jobs.clear()
        compliance.held = HeldInMemory(compliance.posts, compliance.lake.deletions)
        runner = compliance.make_runner()
        for target, name in (
            (runner.api, "create"),
            (runner.api, "upload"),
            (runner.api, "read"),
            (runner.api, "list_open"),
            (compliance.checkpoints, "save"),
            (compliance.held, "read_ids"),
            (compliance.deletion_store, "put"),
        ):
            setattr(target, name, interruptions.wrap(getattr(target, name)))
        try:
            runner.run(DAY, lambda: True)
        except InterruptError:
            assert compliance.run().step == Step.IDLE
        assert (compliance.deleted, compliance.state.checked) == (EXPECTED_OF_FOUR, 7)
        count_jobs.append(len(x.jobs))
        del compliance.checkpoints.__dict__["save"]
        if interruptions.left > 0:
            break
    assert at > 25
    # Each interruption costs no job: one that was created and not noted is found again by its name.
    assert set(count_jobs) == {3}


@pytest.mark.parametrize("trouble", [503, "cut", "lost"])
def test_whatever_request_fails_a_later_run_finishes(compliance, x, trouble):
    tell_some(x)
    compliance.posts[:] = compliance.posts[:4]
    asked = 0
    while True:
        x.jobs.clear()
        compliance.checkpoints.saved.clear()
        compliance.lake.deletions.clear()
        x.troubles.extend([None] * asked + [trouble])
        try:
            compliance.run()
        except RetryableError:
            x.troubles.clear()
            compliance.run()
        assert compliance.deleted == EXPECTED_OF_FOUR
        if x.troubles:
            break
        asked += 1
    assert asked > 10


def test_a_rate_limit_ends_the_run_and_the_next_one_goes_on(compliance, x):
    tell_some(x)
    x.troubles.extend([None, None, None, 429])
    with pytest.raises(RateLimitedError) as raised:
        compliance.run()

    assert raised.value.reset_time == x.reset_time
    compliance.run()
    assert compliance.deleted == EXPECTED


@pytest.mark.parametrize(
    ("status", "message"), [(401, "put a valid one into the secret"), (403, "check its access level")]
)
def test_a_refusal_says_what_to_do(compliance, x, status, message):
    x.troubles.append(status)
    with pytest.raises(PermanentError, match=message):
        compliance.run()


def test_a_job_whose_upload_address_has_expired_is_replaced(compliance, x, clock):
    tell_some(x)
    x.troubles.extend([None, None, 503])  # the upload
    with pytest.raises(RetryableError):
        compliance.run()
    clock.now += HOUR

    compliance.run()

    assert compliance.deleted == EXPECTED
    assert [job.status for job in x.jobs.values()][:2] == ["expired", "complete"]
    assert any("it is expired and takes no ids any more" in line for line in compliance.progress)


def test_a_result_whose_address_has_expired_is_asked_for_again_by_another_job(compliance, x, clock):
    tell_some(x)
    x.troubles.extend([None] * 4 + [503])  # the download
    with pytest.raises(RetryableError):
        compliance.run()
    clock.now += 8 * DAY

    compliance.run()

    assert compliance.deleted == EXPECTED
    assert [job.ids for job in x.jobs.values()][:2] == [["1", "2", "3"]] * 2


def test_a_job_that_fails_is_repeated_twice_and_then_a_person_is_told(compliance, x):
    tell_some(x)
    x.fails.extend(["failed", "expired"])
    compliance.run()
    assert compliance.deleted == EXPECTED

    x.fails.extend(["failed"] * 3)
    with pytest.raises(PermanentError, match=r"3 compliance jobs of X in a row came to nothing, .* it is failed"):
        compliance.run(every=dt.timedelta())
    assert compliance.run().step == Step.IDLE


def test_a_job_that_never_takes_notice_of_its_ids_is_given_up(compliance, x):
    compliance.posts[:] = compliance.posts[:1]
    take = x.take
    lost: list[str] = []

    def lose_first(number, content_type, body):
        if lost:
            return take(number, content_type, body)
        lost.append(number)
        return 200

    x.take = lose_first
    compliance.run()

    assert [job.status for job in x.jobs.values()] == ["expired", "complete", "complete"]


def test_another_job_of_the_app_is_waited_for(compliance, x, clock):
    x.jobs["7"] = Job("7", "users", "somebody's", NOON, 1, "in_progress")
    with pytest.raises(RetryableError, match="it takes one at a time"):
        compliance.run()
    assert list(x.jobs) == ["7"]

    x.jobs["7"].status = "complete"
    assert compliance.run().step == Step.IDLE


def test_a_job_of_another_that_waits_for_its_ids_is_not_taken_over(compliance, x, clock):
    x.jobs["7"] = Job("7", "users", "somebody's", NOON, 1)
    with pytest.raises(RetryableError):
        compliance.run()

    clock.now += HOUR
    compliance.run()
    assert x.jobs["7"].ids == []


def test_x_refuses_a_second_job_although_it_lists_none(compliance, x):
    x.jobs["7"] = Job("7", "users", None, NOON, 1, "in_progress")
    runner = compliance.make_runner()
    runner.api.list_open = lambda kind: []
    with pytest.raises(RetryableError, match="it takes one at a time"):
        runner.run(DAY, lambda: True)


def test_of_two_runs_at_once_one_stops_and_no_ids_are_lost(compliance, x):
    tell_some(x)
    other = compliance.make_runner()
    upload = other.api.upload

    def overtake(job, body):
        upload(job, body)
        compliance.run(iter([True, False]).__next__)

    other.api.upload = overtake
    with pytest.raises(CheckpointConflictError):
        other.run(DAY, lambda: True)

    compliance.run()
    assert (compliance.deleted, len(x.jobs)) == (EXPECTED, 5)


BAD_LINES = [
    b"{",
    b"null",
    b"[1]",
    b'"102"',
    b"\xff\xfe",
    b"[" * 9000,
    b"{}",
    b'{"id": "102"}',
    b'{"id": "102", "reason": "unheard_of"}',
    b'{"id": "102", "reason": "unheard_of", "action": "keep"}',
    b'{"id": "102", "reason": "<script>", "action": "delete"}',
    b'{"id": "999", "reason": "deleted", "action": "delete"}',
    b'{"id": "-102", "reason": "deleted", "action": "delete"}',
    b'{"id": "1e2", "reason": "deleted", "action": "delete"}',
    '{"id": "١٠٢", "reason": "deleted", "action": "delete"}'.encode(),
    b'{"id": null, "reason": "deleted"}',
    json.dumps({"id": "102", "reason": "deleted", "padding": "x" * 20_000}).encode(),
]


def test_lines_that_say_nothing_of_an_id_of_the_job_are_kept_and_harm_no_other(compliance, x):
    compliance.posts[:] = [(102, 7, True), (103, 7, True)]
    x.tell("tweets", 103, "deleted")
    x.lines = [*BAD_LINES, b"", b"  "]

    compliance.run()

    assert compliance.deleted == {103: EXPECTED[102]}
    records = [record for folder, records in compliance.lake.rejected for record in records]
    assert {folder for folder, _ in compliance.lake.rejected} == {"x/compliance"}
    # Each job has every line, that of the users and that of the posts.
    assert [record.raw for record in records] == [line[:4096] for line in BAD_LINES] * 2
    assert all(record.message.startswith("compliance job 14") for record in records)


def test_a_reason_that_x_adds_counts_if_the_line_says_to_delete(compliance, x):
    x.tell("tweets", 103, "court_order")
    x.tell("tweets", 104, "deleted", redacted_at="soon")

    compliance.run()

    assert compliance.deleted == {103: "court order", 104: EXPECTED[102]}


def test_a_description_of_a_job_in_another_form_is_an_error_that_can_be_tried_again(compliance, x):
    x.describe = lambda job: {"id": "../../x", "status": "created"}
    with pytest.raises(RetryableError, match="in another form"):
        compliance.run()


def test_ids_are_sent_to_no_address_without_tls(compliance, x):
    describe = x.describe
    x.describe = lambda job: {**describe(job), "upload_url": "http://storage.example/up"}
    with pytest.raises(PermanentError, match="not https"):
        compliance.run()


def test_the_state_is_one_item_that_can_be_read_by_people(compliance, x):
    compliance.run()

    state = compliance.checkpoints.saved[ITEM_ID].state
    assert {name: state[name] for name in ("step", "kind", "after", "checked", "job_id")} == {
        "step": "idle",
        "kind": "tweets",
        "after": "109",
        "checked": "15",
        "job_id": "",
    }
    assert {job.name for job in x.jobs.values()} == {NAME}
