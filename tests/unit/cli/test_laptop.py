"""Waiting for the laptop cloud, with statuses as they come one after another."""

import json
import sys
from typing import Any

import pytest

from photolake_cli.errors import CommandError
from photolake_cli.laptop import Laptop, LaptopOptions, launch_laptop, start_laptop


class Responses:
    """The cloud's statuses, whether all is processed or not, one for each request; the last stays."""

    def __init__(self, *drained):
        self.left = list(drained)

    def __call__(self):
        return {"drained": self.left.pop(0) if len(self.left) > 1 else self.left[0]}


@pytest.fixture
def wait(monkeypatch, tmp_path):
    """Waits over some statuses; gives what was shown, and the pauses."""
    pauses: list[float] = []
    monkeypatch.setattr("photolake_cli.laptop.time.sleep", pauses.append)

    def run(*drained, timeout=60.0):
        no_state: Any = None
        laptop = Laptop(tmp_path, no_state)
        monkeypatch.setattr(laptop, "backlog", Responses(*drained))
        shown: list[str] = []
        laptop.wait(timeout, lambda status: shown.append(json.dumps(status["drained"])))
        return shown, pauses

    return run


def test_waiting_ends_at_the_second_status_in_a_row_without_work(wait):
    assert wait(False, True, False, True, True) == (["false", "true", "false", "true", "true"], [0.5, 0.25, 0.5, 0.25])


def test_waiting_too_long_is_an_error_that_says_what_to_do(wait):
    with pytest.raises(CommandError, match=r"Not finished after 0 s. Wait again: photolake wait"):
        wait(False, timeout=0.0)


@pytest.fixture
def run_script(monkeypatch, tmp_path):
    """Options that start a script of Python as the cloud's process."""

    def build(script: str) -> LaptopOptions:
        monkeypatch.setattr(LaptopOptions, "command", [sys.executable, "-c", script])
        return LaptopOptions(tmp_path, tmp_path / "state")

    return build


def test_a_cloud_that_does_not_start_is_an_error_with_its_last_lines(run_script):
    lines: list[str] = []

    with pytest.raises(CommandError, match="The laptop cloud did not start:\nports\nnone is free"):
        start_laptop(run_script("print('ports', flush=True); raise SystemExit('none is free')"), lines.append)

    assert lines[:1] == ["ports"]


def test_a_cloud_is_ended_if_what_waits_for_it_fails(run_script):
    options = run_script("import time; print('begun', flush=True); time.sleep(600)")

    with pytest.raises(KeyboardInterrupt), launch_laptop(options) as starting:
        raise KeyboardInterrupt

    assert starting._process.returncode is not None
