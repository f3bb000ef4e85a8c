"""Writes the table of docs/security.md: `python -m tests.policies.page`, a part of `make docs`."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from tests.policies.grants import ACCOUNT, Call, Grant, find_grants, template
from tests.policies.recorded_calls import read_recorded_calls
from tests.policies.service_calls import GUIDES, find_service_calls
from tests.policies.unseen import UNSEEN
from tests.resolved_template import ROOT

PAGE = ROOT / "docs/security.md"
_BEGIN, _END = "<!-- make docs writes what follows -->\n", "<!-- until here -->\n"
_PREFIX = re.compile(r"arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d*:")


@cache
def find_calls() -> tuple[Call, ...]:
    """Every call that is known: recorded, or made by a service as it is configured."""
    return (*read_recorded_calls(), *find_service_calls())


def explain(grant: Grant) -> str:
    """Which calls show that the grant is needed, or the reason for it; empty if there is neither."""
    shown = sorted({call.shown_by for call in find_calls() if grant.covers(call)})
    if shown:
        return ", ".join(name if name in GUIDES else f"`{name}`" for name in shown)
    return next((unseen.reason for unseen in UNSEEN if unseen.matches(grant)), "")


def write_table() -> str:
    """One table for each role, then the guides of the services; grants with the same actions and reason are one row."""
    guides = "".join(f"- [{name}]({address})\n" for name, address in GUIDES.items())
    return "".join(_write_roles()) + f"\n### What services call, by their guides\n\n{guides}"


def read_page() -> tuple[str, str, str]:
    """The page before, in and after its table."""
    before, _, rest = PAGE.read_text().partition(_BEGIN)
    table, _, after = rest.partition(_END)
    return before, table, after


def _write_roles() -> Iterator[str]:
    by_role: dict[str, list[Grant]] = {}
    for grant in find_grants():
        by_role.setdefault(grant.role, []).append(grant)
    for role, grants in by_role.items():
        yield f"\n### {role}\n\n{_describe(role)}\n\n| actions | on | shown by, or why |\n|---|---|---|\n"
        for (reason, actions), resources in _find_rows(grants).items():
            yield f"| {', '.join(actions)} | {', '.join(resources)} | {reason} |\n"


def _find_rows(grants: Iterable[Grant]) -> dict[tuple[str, tuple[str, ...]], list[str]]:
    """Resources by the reason and the actions that are allowed on each of them for it."""
    actions: dict[tuple[str, str], set[str]] = {}
    for grant in grants:
        actions.setdefault((_name_resource(grant), explain(grant)), set()).add(grant.action)
    rows: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (resource, reason), allowed in actions.items():
        rows.setdefault((reason, tuple(sorted(allowed))), []).append(resource)
    return rows


def _describe(role: str) -> str:
    resource = template().resources[role]
    if resource["Type"] != "AWS::IAM::Role":
        kinds = {"AWS::IAM::ManagedPolicy": "A policy for people", "AWS::SQS::QueuePolicy": "What S3 may do"}
        return f"{kinds[resource['Type']]}."
    (statement,) = template().properties(role)["AssumeRolePolicyDocument"]["Statement"]
    service = statement["Principal"]["Service"]
    return f"Taken by `{service if isinstance(service, str) else service[0]}`."


def _name_resource(grant: Grant) -> str:
    conditions = [f"`{key}` is {value.replace(ACCOUNT, 'this account')}" for key, value in grant.conditions]
    return f"`{_PREFIX.sub('', grant.resource)}`" + (f" if {', '.join(conditions)}" if conditions else "")


if __name__ == "__main__":
    before, _, after = read_page()
    PAGE.write_text(before + _BEGIN + write_table() + "\n" + _END + after)
