"""Servers that Maven assembles, downloaded once into `.tools/`."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_DOWNLOAD_SECONDS = 1800


class ServerMissingError(Exception):
    """The server or a Java to run it is missing; the message says what to do."""


def _print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _as_built(_: Path) -> None:
    """Leave the files as Maven wrote them."""


@dataclass(frozen=True)
class MavenDownload:
    """The server that `project`, a folder with a pom.xml, puts into the folder given as the property `to`.

    `name` is that of the pom's property for the version too; `variable` names another server to use instead.
    """

    name: str
    project: Path
    variable: str
    megabytes: int
    arrange: Callable[[Path], None] = _as_built

    @property
    def home(self) -> Path:
        """The folder of the download; once it exists, it is complete."""
        version = re.search(
            f"<{self.name}.version>(.+)</{self.name}.version>", (self.project / "pom.xml").read_text(encoding="utf-8")
        )
        assert version is not None
        return ROOT / ".tools" / f"{self.name}-{version[1]}"

    def installed(self, variables: Mapping[str, str]) -> Path:
        """The folder of the server; ServerMissingError if there is none."""
        home = Path(variables[self.variable]) if variables.get(self.variable) else self.home
        if not home.is_dir():
            command = f"python -m tests.conformance.{self.name}_installation"
            raise ServerMissingError(f"no server in {home}: get it with `{command}`, or set {self.variable}")
        return home

    def provide(self, found: Callable[[], str]) -> None:
        """Download it unless another is named, and print what `found` says of it; ends the process if that fails."""
        try:
            if not os.environ.get(self.variable):
                self.get(_print_line)
            _print_line(found())
        except ServerMissingError as error:
            sys.exit(f"conformance: {error}")

    def get(self, tell: Callable[[str], None]) -> Path:
        """Download it unless it is there; an interrupted download starts again."""
        if self.home.is_dir():
            return self.home
        maven = shutil.which("mvn")
        if maven is None:
            message = f"Maven (`mvn`) is missing: it downloads {self.name}. Install it, or set {self.variable}."
            raise ServerMissingError(message)
        tell(f"Downloading a server into {self.home} ({self.megabytes} MB, once; some minutes) ...")
        unfinished = self.home.with_name(f"{self.home.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        self._run(maven, unfinished)
        shutil.rmtree(unfinished / "target", ignore_errors=True)
        self.arrange(unfinished)
        unfinished.rename(self.home)
        return self.home

    def _run(self, maven: str, folder: Path) -> None:
        # Strict checksums: a file that does not match its checksum fails the build instead of a warning.
        command = [maven, "--batch-mode", "--no-transfer-progress", "--quiet", "--strict-checksums"]
        arguments = ["--file", str(self.project / "pom.xml"), f"-Dto={folder}", "package"]
        try:
            done = subprocess.run(
                [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_DOWNLOAD_SECONDS
            )
        except subprocess.TimeoutExpired as error:
            raise ServerMissingError(f"{self.name} could not be downloaded in {_DOWNLOAD_SECONDS} s") from error
        if done.returncode:
            said = done.stdout.decode(errors="replace").strip()
            raise ServerMissingError(f"{self.name} could not be downloaded; Maven said:\n{said}")
