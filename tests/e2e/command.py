"""The command, run as a user does."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Command:
    """Runs `photolake` as a user does."""

    def __init__(self, state: Path) -> None:
        self.state = state

    def __call__(self, name: str, *arguments: str, status: int = 0) -> str:
        program = str(Path(sys.executable).parent / "photolake")
        result = subprocess.run(
            [program, name, "--state", str(self.state), *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=170,
        )
        assert result.returncode == status, result.stdout + result.stderr
        return result.stdout + (result.stderr if status else "")
