"""`photolake compact`: what it shows, asks and says when a day cannot be written anew."""

from __future__ import annotations

import datetime as dt
import json
from types import SimpleNamespace
from typing import Any

import pytest

from photolake.errors import PermanentError
from photolake.lake.compaction import CompactionRules
from photolake.lake.compactor import Compactor
from photolake_cli.compact import run
from photolake_cli.compact.run import CompactRequest, run_compact
from photolake_cli.errors import CommandError
from tests.fakes.stepwise_lake import DAY, NOW, PREFIX, StepwiseLake


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> StepwiseLake:
    """A day of posts in three objects, instead of that of a cloud."""
    lake = StepwiseLake()
    for number in range(3):
        lake.arrive({number: 0, number + 1: 0})
    rules = CompactionRules(2, dt.timedelta(), None, None, dt.date(2026, 1, 1))

    def build(request: CompactRequest, cloud: Any) -> Compactor:
        return Compactor(lake.objects, lake.rewriter, rules, lambda: NOW, at_once=request.at_once)

    monkeypatch.setattr(run, "build_compactor", build)
    return lake


def compact(on_laptop: bool = False, **request: bool) -> None:
    cloud: Any = SimpleNamespace(name="the stack photolake in eu-west-1", on_laptop=on_laptop)
    run_compact(CompactRequest(**request), cloud)


def test_a_dry_run_shows_what_would_be_read_and_writes_nothing(
    lake: StepwiseLake, capsys: pytest.CaptureFixture[str]
) -> None:
    before = dict(lake.s3.objects)

    compact(dry_run=True)

    shown = capsys.readouterr()
    (line,) = [line.split() for line in shown.out.splitlines() if line.split()[:1] == ["posts"]]
    assert line[:3] == ["posts", "1", "3"]
    assert "Athena charges about $0.01" in shown.err
    assert lake.s3.objects == before


def test_without_consent_nothing_is_written(lake: StepwiseLake) -> None:
    before = dict(lake.s3.objects)

    with pytest.raises(CommandError, match=r"Nothing has been written\. To spend that in the stack photolake"):
        compact()

    assert lake.s3.objects == before


def test_the_replaced_objects_are_noted_for_the_stack(lake: StepwiseLake, capsys: pytest.CaptureFixture[str]) -> None:
    compact(yes=True)

    assert "Days written anew: 1. 3 objects became 2" in capsys.readouterr().err
    assert len(lake.snapshot()) == 5
    assert [key.rpartition("/")[2] for key in lake.s3.objects if "_" in key.rpartition("/")[2]] == ["_replaced.json"]


def test_at_once_they_are_deleted_and_then_there_is_nothing_to_do(
    lake: StepwiseLake, capsys: pytest.CaptureFixture[str]
) -> None:
    compact(yes=True, at_once=True, as_json=True)
    assert json.loads(capsys.readouterr().out)["objects_after"] == len(lake.snapshot()) == 2

    compact(on_laptop=True)
    assert "there is nothing to compact" in capsys.readouterr().err


def test_a_day_that_fails_is_named_with_the_reason(
    lake: StepwiseLake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any) -> int:
        raise PermanentError("query_failed", "HIVE_BAD_DATA: bad.parquet")

    monkeypatch.setattr(lake, "run", fail)

    with pytest.raises(CommandError, match="Not written anew, and as before: 1 of 1 days"):
        compact(yes=True)

    assert f"posts/dt={DAY}: HIVE_BAD_DATA: bad.parquet" in capsys.readouterr().err
    assert all(key.startswith(f"{PREFIX}stream") for key in lake.s3.objects)
