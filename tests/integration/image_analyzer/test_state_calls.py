"""The state calls of an image: how many there are, and what a worker that dies at any of them leaves."""

from __future__ import annotations

import threading
from collections import Counter, deque
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from photolake.aws.dynamodb import SharedTable
from photolake.errors import RetryableError
from photolake.images.analyze import AnalysisResult, ImageAnalyzer
from photolake.images.cache import DailyBudget, PartialResults
from photolake.images.lease import ImageLeases
from photolake.images.rekognition import ImageRequests
from photolake.images.rekognition_apis import select_apis
from photolake.images.responses import KeptResponses
from photolake.spending.ledger import SpendingLedger
from photolake.spending.limits import MICROS, SpendingLimits
from photolake.spending.purse import Purse
from tests.fakes.image_pipeline import BUCKET, BUDGET, Lake, photo
from tests.fakes.rekognition import DEFAULT_APIS, service_error

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_ROUND_IS_STORED, ALL_IS_STORED = 8, 12
"""Steps: two each for lease, money, budget and first round, then those for the responses and the row, at once."""
PLENTY = SpendingLimits(MICROS)
EXPIRED = -5.0
"""A lease that is over when it is taken: the worker dies, and the message comes again after its visibility timeout."""


class KilledError(BaseException):
    """The sandbox is gone: no handler of errors sends another request."""


class Sandbox:
    """A worker's way to AWS. It dies before (even) or after (odd numbers) a call; from then on no call gets through."""

    def __init__(self, steps: int | None = None) -> None:
        self.calls: Counter[str] = Counter()
        self._steps = steps
        self._lock = threading.Lock()
        self._is_dead = False

    def wrap(self, client: Any, service: str) -> Any:
        """A client or function whose calls can be the last."""
        return _Wrapped(client, service, self)

    def tick(self) -> None:
        with self._lock:
            if self._steps is not None:
                self._steps -= 1
                self._is_dead |= self._steps < 0
            if self._is_dead:
                raise KilledError


class _Wrapped:
    def __init__(self, target: Any, service: str, sandbox: Sandbox) -> None:
        self._target, self._service, self._sandbox = target, service, sandbox
        self.exceptions = getattr(target, "exceptions", None)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **request: Any) -> Any:
            self._sandbox.tick()
            where = request.get("TableName", self._service)
            self._sandbox.calls[f"{where} {name}"] += 1
            result = getattr(self._target, name)(*arguments, **request)
            self._sandbox.tick()
            return result

        return call


def worker(lake: Lake, sandbox: Sandbox, budget: int = BUDGET, limits: SpendingLimits = PLENTY) -> ImageAnalyzer:
    """The function's analyzer in a sandbox. Rekognition outlives it."""
    app = lake.analyzer
    client = sandbox.wrap(app.images.meta.client, "dynamodb")
    images, cache, checkpoints = (SharedTable(client, name) for name in ("images", "cache", "checkpoints"))
    partial: Any = PartialResults(cache)  # type: ignore[arg-type]
    analyzer: ImageAnalyzer = app.analyzer
    return replace(
        analyzer,
        leases=ImageLeases(images),  # type: ignore[arg-type]
        budget=DailyBudget(cache, budget),  # type: ignore[arg-type]
        requests=ImageRequests(lake.rekognition, BUCKET, select_apis(DEFAULT_APIS), partial, lambda api: None),  # type: ignore[arg-type]
        partial_results=partial,
        kept_responses=KeptResponses(sandbox.wrap(app.s3, "s3"), BUCKET),
        stream=sandbox.wrap(app.analyzer.stream, "firehose"),
        sinks=[sandbox.wrap(app.search_indexes, "search")],
        purse=Purse(SpendingLedger(checkpoints, limits), "rekognition"),  # type: ignore[arg-type]
    )


def drop(lake: Lake, name: str) -> str:
    before = lake.image_keys()
    assert lake.announce(lake.drop(f"dropped/{name}.png", photo(name))) == []
    (key,) = lake.image_keys() - before
    return key


def units_taken(lake: Lake) -> int:
    return sum(int(item["images"]) for item in lake.cache.scan()["Items"] if item["id"].startswith("budget#"))


def state_calls(sandbox: Sandbox) -> dict[str, int]:
    return {name: count for name, count in sandbox.calls.items() if name.startswith(("images", "cache", "checkpoints"))}


def test_an_image_that_is_new_costs_four_state_calls_and_a_known_one_costs_one(lake: Lake) -> None:
    key = drop(lake, "counted")
    first, again = Sandbox(), Sandbox()
    analyzer = worker(lake, first)
    assert analyzer.purse.keep(50_000)  # the batch has taken its money, in one more call

    assert analyzer.analyze(key, 60) is AnalysisResult.ANALYZED
    assert worker(lake, again).analyze(key, 60) is AnalysisResult.SAVED

    assert state_calls(first) == {"images update_item": 2, "cache update_item": 2, "checkpoints update_item": 1}
    assert state_calls(again) == {"images update_item": 1}
    assert {name: count for name, count in first.calls.items() if name not in state_calls(first)} == {
        "s3 put_object": 1,
        "firehose put": 1,
        "search put": 1,
    }


