"""Deploys the stack once for all seeds of a process, and adds up what happened in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults import clock, threads

# Before anything of the library is imported.
clock.install()
threads.install()

COUNTED = "counted"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The stack and the hosts around it."""
    from tests.fakes.x_search_server import FakeX
    from tests.faults.photo_host import PhotoHost
    from tests.faults.site import Site
    from tests.faults.stack import deploy_stack

    host = PhotoHost()
    with (
        host.open(),
        FakeX() as x,
        deploy_stack(host.url, x.url, tmp_path_factory.mktemp("faults")) as (stack, endpoints),
    ):
        yield Site(stack, endpoints, x, host)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what happened in all seeds."""
    total: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == COUNTED and getattr(report, "when", "") == "call":
                    total.update(value)
    if total:
        terminalreporter.section("what happened in the seeds")
        for name, number in sorted(total.items()):
            terminalreporter.write_line(f"{number:>9,}  {name}")
