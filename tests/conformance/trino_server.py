"""A Trino server over a Glue catalog and S3, as long as a test needs one."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trino.dbapi
from trino.exceptions import TrinoQueryError

from laptop_cloud.server.aws_clients import REGION
from tests.conformance import server_process
from tests.conformance.server_process import SHORT_LIVED, free_port, launch_settings, write_properties
from tests.conformance.trino_installation import CONNECTOR, PROJECT, Installation

CATALOG = "awsdatacatalog"
# The access key, by which the S3 request log tells Trino's requests from others.
REQUESTER = "trino"
_MEMORY = "2G"
_NODE_SECONDS = 60
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Answer:
    """What a statement gave: names and types of the columns, the rows, and the server's statistics."""

    columns: list[tuple[str, str]]
    rows: list[tuple[Any, ...]]
    statistics: Mapping[str, Any] = field(default_factory=dict)


class TrinoServer:
    """Runs statements on a server; `session` are session properties, of the catalog as `awsdatacatalog.<name>`."""

    def __init__(self, port: int) -> None:
        self._port = port

    def query(self, sql: str, database: str, session: Mapping[str, str] | None = None) -> Answer:
        """Run one statement to its end; unqualified names are looked up in `database`."""
        deadline = time.monotonic() + _NODE_SECONDS
        while True:
            try:
                return self._run(sql, database, dict(session or {}))
            except TrinoQueryError as error:
                # A server that has just started takes a moment to find the node that it is itself.
                if error.error_name != "NO_NODES_AVAILABLE" or time.monotonic() > deadline:
                    raise
            time.sleep(_POLL_SECONDS)

    def _run(self, sql: str, database: str, session: dict[str, str]) -> Answer:
        connection = trino.dbapi.connect(
            host="127.0.0.1",
            port=self._port,
            user="photolake",
            catalog=CATALOG,
            schema=database,
            session_properties=session,
        )
        with contextlib.closing(connection), contextlib.closing(connection.cursor()) as cursor:
            cursor.execute(sql)
            rows = [tuple(row) for row in cursor.fetchall()]
            columns = [(column[0], column[1]) for column in cursor.description or []]
            return Answer(columns, rows, cursor.stats or {})


@contextlib.contextmanager
def running(
    installation: Installation, endpoint: str, folder: Path, properties: Mapping[str, str] | None = None
) -> Iterator[TrinoServer]:
    """A server for the `with` block, its files in `folder`; `endpoint` answers for Glue and S3.

    `properties` are added to the catalog's. ServerStartError when it does not come up.
    """
    port = free_port()
    write_properties(folder / "etc/config.properties", _build_server_properties(port))
    write_properties(
        folder / f"etc/catalog/{CATALOG}.properties", {**_build_catalog_properties(endpoint), **(properties or {})}
    )
    # Of a whole server's forty plugins this one.
    (folder / "plugin").mkdir()
    (folder / "plugin/hive").symlink_to(installation.home / CONNECTOR)
    with server_process.running(_build_command(installation, folder), port, folder):
        yield TrinoServer(port)


def _build_server_properties(port: int) -> dict[str, str]:
    return {
        "coordinator": "true",
        "node-scheduler.include-coordinator": "true",
        "http-server.http.port": str(port),
        "http-server.log.enabled": "false",
        "discovery.uri": f"http://127.0.0.1:{port}",
        "catalog.management": "static",
    }


def _build_catalog_properties(endpoint: str) -> dict[str, str]:
    return {
        "connector.name": "hive",
        "hive.metastore": "glue",
        "hive.metastore.glue.region": REGION,
        "hive.metastore.glue.endpoint-url": endpoint,
        "hive.metastore.glue.aws-access-key": REQUESTER,
        "hive.metastore.glue.aws-secret-key": REQUESTER,
        "hive.partition-projection-enabled": "true",
        # As Athena, which reads all data stored in the folder of a partition.
        "hive.recursive-directories": "true",
        # The laptop cloud's Glue has no column statistics, and the client asks again for half a minute.
        "hive.table-statistics-enabled": "false",
        "fs.hadoop.enabled": "false",
        "fs.native-s3.enabled": "true",
        "s3.region": REGION,
        "s3.endpoint": endpoint,
        "s3.path-style-access": "true",
        "s3.aws-access-key": REQUESTER,
        "s3.aws-secret-key": REQUESTER,
    }


def _build_command(installation: Installation, folder: Path) -> list[str]:
    return [
        str(installation.java),
        f"-Xmx{_MEMORY}",
        *SHORT_LIVED,
        *launch_settings(folder, folder / "etc/catalog"),
        "-cp",
        str(installation.home / "lib" / "*"),
        str(PROJECT / "Launch.java"),
        installation.version,
    ]
