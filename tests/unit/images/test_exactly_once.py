"""Whatever fails, and however often: one analysis per image, no response bought twice, nothing lost."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from photolake.errors import RetryableError
from photolake.images.analyze import AnalysisResult, ImageAnalyzer
from photolake.images.cache import PartialResults
from photolake.images.registry import ImageRecord
from photolake.images.rekognition import ImageRequests
from photolake.images.rekognition_apis import select_apis
from tests.fakes.dynamodb_table import FakeTable
from tests.fakes.rekognition import DEFAULT_APIS, PERSON, TEXT, FakeRekognition, service_error

if TYPE_CHECKING:
    from photolake.rows.schema import TableSchema

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
IMAGE_ID = "cd" * 32
STORED = ImageRecord(
    image_id=IMAGE_ID,
    image_dt="2026-11-19",
    origin="post",
    source_key="1:2",
    s3_key=f"images/cd/{IMAGE_ID}.png",
    width=90,
    height=90,
    content_type="image/png",
)
METHODS = {api.method for api in select_apis(DEFAULT_APIS)}
MAX_DELIVERIES = 100


def photo() -> bytes:
    buffer = io.BytesIO()
    Image.radial_gradient("L").resize((90, 90)).save(buffer, "PNG")
    return buffer.getvalue()


PHOTO = photo()


class CrashError(Exception):
    """The worker dies."""


class Steps:
    """Counts the worker's effects on other services, and crashes before or after the numbered ones."""

    def __init__(self, before: frozenset[int] = frozenset(), after: frozenset[int] = frozenset()) -> None:
        self._before, self._after, self._taken = before, after, 0

    def take(self, effect: Callable[[], Any]) -> Any:
        self._taken += 1
        if self._taken in self._before:
            raise CrashError
        result = effect()
        if self._taken in self._after:
            raise CrashError
        return result


class Sink:
    """A search index, which has to be put before the image is done and after its row is delivered."""

    def __init__(self, world: World) -> None:
        self.rows: list[Mapping[str, Any]] = []
        self._world = world

    def put(self, row: Mapping[str, Any]) -> None:
        assert row in self._world.rows
        assert self._world.image.state == "analyzing"
        self._world.steps.take(lambda: self.rows.append(row))


class World:
    """What outlives a worker: the registry, the cache, the stream, Rekognition's bill; all in memory."""

    def __init__(self, analyses: TableSchema, rekognition: FakeRekognition, steps: Steps, budget: int = 10**6) -> None:
        self.image = STORED
        self.rows: list[Mapping[str, Any]] = []
        self.sink = Sink(self)
        self.units = 0
        self.cache, self.rekognition = FakeTable(), rekognition
        self.steps, self._analyses, self._budget = steps, analyses, budget

    def deliver(self) -> AnalysisResult:
        """One delivery of the image's message to a new worker."""
        world: Any = self
        # No crash between a response and its being stored: the one window that the design leaves open.
        partial_results = PartialResults(world.cache, lambda: NOW)
        requests = ImageRequests(
            world.rekognition, "lake", select_apis(DEFAULT_APIS), partial_results, on_response=lambda api: None
        )
        analyzer = ImageAnalyzer(
            world, world, world, requests, world.read, world, self._analyses, [self.sink], clock=lambda: NOW
        )
        return analyzer.analyze(self.image, lease_seconds=60)

    @contextmanager
    def hold(self, image_id: str, seconds: float) -> Iterator[None]:
        yield

    def get(self, image_id: str) -> ImageRecord:
        return self.image

    def read(self, key: str) -> bytes:
        return self.steps.take(lambda: PHOTO)  # type: ignore[no-any-return]

    def take(self, now: dt.datetime) -> bool:
        def unit() -> bool:
            if self.units >= self._budget:
                return False
            self.units += 1
            return True

        return bool(self.steps.take(unit))

    def mark_analyzing(self, image_id: str) -> None:
        self._become(state="analyzing")

    def mark_waiting(self, image_id: str) -> None:
        self._become(state="waiting")

    def mark_done(self, image_id: str, request_digest: str) -> None:
        self._become(state="done", request_digest=request_digest)

    def put(self, rows: list[Mapping[str, Any]]) -> None:
        for row in rows:
            self._analyses.check(row)
        self.steps.take(lambda: self.rows.extend(rows))

    def _become(self, **changes: Any) -> None:
        def change() -> None:
            self.image = replace(self.image, **changes)

        self.steps.take(change)


def deliver_until_done(world: World) -> None:
    for _ in range(MAX_DELIVERIES):
        try:
            if world.deliver() in (AnalysisResult.ANALYZED, AnalysisResult.SAVED):
                return
        except (CrashError, RetryableError):
            continue
    pytest.fail("the image was never done")


