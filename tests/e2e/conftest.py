"""One laptop cloud for all end-to-end tests, started and stopped through the command."""

import json
import shutil

import pytest

from photolake_cli.demo.photos import write_photos
from tests.e2e.command import Command


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
    command.process("up", "--background", "--engine", "full", "--photos", str(photo_folder))
    yield command
    command.process("down")
    shutil.rmtree(state, ignore_errors=True)
