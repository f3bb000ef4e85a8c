"""One image from its registry record to its row: admitted by the budget, analysed, delivered, marked done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from photolake.clock import format_utc, utc_now
from photolake.errors import PermanentError
from photolake.images.perceptual_hash import perceptual_hash
from photolake.images.rekognition_apis import MODEL_PARAMETER
from photolake.rows.json_text import compact_json
from photolake.rows.schema import fit_value

if TYPE_CHECKING:
    from photolake.aws.firehose import DeliveryStream
    from photolake.images.cache import AnalysisLease, DailyBudget
    from photolake.images.registry import ImageRecord, ImageRegistry
    from photolake.images.rekognition import ImageRequests, ImageResponses
    from photolake.images.rekognition_apis import ImageApi
    from photolake.images.responses import KeptResponses
    from photolake.rows.schema import TableSchema
    from photolake.rows.types import AnalysisRow


class AnalysisResult(StrEnum):
    """What became of an object under images/; each is the name of the metric that counts it."""

    ANALYZED = "ImagesAnalyzed"
    SAVED = "AnalysesSaved"  # analysed before, with the same requests
    WAITING = "ImagesWaiting"  # for another day's budget
    GONE = "ImagesGone"  # deleted before it was analysed
    DROPPED = "PhotosDropped"  # put there by hand or backfilled, and ingested; its photos row has the details


class ImageSink(Protocol):
    """What takes each analysis besides the stream, such as a search index."""

    def put(self, row: AnalysisRow) -> None:
        """Take the row; the same image comes again after any error, and with other columns after a new analysis."""


@dataclass(frozen=True)
class ImageAnalyzer:
    """Analyses registered images, each once for the same requests.

    `read` returns the bytes of an S3 key (PermanentError if it is gone); `stream` delivers to `schema`, the analyses.
    `sinks` take the row once the stream has accepted it, and before the image is done.
    """

    registry: ImageRegistry
    budget: DailyBudget
    lease: AnalysisLease
    requests: ImageRequests
    kept_responses: KeptResponses
    read: Callable[[str], bytes]
    stream: DeliveryStream
    schema: TableSchema
    sinks: Sequence[ImageSink] = ()
    clock: Callable[[], dt.datetime] = utc_now

    def analyze(self, image: ImageRecord, lease_seconds: float) -> AnalysisResult:
        """Analyse the image unless that is done already, or has to wait for another day's budget.

        If it was analysed with other requests, only what those did not ask is bought.
        After any error the image is not done, and a later call pays for nothing twice. RetryableError: another worker
        holds the lease, which lasts `lease_seconds`, or has taken it over since, or Rekognition may still respond.
        """
        image_id, digest = image.image_id, self.requests.digest
        if image.state == "done" and image.request_digest == digest:
            return AnalysisResult.SAVED
        is_retry = image.state == "analyzing"  # its unit of the budget is taken
        if not is_retry and not self.budget.take(self.clock()):
            self.registry.mark_waiting(image_id)
            return AnalysisResult.WAITING
        with self.lease.hold(image_id, lease_seconds) as holder:
            current = self.registry.get(image_id)
            if current and current.state == "done" and current.request_digest == digest:
                return AnalysisResult.SAVED  # by another worker, after `image` was read
            self.registry.mark_analyzing(image_id, holder)
            try:
                data = self.read(image.s3_key)
            except PermanentError:
                self.registry.mark_gone(image_id, holder)
                return AnalysisResult.GONE
            analyzed_at = self.clock()
            kept = self.kept_responses.load(image_id) if image.request_digest else {}
            responses = self.requests.send(image_id, image.s3_key, kept)
            self.kept_responses.store(image_id, responses.responses, kept)
            row = analysis_row(image, responses, self.schema, perceptual_hash(data), analyzed_at, self.clock())
            self.stream.put([row])
            for sink in self.sinks:
                sink.put(row)
            self.registry.mark_done(image_id, responses.digest, holder)
            return AnalysisResult.ANALYZED


def analysis_row(
    image: ImageRecord,
    responses: ImageResponses,
    schema: TableSchema,
    image_hash: str | None,
    analyzed_at: dt.datetime,
    processed_at: dt.datetime,
) -> AnalysisRow:
    """Build the image's row; an API that was not called leaves null, one that found nothing an empty list.

    What has no column in `schema` yet, or another type than its column, is kept as JSON in `unmapped`.
    """
    fitted: dict[str, Any] = {}
    unmapped: dict[str, Any] = {}
    for column, value in _sort_into_columns(responses.responses).items():
        fitted[column], leftover = fit_value(value, schema.columns[column])
        if leftover is not None:
            unmapped[column] = leftover
    return {
        "dt": image.image_dt,
        "image_id": image.image_id,
        "s3_key": image.s3_key,
        "origin": image.origin,
        "width": image.width,
        "height": image.height,
        "content_type": image.content_type,
        "perceptual_hash": image_hash,
        "analyzed_at": format_utc(analyzed_at),
        "image_labels": fitted["image_labels"],
        "image_properties": fitted["image_properties"],
        "errors": list(responses.errors),
        "unmapped": compact_json(unmapped) if unmapped else None,
        "processed_at": format_utc(processed_at),
    }


def _sort_into_columns(responses: Sequence[tuple[ImageApi, Mapping[str, Any]]]) -> dict[str, dict[str, Any] | None]:
    labels: dict[str, Any] = {}
    properties = None
    for api, response in responses:
        fields = _with_lower_case_keys(response)
        properties = fields.pop("imageproperties", properties)
        if api.is_nested:
            labels[api.column.removeprefix("image_labels.")] = fields
        else:
            if model := api.parameters.get(MODEL_PARAMETER):
                fields["customlabelsmodel"] = model  # the response does not name it
            # DetectLabels and DetectFaces share `orientationcorrection`: the first that is not null counts.
            labels |= {name: value for name, value in fields.items() if labels.get(name) is None}
    return {"image_labels": labels or None, "image_properties": properties}


def _with_lower_case_keys(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name.lower(): _with_lower_case_keys(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_lower_case_keys(item) for item in value]
    return value
