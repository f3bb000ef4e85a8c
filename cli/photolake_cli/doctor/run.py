"""`photolake doctor`: runs every probe, and shows what they found."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from photolake_cli.cloud import connect_laptop, connect_stack
from photolake_cli.console import console, error_console, make_printable, show_progress
from photolake_cli.doctor.aws_probes import AwsProbes
from photolake_cli.doctor.checks import Level
from photolake_cli.doctor.flow_probes import FlowProbes
from photolake_cli.doctor.laptop_probes import LaptopProbes, MachineProbes, check_running
from photolake_cli.doctor.metric_probes import MetricProbes
from photolake_cli.doctor.stack_probes import StackProbes
from photolake_cli.exit_status import ExitStatus
from photolake_cli.json_output import print_json
from photolake_cli.laptop import Laptop

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.doctor.checks import Check, Probe

_STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.FAILED: "red"}


def examine_stack(cloud: Cloud, stack: str, project: Path, now: dt.datetime) -> Iterator[Probe]:
    """The probes of a stack on AWS; `project` is the folder of template.yaml."""
    resources = StackProbes(cloud, project / "athena")
    aws = AwsProbes(cloud, resources, stack)
    yield from aws.list()
    yield from resources.list()
    yield from FlowProbes(cloud, now).list()
    yield from MetricProbes(cloud, resources, now).list()


def examine_laptop(cloud: Cloud, laptop: Laptop, project: Path, now: dt.datetime) -> Iterator[Probe]:
    """The probes of a running laptop cloud."""
    yield from StackProbes(cloud, project / "athena").list()
    yield from LaptopProbes(laptop).list()
    yield from FlowProbes(cloud, now).list()


def run_doctor(stack: str | None, region: str | None, state: Path, project: Path, as_json: bool) -> None:
    """Run the probes of a stack, or of this machine and its laptop cloud; exit status 1 if a check failed."""
    now = dt.datetime.now(dt.UTC)
    found: list[Check] = []
    if stack:
        found += run_probes(examine_stack(connect_stack(stack, region), stack, project, now), as_json)
    else:
        found += run_probes(MachineProbes(state).list(), as_json)
        running = check_running(state)
        found += _show_all([running], as_json)
        if running.level is Level.OK:
            laptop = Laptop.connect(state)
            found += run_probes(examine_laptop(connect_laptop(laptop), laptop, project, now), as_json)
    counts = Counter(check.level for check in found)
    if as_json:
        checks = [{**vars(check), "advice": check.advice or None} for check in found]
        print_json({"checks": checks, **{str(level): counts[level] for level in Level}})
    else:
        console.print(f"\n{counts[Level.OK]} ok, {counts[Level.WARNING]} warnings, {counts[Level.FAILED]} failed")
    if counts[Level.FAILED]:
        raise typer.Exit(ExitStatus.FAILED)


def run_probes(probes: Iterable[Probe], as_json: bool) -> list[Check]:
    """Run the probes one by one, and show each check as soon as it is known."""
    found: list[Check] = []
    for probe in probes:
        with show_progress(f"Looking at {probe.name}", error_console):
            checks = list(probe.run())
        found += _show_all(checks, as_json)
    return found


def _show_all(checks: list[Check], as_json: bool) -> list[Check]:
    if not as_json:
        for check in checks:
            _show(check)
    return checks


def _show(check: Check) -> None:
    level = Text(f"{check.level:<8}", style=_STYLES[check.level])
    console.print(level.append(f" {check.name}: {make_printable(check.message)}", style="default"), soft_wrap=True)
    if check.advice:
        console.print(f"         {check.advice}", markup=False, highlight=False, soft_wrap=True)
