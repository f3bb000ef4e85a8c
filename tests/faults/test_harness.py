"""The seeds can fail: they are repeatable, they notice a broken promise, and they do not wait for ever."""

from __future__ import annotations

import os
import threading
from contextlib import closing
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from photolake.photos.fetcher import PhotoFetcher
from tests.faults import invocation
from tests.faults.aims import AIMS
from tests.faults.conftest import COUNTED
from tests.faults.mutants import MUTANTS
from tests.faults.seeds import find_seeds_that_fail, play_seed
from tests.faults.story import SeedError, Story
from tests.faults.world import World

if TYPE_CHECKING:
    from tests.faults.site import Site

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

# If this is set, the seeds that find a mutant without its aim are counted.
MUTANT_SEEDS = int(os.environ.get("MUTANT_SEEDS") or 0)
AIMED_SEEDS = 20


def test_the_same_seed_tells_the_same_story(site: Site) -> None:
    assert play_seed(site, 3).lines == play_seed(site, 3).lines


def test_another_seed_tells_another_story(site: Site) -> None:
    assert play_seed(site, 3).lines != play_seed(site, 4).lines


@pytest.mark.parametrize("name", MUTANTS)
def test_the_seeds_notice_a_broken_promise(site: Site, name: str, record_property: Any) -> None:
    with MUTANTS[name](site.stack):
        if MUTANT_SEEDS:
            failing = list(find_seeds_that_fail(site, range(1, MUTANT_SEEDS + 1)))
            record_property(COUNTED, {f"of {MUTANT_SEEDS} seeds find the mutant {name}": len(failing)})
            return
        assert next(find_seeds_that_fail(site, range(1, AIMED_SEEDS + 1), AIMS[name]), None)


def test_every_mutant_has_an_aim() -> None:
    assert AIMS.keys() == MUTANTS.keys()


def test_a_seed_that_fails_says_how_to_play_it_again(site: Site) -> None:
    told = str(Story(7).fail("lost: 1 is not in tweets"))

    assert told.startswith("seed 7: lost: 1 is not in tweets")
    assert "make test-faults SEED=7" in told


def test_a_run_that_sends_requests_without_end_fails(site: Site) -> None:
    def spin(self: Any, job: Any) -> Any:
        while True:
            self._registry.get("nothing")

    with (
        patch.object(PhotoFetcher, "fetch", spin),
        patch("tests.faults.injector.MAX_REQUESTS", 200),
        pytest.raises(SeedError, match="without end"),
    ):
        World(site, 3).play()


def test_a_run_that_neither_ends_nor_sends_a_request_fails(site: Site) -> None:
    def spin(self: Any, job: Any) -> None:
        while not is_over.is_set():
            pass

    is_over = threading.Event()
    with (
        closing(SimpleNamespace(close=is_over.set)),
        patch.object(PhotoFetcher, "fetch", spin),
        patch.object(invocation, "HANG_SECONDS", 0.5),
        pytest.raises(SeedError, match="neither ends nor sends"),
    ):
        World(site, 3).play()
