"""A PrestoSQL server of early 2019, for which UNNEST of an array of rows is one column, as it still is for Athena.

It has no connector, as Maven Central lacks those of its version that hold tables: a query brings its tables along.
"""

import contextlib
import json
import re
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlglot import exp

from laptop_cloud.services.athena.execution.result_text import format_value
from tests.conformance.server_process import free_port, launch_settings, running, write_properties
from tests.conformance.trino_server import Answer

LEGACY_UNNEST = "legacy_unnest"
_MAIN = "io.prestosql.server.PrestoServer"
_MEMORY = "1G"
# Made for Java 8, it reaches into packages that later ones closed.
_OPENED = ("java.lang", "java.nio")


class PrestoError(Exception):
    """A statement that failed, as the server words it."""


class PrestoServer:
    """Runs statements on a server."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/v1/statement"

    def query(self, sql: str, session: Mapping[str, str] | None = None) -> Answer:
        """Run a statement to its end, with these session properties; the values are text or None, as Athena's are."""
        properties = ",".join(f"{name}={value}" for name, value in (session or {}).items())
        headers = {"X-Presto-User": "photolake", **({"X-Presto-Session": properties} if properties else {})}
        page = self._page(urllib.request.Request(self._url, sql.encode(), headers))
        columns, rows = page.get("columns"), list(page.get("data", []))
        while "nextUri" in page:
            page = self._page(urllib.request.Request(page["nextUri"], headers=headers))
            columns = columns or page.get("columns")
            rows += page.get("data", [])
        if "error" in page:
            raise PrestoError(f"{page['error']['errorName']}: {page['error']['message']}")
        return _answer(columns or [], rows)

    def _page(self, request: urllib.request.Request) -> dict[str, Any]:
        with urllib.request.urlopen(request, timeout=60) as response:
            page: dict[str, Any] = json.load(response)
            return page


def _answer(columns: list[dict[str, Any]], rows: list[list[Any]]) -> Answer:
    types = [exp.DataType.build(column["type"], dialect="trino") for column in columns]
    names = [(column["name"], re.sub(r"\(.*\)", "", column["type"])) for column in columns]
    return Answer(
        names, [tuple(format_value(value, kind) for value, kind in zip(row, types, strict=True)) for row in rows]
    )


@contextlib.contextmanager
def presto(home: Path, java: Path, folder: Path) -> Iterator[PrestoServer]:
    """The server in `home` for the `with` block, its files in `folder`; UNNEST has its legacy meaning."""
    port = free_port()
    settings = {
        "coordinator": "true",
        "node-scheduler.include-coordinator": "true",
        "http-server.http.port": str(port),
        "discovery-server.enabled": "true",
        "discovery.uri": f"http://127.0.0.1:{port}",
        "deprecated.legacy-unnest-array-rows": "true",
    }
    write_properties(folder / "etc/config.properties", settings)
    for empty in ("plugin", "catalog"):
        (folder / empty).mkdir()
    with running(_command(home, java, folder), port, folder):
        yield PrestoServer(port)


def _command(home: Path, java: Path, folder: Path) -> list[str]:
    return [
        str(java),
        f"-Xmx{_MEMORY}",
        "-XX:+UseG1GC",
        *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED),
        *launch_settings(folder, folder / "catalog"),
        "-cp",
        str(home / "lib" / "*"),
        _MAIN,
    ]