@pytest.mark.parametrize("is_throttled", [False, True], ids=["fine", "throttled"])
@pytest.mark.parametrize("steps", range(22))
def test_a_worker_that_dies_at_any_call_loses_no_image_and_stays_within_the_budget(
    lake: Lake, steps: int, is_throttled: bool
) -> None:
    key = drop(lake, "dying")
    if is_throttled:
        lake.rekognition.faults["detect_faces"] = deque([service_error("ThrottlingException", "detect_faces")])

    with suppress(KilledError, Exception):
        worker(lake, Sandbox(steps)).analyze(key, EXPIRED)
    with suppress(RetryableError):
        worker(lake, Sandbox()).analyze(key, EXPIRED)
    results = [worker(lake, Sandbox()).analyze(key, EXPIRED) for _ in range(2)]

    assert results[1] is AnalysisResult.SAVED
    assert len({(row["dt"], row["image_id"]) for row in lake.analyses()}) == 1
    assert lake.analyzer.registry.get(key[10:74]).state == "done"
    assert 1 <= units_taken(lake) <= 2
    # The windows that are left open: what was bought when the worker died, and was not yet stored.
    twice = {method for method, count in lake.rekognition.billed.items() if count > 1}
    assert max(lake.rekognition.billed.values()) <= 2
    if steps >= FIRST_ROUND_IS_STORED:
        assert not twice & {"detect_labels", "detect_moderation_labels"}
    if steps >= ALL_IS_STORED:
        assert not twice


def test_workers_at_once_buy_no_more_images_than_the_budget_has(lake: Lake) -> None:
    keys = [drop(lake, f"at once {number}") for number in range(BUDGET + 4)]
    assert lake.announce(*keys) == []

    assert lake.rekognition.billed["detect_labels"] == units_taken(lake) == BUDGET
    assert len(lake.analyses()) == BUDGET
    assert lake.analyzer.registry.count_waiting(100) == 4


@pytest.mark.parametrize("is_throttled", [False, True], ids=["fine", "throttled"])
@pytest.mark.parametrize("steps", [2, 3, 6, 8, 13, 18])
def test_a_worker_that_dies_at_any_call_never_spends_more_than_the_month_has(
    lake: Lake, steps: int, is_throttled: bool
) -> None:
    key, other = drop(lake, "dying"), drop(lake, "waiting")
    limits = SpendingLimits(9_000, {"rekognition": 8_000})
    if is_throttled:
        lake.rekognition.faults["detect_faces"] = deque([service_error("ThrottlingException", "detect_faces")])

    for sandbox in (Sandbox(steps), Sandbox(), Sandbox(), Sandbox()):
        analyzer = worker(lake, sandbox, limits=limits)
        for each in (key, other):
            with suppress(KilledError, Exception):
                analyzer.analyze(each, EXPIRED)
        with suppress(KilledError):
            analyzer.purse.close()

    (item,) = lake.checkpoints.scan()["Items"]
    assert 1_000 * sum(lake.rekognition.billed.values()) <= item["total"] == item["rekognition"] <= 8_000
    states = {lake.analyzer.registry.get(each[10:74]).state for each in (key, other)}
    assert states <= {"done", "waiting"}


def test_workers_at_once_spend_no_more_than_the_month_has(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [drop(lake, f"at once {number}") for number in range(5)]
    own = worker(lake, Sandbox(), limits=SpendingLimits(17_500)).purse
    monkeypatch.setattr(lake.analyzer, "purse", own)
    analyzer = replace(lake.analyzer.analyzer, purse=own)
    monkeypatch.setattr(lake.analyzer, "pipeline", replace(lake.analyzer.pipeline, analyzer=analyzer))

    assert lake.announce(*keys) == []

    assert sum(lake.rekognition.billed.values()) == 15
    assert len(lake.analyses()) == 3
    assert lake.analyzer.registry.count_waiting(100) == 2
    (item,) = lake.checkpoints.scan()["Items"]
    assert {name: value for name, value in item.items() if name != "id"} == {"total": 15_000, "rekognition": 15_000}


def test_two_messages_of_one_batch_for_the_same_image_are_both_done_and_it_is_bought_once(lake: Lake) -> None:
    keys = [drop(lake, f"twice {number}") for number in range(3)]

    assert lake.announce(*keys, *keys) == []

    assert len(lake.analyses()) == 3
    assert set(lake.rekognition.billed.values()) == {3}
