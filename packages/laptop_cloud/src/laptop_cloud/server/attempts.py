"""One call, however often its client sends it: SDKs send the same `amz-sdk-invocation-id` with every attempt.

A busy laptop takes longer than a client waits. On its next attempt the client gets the answer to the one that still
runs, so that the laptop's own slowness is not counted as calls that AWS would have charged.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

MOST_KEPT = 256

Answer = dict[str, Any]


class Attempts:
    """Runs a call on its first attempt; later ones get the same answer, and are reported to `on_repeated`.

    The latest answers are kept for clients that gave up just before. An error is not kept: SDKs repeat such a call to
    have it run again.
    """

    def __init__(self, on_repeated: Callable[[str], None] = lambda name: None) -> None:
        self._on_repeated = on_repeated
        self._answers: OrderedDict[str, Future[Answer]] = OrderedDict()
        self._lock = threading.Lock()

    def run(self, invocation: str | None, name: str, call: Callable[[], Answer]) -> Answer:
        """The answer of `call`, or of an earlier attempt at it; `name` is that of the operation.

        Raises what it raises. Without an invocation id every call is its own.
        """
        if invocation is None:
            return call()
        with self._lock:
            known = self._answers.get(invocation)
            answer = known or self._answers.setdefault(invocation, Future())
        if known is None:
            return self._run_first(invocation, answer, call)
        self._on_repeated(name)
        return answer.result()

    def _run_first(self, invocation: str, answer: Future[Answer], call: Callable[[], Answer]) -> Answer:
        try:
            answer.set_result(call())
        except BaseException as error:
            self._forget(invocation)
            answer.set_exception(error)
            raise
        with self._lock:
            finished = [each for each, other in self._answers.items() if other.done()]
            for earlier in finished[: max(0, len(finished) - MOST_KEPT)]:
                del self._answers[earlier]
        return answer.result()

    def _forget(self, invocation: str) -> None:
        with self._lock:
            del self._answers[invocation]
