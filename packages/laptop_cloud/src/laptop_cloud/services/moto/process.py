"""Runs moto as a process of its own: `python -m laptop_cloud.services.moto.process`.

Prints `{"url": ...}` as its first line, writes each S3 request to `logs/s3_access.log` in the working folder, and ends
on SIGTERM. `moto_server` itself cannot choose a free port, and prints every request.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app

from laptop_cloud.server.aws_clients import Clients
from laptop_cloud.server.http_server import HttpServer, KeepAliveHandler
from laptop_cloud.server.iam_calls import CallRecorder
from laptop_cloud.services.moto.access_log import AccessLog
from laptop_cloud.services.moto.catalog_changes import CatalogChanges
from laptop_cloud.services.moto.dispatch_cost import lower_dispatch_cost
from laptop_cloud.services.moto.message_moves import MessageMoveEndpoint, MessageMoves
from laptop_cloud.services.moto.queue_cost import lower_cost
from laptop_cloud.services.moto.queue_counts import QueueCounts
from laptop_cloud.services.moto.service_gate import ServiceGate
from laptop_cloud.services.moto.transaction_cost import lower_transaction_cost

ACCESS_LOG = Path("logs", "s3_access.log")


class _MotoHandler(KeepAliveHandler, MotoRequestHandler):
    """Keeps connections open, and underscores in the names of S3's metadata."""


def main() -> None:
    """Serve until SIGTERM."""
    ACCESS_LOG.parent.mkdir(exist_ok=True)
    lower_cost()
    lower_dispatch_cost()
    lower_transaction_cost()
    with ACCESS_LOG.open("a", encoding="utf-8") as log:
        moves = MessageMoves(lambda: clients("sqs"))
        moto = MessageMoveEndpoint(DomainDispatcherApplication(create_backend_app), moves)
        application = QueueCounts(CatalogChanges(AccessLog(CallRecorder(ServiceGate(moto)), log)))
        server = HttpServer(application, _MotoHandler)
        clients = Clients({"": f"http://127.0.0.1:{server.server_port}"}, os.environ)
        signal.signal(signal.SIGTERM, _exit_on_signal)
        sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}) + "\n")
        sys.stdout.flush()
        server.serve_forever()


def _exit_on_signal(*_: Any) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
