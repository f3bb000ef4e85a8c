"""One image from its registry record to its row: admitted by the budget, asked about, delivered, marked as done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from photolake.clock import format_utc
from photolake.errors import PermanentError
from photolake.images.perceptual_hash import perceptual_hash
from photolake.images.row import analysis_row

if TYPE_CHECKING:
    from photolake.aws.firehose import DeliveryStream
    from photolake.images.daily_budget import DailyBudget
    from photolake.images.registry import ImageRecord, ImageRegistry
    from photolake.images.rekognition import ImageQuestions
    from photolake.rows.schema import TableSchema


class Outcome(StrEnum):
    """What came of an object under images/; each is the name of the metric that counts it."""

    ANALYZED = "ImagesAnalyzed"
    SAVED = "AnalysesSaved"  # analysed before, with the same settings
    WAITING = "ImagesWaiting"  # for another day's budget
    GONE = "ImagesGone"  # deleted before it was analysed
    DROPPED = "PhotosDropped"  # put there by hand; the photos row says what it was


class Lease(Protocol):
    """Keeps two workers from the same image: `photolake.images.lease.AnalysisLease`."""

    def run(self, image_id: str, settings: str, work: Callable[[], str]) -> str:
        """Do the work, or return what somebody's work on it has just returned."""


class ImageAnalyzer:
    """Analyses registered images, each once for the same settings."""

    def __init__(
        self,
        registry: ImageRegistry,
        budget: DailyBudget,
        lease: Lease,
        questions: ImageQuestions,
        read: Callable[[str], bytes],
        stream: DeliveryStream,
        table: TableSchema,
        clock: Callable[[], dt.datetime],
    ) -> None:
        """`read` gets an S3 key (PermanentError if it is gone); `stream` delivers to `table`, the analyses."""
        self._registry = registry
        self._budget = budget
        self._lease = lease
        self._questions = questions
        self._read = read
        self._stream = stream
        self._table = table
        self._clock = clock

    def analyze(self, image: ImageRecord) -> Outcome:
        """Analyse the image unless that is done already, or has to wait for another day's budget.

        Any error means: not done; a later call pays for nothing twice.
        """
        settings = self._questions.settings
        if image.state == "done" and image.settings == settings:
            return Outcome.SAVED
        if not self._admit(image):
            return Outcome.WAITING
        try:
            data = self._read(image.s3_key)
        except PermanentError:
            self._registry.lose(image.image_id)
            return Outcome.GONE
        started = format_utc(self._clock())
        finished = self._lease.run(image.image_id, settings, lambda: self._finish(image, data, started))
        return Outcome.ANALYZED if finished == started else Outcome.SAVED

    def _admit(self, image: ImageRecord) -> bool:
        if image.state == "analyzing":  # a retry: its unit of the budget is taken
            return True
        if not self._budget.take(self._clock()):
            self._registry.wait(image.image_id)
            return False
        self._registry.begin(image.image_id)
        return True

    def _finish(self, image: ImageRecord, data: bytes, started: str) -> str:
        answers = self._questions.ask(image.image_id, image.s3_key)
        row = analysis_row(
            image,
            answers,
            self._table,
            fingerprint=perceptual_hash(data),
            analyzed_at=started,
            processed_at=format_utc(self._clock()),
        )
        self._stream.put([row])
        self._registry.finish(image.image_id, self._questions.settings)
        return started
