"""The pipeline from archived posts to analyses, against the method of 2019 and the floor.

`python -m bench.pipeline [posts]`, 132 by default. The handlers are those of functions/, the settings and batches those
of template.yaml. They run in processes and call services on loopback that answer after fixed latencies. A measurement
in which this machine is too busy to keep to them is repeated with a slower clock. Only ratios mean something elsewhere.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

from bench.pipeline.check import find_missing_work
from bench.pipeline.cold_start import BARE, measure_imports
from bench.pipeline.measurement import Measurement, Pipeline
from bench.pipeline.posts import MIX, build_posts
from bench.pipeline.report import (
    HEADER,
    compare_with_floor,
    compute_floor,
    describe_conditions,
    format_2019,
    format_2019_calls,
    format_calls,
    format_floor,
    format_photolake,
    format_sandboxes,
)
from bench.pipeline.sandboxes import SandboxPool
from bench.pipeline.stack import METHOD_2019, describe_2019, read_functions, read_glue_tables, read_tables

POSTS = MIX // 2 + 1
INSTANCES = (1, 2, 5, 10)
LOADS = {1: 1, 2: 1, 5: 2, 10: 3}
"""How many times the posts, so that the first and the last messages, when some instances are idle, count for less."""
DEFAULT_LOAD = 4
MAX_SLOWNESS, MAX_BUSY, MAX_LATENESS_MS = 16.0, 0.6, 3.0
REPEAT_UNTIL = 150.0
"""Seconds after its start by which a run must have repeated what it repeats."""


class Benchmark:
    """All measurements of a run, one after another, on the same sandboxes."""

    def __init__(self, posts: int) -> None:
        self.functions = read_functions()
        self.all_functions = {**self.functions, METHOD_2019: describe_2019()}
        self.pipeline = Pipeline(self.all_functions, read_tables(), read_glue_tables())
        self.pool = SandboxPool()
        self.posts = posts
        self._began = time.monotonic()
        self._slowness, self._strain, self._instances = 1.0, 0.0, 1

    async def run(self) -> None:
        """Measure and print."""
        urls = {name: await self.pipeline.services.listen(name) for name in self.all_functions}
        imports = await measure_imports(self.functions, urls)
        sandboxes = max(*INSTANCES, *(function.concurrency for function in self.functions.values()))
        await self.pool.start(self.all_functions, urls, sandboxes)
        try:
            await self._measure_all()
        finally:
            await self.pool.stop()
            self.pipeline.services.stop()
        print("\nImport of the handler, best of three:")
        for name, seconds in imports.items():
            print(f"    {name:24}{seconds * 1000:7.0f} ms{seconds / imports[BARE]:6.2f} x")

    async def _measure_all(self) -> None:
        posts = list(build_posts(self.posts))
        print(*describe_conditions(posts), "", HEADER, sep="\n", flush=True)
        old = await self._measure(posts, {METHOD_2019: max(INSTANCES)})
        self._slowness, self._strain, self._instances = 1.0, 0.0, 1
        base = 1000 * old.posts / old.busy_ms(METHOD_2019)
        print(format_2019(old), flush=True)
        results = [
            await self._measure_photolake(f"{n} of each", LOADS[n], base, dict.fromkeys(self.functions, n))
            for n in INSTANCES[:2]
        ]
        defaults = {name: function.concurrency for name, function in self.functions.items()}
        name = f"default ({', '.join(map(str, defaults.values()))})"
        results.append(await self._measure_photolake(name, DEFAULT_LOAD, base, defaults))
        results += [
            await self._measure_photolake(f"{n} of each", LOADS[n], base, dict.fromkeys(self.functions, n))
            for n in INSTANCES[2:]
        ]
        alone = await self._measure_alone()
        print()
        print(*format_2019_calls(old), *format_calls(results[0]), sep="\n")
        print("", *format_sandboxes(self.functions, results), sep="\n")
        print(f"\nAn image alone in its batch: {compare_with_floor(alone):.2f} x of its critical path at Rekognition")

    async def _measure_photolake(self, name: str, load: int, base: float, instances: Mapping[str, int]) -> Measurement:
        posts = list(build_posts(self.posts * load))
        floor = compute_floor(self.functions, posts, instances)
        print(format_floor(f"floor, {name}", 1000 * len(posts) / floor, base))
        measured = await self._measure(posts, instances)
        if problems := find_missing_work(measured, posts):
            raise RuntimeError("; ".join(problems))
        print(format_photolake(name, measured, base), flush=True)
        return measured

    async def _measure_alone(self) -> Measurement:
        posts = list(build_posts(max(self.posts // 5, 10)))
        one = dict.fromkeys(self.functions, 1)
        return await self.pipeline.measure(self.pool, posts, one, 1, 1.0, {"image_analyzer": 1})

    async def _measure(self, posts: Sequence[Mapping[str, Any]], instances: Mapping[str, int]) -> Measurement:
        """Measure, again with a slower clock while the machine is too busy.

        The next measurement begins with that clock, slower still if it has more instances than the machine can bear.
        """
        objects = next(iter(instances.values()))
        expected = self._strain * max(instances.values()) / self._instances
        self._slowness = min(math.ceil(self._slowness * max(expected, 1.0)), MAX_SLOWNESS)
        self._instances = max(instances.values())
        while True:
            measured = await self.pipeline.measure(self.pool, posts, instances, objects, self._slowness)
            self._strain = max(measured.busy / MAX_BUSY, measured.lateness_ms / MAX_LATENESS_MS)
            factor = min(self._strain, 4.0)
            until = time.monotonic() - self._began + measured.wall * factor
            if factor <= 1 or self._slowness * factor > MAX_SLOWNESS or until > REPEAT_UNTIL:
                return measured
            self._slowness = math.ceil(self._slowness * factor)


def main() -> None:
    """Read the arguments, and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("posts", type=int, nargs="?", default=POSTS, help="posts for one instance")
    asyncio.run(Benchmark(parser.parse_args().posts).run())


if __name__ == "__main__":
    main()
