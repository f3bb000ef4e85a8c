"""The files of a PrestoSQL server of early 2019: those of PRESTO_HOME, or downloaded once into `.tools/`.

`python -m tests.conformance.presto_installation` does the download (65 MB), so that no test waits for it.
"""

import os
import sys
from pathlib import Path

from tests.conformance.maven_download import MavenDownload, ServerMissingError

DOWNLOAD = MavenDownload("presto", Path(__file__).parent / "presto", "PRESTO_HOME", 65)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Make sure that the server is there, and say where."""
    try:
        if not os.environ.get(DOWNLOAD.variable):
            DOWNLOAD.get(_say)
        _say(f"Presto is in {DOWNLOAD.installed(os.environ)}")
    except ServerMissingError as error:
        sys.exit(f"conformance: {error}")


if __name__ == "__main__":
    main()
