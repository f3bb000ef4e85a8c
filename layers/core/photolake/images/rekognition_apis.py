"""The Rekognition APIs an image may need: one row each, with everything that the code has to know about it.

What cannot be derived from a row (the parameter `ImageApis`, the role of image_analyzer, the columns, the queries of
cost) is compared with it by tests/unit/images/test_api_registry.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from itertools import combinations
from typing import Any

from botocore import xform_name

from photolake.errors import SettingsError

PERSON_WORDS = frozenset({"Person", "Face", "Person Description"})
TEXT_WORDS = frozenset({"Text", "Text and Documents"})
_LABEL_WORD_GROUPS = ("Parents", "Aliases", "Categories")


@dataclass(frozen=True)
class ImageApi:
    """One request about an image.

    `name` is the API's in the parameter `ImageApis`, `operation` Rekognition's. `column` is filled whenever the API
    responds; of a nested one it takes the whole response, else the fields of the response stand beside each other.
    `parameters` are sent in addition to `Image`. A `gate` holds label words: the request is sent if the image has a
    label with one of them. `price_usd` is the list price of an image in us-east-1, first tier
    (https://aws.amazon.com/rekognition/pricing/). A joint request has `parts`: the APIs that it replaces.
    """

    name: str
    operation: str
    column: str
    price_usd: Decimal
    parameters: Mapping[str, Any] = field(default_factory=dict)
    gate: frozenset[str] = frozenset()
    is_nested: bool = False
    parts: tuple[ImageApi, ...] = ()

    @property
    def apis(self) -> tuple[ImageApi, ...]:
        """The APIs whose responses this request brings: its parts, or itself."""
        return self.parts or (self,)

    @property
    def method(self) -> str:
        """The method of the boto3 client."""
        return xform_name(self.operation)

    @property
    def iam_action(self) -> str:
        """What the caller must be allowed to do."""
        return f"rekognition:{self.operation}"

    @property
    def digest(self) -> str:
        """16 hex digits that change whenever the same image could get another response."""
        return _digest([self.method, self.parameters])

    def split_response(self, response: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return the response of each of `apis` by name, as if it had been requested alone."""
        if not self.parts:
            return {self.name: dict(response)}
        labels = {name: value for name, value in response.items() if name != "ImageProperties"}
        return {LABELS.name: labels, PROPERTIES.name: {**response, "Labels": []}}

    def passes_gate(self, labels: Mapping[str, Any] | None) -> bool:
        """Whether an image with this DetectLabels response is worth the request; without one, every image is.

        Since label model 3.0 a synonym is an alias of a label, not a label of its own, so all names of a label count
        (https://docs.aws.amazon.com/rekognition/latest/dg/labels.html).
        """
        if not self.gate or labels is None:
            return True
        for label in labels.get("Labels") or []:
            words = {label["Name"]}.union(
                *({item["Name"] for item in label.get(group) or []} for group in _LABEL_WORD_GROUPS)
            )
            if words & self.gate:
                return True
        return False


LABELS = ImageApi(
    "labels",
    "DetectLabels",
    "image_labels.labels",
    Decimal("0.001"),
    {"MaxLabels": 100, "MinConfidence": 50, "Features": ["GENERAL_LABELS"]},
)
PROPERTIES = ImageApi(
    "properties", "DetectLabels", "image_properties", Decimal("0.00075"), {"Features": ["IMAGE_PROPERTIES"]}
)
MODEL_PARAMETER = "ProjectVersionArn"
# Logos and products that a model of one's own was trained for. Without `MinConfidence` each label has the threshold
# found in training. Billed by the hour that the model runs, not by the image.
CUSTOM_LABELS = ImageApi("custom_labels", "DetectCustomLabels", "image_labels.customlabels", Decimal(0))
APIS: Mapping[str, ImageApi] = {
    api.name: api
    for api in (
        LABELS,
        ImageApi(
            "moderation",
            "DetectModerationLabels",
            "image_labels.moderationlabels",
            Decimal("0.001"),
            {"MinConfidence": 50},
        ),
        ImageApi("text", "DetectText", "image_labels.textdetections", Decimal("0.001"), gate=TEXT_WORDS),
        ImageApi(
            "faces",
            "DetectFaces",
            "image_labels.facedetails",
            Decimal("0.001"),
            {"Attributes": ["ALL"]},
            gate=PERSON_WORDS,
        ),
        ImageApi(
            "celebrities",
            "RecognizeCelebrities",
            "image_labels.celebrityrecognition",
            Decimal("0.001"),
            gate=PERSON_WORDS,
            is_nested=True,
        ),
        PROPERTIES,
        CUSTOM_LABELS,
    )
}


def select_apis(names: Iterable[str], custom_labels_model: str = "") -> tuple[ImageApi, ...]:
    """Return the requests for the named APIs in the order of `APIS`.

    Labels and properties together are one joint request with two features, billed as two. `custom_labels_model` is the
    ARN of a model version, which custom labels need. SettingsError: an unknown name, or custom labels without a model.
    """
    selected = _rows_of(names)
    if CUSTOM_LABELS.name in selected:
        if not custom_labels_model:
            raise SettingsError("custom_labels needs the ARN of a model version in the setting CustomLabelsModel")
        selected[CUSTOM_LABELS.name] = replace(CUSTOM_LABELS, parameters={MODEL_PARAMETER: custom_labels_model})
    if {LABELS.name, PROPERTIES.name} <= selected.keys():
        properties = selected.pop(PROPERTIES.name)
        features = [*LABELS.parameters["Features"], *properties.parameters["Features"]]
        selected[LABELS.name] = replace(
            LABELS,
            parameters={**LABELS.parameters, "Features": features},
            price_usd=LABELS.price_usd + properties.price_usd,
            parts=(LABELS, properties),
        )
    return tuple(selected.values())


def list_missing(requests: Iterable[ImageApi], known: Container[str]) -> list[ImageApi]:
    """Return what is left of the requests if the APIs named `known` have responded; a joint one shrinks to a part."""
    missing: list[ImageApi] = []
    for request in requests:
        left = [api for api in request.apis if api.name not in known]
        missing += [request] if len(left) == len(request.apis) else left
    return missing


def find_apis(digest: str | None, custom_labels_model: str = "") -> frozenset[str]:
    """Return the APIs of a request digest; none if it is not one that today's settings can give in this version."""
    return _apis_by_digest(custom_labels_model).get(digest or "", frozenset())


@cache
def _apis_by_digest(custom_labels_model: str) -> Mapping[str, frozenset[str]]:
    usable = [name for name in APIS if name != CUSTOM_LABELS.name or custom_labels_model]
    names = [frozenset(some) for size in range(len(usable) + 1) for some in combinations(usable, size)]
    return {digest_requests(select_apis(some, custom_labels_model)): some for some in names}


def price_per_image(names: Iterable[str]) -> Decimal:
    """Return what the named APIs cost for one image if all of them are called, in USD; SettingsError as above."""
    return sum((api.price_usd for api in _rows_of(names).values()), Decimal(0))


def price_request(operation: str, parameters: Mapping[str, Any]) -> Decimal:
    """Return what a request costs, in USD: DetectLabels by its features."""
    features = set(parameters.get("Features", ()))
    return sum(
        (
            api.price_usd
            for api in APIS.values()
            if api.operation == operation and features.issuperset(api.parameters.get("Features", ()))
        ),
        Decimal(0),
    )


def digest_requests(apis: Iterable[ImageApi]) -> str:
    """Return the request digest: 16 hex digits that change with the requests and their gates."""
    return _digest(sorted([api.digest, *sorted(api.gate)] for api in apis))


def _rows_of(names: Iterable[str]) -> dict[str, ImageApi]:
    wanted = set(names)
    if unknown := wanted - APIS.keys():
        raise SettingsError(f"unknown image APIs {sorted(unknown)}; there are {', '.join(APIS)}")
    return {name: api for name, api in APIS.items() if name in wanted}


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
