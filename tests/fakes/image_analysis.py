"""One image on its way through ImageAnalyzer, in a world in memory where the worker can crash at any step."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from photolake.errors import RetryableError
from photolake.images.analyze import AnalysisResult, ImageAnalyzer
from photolake.images.cache import PartialResults
from photolake.images.face_use import FaceUse
from photolake.images.lease import Lease
from photolake.images.registry import ImageRecord
from photolake.images.rekognition import ImageRequests
from photolake.images.rekognition_apis import list_forbidden_requests, select_apis
from photolake.images.responses import KeptResponses
from tests.fakes.dynamodb_table import FakeTable
from tests.fakes.rekognition import CUSTOM_MODEL, DEFAULT_APIS, FakeRekognition
from tests.fakes.s3 import FakeS3

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


class KeptSteps:
    """Kept responses whose loading and storing are steps."""

    def __init__(self, kept: KeptResponses, steps: Steps) -> None:
        self._kept, self.steps = kept, steps

    def load(self, image_id: str) -> Any:
        return self.steps.take(lambda: self._kept.load(image_id))

    def store(self, *arguments: Any) -> None:
        self.steps.take(lambda: self._kept.store(*arguments))


class Sink:
    """A search index, which has to be put before the image is done and after its row is delivered."""

    def __init__(self, world: World) -> None:
        self.rows: list[Mapping[str, Any]] = []
        self._world = world

    def put(self, row: Mapping[str, Any]) -> None:
        assert row in self._world.rows
        assert self._world.image.state == "analyzing"
        self._world.steps.take(lambda: self.rows.append(row))


class Item:
    """The image's item of the images table, which the worker's marks change."""

    def __init__(self, world: World) -> None:
        self._world = world

    def update_item(self, *, UpdateExpression: str, ExpressionAttributeValues: dict[str, Any], **_: Any) -> None:  # noqa: N803
        values = ExpressionAttributeValues
        changes = {"state": values[":state"]} if ":state" in values else {}
        changes |= {"request_digest": values[":digest"]} if ":digest" in values else {}
        self._world.change(**changes)
        self._world.has_unit = "has_unit = :yes" in UpdateExpression


class World:
    """What outlives a worker: the image's item, the cache, the stream, Rekognition's bill; all in memory."""

    def __init__(self, analyses: TableSchema, rekognition: FakeRekognition, steps: Steps, budget: int = 10**6) -> None:
        self.image = STORED
        self.has_unit = False
        self.rows: list[Mapping[str, Any]] = []
        self.sink = Sink(self)
        self.units = 0
        self.cache, self.s3, self.rekognition = FakeTable(), FakeS3(), rekognition
        self.apis: Sequence[str] = DEFAULT_APIS
        self.face_use = FaceUse.FULL
        self._analyses, self.steps, self._budget = analyses, steps, budget

    def deliver(self) -> AnalysisResult | None:
        """One delivery of the image's message to a new worker."""
        world: Any = self
        # No crash between a response and its being stored: the one window that the design leaves open.
        partial_results = PartialResults(world.cache, lambda: NOW)
        requests = ImageRequests(
            world.rekognition,
            "lake",
            select_apis(self.apis, CUSTOM_MODEL, self.face_use),
            partial_results,
            on_response=lambda api: None,
        )
        kept: Any = KeptSteps(KeptResponses(world.s3, "lake", list_forbidden_requests(self.face_use)), self.steps)
        leases: Any = SimpleNamespace(take=self.take_lease)
        analyzer = ImageAnalyzer(
            leases,
            world,
            requests,
            partial_results,
            kept,
            world.read,
            world,
            self._analyses,
            [self.sink],
            clock=lambda: NOW,
        )
        return analyzer.analyze(self.image.s3_key, lease_seconds=60)

    def take_lease(self, s3_key: str, digest: str, seconds: float) -> Lease | ImageRecord:
        before = self.image
        if before.state == "done" and before.request_digest == digest:
            return before
        self.change(state="analyzing")
        item: Any = Item(self)
        is_begun = before.state == "analyzing"
        return Lease(before, "holder", is_begun, is_begun and self.has_unit, item)

    def read(self, key: str) -> bytes:
        return self.steps.take(lambda: PHOTO)  # type: ignore[no-any-return]

    def take(self, now: dt.datetime) -> bool:
        def unit() -> bool:
            if self.units >= self._budget:
                return False
            self.units += 1
            return True

        return bool(self.steps.take(unit))

    def put(self, rows: list[Mapping[str, Any]]) -> None:
        for row in rows:
            self._analyses.check(row)
        self.steps.take(lambda: self.rows.extend(rows))

    def change(self, **changes: Any) -> None:
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
