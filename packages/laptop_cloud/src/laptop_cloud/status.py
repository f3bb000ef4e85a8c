"""The status document: queues, buffers, functions and calls at this moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import urllib3

from laptop_cloud.server import iam_calls as calls
from laptop_cloud.services.moto import queue_counts

if TYPE_CHECKING:
    from laptop_cloud.lambda_runtime.functions import Functions

_COUNTS = ("visible", "in_flight", "delayed")


class StatusPage:
    """Reads queues, buffers, functions, the analysis' counters and the functions' calls.

    `consumed` gives the ARNs of the queues that feed a function, `endpoints` the servers by botocore's name of the
    service.
    """

    def __init__(
        self,
        buffered: Callable[[], Mapping[str, int]],
        functions: Functions,
        consumed: Callable[[], frozenset[str]],
        endpoints: Mapping[str, str],
    ) -> None:
        self._buffered = buffered
        self._functions = functions
        self._consumed = consumed
        self._endpoints = endpoints
        self._http = urllib3.PoolManager()

    def read(self) -> dict[str, Any]:
        """The document: queues, buffers, functions, analysis, calls_by_function, drained."""
        return {
            **self.read_backlog(),
            "analysis": self._get_json(f"{self._endpoints['rekognition']}/status"),
            "calls_by_function": self._read_calls(),
        }

    def read_backlog(self) -> dict[str, Any]:
        """The part of the document that says whether work is left: queues, buffers, functions, drained.

        Work goes buffer → object → queue → function → buffer, so reading in this order misses none of it, provided
        that no function ran in between.
        """
        before = self._functions.status()
        buffers = dict(self._buffered())
        queues = self._read_queues()
        functions = self._functions.status()
        drained = is_drained(queues, buffers, before, functions)
        return {"queues": queues, "buffers": buffers, "functions": functions, "drained": drained}

    def _read_queues(self) -> dict[str, dict[str, Any]]:
        consumed = self._consumed()
        found = self._get_json(f"{self._endpoints['']}{queue_counts.PAGE}")
        return {
            name: {
                **{count: queue[count] for count in _COUNTS},
                "is_dlq": queue["is_dlq"],
                "feeds_function": queue["arn"] in consumed,
            }
            for name, queue in sorted(found.items())
        }

    def _read_calls(self) -> dict[str, list[list[str]]]:
        pages = [self._get_json(f"{url}{calls.PAGE}") for url in sorted(set(self._endpoints.values()))]
        names = sorted({name for page in pages for name in page})
        return {name: sorted(call for page in pages for call in page.get(name, [])) for name in names}

    def _get_json(self, url: str) -> Any:
        return self._http.request("GET", url, timeout=5.0).json()


def is_drained(
    queues: Mapping[str, Mapping[str, Any]],
    buffers: Mapping[str, int],
    before: Mapping[str, Mapping[str, Any]],
    after: Mapping[str, Mapping[str, Any]],
) -> bool:
    """Whether no work is left: no function ran during the reading, and everything that feeds one is empty."""
    still = all(
        function["running"] == 0
        and before[name]["running"] == 0
        and function["invocations"] == before[name]["invocations"]
        for name, function in after.items()
    )
    waiting = sum(queue[count] for queue in queues.values() if queue["feeds_function"] for count in _COUNTS)
    return still and waiting == 0 and sum(buffers.values()) == 0
