"""The lake's list of the copies that left it."""

import platform
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from photolake.forget.log import ForgetEntry, ForgetLog
from photolake_cli import copies
from photolake_cli.copies import Copy, CopyList, enter_copy
from photolake_cli.forget import run
from photolake_cli.forget.report import is_outdated
from tests.fakes.client_error import client_error


@pytest.fixture
def s3():
    with mock_aws():
        client = boto3.client("s3", "us-east-1")
        client.create_bucket(Bucket="lake")
        yield client


@pytest.fixture
def cloud(s3) -> Any:
    return SimpleNamespace(name="the lake", client=lambda service: s3, values={"LakeBucketName": "lake"})


@pytest.fixture(autouse=True)
def here(monkeypatch):
    monkeypatch.setattr(platform, "node", lambda: "desk")


def enter(monkeypatch, cloud, time, command, place):
    monkeypatch.setattr(copies, "utc_now", lambda: time)
    monkeypatch.setattr(copies, "format_utc", str)
    enter_copy(cloud, command, place)


def test_a_copy_that_is_made_again_is_listed_once_with_its_last_time(cloud, s3, monkeypatch, tmp_path):
    table = "tweets at postgresql://ann:***@db/warehouse"
    for time, command, place in [
        ("2026-03-01", "export tweets", table),
        ("2026-03-02", "dashboard", tmp_path / "page"),
        ("2026-03-03", "export tweets", table),
    ]:
        enter(monkeypatch, cloud, time, command, place)

    assert CopyList(s3, "lake").read() == [
        Copy("2026-03-02", "dashboard", str(tmp_path / "page"), "desk"),
        Copy("2026-03-03", "export tweets", table, "desk"),
    ]


def test_who_may_not_write_to_the_lake_gets_the_copy_and_is_told(cloud, monkeypatch, capsys):
    def refuse(**_: Any) -> None:
        raise client_error("AccessDenied")

    cloud.client = lambda service: SimpleNamespace(put_object=refuse)

    enter(monkeypatch, cloud, "2026-03-01", "dashboard", "page")

    said = " ".join(capsys.readouterr().err.split())
    assert "not on the lake's list, so `photolake forget` will not name it" in said
    assert "AccessDenied" in said


@pytest.mark.parametrize(
    ("ended_at", "counts", "is_old"),
    [
        ("2026-03-01T12:00:00.000Z", {"posts": 2, "photos": 0}, True),
        ("2026-03-01T12:00:00.000Z", {"posts": 0}, False),
        ("2026-03-01T11:59:59.999Z", {"posts": 2}, False),
    ],
)
def test_a_copy_is_outdated_once_a_pass_has_erased_something_after_it_was_begun(ended_at, counts, is_old):
    copy = Copy("2026-03-01T12:00:00.000Z", "dashboard", "page", "desk")

    assert is_outdated(copy, [ForgetEntry(1, "2026-03-01T11:00:00.000Z", ended_at, 3, counts)]) is is_old


def test_forget_shows_the_copies_and_which_to_make_again(cloud, s3, capsys):
    ForgetLog(s3, "lake").add(ForgetEntry(1, "2026-03-02T00", "2026-03-02T01", 1, {"posts": 1}))
    for copy in (Copy("2026-03-01", "export tweets", "t.csv", "desk"), Copy("2026-03-03", "dashboard", "p", "desk")):
        CopyList(s3, "lake").put(copy)

    run.run_forget(run.ForgetRequest([], copies=True), cloud)

    old, new = [line for line in capsys.readouterr().out.splitlines() if "2026-03-0" in line]
    assert "photolake export tweets" in old
    assert "photolake dashboard" in new
    assert ["again" in old, "again" in new] == [True, False]
