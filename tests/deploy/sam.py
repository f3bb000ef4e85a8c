"""The SAM CLI as a user runs it, in a copy of what it needs of the project."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from laptop_cloud.stack.template import parse_template
from tests.deploy.limits import adapt
from tests.deploy.ministack import ROOT, Ministack

PROGRAM = str(Path(sys.executable).parent / "sam")
_TIMEOUT_SECONDS = 300


class Project:
    """A folder with `samconfig.toml` and a build, and the server that it is deployed to."""

    def __init__(self, folder: Path, ministack: Ministack) -> None:
        """Build the project into the folder; the template is changed where ministack differs from AWS."""
        self.ministack = ministack
        self._folder = folder
        self._build = folder / ".aws-sam/build/template.yaml"
        for name in ("template.yaml", "samconfig.toml"):
            shutil.copy(ROOT / name, folder)
        self.template = self._build_template()

    @property
    def config(self) -> Path:
        """Where the SAM CLI keeps the answers."""
        return self._folder / "samconfig.toml"

    @property
    def template(self) -> dict[str, Any]:
        """What is deployed next, before the transform."""
        template: dict[str, Any] = json.loads(self._build.read_text())
        return template

    @template.setter
    def template(self, template: dict[str, Any]) -> None:
        # JSON is YAML, and has no dates.
        self._build.write_text(json.dumps(template))

    def sam(self, *arguments: str, answers: str = "", status: int = 0) -> str:
        """Run the SAM CLI, with what is typed at its prompts; gives what it printed."""
        result = subprocess.run(
            [PROGRAM, *arguments],
            cwd=self._folder,
            env={**self.ministack.environment, "SAM_CLI_POLL_DELAY": "0.2"},
            input=answers,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_TIMEOUT_SECONDS,
        )
        assert result.returncode == status, result.stdout[-4000:]
        return result.stdout

    def _build_template(self) -> dict[str, Any]:
        tools = f"{ROOT / '.tools/bin'}{os.pathsep}{os.environ['PATH']}"
        folders = ["--build-dir", str(self._build.parent), "--cache-dir", str(self._folder / "cache")]
        environment = {**self.ministack.environment, "PATH": tools}
        subprocess.run([PROGRAM, "build", *folders], cwd=ROOT, env=environment, check=True, capture_output=True)
        template = parse_template(self._build.read_text())
        adapt(template)
        return template
