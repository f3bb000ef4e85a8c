"""The laptop cloud as the command sees it: a process of its own, found by its state folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laptop_cloud import state
from laptop_cloud.engines.engine_set import EngineSet
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    import boto3

READY_SECONDS = 120
STOP_SECONDS = 60
LOG_NAME = "cloud.log"
_CALM_CHECKS = 2
_CALM_SECONDS = 0.25


@dataclass(frozen=True)
class LaptopOptions:
    """How the laptop cloud is started.

    The project, the state folder, photos to answer media URLs with, parameters, the engines that analyse images, and
    how long a day of the lake's retention takes; None for a day.
    """

    root: Path
    folder: Path
    photos: Path | None = None
    parameters: Sequence[str] = ()
    engine: EngineSet = EngineSet.BASIC
    day_seconds: float | None = None

    @property
    def command(self) -> list[str]:
        """The process to start."""
        photos = ["--photos", str(self.photos)] if self.photos else []
        parameters = [word for parameter in self.parameters for word in ("--param", parameter)]
        base = [sys.executable, "-m", "laptop_cloud", "--root", str(self.root), "--state", str(self.folder)]
        engine = ["--engine", self.engine]
        # The wheels of the dependencies' layer are for Lambda's processor; this environment has the same packages.
        stack = ["--stack", "photolake", "--provided-layer", "DependenciesLayer"]
        days = ["--day-seconds", str(self.day_seconds)] if self.day_seconds else []
        return [*base, *stack, *engine, *photos, *parameters, *days]


class Laptop:
    """A running laptop cloud."""

    def __init__(self, folder: Path, running: state.CloudState) -> None:
        """`running` is the state that the cloud wrote into `folder`."""
        self.folder = folder
        self.state = running

    @classmethod
    def connect(cls, folder: Path) -> Laptop:
        """The cloud that runs in this state folder; CommandError says how to start one."""
        running = state.read(folder)
        if running is None:
            raise CommandError(
                f"No laptop cloud runs in {folder}. Start one: photolake up --background --state {folder}"
            )
        return cls(folder, running)

    @property
    def session(self) -> boto3.Session:
        """A boto3 session with the cloud's credentials and Region."""
        # Imported late for start-up time: `photolake --help` needs no AWS SDK.
        import boto3

        environment = self.state.environment
        return boto3.Session(
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            region_name=environment["AWS_DEFAULT_REGION"],
        )

    def client(self, service: str) -> Any:
        """A boto3 client for the cloud's endpoint of this service."""
        make: Any = self.session.client
        return make(service, endpoint_url=find_endpoint(self.state.environment, service))

    def output(self, name: str) -> str:
        """An output of the template."""
        return str(self.state.outputs[name])

    def status(self) -> dict[str, Any]:
        """Queue depths, buffers, runs of the functions and calls of the analysis services, at this moment."""
        return _get_json(self.state.status_url)

    def backlog(self) -> dict[str, Any]:
        """The part of the status that says what is left to do: queue depths, buffers, runs of the functions."""
        return _get_json(self.state.backlog_url)

    def count_objects(self) -> dict[str, int]:
        """The number of objects under each prefix of the lake."""
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.output("LakeBucketName"))
        prefixes = (item["Key"].partition("/")[0] + "/" for page in pages for item in page.get("Contents", []))
        return dict(sorted(Counter(prefixes).items()))

    def wait(self, timeout: float, on_status: Callable[[Mapping[str, Any]], None], interval: float = 0.5) -> None:
        """Wait until nothing is queued, buffered or running, twice in a row; CommandError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        calm = 0
        while True:
            status = self.backlog()
            on_status(status)
            calm = calm + 1 if status["drained"] else 0
            if calm == _CALM_CHECKS:
                return
            if time.monotonic() > deadline:
                raise CommandError(
                    f"Not finished after {timeout:.0f} s. Wait again: photolake wait; check: photolake status; "
                    f"logs: {self.folder}/logs"
                )
            time.sleep(_CALM_SECONDS if calm else interval)

    def stop(self) -> None:
        """Stop the cloud and wait until it has released its folder, the last thing its process does."""
        os.kill(self.state.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while state.is_running(self.folder):
            if time.monotonic() > deadline:
                raise CommandError(f"Still running after {STOP_SECONDS} s. Kill it: kill -9 {self.state.pid}")
            time.sleep(0.1)


def _get_json(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=30) as response:  # noqa: S310 (our own loopback URL)
        document: dict[str, Any] = json.load(response)
    return document


def find_endpoint(environment: Mapping[str, str], service: str) -> str | None:
    """The endpoint that AWS's environment variables set for a service; None if they set none."""
    return environment.get(f"AWS_ENDPOINT_URL_{service.upper()}") or environment.get("AWS_ENDPOINT_URL")


