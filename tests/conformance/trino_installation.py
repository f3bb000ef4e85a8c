"""The files of a Trino server: those of TRINO_HOME, or downloaded once into `.tools/`.

`python -m tests.conformance.trino_installation` does the download (250 MB), so that no test waits for it.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.maven_download import MavenDownload, ServerMissingError

PROJECT = Path(__file__).parent / "trino"
CONNECTOR = "plugin/hive"
LEAST_JAVA = 17


def _name_connector(home: Path) -> None:
    """The folder of the connector is named after its version when it is unpacked."""
    [connector] = (home / "plugin").glob("trino-hive-*")
    connector.rename(home / CONNECTOR)


DOWNLOAD = MavenDownload("trino", PROJECT, "TRINO_HOME", 250, _name_connector)


@dataclass(frozen=True)
class Installation:
    """A folder with the server's `lib/` and its `plugin/hive/`, and the `java` that runs it."""

    home: Path
    java: Path

    @property
    def version(self) -> str:
        """The server's version, by the name of its main archive."""
        names = [path.name for path in (self.home / "lib").glob("trino-main-*.jar")]
        found = re.fullmatch(r"trino-main-(.+)\.jar", names[0]) if names else None
        if found is None or not (self.home / CONNECTOR).is_dir():
            raise ServerMissingError(f"{self.home} is no Trino server: lib/trino-main-*.jar or {CONNECTOR}/ is missing")
        return found[1]


def installed(variables: Mapping[str, str] = os.environ) -> Installation:
    """The server of TRINO_HOME, or else the downloaded one; ServerMissingError if there is none, or no Java."""
    return Installation(DOWNLOAD.installed(variables), java(variables))


def java(variables: Mapping[str, str]) -> Path:
    """The Java of JAVA_HOME or of PATH; ServerMissingError if there is none, or it is too old or cannot compile."""
    home = variables.get("JAVA_HOME")
    program = str(Path(home, "bin/java")) if home else shutil.which("java", path=variables.get("PATH"))
    wanted = f"the servers need a Java development kit, version {LEAST_JAVA} or later"
    try:
        listed = subprocess.run([program or "java", "--list-modules"], capture_output=True, text=True, timeout=60)
    except OSError as error:
        raise ServerMissingError(f"{wanted}: there is none in JAVA_HOME or PATH ({error})") from error
    found = re.search(r"^java\.base@(\d+)", listed.stdout, re.MULTILINE)
    if program is None or found is None or int(found[1]) < LEAST_JAVA:
        raise ServerMissingError(f"{wanted}: {program} is {found[1] if found else 'older'}")
    # The launcher is one file of source.
    if "jdk.compiler@" not in listed.stdout:
        raise ServerMissingError(f"{wanted}: {program} is a runtime without the compiler")
    return Path(program)


def main() -> None:
    """Make sure that the server can be started, and say where it is."""
    DOWNLOAD.provide(lambda: f"Trino {installed().version} is in {installed().home}")


if __name__ == "__main__":
    main()
