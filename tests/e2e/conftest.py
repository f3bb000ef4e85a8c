"""One laptop cloud for all end-to-end tests, started and stopped through the command."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from photolake_cli.demo.photos import write_photos

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


@pytest.fixture(scope="session")
def photo_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    answers = write_photos(folder)
    (folder / "urls.json").write_text(json.dumps(answers))
    return folder


@pytest.fixture(scope="session")
def photolake(tmp_path_factory, photo_folder):
    state = tmp_path_factory.mktemp("cloud")
    command = Command(state)
    command("up", "--background", "--photos", str(photo_folder))
    yield command
    command("down")
    shutil.rmtree(state, ignore_errors=True)