def distinct(rows: list[Mapping[str, Any]]) -> set[tuple[str, str]]:
    return {(row["dt"], row["image_id"]) for row in rows}


passing = st.sampled_from(["ThrottlingException", "InternalServerError", "AccessDeniedException"])
faults = st.dictionaries(st.sampled_from(sorted(METHODS)), st.lists(passing, min_size=1, max_size=4))
moments = st.frozensets(st.integers(min_value=1, max_value=20), max_size=8)


@settings(max_examples=150, deadline=None)
@given(failing=faults, refused=st.frozensets(st.sampled_from(sorted(METHODS))), before=moments, after=moments)
def test_any_errors_and_crashes_end_in_one_analysis_and_nothing_is_bought_twice(
    analyses: TableSchema,
    failing: dict[str, list[str]],
    refused: frozenset[str],
    before: frozenset[int],
    after: frozenset[int],
) -> None:
    rekognition = FakeRekognition(
        [PERSON, TEXT],
        faults={
            method: [
                *(service_error(code, method) for code in failing.get(method, [])),
                *([service_error("ImageTooLargeException", method)] * MAX_DELIVERIES if method in refused else []),
            ]
            for method in METHODS
        },
    )
    world = World(analyses, rekognition, Steps(before, after))

    deliver_until_done(world)

    assert distinct(world.rows) == distinct(world.sink.rows) == {("2026-11-19", IMAGE_ID)}
    assert rekognition.billed == dict.fromkeys(METHODS - refused, 1)
    assert world.image.state == "done"
    for row in world.rows:
        assert len(row["errors"]) == len(refused)
        assert row["unmapped"] is None or "humanloop" in row["unmapped"]


@pytest.mark.parametrize("step", range(1, 7))
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_at_any_single_step_costs_nothing_but_a_retry(analyses: TableSchema, step: int, moment: str) -> None:
    rekognition = FakeRekognition([PERSON, TEXT])
    world = World(analyses, rekognition, Steps(**{moment: frozenset({step})}))

    deliver_until_done(world)

    assert distinct(world.rows) == distinct(world.sink.rows) == {("2026-11-19", IMAGE_ID)}
    assert set(rekognition.billed.values()) == {1}


def test_a_finished_image_is_not_analysed_again_by_a_repeated_message(analyses: TableSchema) -> None:
    world = World(analyses, FakeRekognition([PERSON, TEXT]), Steps())

    assert [world.deliver(), world.deliver()] == [AnalysisResult.ANALYZED, AnalysisResult.SAVED]
    assert len(world.rows) == 1
    assert len(world.rekognition.requests) == 5


def test_an_image_over_the_budget_waits_and_costs_nothing(analyses: TableSchema) -> None:
    world = World(analyses, FakeRekognition(), Steps(), budget=0)

    assert world.deliver() is AnalysisResult.WAITING
    assert world.image.state == "waiting"
    assert (world.rows, world.rekognition.requests) == ([], [])


def test_a_retry_takes_no_second_unit_of_the_budget(analyses: TableSchema) -> None:
    rekognition = FakeRekognition([PERSON, TEXT], faults={"detect_faces": [service_error("ThrottlingException")] * 3})
    world = World(analyses, rekognition, Steps(), budget=1)

    deliver_until_done(world)

    assert world.units == 1


def test_an_image_done_with_other_requests_buys_only_what_is_new(analyses: TableSchema) -> None:
    world = World(analyses, FakeRekognition([PERSON, TEXT]), Steps())
    world.image = replace(STORED, state="done", request_digest="others")
    PartialResults(world.cache, lambda: NOW).store(IMAGE_ID, select_apis(["faces"])[0], {"FaceDetails": []})  # type: ignore[arg-type]

    assert world.deliver() is AnalysisResult.ANALYZED
    assert world.rekognition.billed.keys() == METHODS - {"detect_faces"}
    assert world.rows[0]["image_labels"]["facedetails"] == []


def test_the_row_has_the_error_of_one_api_and_the_responses_of_the_others(analyses: TableSchema) -> None:
    error = service_error("InvalidImageFormatException", "detect_text")
    world = World(analyses, FakeRekognition([PERSON, TEXT], faults={"detect_text": [error]}), Steps())

    world.deliver()

    (row,) = world.rows
    assert row["errors"] == [
        {
            "api": "text",
            "code": "InvalidImageFormatException",
            "message": "refused with InvalidImageFormatException",
        }
    ]
    assert "facedetails" in row["image_labels"]
    assert "textdetections" not in row["image_labels"]
