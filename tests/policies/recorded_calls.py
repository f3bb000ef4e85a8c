"""The calls that functions and the container made on the laptop cloud, with logical ids for physical names.

Each file of `recorded/` is what one module of tests/e2e saw: `RECORD_CALLS=1 make test-e2e` writes them.
"""

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from laptop_cloud import state
from tests.policies.grants import DOMAIN, Call, find_grants, template
from tests.policies.unseen import UNSEEN

FOLDER = Path(__file__).parent / "recorded"
# What an ARN names; a landing table has the name of its folder.
_NAMED = {
    "AWS::Athena::WorkGroup",
    "AWS::DynamoDB::Table",
    "AWS::Glue::Database",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
}
# Of a signature by a function, whose access key is its logical id.
_SIGNER = re.compile(r"Credential=(\w+)/")


def read_recorded_calls() -> list[Call]:
    """The calls of all files, each shown by the name of its file."""
    return [
        Call(role, action, resource, path.stem)
        for path in sorted(FOLDER.glob("*.json"))
        for role, calls in json.loads(path.read_text()).items()
        for action, resource in calls
    ]


def name_calls(folder: Path, calls_by_function: Mapping[str, Iterable[Iterable[str]]], module: str) -> set[Call]:
    """The calls of the cloud that runs in this state folder."""
    running = state.read(folder)
    assert running
    names = {
        re.split("[/:]", resource["physical_id"])[-1]: name
        for name, resource in running.resources.items()
        if template().resources.get(name, {}).get("Type") in _NAMED
    }
    return {
        Call(find_role(function), action, _name_resource(resource, names), module)
        for function, calls in calls_by_function.items()
        for action, resource in calls
    }


def name_search_requests(requests: Iterable[tuple[str, str, Mapping[str, str]]], module: str) -> set[Call]:
    """The requests of functions to an OpenSearch domain, as they are recorded by the fake one."""
    calls = set()
    for method, path, headers in requests:
        signer = _SIGNER.search(headers.get("Authorization", ""))
        if signer and signer[1] in template().resources:
            action = f"es:ESHttp{method.capitalize()}"
            calls.add(Call(find_role(signer[1]), action, f"{DOMAIN}{path.partition('?')[0]}", module))
    return calls


def find_role(caller: str) -> str:
    """The role of a function, by its logical id; a caller that is a role stands for itself."""
    if template().resources[caller]["Type"] == "AWS::IAM::Role":
        return caller
    role: str = template().properties(caller)["Role"]
    return role.rpartition("/")[2]


def find_differences(calls: set[Call], module: str) -> dict[str, list[str]]:
    """What a run called that is not recorded, and which grants only its record still shows.

    Not each call of the record has to come again: which of them do depends on what runs at the same time.
    """
    by_chance = [grant for grant in find_grants() if any(unseen.matches(grant) for unseen in UNSEEN)]
    calls = {call for call in calls if not any(grant.covers(call) for grant in by_chance)}
    path = FOLDER / f"{module}.json"
    if os.environ.get("RECORD_CALLS"):
        _write(path, calls)
    recorded = {call for call in read_recorded_calls() if call.shown_by == module}
    lost = [grant for grant in find_grants() if any(map(grant.covers, recorded)) and not any(map(grant.covers, calls))]
    differences = {
        "not recorded": [f"{call.role} {call.action} {call.resource}" for call in calls - recorded],
        "no longer called": [f"{grant.role} {grant.action} {grant.resource}" for grant in lost],
    }
    return {name: sorted(found) for name, found in differences.items() if found}


def _write(path: Path, calls: set[Call]) -> None:
    by_role: dict[str, list[list[str]]] = {}
    for call in sorted(calls, key=lambda call: (call.role, call.action, call.resource)):
        by_role.setdefault(call.role, []).append([call.action, call.resource])
    FOLDER.mkdir(exist_ok=True)
    path.write_text(json.dumps(by_role, indent=1) + "\n")


def _name_resource(resource: str, names: Mapping[str, str]) -> str:
    """An ARN with logical ids; what differs between two runs, such as a hash or a day, becomes `{x}`."""
    # A request with an execution's id does not name the workgroup, by which IAM decides. There is one.
    resource = resource.replace(":workgroup/*", ":workgroup/Workgroup")
    parts = re.split(r"([:/])", resource)
    named = "".join(names.get(part, part) for part in parts)
    return re.sub(r"/(?:dt=[\d-]+|[0-9a-f]{2})/", "/{x}/", named)
