"""One laptop cloud for all end-to-end tests but those that need their own, started and stopped by the command."""

import json
import shutil
from contextlib import contextmanager

import pytest

from photolake_cli.demo.photos import write_photos
from tests.e2e.command import Command


@pytest.fixture(scope="session")
def photo_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    answers = write_photos(folder)
    (folder / "urls.json").write_text(json.dumps(answers))
    return folder


@contextmanager
def run_cloud(state, photo_folder):
    """Run a laptop cloud for the block, and give its command."""
    command = Command(state)
    command.process("up", "--background", "--photos", str(photo_folder))
    try:
        yield command
    finally:
        command.process("down")
        shutil.rmtree(state, ignore_errors=True)


@pytest.fixture(scope="session")
def photolake(tmp_path_factory, photo_folder):
    with run_cloud(tmp_path_factory.mktemp("cloud"), photo_folder) as command:
        yield command


@pytest.fixture(scope="module")
def own_photolake(tmp_path_factory, photo_folder):
    """A cloud for one file of tests, for those that count what is in the lake."""
    with run_cloud(tmp_path_factory.mktemp("own"), photo_folder) as command:
        yield command
