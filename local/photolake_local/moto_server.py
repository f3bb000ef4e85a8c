"""Runs moto as a process of its own: `python -m photolake_local.moto_server`.

Prints `{"url": ...}` as its first line, and ends on SIGTERM. `moto_server` itself cannot choose a free port, and logs
every request.
"""

from __future__ import annotations

import json
import signal
import sys
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from photolake_local.calls import CallRecorder


class _QuietHandler(MotoRequestHandler):
    # With it a round trip can wait some 40 ms for a delayed ACK. The output must stay unbuffered: for the answer to
    # `Expect: 100-continue` the client of S3 would wait a second.
    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing for a request."""


def main() -> None:
    """Serve until SIGTERM."""
    application = CallRecorder(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_QuietHandler)
    signal.signal(signal.SIGTERM, _leave)
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}) + "\n")
    sys.stdout.flush()
    server.serve_forever()


def _leave(*_: Any) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
