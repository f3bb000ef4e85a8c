"""Runs the `photolake` command as a user does."""

import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from photolake_cli import main

ROOT = Path(__file__).parents[2]


class Command:
    """Runs `photolake` on one laptop cloud."""

    def __init__(self, state: Path) -> None:
        self.state = state

    def __call__(self, name: str, *arguments: str, status: int = 0) -> str:
        """Run a command in this process, which is faster than a process of its own; `name` may be a group's and its."""
        result = CliRunner().invoke(main.app, [*name.split(), "--state", str(self.state), *arguments])
        assert result.exit_code == status, result.output
        return result.output if status else result.stdout

    def process(self, name: str, *arguments: str, status: int = 0, timeout: float = 170) -> str:
        """Run a command in a process of its own."""
        program = str(Path(sys.executable).parent / "photolake")
        result = subprocess.run(
            [program, name, "--state", str(self.state), *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert result.returncode == status, result.stdout + result.stderr
        return result.stdout + (result.stderr if status else "")
