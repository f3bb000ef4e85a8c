"""Lambda with its event sources and schedules, and the endpoint for Invoke and status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from laptop_cloud.lambda_runtime.callbacks import Callbacks
from laptop_cloud.lambda_runtime.function_urls import FunctionUrls
from laptop_cloud.lambda_runtime.functions import Functions
from laptop_cloud.lambda_runtime.invoke_api import ControlServer
from laptop_cloud.lambda_runtime.pollers import Pollers
from laptop_cloud.lambda_runtime.schedules import Schedules
from laptop_cloud.server.aws_clients import build_environment
from laptop_cloud.status import StatusPage

if TYPE_CHECKING:
    from laptop_cloud.service_processes import Host, Services

# A running batch may finish in this time; after it, its work is lost with the rest of the state.
_GRACE_SECONDS = 10.0


class Compute:
    """The functions, pollers and schedules that creators add to; polling begins with `start`."""

    def __init__(self, services: Services, host: Host) -> None:
        sqs = services.clients("sqs")
        self._running = host.running
        variables = {**host.variables, **build_environment(services.endpoints)}
        self.functions = Functions(host.children, variables, host.state / "logs")
        self.pollers = Pollers(sqs, self.functions.invoke, host.scale, self.functions.start)
        self.schedules = Schedules(self.functions.invoke)
        self.function_urls = FunctionUrls()
        host.running.callback(self.function_urls.stop)
        self.callbacks = Callbacks()
        host.running.callback(self.callbacks.stop)
        status = StatusPage(
            services.firehose.count_buffered, self.functions, self.pollers.queue_arns, services.endpoints
        )
        self.control = ControlServer(self.functions, {"/status": status.read, "/backlog": status.read_backlog})
        host.running.callback(self.control.stop)
        host.running.callback(self.functions.stop)

    def start(self) -> None:
        """Wait until the handlers that queues feed are imported, then poll the queues and count the schedules.

        Raises FunctionStartError.
        """
        self.functions.wait_until_ready()
        self.pollers.start()
        self._running.callback(self.pollers.stop, _GRACE_SECONDS)
        self.schedules.start()
        self._running.callback(self.schedules.stop)
