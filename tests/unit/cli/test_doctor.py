"""`photolake doctor`: what is wrong is named with what to do, and one thing that is wrong hides no other."""

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from photolake.rows.ids import make_snowflake
from photolake_cli import main
from photolake_cli.doctor import flow_probes
from photolake_cli.doctor import run as doctor_run
from photolake_cli.doctor.checks import Area, Level, Probe
from photolake_cli.doctor.flow_probes import read_cursor
from photolake_cli.doctor.laptop_probes import LaptopProbes, MachineProbes, check_running
from tests.fakes.client_error import client_error
from tests.fakes.stack import NOW, FakeStack
from tests.resolved_template import ROOT

ANSWER = [[1]]


@pytest.fixture
def stack(monkeypatch):
    """A stack in which all is well; its Athena answers."""
    stack = FakeStack()
    query = SimpleNamespace(run=lambda *_: SimpleNamespace(typed_rows=lambda: ANSWER))
    monkeypatch.setattr(flow_probes, "QueryClient", lambda _: query)
    return stack


def examine(stack):
    return doctor_run.run_probes(doctor_run.examine_stack(stack.connect(), "photolake", ROOT, NOW), True)


def find_troubles(stack):
    """The checks that are not ok: level, name, message and advice."""
    return [(str(each.level), each.name, each.message, each.advice) for each in examine(stack) if each.level != "ok"]


def test_a_stack_in_which_all_is_well_has_no_troubles(stack):
    checks = examine(stack)

    assert find_troubles(stack) == []
    assert len(checks) > 20
    assert "secretsmanager:GetSecretValue" not in stack.calls


def test_no_probe_changes_anything(stack):
    examine(stack)

    assert [action for action in stack.calls if not re.search(":(Describe|Get|List|Query|Scan)", action)] == []


def test_every_permission_that_is_missing_is_named_and_hides_nothing_else(stack):
    examine(stack)
    for action in sorted(set(stack.calls)):
        stack.denied = {action}

        troubles = find_troubles(stack)

        assert troubles
        assert {message for _, _, message, _ in troubles} == {f"you may not look: {action} is missing"}
        assert {level for level, *_ in troubles} == {"failed"}
        assert len(examine(stack)) >= 19


def test_a_refusal_without_the_name_of_the_action_names_those_of_the_probe():
    def refuse():
        raise client_error("AccessDenied", 403)

    (check,) = Probe(Area.EXISTS, "bucket", ("s3:ListBucket",), refuse).run()

    assert (check.level, check.message) == (Level.FAILED, "you may not look: s3:ListBucket is missing")


def describe_table(name):
    if name == "CacheTable":
        raise client_error("ResourceNotFoundException")
    return {"Table": {"TableStatus": "ACTIVE"}}


