"""A thread pool without threads: a test chooses in which order the calls come back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import Any


class ChosenOrderPool:
    """Stands for ThreadPoolExecutor and as_completed of one `with`; calls that have not begun can be cancelled.

    Up to `max_workers` calls are under way at a time; `choose` takes their number and returns which one comes back.
    """

    def __init__(self, choose: Callable[[int], int]) -> None:
        self._choose = choose
        self._workers = 0
        self._waiting: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []

    def make_pool(self, max_workers: int) -> ChosenOrderPool:
        """Return itself, as ThreadPoolExecutor."""
        self._workers = max_workers
        return self

    def __enter__(self) -> ChosenOrderPool:
        return self

    def __exit__(self, *error: object) -> None:
        while self._waiting:
            self._begin()

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Take the call; it runs when a worker is free."""
        future: Future[Any] = Future()
        self._waiting.append((future, call, arguments))
        return future

    def as_completed(self, futures: Iterable[Future[Any]]) -> Iterator[Future[Any]]:
        """Yield the futures in the chosen order."""
        left, running = len(list(futures)), list[Future[Any]]()
        while left:
            while self._waiting and len(running) < self._workers:
                running.append(self._begin())
            left -= 1
            yield running.pop(self._choose(len(running)))

    def _begin(self) -> Future[Any]:
        future, call, arguments = self._waiting.pop(0)
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(call(*arguments))
            except BaseException as error:  # noqa: BLE001 (as a pool does)
                future.set_exception(error)
        return future
