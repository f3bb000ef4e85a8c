"""The Gephi toolkit: that of GEPHI_HOME, or downloaded once into `.tools/`.

`python -m tests.conformance.gephi_installation` does the download (83 MB), so that no test waits for it.
"""

import os
from pathlib import Path

from tests.conformance.maven_download import MavenDownload

DOWNLOAD = MavenDownload("gephi", Path(__file__).parent / "gephi", "GEPHI_HOME", 83)


def main() -> None:
    """Make sure that the toolkit is there, and say where."""
    DOWNLOAD.provide(lambda: f"Gephi is in {DOWNLOAD.installed(os.environ)}")


if __name__ == "__main__":
    main()
