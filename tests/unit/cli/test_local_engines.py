"""The engines of the laptop cloud alone."""

import pytest

from laptop_cloud.engines.engine_set import EngineSet
from photolake_cli import local_engines
from photolake_cli.errors import CommandError


@pytest.mark.parametrize(
    ("engine_set", "message"),
    [
        (EngineSet.BASIC, "The engines did not start:\nno model for basic"),
        (
            EngineSet.FULL,
            "The engines did not start:\nno model for full\nTo install the full set: make .venv/full.stamp",
        ),
    ],
)
def test_engines_that_do_not_start_say_why_and_what_to_do(engine_set, message, tmp_path, monkeypatch):
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "no model for $3" >&2\nexit 1\n')
    python.chmod(0o700)
    monkeypatch.setattr("photolake_cli.local_engines.sys.executable", str(python))

    with pytest.raises(CommandError) as caught, local_engines.run_engines(engine_set):
        pass

    assert str(caught.value) == message
