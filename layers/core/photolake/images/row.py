"""The row of the table `analyses`: Rekognition's answers under the columns they have."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from photolake.rows.schema import fit_value

if TYPE_CHECKING:
    from photolake.images.registry import ImageRecord
    from photolake.images.rekognition import Answers
    from photolake.images.rekognition_apis import ImageApi
    from photolake.rows.schema import TableSchema


def analysis_row(
    image: ImageRecord,
    answers: Answers,
    table: TableSchema,
    *,
    fingerprint: str | None,
    analyzed_at: str,
    processed_at: str,
) -> dict[str, Any]:
    """The image's row; an API that was not asked leaves null, one that found nothing an empty list.

    What has no column in `table` yet, or another type than its column, is kept as JSON in `unmapped`.
    """
    fitted, unmapped = {}, {}
    for column, value in _columns_of(answers.given).items():
        fitted[column], left = fit_value(value, table.columns[column])
        if left is not None:
            unmapped[column] = left
    return {
        "dt": image.image_dt,
        "image_id": image.image_id,
        "s3_key": image.s3_key,
        "origin": image.origin,
        "width": image.width,
        "height": image.height,
        "content_type": image.content_type,
        "perceptual_hash": fingerprint,
        "analyzed_at": analyzed_at,
        **fitted,
        "errors": [error.as_row() for error in answers.errors],
        "unmapped": json.dumps(unmapped, ensure_ascii=False, separators=(",", ":")) if unmapped else None,
        "processed_at": processed_at,
    }


def _columns_of(given: Sequence[tuple[ImageApi, Mapping[str, Any]]]) -> dict[str, dict[str, Any] | None]:
    labels: dict[str, Any] = {}
    properties = None
    for api, answer in given:
        fields = _lower_case(answer)
        properties = fields.pop("imageproperties", properties)
        if api.nested_in:
            labels[api.nested_in] = fields
        else:
            # DetectLabels and DetectFaces share `orientationcorrection`: the first that says anything counts.
            labels |= {name: value for name, value in fields.items() if labels.get(name) is None}
    return {"image_labels": labels or None, "image_properties": properties}


def _lower_case(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name.lower(): _lower_case(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_lower_case(item) for item in value]
    return value
