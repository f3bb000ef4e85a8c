"""The files of a PrestoSQL server of early 2019: those of PRESTO_HOME, or downloaded once into `.tools/`.

`python -m tests.conformance.presto_installation` does the download (65 MB), so that no test waits for it.
"""

import os
from pathlib import Path

from tests.conformance.maven_download import MavenDownload

DOWNLOAD = MavenDownload("presto", Path(__file__).parent / "presto", "PRESTO_HOME", 65)


def main() -> None:
    """Make sure that the server is there, and say where."""
    DOWNLOAD.provide(lambda: f"Presto is in {DOWNLOAD.installed(os.environ)}")


if __name__ == "__main__":
    main()
