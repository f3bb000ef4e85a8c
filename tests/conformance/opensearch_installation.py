"""The files of an OpenSearch server: those of OPENSEARCH_HOME, or downloaded once into `.tools/`.

`python -m tests.conformance.opensearch_installation` does the download (46 MB), so that no test waits for it.
"""

import os
from pathlib import Path

from tests.conformance.maven_download import MavenDownload

PROJECT = Path(__file__).parent / "opensearch"
DOWNLOAD = MavenDownload("opensearch", PROJECT, "OPENSEARCH_HOME", 46)


def main() -> None:
    """Make sure that the server is there, and say where."""
    DOWNLOAD.provide(lambda: f"OpenSearch is in {DOWNLOAD.installed(os.environ)}")


if __name__ == "__main__":
    main()
