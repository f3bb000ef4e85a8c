"""Plays seeds: one, or as many as the environment asks for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.faults.aims import NO_AIM, Aim
from tests.faults.oracle import find_broken
from tests.faults.world import World

if TYPE_CHECKING:
    from tests.faults.site import Site
    from tests.faults.story import Story

DEFAULT_SEEDS = 200


def list_seeds() -> range:
    """The seeds of this run: `SEED` for one, else `SEEDS` of them from `FIRST_SEED` on."""
    if seed := os.environ.get("SEED"):
        return range(int(seed), int(seed) + 1)
    first = int(os.environ.get("FIRST_SEED") or 1)
    return range(first, first + int(os.environ.get("SEEDS") or DEFAULT_SEEDS))


def play_seed(site: Site, seed: int, aim: Aim = NO_AIM) -> Story:
    """Play a seed and look at what is left of it; SeedError: a promise is broken."""
    world = World(site, seed, aim)
    world.play()
    broken = list(find_broken(world))
    if broken:
        raise world.story.fail("; ".join(broken))
    return world.story


def find_seeds_that_fail(site: Site, seeds: range, aim: Aim = NO_AIM) -> Iterator[tuple[int, str]]:
    """Yield the seeds that break a promise, each with what it says."""
    for seed in seeds:
        try:
            play_seed(site, seed, aim)
        except Exception as error:  # noqa: BLE001 (a mutant may break the handlers in any way)
            yield seed, str(error).partition("\n")[0]
