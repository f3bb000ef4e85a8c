"""An OpenSearch node of one's own, as long as a test needs it."""

import contextlib
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conformance import server_process
from tests.conformance.opensearch_installation import PROJECT
from tests.conformance.server_process import SHORT_LIVED, free_port

_MEMORY = "512M"


class OpenSearchServer:
    """Sends requests to a node, as whoever searches would."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """The response's JSON; HTTPError if the status is an error."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.url}/{path}", data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    def search(self, index: str, **body: Any) -> list[str]:
        """The ids of the documents that a search finds, best first; what was written before is found."""
        self.request("POST", f"{index}/_refresh")
        found = self.request("POST", f"{index}/_search", {"size": 1000, "_source": False, **body})
        return [hit["_id"] for hit in found["hits"]["hits"]]


@contextlib.contextmanager
def running(home: Path, java: Path, folder: Path) -> Iterator[OpenSearchServer]:
    """The server of `home` for the `with` block, its files in `folder`; ServerStartError when it does not come up."""
    (folder / "config").mkdir(parents=True)
    port = free_port()
    command = [
        str(java),
        f"-Xmx{_MEMORY}",
        *SHORT_LIVED,
        "-Dlog4j2.disable.jmx=true",
        "-cp",
        str(home / "lib" / "*"),
        str(PROJECT / "Launch.java"),
        str(folder),
        str(port),
    ]
    with server_process.running(command, port, folder, ready=("/_cluster/health", b'"status":"green"')):
        yield OpenSearchServer(port)