BROKEN = {
    "a stack that is rolled back": (
        {"cloudformation:DescribeStacks": {"Stacks": [{"StackStatus": "UPDATE_ROLLBACK_COMPLETE"}]}},
        ("warning", "stack", "photolake is UPDATE_ROLLBACK_COMPLETE"),
    ),
    "a table that is gone": (
        {"dynamodb:DescribeTable": lambda request: describe_table(request["TableName"])},
        ("failed", "DynamoDB tables", "CacheTable: does not exist"),
    ),
    "a workgroup that is disabled": (
        {"athena:GetWorkGroup": {"WorkGroup": {"State": "DISABLED"}}},
        ("failed", "workgroup", "work: disabled"),
    ),
    "too few saved queries": (
        {"athena:ListNamedQueries": {"NamedQueryIds": ["id"]}},
        ("warning", "saved queries", "1 of"),
    ),
    "a secret without a value": (
        {"secretsmanager:DescribeSecret": {}},
        ("warning", "secret of X", "is not set, so X is not collected"),
    ),
    "a function that failed to update": (
        {
            "lambda:GetFunctionConfiguration": lambda request: (
                {"LastUpdateStatus": "Failed", "LastUpdateStatusReason": "no role"}
                if request["FunctionName"] == "CollectorFunction"
                else {}
            )
        },
        ("failed", "functions", "CollectorFunction: its last update failed: no role"),
    ),
    "an event source that is disabled": (
        {
            "lambda:GetEventSourceMapping": lambda request: {
                "State": "Disabled" if request["UUID"] == "ImageAnalyzerFunctionImages" else "Enabled"
            }
        },
        ("failed", "event sources", "ImageAnalyzerFunctionImages: Disabled, so its messages wait"),
    ),
    "a schedule that is disabled": (
        {
            "scheduler:GetSchedule": lambda request: {
                "State": "DISABLED" if "Collector" in request["Name"] else "ENABLED"
            }
        },
        ("failed", "schedules", "CollectorFunctionSchedule: disabled"),
    ),
    "a new account": (
        {"lambda:GetAccountSettings": {"AccountLimit": {"ConcurrentExecutions": 10}}},
        ("warning", "Lambda's concurrency", "the account runs 10 functions at a time"),
    ),
    "nobody who hears the alarms": (
        {"sns:ListSubscriptionsByTopic": {"Subscriptions": []}},
        ("warning", "who hears the alarms", "nobody"),
    ),
    "a subscription that waits": (
        {"sns:ListSubscriptionsByTopic": {"Subscriptions": [{"SubscriptionArn": "PendingConfirmation"}]}},
        ("warning", "who hears the alarms", "1 of 1 have not confirmed yet"),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_named(stack, name):
    responses, (level, check, message) = BROKEN[name]
    stack.responses.update(responses)

    ((found_level, found_check, found_message, advice),) = find_troubles(stack)

    assert (found_level, found_check) == (level, check)
    assert found_message.startswith(message)
    assert advice or "to enable it: aws lambda" in found_message


@pytest.mark.parametrize(
    ("break_it", "trouble"),
    [
        (
            lambda stack: stack.depths.update(ImageDeadLetterQueue=3),
            ("failed", "dead letters", "3 in ImageDeadLetterQueue"),
        ),
        (
            lambda stack: stack.tables["photolake"].remove("tweets"),
            ("failed", "views", "photolake.tweets: is missing"),
        ),
        (
            lambda stack: stack.tables["photolake_landing"].remove("photos"),
            ("failed", "landing tables", "photolake_landing.photos: is missing"),
        ),
        (
            lambda stack: stack.alarms.update(FreshnessAlarm="ALARM"),
            ("failed", "alarms", "FreshnessAlarm: is red: 1 datapoint"),
        ),
        (lambda stack: stack.alarms.update(FreshnessAlarm="MISSING"), ("failed", "alarms", "FreshnessAlarm: does not")),
        (
            lambda stack: stack.objects.append("errors/malformed/a.jsonl"),
            ("warning", "errors/", "1 objects that were not redriven, the newest 0 s old"),
        ),
        (lambda stack: stack.objects.clear(), ("warning", "archive", "no posts have come in 7 days")),
        (
            lambda stack: stack.metrics.update({("Errors", "CollectorFunction"): 1}),
            ("warning", "runs", "CollectorFunction: 1 of 24 runs failed in the last day"),
        ),
        (
            lambda stack: stack.metrics.update({("Errors", "CollectorFunction"): 12}),
            ("failed", "runs", "CollectorFunction: 12 of 24 runs failed in the last day"),
        ),
        (lambda stack: stack.metrics.clear(), ("warning", "runs", "CollectorFunction has not run in the last day")),
        (
            lambda stack: stack.metrics.update({("ApproximateAgeOfOldestMessage", "ImageQueue"): 7200}),
            ("warning", "age of messages", "the oldest message of image_analyzer has waited 2 h 0 min"),
        ),
        (
            lambda stack: stack.metrics.update({("DeliveryToS3.DataFreshness", "PostsStream"): 2701}),
            ("failed", "delivery", "PostsStream: 0 records in the last day, the oldest that it holds is 45 min old"),
        ),
        (
            lambda stack: stack.items.append({"id": {"S": "bluesky"}, "cursor": {"S": "1794844800000000"}}),
            ("warning", "sources", "bluesky is read up to 2026-11-16 16:00 UTC, 3 d 23 h ago"),
        ),
    ],
)
def test_what_does_not_flow_is_named(stack, break_it, trouble):
    break_it(stack)

    ((level, name, message, advice),) = find_troubles(stack)

    assert (level, name) == trouble[:2]
    assert message.startswith(trouble[2])
    assert advice


def test_objects_that_were_redriven_are_no_trouble(stack):
    stack.objects += ["errors/malformed/a.jsonl", "redriven/malformed/a.jsonl.json"]

    assert find_troubles(stack) == []


def test_how_far_a_source_is_read_is_said_whatever_its_checkpoint_holds(stack):
    newest = str(make_snowflake(int(NOW.timestamp() * 1000) - 3_600_000))
    stack.items += [
        {"id": {"S": "x#harbour"}, "since_id": {"S": newest}},
        {"id": {"S": "odd"}, "cursor": {"S": "9" * 40}},
        {"id": {"S": "bluesky"}, "cursor": {"S": str(int(NOW.timestamp()) * 1_000_000)}},
    ]

    assert [check.message for check in examine(stack) if check.name == "sources"] == [
        "bluesky is read up to 2026-11-20 15:00 UTC, 0 s ago",
        "odd has a checkpoint without a time",
        "x#harbour: the newest post is 1 h 0 min old",
    ]
    assert read_cursor({"cursor": "²"}) is None


def test_what_is_spent_left_and_waiting_is_said_and_a_budget_that_is_nearly_spent_is_named(stack):
    stack.month = {
        "id": "spending#2026-11",
        "total": 31_500_000,
        "comprehend": 15_500_000,
        "rekognition": 16_000_000,
        "hold#a": 50_000,
    }
    stack.waiting_images = 1_200
    stack.waiting_objects = [
        {"bucket": "lake", "key": key, "size": 1, "etag": "e", "turn": "t", "posts": 1, "price": 300} for key in "abc"
    ]

    found = [(str(check.level), check.message) for check in examine(stack) if check.name == "budget"]

    assert found == [
        ("ok", "MonthlyBudget: $31.50 of $100.00 are spent in 2026-11, $68.50 left"),
        ("warning", "MonthlyRekognitionBudget: $16.00 of $20.00 are spent in 2026-11, $4.00 left"),
        (
            "ok",
            "X $0.00, Comprehend $15.50, Rekognition $16.00; 1,200 images and 3 objects of posts wait for a budget; "
            "$0.05 is held by runs",
        ),
    ]
    assert [advice for *_, advice in find_troubles(stack)] == [
        "At the limit the pipeline waits. Raise MonthlyRekognitionBudget and deploy, or wait for the next month (UTC)"
    ]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"MonthlyBudgets": "0,0,0,0"}, "MonthlyBudget is 0: no limit, and nothing is counted"),
        ({}, "the stack is of before there was MonthlyBudget"),
    ],
)
def test_a_stack_without_a_budget_is_no_trouble(stack, values, message):
    cloud = stack.connect()
    others = {name: value for name, value in cloud.values.items() if name != "MonthlyBudgets"}
    probes = flow_probes.FlowProbes(replace(cloud, values={**others, **values}), NOW)
    object.__setattr__(probes.cloud, "stack", stack)

    assert [check.message for check in probes._check_budget()] == [message]