class StartingLaptop:
    """The process of a cloud that is not ready yet."""

    def __init__(self, options: LaptopOptions) -> None:
        """Start the process in the background; CommandError if a cloud runs in its folder already."""
        if state.is_running(options.folder):
            raise CommandError(
                f"A laptop cloud already runs in {options.folder}. "
                f"Stop it first: photolake down --state {options.folder}"
            )
        options.folder.mkdir(parents=True, exist_ok=True)
        self._folder = options.folder
        self._log = options.folder / LOG_NAME
        self._began = time.monotonic()
        self._laptop: Laptop | None = None
        with self._log.open("w") as output:
            self._process = subprocess.Popen(  # noqa: S603 (our own module)
                options.command,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def seconds(self) -> float:
        """How long ago it was started."""
        return time.monotonic() - self._began

    def wait_until_ready(self, on_line: Callable[[str], None]) -> Laptop:
        """Wait until the cloud answers; `on_line` gets its lines. CommandError has the last of them if it ends."""
        seen: list[str] = []
        with self._log.open() as lines:
            while self.seconds < READY_SECONDS:
                for line in lines:
                    seen.append(line.rstrip())
                    on_line(seen[-1])
                running = state.read(self._folder)
                if running is not None and running.pid == self._process.pid:
                    self._laptop = Laptop(self._folder, running)
                    return self._laptop
                if self._process.poll() is not None:
                    tail = "\n".join([*seen, *lines.read().splitlines()][-12:])
                    raise CommandError(f"The laptop cloud did not start:\n{tail}")
                time.sleep(0.1)
        raise CommandError(f"The laptop cloud was not ready after {READY_SECONDS} s; see {self._log}")

    def give_up(self) -> None:
        """End the process if it never became ready: Ctrl-C does not reach it, as it has a session of its own."""
        if self._laptop is None:
            self._process.terminate()
            self._process.wait()


@contextmanager
def launch_laptop(options: LaptopOptions) -> Iterator[StartingLaptop]:
    """Start a cloud in the background, for a block that waits for it; it is given up if the block fails before."""
    starting = StartingLaptop(options)
    try:
        yield starting
    finally:
        starting.give_up()


def start_laptop(options: LaptopOptions, on_line: Callable[[str], None]) -> Laptop:
    """Start a cloud in the background, and wait until it is ready; `on_line` gets its lines."""
    with launch_laptop(options) as starting:
        return starting.wait_until_ready(on_line)


def run_laptop(options: LaptopOptions) -> int:
    """Run a cloud in the foreground until Ctrl-C, and return its exit status."""
    process = subprocess.Popen(options.command, stdin=subprocess.DEVNULL)  # noqa: S603 (our own module)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The child has received the Ctrl-C too, and stops by itself.
            continue


def check_photos(folder: Path | None) -> None:
    """CommandError for a folder of photos without any file."""
    if folder is not None and not any(path.is_file() for path in folder.iterdir()):
        raise CommandError(f"{folder} holds no file, so every photo would be unavailable. Name a folder of photos.")
