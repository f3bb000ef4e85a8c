"""The services behind the AWS endpoints: moto and the analysis in processes of their own, Firehose and Athena here."""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from laptop_cloud.errors import ServiceStartError
from laptop_cloud.server.aws_clients import ACCOUNT, REGION, Clients, build_environment
from laptop_cloud.server.aws_json import JsonServer
from laptop_cloud.server.child_processes import read_log_tail
from laptop_cloud.services.moto.catalog_changes import connect_changes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from laptop_cloud.engines.engine_set import EngineSet
    from laptop_cloud.server.child_processes import Children
    from laptop_cloud.services.firehose.service import FirehoseService


@dataclass(frozen=True)
class Host:
    """What the parts of one cloud share.

    `state` is the folder for all they write; buffering and batching are scaled by `scale`; `children` ends the
    processes, `running` the rest, last started first; child processes start from `variables`.
    """

    state: Path
    scale: float
    children: Children
    running: ExitStack
    variables: Mapping[str, str]


class ServiceProcess:
    """A module of this package, run as a process that prints `{"url": ...}` as its first line once it can answer."""

    def __init__(self, module: str, endpoints: Mapping[str, str], host: Host, arguments: Sequence[str] = ()) -> None:
        """Start it; what it prints after the first line goes to a log in the state folder: `logs/moto.log`."""
        self._module = module
        self._log = host.state / "logs" / f"{module.split('.')[-2]}.log"
        self._first_line: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        with self._log.open("ab") as log:
            process = host.children.spawn(
                [sys.executable, "-m", f"laptop_cloud.{module}", *arguments],
                environment={**host.variables, **build_environment(endpoints)},
                folder=host.state,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        threading.Thread(target=self._read, args=(process.stdout,), name=f"output-of-{module}", daemon=True).start()

    def url(self) -> str:
        """Wait until it answers; raises ServiceStartError when it ended instead."""
        line = self._first_line.get()
        if not line:
            raise ServiceStartError(f"laptop_cloud.{self._module} did not start:\n{read_log_tail(self._log)}")
        url: str = json.loads(line)["url"]
        return url

    def _read(self, output: IO[bytes]) -> None:
        with output, self._log.open("ab") as log:
            self._first_line.put(output.readline())
            shutil.copyfileobj(output, log)


@dataclass(frozen=True)
class Services:
    """The running services; `endpoints` by botocore's name of the service, "" for all the others, which are moto's."""

    endpoints: Mapping[str, str]
    clients: Clients
    firehose: FirehoseService


def start_services(moto: ServiceProcess, host: Host, engine: EngineSet) -> Services:
    """Start what works on top of moto's S3 and Glue."""
    # Imported late for start-up time: DuckDB, PyArrow and sqlglot take as long as moto's process to start.
    from laptop_cloud.services.athena.api.service import AthenaService
    from laptop_cloud.services.firehose.service import FirehoseService

    moto_url = moto.url()
    analysis = ServiceProcess("services.analysis.process", {"": moto_url}, host, [engine])
    own = Clients({"": moto_url}, host.variables)
    firehose = FirehoseService(own("s3"), own("glue"), ACCOUNT, REGION, host.scale)
    compilations = host.state / "cache" / "statements"
    athena = AthenaService(
        own("s3"),
        own("glue"),
        host.state / "athena",
        compilations=compilations,
        read_changes=connect_changes(moto_url),
    )
    host.running.callback(athena.close)
    server = JsonServer([firehose.service(), athena.service()])
    server.start()
    host.running.callback(server.stop)
    firehose.start()
    host.running.callback(firehose.stop)
    endpoints = {"": moto_url, "firehose": server.url, "athena": server.url, "comprehend": analysis.url()}
    endpoints = {**endpoints, "rekognition": endpoints["comprehend"]}
    return Services(endpoints, Clients(endpoints, host.variables), firehose)
