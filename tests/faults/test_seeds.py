"""Whatever fails, in whatever order: each post, photo and analysis once in the views, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import COUNTED
from tests.faults.seeds import list_seeds, play_seed

if TYPE_CHECKING:
    from tests.faults.site import Site

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")


@pytest.mark.parametrize("seed", list_seeds())
def test_no_fault_breaks_a_promise(site: Site, seed: int, record_property: Callable[[str, object], None]) -> None:
    story = play_seed(site, seed)

    record_property(COUNTED, {"seeds": 1, **story.counts})
