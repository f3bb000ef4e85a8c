"""One laptop cloud for all end-to-end tests but those that need their own, started and stopped by the command."""

import gc
import json
import shutil
from contextlib import contextmanager

import pytest

from photolake_cli.demo.photos import write_photos
from tests.e2e.command import Command
from tests.fakes.opensearch_server import FakeOpenSearch

# The interpreter's own, not that of tests/conftest.py: clients of the cloud are given up with open connections, and the
# fewer are collected at once, the sooner each is closed.
gc.set_threshold(700, 10, 10)


@pytest.fixture(scope="session")
def photo_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    answers = write_photos(folder)
    (folder / "urls.json").write_text(json.dumps(answers))
    return folder


@contextmanager
def run_cloud(state, photo_folder, *arguments):
    """Run a laptop cloud for the block, and give its command."""
    command = Command(state)
    command.process("up", "--background", "--photos", str(photo_folder), *arguments)
    try:
        yield command
    finally:
        command.process("down")
        shutil.rmtree(state, ignore_errors=True)


@pytest.fixture(scope="session")
def domain():
    """What takes the place of an OpenSearch domain."""
    with FakeOpenSearch() as running:
        yield running


@pytest.fixture(scope="session")
def photolake(tmp_path_factory, photo_folder, domain):
    # Which days have come to rest depends on the clock: test_compaction.py compacts.
    settings = {"OpenSearchEndpoint": domain.url, "CompactionMinObjects": 1_000_000}
    arguments = (
        "--engine",
        "full",
        *(word for pair in settings.items() for word in ("--param", "{}={}".format(*pair))),
    )
    with run_cloud(tmp_path_factory.mktemp("cloud"), photo_folder, *arguments) as command:
        yield command


@pytest.fixture(scope="module")
def own_photolake(tmp_path_factory, photo_folder):
    """A cloud for one file of tests, for those that count what is in the lake."""
    with run_cloud(tmp_path_factory.mktemp("own"), photo_folder) as command:
        yield command