def test_an_athena_that_answers_wrong_fails(stack, monkeypatch):
    query = SimpleNamespace(run=lambda *_: SimpleNamespace(typed_rows=lambda: [[2]]))
    monkeypatch.setattr(flow_probes, "QueryClient", lambda _: query)

    assert [name for _, name, *_ in find_troubles(stack)] == ["query"]


def run(*arguments):
    result = CliRunner().invoke(main.app, ["doctor", *arguments])
    return result.exit_code, result.stdout


def test_the_command_prints_one_json_document_and_exits_with_1_if_something_failed(stack, monkeypatch):
    stack.depths["ImageDeadLetterQueue"] = 3
    monkeypatch.setattr(doctor_run, "connect_stack", lambda name, region: stack.connect())
    # The command takes the time itself.
    stack.responses["cloudwatch:GetMetricData"] = {"MetricDataResults": []}
    stack.objects = ["tweets/dt=2026-11-20/a.gz"]

    status, output = run("--stack", "photolake", "--json")

    document = json.loads(output)
    assert (status, document["failed"]) == (1, 1)
    assert {"area": "flows", "name": "dead letters", "level": "failed"}.items() <= next(
        check for check in document["checks"] if check["level"] == "failed"
    ).items()


def test_a_machine_without_a_cloud_is_told_how_to_start_one(tmp_path):
    status, output = run("--state", str(tmp_path / "state"))

    assert status == 1
    assert f"Start it: photolake up --background --state {tmp_path}/state" in output
    assert "1 failed" in output


def test_a_cloud_that_was_killed_is_told_from_one_that_never_ran(tmp_path):
    (tmp_path / "cloud.json").write_text("{}")

    assert check_running(tmp_path).message == f"has ended without photolake down in {tmp_path}"


@pytest.mark.parametrize(("free", "level"), [(10**12, "ok"), (10**9, "warning"), (10**8, "failed")])
def test_a_full_disk_is_named(monkeypatch, free, level):
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))

    checks = doctor_run.run_probes(MachineProbes(Path("gone/for/ever")).list(), True)

    assert [str(check.level) for check in checks if check.name == "disk"] == [level]


def test_a_laptop_cloud_is_asked_for_its_functions_and_their_errors():
    runs: dict[str, Any] = {"invocations": 4, "errors": 1, "cold_start_ms": 900, "last_error": "ValueError: no"}
    document = {"functions": {"collector": runs}, "queues": {"q": {"feeds_function": True}}, "buffers": {"posts": 2}}
    laptop: Any = SimpleNamespace(status=lambda: document, folder=Path("state"))

    checks = doctor_run.run_probes(LaptopProbes(laptop).list(), True)
    runs["cold_start_ms"] = None
    (unready, *_) = doctor_run.run_probes(LaptopProbes(laptop).list(), True)

    assert [(check.name, str(check.level), check.message) for check in checks] == [
        ("functions", "ok", "1 deployed, 0 of them without an event so far"),
        ("event sources", "ok", "1 queues feed a function"),
        ("runs", "warning", "collector: 1 of 4 runs failed, lastly: ValueError: no"),
        ("delivery", "ok", "2 records in Firehose's buffers"),
    ]
    assert (str(unready.level), unready.message) == ("failed", "cannot be started: collector")
