"""One image from its key to its row: leased, admitted by the budget, analysed, delivered, marked done.

What need not wait does not: the object is read and hashed while Rekognition works, and the responses are stored for
good while the row is delivered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from photolake.clock import format_utc, utc_now
from photolake.errors import PermanentError, RetryableError
from photolake.images.face_use import COUNTS
from photolake.images.lease import Lease
from photolake.images.limits import DECODING
from photolake.images.perceptual_hash import perceptual_hash
from photolake.images.rekognition_apis import MODEL_PARAMETER
from photolake.rows.json_text import compact_json
from photolake.rows.schema import fit_value
from photolake.spending.purse import NO_LIMIT, Payment, Purse

if TYPE_CHECKING:
    from photolake.aws.firehose import DeliveryStream
    from photolake.images.cache import DailyBudget, PartialResults
    from photolake.images.lease import ImageLeases
    from photolake.images.registry import ImageRecord
    from photolake.images.rekognition import ImageRequests, ImageResponses, Responses
    from photolake.images.rekognition_apis import ImageApi
    from photolake.images.responses import KeptResponses
    from photolake.rows.schema import TableSchema
    from photolake.rows.types import AnalysisRow


class AnalysisResult(StrEnum):
    """What became of an object under images/; each is the name of the metric that counts it."""

    ANALYZED = "ImagesAnalyzed"
    SAVED = "AnalysesSaved"  # analysed before, with the same requests
    WAITING = "ImagesWaiting"  # for another day's budget
    OVER_BUDGET = "ImagesOverBudget"  # the month has no money left for it
    GONE = "ImagesGone"  # deleted before it was analysed
    DROPPED = "PhotosDropped"  # put there by hand or backfilled, and ingested; its photos row has the details


@dataclass(frozen=True)
class KnownResponses:
    """What earlier runs have bought, by the digest of its request: kept for good, or until the image is done."""

    kept: Responses
    partial: Responses

    @property
    def responses(self) -> Responses:
        """All of them."""
        return {**self.partial, **self.kept}


class ImageSink(Protocol):
    """What takes each analysis besides the stream, such as a search index."""

    def put(self, row: AnalysisRow) -> None:
        """Take the row; the same image comes again after any error, and with other columns after a new analysis."""


@dataclass(frozen=True)
class ImageAnalyzer:
    """Analyses registered images, each once for the same requests.

    `read` returns the bytes of an S3 key (PermanentError if it is gone); `stream` delivers to `schema`, the analyses.
    `sinks` take the row once the stream has accepted it, and before the image is done. `purse` pays for the requests.
    """

    leases: ImageLeases
    budget: DailyBudget
    requests: ImageRequests
    partial_results: PartialResults
    kept_responses: KeptResponses
    read: Callable[[str], bytes]
    stream: DeliveryStream
    schema: TableSchema
    sinks: Sequence[ImageSink] = ()
    purse: Purse = NO_LIMIT
    clock: Callable[[], dt.datetime] = utc_now

    def analyze(self, s3_key: str, lease_seconds: float) -> AnalysisResult | None:
        """Analyse the image of this key unless that is done already, or has to wait for the budget of a day or month.

        None: no image is registered with this key. If it was analysed with other requests, only what those did not ask
        is bought. After any error the image is not done, and a later call pays for nothing twice. RetryableError:
        another worker holds the lease, which lasts `lease_seconds`, or has taken it over since, or Rekognition may
        still respond.
        """
        lease = self.leases.take(s3_key, self.requests.digest, lease_seconds)
        if lease is None:
            return None
        if not isinstance(lease, Lease):
            return AnalysisResult.SAVED
        with lease:
            known = self._load_known(lease)
            price = self.requests.price(known.responses)
            if not self.purse.take(price):
                lease.mark_waiting()
                return AnalysisResult.OVER_BUDGET
            with Payment(self.purse, price) as payment:
                if not lease.has_unit:
                    if not self.budget.take(self.clock()):
                        lease.mark_waiting()
                        return AnalysisResult.WAITING
                    lease.has_unit = True
                return self._analyze(lease, known, payment)

    def _load_known(self, lease: Lease) -> KnownResponses:
        """Load what earlier runs have bought. It shows that the unit of an analysis that was interrupted is taken."""
        image = lease.image
        kept = self.kept_responses.load(image.image_id) if lease.is_begun or image.request_digest else {}
        partial = self.partial_results.load(image.image_id) if lease.is_begun else {}
        # What an earlier analysis has bought says nothing of this one.
        of_this_analysis = {**partial, **kept}.keys() - (kept.keys() if image.request_digest else set())
        lease.has_unit |= image.state == "analyzing" and bool(of_this_analysis)
        return KnownResponses(kept, partial)

    def _analyze(self, lease: Lease, known: KnownResponses, payment: Payment) -> AnalysisResult:
        image, began = lease.image, self.clock()
        with ThreadPoolExecutor(max_workers=2) as pool:
            hashing = pool.submit(self._hash, image.s3_key)
            try:
                responses = self.requests.send(image.image_id, image.s3_key, known.responses, payment)
            except RetryableError:
                if not isinstance(hashing.exception(), PermanentError):
                    raise
                lease.mark_gone()
                return AnalysisResult.GONE
            keeping = pool.submit(self._keep, image.image_id, responses, known.kept)
            try:
                row = analysis_row(image, responses, self.schema, hashing.result(), began, self.clock())
            except PermanentError:
                keeping.result()
                lease.mark_gone()
                return AnalysisResult.GONE
            self.stream.put([row])
            keeping.result()
        for sink in self.sinks:
            sink.put(row)
        lease.mark_done(responses.digest)
        return AnalysisResult.ANALYZED

    def _hash(self, s3_key: str) -> str | None:
        data = self.read(s3_key)
        with DECODING:
            return perceptual_hash(data)

    def _keep(self, image_id: str, responses: ImageResponses, kept: Responses) -> None:
        """Keep the responses as long as the rows; should S3 be out of order, until a retry."""
        try:
            self.kept_responses.store(image_id, responses.responses, kept)
        except Exception:
            self.partial_results.store(image_id, {api.digest: response for api, response in responses.responses})
            raise


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
        "face_counts": fitted[COUNTS],
        "errors": list(responses.errors),
        "unmapped": compact_json(unmapped) if unmapped else None,
        "processed_at": format_utc(processed_at),
    }


def _sort_into_columns(responses: Sequence[tuple[ImageApi, Mapping[str, Any]]]) -> dict[str, dict[str, Any] | None]:
    labels: dict[str, Any] = {}
    counts: dict[str, Any] = {}
    properties = None
    for api, response in responses:
        fields = _with_lower_case_keys(response)
        properties = fields.pop("imageproperties", properties)
        counts |= fields.pop(COUNTS, {})
        if api.is_nested:
            labels[api.column.removeprefix("image_labels.")] = fields
        else:
            if model := api.parameters.get(MODEL_PARAMETER):
                fields["customlabelsmodel"] = model  # the response does not name it
            # DetectLabels and DetectFaces share `orientationcorrection`: the first that is not null counts.
            labels |= {name: value for name, value in fields.items() if labels.get(name) is None}
    return {"image_labels": labels or None, "image_properties": properties, COUNTS: counts or None}


def _with_lower_case_keys(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name.lower(): _with_lower_case_keys(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_lower_case_keys(item) for item in value]
    return value
