"""Probes of this machine and of the laptop cloud that runs on it."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.filesize import decimal

from laptop_cloud import state
from photolake_cli.doctor.checks import Area, Check, Level, Probe

if TYPE_CHECKING:
    from photolake_cli.laptop import Laptop

PYTHONS = ((3, 11), (3, 13))
LITTLE_DISK = 2_000_000_000
TOO_LITTLE_DISK = 300_000_000
# Programs that only some targets of the Makefile need.
_PROGRAMS = {"java": "make test-conformance (Java 17)", "mvn": "make test-conformance (Maven)"}


@dataclass(frozen=True)
class MachineProbes:
    """The probes of this machine; `folder` is the state folder."""

    folder: Path

    def list(self) -> Iterator[Probe]:
        """The probes."""
        yield Probe(Area.MACHINE, "Python", (), self._check_python)
        yield Probe(Area.MACHINE, "disk", (), self._check_disk)
        yield Probe(Area.MACHINE, "ports", (), self._check_ports)
        yield Probe(Area.MACHINE, "programs", (), self._check_programs)

    def _check_python(self) -> Iterator[Check]:
        found = sys.version_info[:2]
        version = ".".join(map(str, sys.version_info[:3]))
        if PYTHONS[0] <= found <= PYTHONS[1]:
            yield Check(Area.MACHINE, "Python", Level.OK, version)
        else:
            advice = "Install 3.11, 3.12 or 3.13: make clean && make PYTHON=python3.12 demo"
            yield Check(Area.MACHINE, "Python", Level.FAILED, f"{version} is not supported", advice)

    def _check_disk(self) -> Iterator[Check]:
        place = next(path for path in (self.folder.resolve(), *self.folder.resolve().parents) if path.exists())
        free = shutil.disk_usage(place).free
        message = f"{decimal(free)} free at {place}"
        if free < LITTLE_DISK:
            level = Level.FAILED if free < TOO_LITTLE_DISK else Level.WARNING
            yield Check(Area.MACHINE, "disk", level, message, "Free some: the laptop cloud writes there")
        else:
            yield Check(Area.MACHINE, "disk", Level.OK, message)

    def _check_ports(self) -> Iterator[Check]:
        """The cloud takes any free port, so that none can be taken; but a sandbox may forbid to listen at all."""
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
        yield Check(Area.MACHINE, "ports", Level.OK, "127.0.0.1 can be listened on; the laptop cloud takes free ports")

    def _check_programs(self) -> Iterator[Check]:
        missing = [f"{name} for {use}" for name, use in _PROGRAMS.items() if not shutil.which(name)]
        message = f"not installed: {', '.join(missing)}; nothing else needs it" if missing else "all are installed"
        yield Check(Area.MACHINE, "programs", Level.OK, message)


def check_running(folder: Path) -> Check:
    """Whether a laptop cloud is ready in a state folder."""
    running = state.read(folder)
    if running is not None:
        message = f"runs in {folder} since {running.started_at}"
        return Check(Area.EXISTS, "laptop cloud", Level.OK, message)
    if state.is_running(folder):
        message, advice = f"is starting or stopping in {folder}", "Run the command again in half a minute"
        return Check(Area.EXISTS, "laptop cloud", Level.FAILED, message, advice)
    advice = f"Start it: photolake up --background --state {folder}"
    if (folder / "cloud.json").exists():
        return Check(Area.EXISTS, "laptop cloud", Level.FAILED, f"has ended without photolake down in {folder}", advice)
    return Check(Area.EXISTS, "laptop cloud", Level.FAILED, f"is not running in {folder}", advice)


@dataclass(frozen=True)
class LaptopProbes:
    """The probes of a running laptop cloud."""

    laptop: Laptop

    def list(self) -> Iterator[Probe]:
        """The probes."""
        yield Probe(Area.EXISTS, "functions", (), self._check_functions)
        yield Probe(Area.EXISTS, "event sources", (), self._check_sources)
        yield Probe(Area.FLOWS, "runs", (), self._check_runs)
        yield Probe(Area.FLOWS, "delivery", (), self._check_buffers)

    def _check_functions(self) -> Iterator[Check]:
        functions = self.laptop.status()["functions"]
        # The process of a function starts with its first event.
        unstarted = {name: run for name, run in functions.items() if run["cold_start_ms"] is None}
        if broken := [name for name, run in unstarted.items() if run["errors"]]:
            message = f"cannot be started: {', '.join(broken)}"
            yield Check(Area.EXISTS, "functions", Level.FAILED, message, f"Read the logs: {self.laptop.folder}/logs")
        else:
            message = f"{len(functions)} deployed, {len(unstarted)} of them without an event so far"
            yield Check(Area.EXISTS, "functions", Level.OK, message)

    def _check_sources(self) -> Iterator[Check]:
        queues = self.laptop.status()["queues"]
        feeding = sum(depth["feeds_function"] for depth in queues.values())
        yield Check(Area.EXISTS, "event sources", Level.OK, f"{feeding} queues feed a function")

    def _check_runs(self) -> Iterator[Check]:
        functions: Mapping[str, Any] = self.laptop.status()["functions"]
        failed = {name: run for name, run in functions.items() if run["errors"]}
        for name, run in failed.items():
            message = f"{name}: {run['errors']:,} of {run['invocations']:,} runs failed, lastly: {run['last_error']}"
            yield Check(Area.FLOWS, "runs", Level.WARNING, message, f"Read its log in {self.laptop.folder}/logs")
        if not failed:
            runs = sum(run["invocations"] for run in functions.values())
            yield Check(Area.FLOWS, "runs", Level.OK, f"{runs:,} since it started, none failed")

    def _check_buffers(self) -> Iterator[Check]:
        buffered = sum(self.laptop.status()["buffers"].values())
        yield Check(Area.FLOWS, "delivery", Level.OK, f"{buffered:,} records in Firehose's buffers")
