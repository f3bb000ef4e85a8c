"""Waiting for the laptop cloud, with statuses as they come one after another."""

import json
from typing import Any

import pytest

from photolake_cli.errors import CommandError
from photolake_cli.laptop import Laptop


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
    assert wait(False, True, False, True, True) == (["false", "true", "false", "true", "true"], [0.5] * 4)


def test_waiting_too_long_is_an_error_that_says_what_to_do(wait):
    with pytest.raises(CommandError, match=r"Not finished after 0 s. Wait again: photolake wait"):
        wait(False, timeout=0.0)
