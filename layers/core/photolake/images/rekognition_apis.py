"""The Rekognition requests an image may need, each by the name it has in the setting `ImageApis`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from photolake.errors import SettingsError

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

PERSON_WORDS = frozenset({"Person", "Face", "Person Description"})
TEXT_WORDS = frozenset({"Text", "Text and Documents"})


@dataclass(frozen=True)
class ImageApi:
    """One request: the boto3 method, its arguments beside `Image`, and the label words that call for it (none: always).

    `nested_in` is the field of image_labels that takes the whole answer; without one its fields go in side by side.
    """

    name: str
    method: str
    request: Mapping[str, Any] = field(default_factory=dict)
    called_for_by: frozenset[str] = frozenset()
    nested_in: str | None = None

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same image could get another answer: 16 hex digits."""
        return _digest([self.method, self.request])

    def ask(self, client: RekognitionClient, bucket: str, key: str) -> dict[str, Any]:
        """Send the request for an S3 object; returns Rekognition's answer without the HTTP metadata."""
        image = {"S3Object": {"Bucket": bucket, "Name": key}}
        answer = getattr(client, self.method)(Image=image, **self.request)
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


LABELS = ImageApi("labels", "detect_labels", {"MaxLabels": 100, "MinConfidence": 50, "Features": ["GENERAL_LABELS"]})
PROPERTIES = ImageApi("properties", "detect_labels", {"Features": ["IMAGE_PROPERTIES"]})
# One call, billed as two: https://aws.amazon.com/rekognition/pricing/
LABELS_WITH_PROPERTIES = replace(
    LABELS, request={**LABELS.request, "Features": [*LABELS.request["Features"], *PROPERTIES.request["Features"]]}
)
_SEPARATE = {
    api.name: api
    for api in (
        LABELS,
        ImageApi("moderation", "detect_moderation_labels", {"MinConfidence": 50}),
        ImageApi("text", "detect_text", called_for_by=TEXT_WORDS),
        ImageApi("faces", "detect_faces", {"Attributes": ["ALL"]}, called_for_by=PERSON_WORDS),
        ImageApi("celebrities", "recognize_celebrities", called_for_by=PERSON_WORDS, nested_in="celebrityrecognition"),
        PROPERTIES,
    )
}


def chosen(names: Iterable[str]) -> tuple[ImageApi, ...]:
    """The requests for the named APIs, in a fixed order; SettingsError for a name that is none of them."""
    wanted = set(names)
    if unknown := wanted - _SEPARATE.keys():
        raise SettingsError(f"unknown image APIs {sorted(unknown)}; there are {', '.join(_SEPARATE)}")
    apis = {name: api for name, api in _SEPARATE.items() if name in wanted}
    if {LABELS.name, PROPERTIES.name} <= wanted:
        del apis[PROPERTIES.name]
        apis[LABELS.name] = LABELS_WITH_PROPERTIES
    return tuple(apis.values())


def settings_of(apis: Iterable[ImageApi]) -> str:
    """What an image marked as done was analysed with: 16 hex digits that change with the requests and their gates."""
    return _digest(sorted([api.fingerprint, *sorted(api.called_for_by)] for api in apis))


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
