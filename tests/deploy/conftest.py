"""One ministack and one build of the project for all tests here."""

import pytest

from tests.deploy.ministack import run_ministack
from tests.deploy.sam import Project


@pytest.fixture(scope="session")
def ministack(tmp_path_factory):
    with run_ministack(tmp_path_factory.mktemp("ministack")) as running:
        yield running


@pytest.fixture(scope="session")
def project(ministack, tmp_path_factory):
    return Project(tmp_path_factory.mktemp("project"), ministack)
