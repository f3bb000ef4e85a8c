"""Starts a stack from a template, and stops it."""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from laptop_cloud import state
from laptop_cloud.compute import Compute
from laptop_cloud.engines.engine_set import EngineSet
from laptop_cloud.server.aws_clients import ACCOUNT, REGION, build_environment, build_isolated_environment
from laptop_cloud.server.child_processes import Children
from laptop_cloud.service_processes import Host, ServiceProcess, start_services
from laptop_cloud.services.cloudformation.service import DescribedStack, DescribeServer
from laptop_cloud.services.expiry.worker import REAL_DAY_SECONDS, ExpiryWorker
from laptop_cloud.services.photo_host import PhotoFolder, PhotoHost
from laptop_cloud.stack import creators, template
from laptop_cloud.stack.builds import Builds
from laptop_cloud.stack.creators.context import CreationContext
from laptop_cloud.stack.creators.creation import StackCreation
from laptop_cloud.stack.resolver import Resolver

if TYPE_CHECKING:
    from pathlib import Path

    from laptop_cloud.service_processes import Services

# A delivery interval of 900 s takes a second.
DEFAULT_SCALE = 1 / 900
# A template that declares this parameter gets the URL of the photo host in it.
_PHOTO_ENDPOINT = "PhotoEndpoint"


@dataclass(frozen=True)
class Options:
    """What to run: `root` holds template.yaml, `state` gets everything the cloud writes.

    `photos` is the folder that photo URLs are answered from. Delivery intervals and sizes, and batching windows, are
    multiplied by `scale`; schedules and timeouts are not. `provided_layers` are the logical ids of layers that are not
    built, because this Python environment has their packages already. `engine` is the set of engines that analyse
    images. `day_seconds` is how long a day of the buckets' lifecycle rules takes.
    """

    root: Path
    state: Path
    photos: Path | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    scale: float = DEFAULT_SCALE
    stack_name: str = "laptop"
    provided_layers: frozenset[str] = frozenset()
    engine: EngineSet = EngineSet.BASIC
    day_seconds: float = REAL_DAY_SECONDS


class Cloud:
    """Runs one stack between `start` and `stop`; `on_progress` gets a line of text for each step."""

    def __init__(self, options: Options, on_progress: Callable[[str], None] = lambda _: None) -> None:
        self._options = options
        self._on_progress = on_progress
        self._running = ExitStack()

    def start(self) -> state.CloudState:
        """Start everything; raises CloudError, after which nothing is left running."""
        try:
            return self._start_all()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Finish running batches, deliver buffered records, and end every process and server."""
        self._running.close()

    def _start_all(self) -> state.CloudState:
        started_at = datetime.datetime.now(datetime.UTC)
        host = self._prepare_host()
        photo_host = PhotoHost(PhotoFolder(self._options.photos))
        self._running.callback(photo_host.stop)
        # It starts while the template is being transformed.
        moto = ServiceProcess("services.moto.process", {}, host)
        written, resolver = self._load_template(photo_host.url)
        services = start_services(moto, host, self._options.engine)
        self._on_progress(f"AWS endpoint {services.endpoints['']}")
        compute = Compute(services, host)
        context = CreationContext(
            stack=self._options.stack_name,
            region=REGION,
            account=ACCOUNT,
            client=services.clients,
            builds=Builds(written.code, host.state, self._options.provided_layers),
            functions=compute.functions,
            pollers=compute.pollers,
            schedules=compute.schedules,
            callbacks=compute.callbacks,
            function_urls=compute.function_urls,
        )
        creation = StackCreation(resolver, context, self._on_progress)
        self._running.callback(creation.stop)
        resources = creation.create_all()
        compute.start()
        self._start_expiry(services)
        self._on_progress(f"{len(compute.functions.status())} functions ready")
        stack = self._describe_stack(started_at, written, resolver, resources)
        described = DescribeServer(stack)
        self._running.callback(described.stop)
        endpoints = {"lambda": compute.control.url, "cloudformation": described.url}
        published = state.CloudState(
            pid=os.getpid(),
            started_at=stack.created_at,
            scale=host.scale,
            endpoint_url=services.endpoints[""],
            environment=build_environment({**services.endpoints, **endpoints}),
            parameters=stack.parameters,
            outputs=stack.outputs,
            resources=resources,
            status_url=f"{compute.control.url}/status",
            backlog_url=f"{compute.control.url}/backlog",
        )
        state.write(host.state, published)
        self._running.callback(state.remove, host.state)
        return published

    def _start_expiry(self, services: Services) -> None:
        worker = ExpiryWorker(services.clients, self._options.day_seconds)
        worker.start()
        self._running.callback(worker.stop)
        if self._options.day_seconds != REAL_DAY_SECONDS:
            self._on_progress(f"a day of the lifecycle rules takes {self._options.day_seconds:g} s")

    def _describe_stack(
        self,
        started_at: datetime.datetime,
        written: template.Template,
        resolver: Resolver,
        resources: Mapping[str, Mapping[str, str]],
    ) -> DescribedStack:
        outputs = written.document.get("Outputs", {})
        name = self._options.stack_name
        return DescribedStack(
            name=name,
            arn=_list_pseudo_parameters(name)["AWS::StackId"],
            created_at=started_at.isoformat(timespec="seconds"),
            parameters=template.format_parameters(written.parameters),
            outputs=resolver.outputs(),
            descriptions={key: output["Description"] for key, output in outputs.items() if "Description" in output},
            resources=resources,
        )

    def _prepare_host(self) -> Host:
        folder = self._options.state.resolve()
        self._running.callback(state.FolderLock(folder).release)
        _empty_folder(folder)
        children = Children()
        self._running.callback(children.stop)
        return Host(folder, self._options.scale, children, self._running, build_isolated_environment(folder))

    def _load_template(self, photo_endpoint: str) -> tuple[template.Template, Resolver]:
        path = self._options.root.resolve() / "template.yaml"
        local = {_PHOTO_ENDPOINT: photo_endpoint}
        cache = self._options.state.resolve() / "cache" / "templates"
        written = template.load_template(path, self._options.parameters, local, REGION, cache)
        resolver = Resolver(
            written.document, {**written.parameters, **_list_pseudo_parameters(self._options.stack_name)}
        )
        creators.check_types(resolver.resources)
        self._on_progress(f"template.yaml: {len(resolver.order)} resources")
        return written, resolver


def _list_pseudo_parameters(stack_name: str) -> dict[str, Any]:
    return {
        "AWS::AccountId": ACCOUNT,
        "AWS::NotificationARNs": [],
        "AWS::Partition": "aws",
        "AWS::Region": REGION,
        "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{stack_name}/local",
        "AWS::StackName": stack_name,
        "AWS::URLSuffix": "amazonaws.com",
    }


def _empty_folder(folder: Path) -> None:
    """Remove what an earlier run left, but for `cache`, and `opt`, which holds compiled layers."""
    state.remove(folder)
    for name in ("athena", "build", "logs"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "logs").mkdir()
