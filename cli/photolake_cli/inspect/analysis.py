"""One photo through the rules of the pipeline: rendered, sent with the same requests, and made into a row."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from photolake.clock import utc_now
from photolake.images.analyze import analysis_row
from photolake.images.perceptual_hash import perceptual_hash
from photolake.images.registry import ImageRecord
from photolake.images.rekognition import ImageRequests
from photolake.images.rendition import Rendition, render

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

    from photolake.images.rekognition import Responses
    from photolake.images.rekognition_apis import ImageApi
    from photolake.rows.schema import TableSchema
    from photolake.rows.types import AnalysisRow

ORIGIN = "inspected"


@dataclass(frozen=True)
class Inspection:
    """The row of one photo, what was sent, and the APIs that no label called for."""

    row: AnalysisRow
    rendition: Rendition
    not_called: Sequence[str]


class _NoStore:
    """Keeps no response: each inspection asks anew."""

    def store(self, image_id: str, responses: Responses) -> None:
        pass


def analyze_photo(
    data: bytes,
    client: RekognitionClient,
    apis: Sequence[ImageApi],
    schema: TableSchema,
    clock: Callable[[], dt.datetime] = utc_now,
) -> Inspection:
    """Analyse the photo; PermanentError if it cannot become an image, RetryableError if Rekognition has an outage."""
    rendition = render(data)
    image_id = hashlib.sha256(data).hexdigest()
    began = clock()
    image = ImageRecord(
        image_id=image_id,
        image_dt=began.date().isoformat(),
        origin=ORIGIN,
        source_key="",
        s3_key="",
        width=rendition.width,
        height=rendition.height,
        content_type=rendition.content_type,
    )
    requests = ImageRequests(client, "", apis, _NoStore(), lambda api: None)
    responses = requests.send_image(image_id, {"Bytes": rendition.body})
    row = analysis_row(image, responses, schema, perceptual_hash(rendition.body), began, clock())
    called = {api.name for api, _ in responses.responses} | {error["api"] for error in responses.errors}
    # The photo is not stored anywhere.
    return Inspection({**row, "s3_key": ""}, rendition, [api.name for api in apis if api.name not in called])


def without_gates(apis: Iterable[ImageApi]) -> tuple[ImageApi, ...]:
    """The same requests, made whatever the labels are."""
    return tuple(replace(api, gate=frozenset()) for api in apis)
