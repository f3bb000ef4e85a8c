"""The calls of the functions in a running cloud, to be held against the record of tests/policies."""

import json
from pathlib import Path
from typing import Any

from laptop_cloud import state
from tests.e2e.command import Command
from tests.policies.grants import Call
from tests.policies.recorded_calls import name_calls


def physical_names(folder: Path) -> dict[str, str]:
    """What `Ref` gives for each logical id in the cloud that runs in this state folder."""
    running = state.read(folder)
    assert running
    return {logical_id: resource["physical_id"] for logical_id, resource in running.resources.items()}


def read_calls(photolake: Command, module: str) -> set[Call]:
    """The calls until now, as the record names them; those of the forgetter's schedule come by chance elsewhere."""
    status: dict[str, Any] = json.loads(photolake("status", "--json"))
    calls = name_calls(photolake.state, status["calls_by_function"], module)
    return {call for call in calls if module == "test_forget" or call.role != "ForgetterRole"}
