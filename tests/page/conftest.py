"""A browser for each process of pytest, and the folders that it opens."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.page.browser import OpenedPage, launch_browser, open_folder
from tests.page.lake import PageLake, open_lake
from tests.resolved_template import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

OpenPage = Callable[..., OpenedPage]


WITH_A_LAKE = ("test_build", "test_lake", "test_rows")


class LakeScheduling(LoadScopeScheduling):
    """Shares tests out one by one, but those that fill a lake by files."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if Path(file).stem in WITH_A_LAKE else nodeid


def pytest_xdist_make_scheduler(config, log):
    return LakeScheduling(config, log)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with launch_browser() as started:
        yield started


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens folders; whatever a test does with them, nothing may be wrong in the console or asked of the network."""
    with ExitStack() as stack:
        opened: list[OpenedPage] = []

        def open_one(folder: Path, **options: Any) -> OpenedPage:
            opened.append(stack.enter_context(open_folder(browser, folder, **options)))
            return opened[-1]

        yield open_one
        assert [problem for page in opened for problem in page.problems] == []


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made-up data: 300 posts, 100 pictures."""
    return write_sample(tmp_path_factory.mktemp("sample"), posts=300, pictures=100)


def write_sample(folder: Path, posts: int, pictures: int) -> Path:
    """Write a page with the made-up data of dashboard/test/sample_lake.ts."""
    size = ["--posts", str(posts), "--pictures", str(pictures), "--out", str(folder)]
    command = [str(ROOT / "scripts/node"), "npm", "run", "--silent", "sample", "--", *size]
    subprocess.run(command, cwd=ROOT / "dashboard", check=True, timeout=60)
    return folder


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageLake]:
    """A lake that can be asked. Only the tests of one file use it: two lakes cannot be open at once."""
    with pytest.MonkeyPatch.context() as patch, open_lake(tmp_path_factory.mktemp("athena")) as opened:
        patch.setattr("photolake_cli.query.client.LAPTOP_POLL_SECONDS", 0.01)
        yield opened


@pytest.fixture(scope="module")
def lake_page(lake: PageLake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the lake."""
    return lake.build(tmp_path_factory.mktemp("lake") / "page")


@pytest.fixture(scope="session")
def large_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made-up data with numbers of four digits."""
    return write_sample(tmp_path_factory.mktemp("large"), posts=1234, pictures=20)


@pytest.fixture(scope="module")
def lake_page_with_authors(lake: PageLake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the lake with --show-authors."""
    return lake.build(tmp_path_factory.mktemp("authors") / "page", shows_authors=True)
