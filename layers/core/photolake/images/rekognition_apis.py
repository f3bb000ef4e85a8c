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
from photolake.images.face_use import PERSONAL_APIS, REDUCTIONS, FaceUse, choose_apis, reduce_response
from photolake.images.label_words import PERSON_WORDS, TEXT_WORDS, list_words
from photolake.price_list import DEFAULT_REGION, find_usd

IMAGE_PRICE = "rekognition_image"


@dataclass(frozen=True)
class ImageApi:
    """One request about an image.

    `name` is the API's in the parameter `ImageApis`, `operation` Rekognition's. `column` is filled whenever the API
    responds; of a nested one it takes the whole response, else the fields of the response stand beside each other.
    `parameters` are sent in addition to `Image`. A `gate` holds label words: the request is sent if the image has a
    label with one of them. `price` names the price of an image in prices.json; without one it is not billed by the
    image. A joint request has `parts`: the APIs that it replaces. Of a reduced one only that is kept of the response
    which `FacesAndCelebrities` allows.
    """

    name: str
    operation: str
    column: str
    price: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    gate: frozenset[str] = frozenset()
    is_nested: bool = False
    parts: tuple[ImageApi, ...] = ()
    is_reduced: bool = False

    @property
    def apis(self) -> tuple[ImageApi, ...]:
        """The APIs whose responses this request brings: its parts, or itself."""
        return self.parts or (self,)

    def find_price(self, region: str = DEFAULT_REGION) -> Decimal:
        """The list price of an image in a Region, first tier; of a joint request that of all its parts."""
        return sum((find_usd(api.price, region) for api in self.apis if api.price), Decimal(0))

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
        return _digest([self.method, self.parameters, *(["reduced"] if self.is_reduced else [])])

    def split_response(self, response: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return what may be kept of the response of each of `apis` by name, as if it had been requested alone."""
        responses: dict[str, Mapping[str, Any]] = {self.name: response}
        if self.parts:
            labels = {name: value for name, value in response.items() if name != "ImageProperties"}
            responses = {LABELS.name: labels, PROPERTIES.name: {**response, "Labels": []}}
        return {api.name: api.reduce(responses[api.name]) for api in self.apis}

    def reduce(self, response: Mapping[str, Any]) -> dict[str, Any]:
        """Return what may be kept of a full response."""
        return reduce_response(self.name, response) if self.is_reduced else dict(response)

    def find_response(self, known: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
        """Return the response among those that are known by the digest of their request; a full one is reduced."""
        if self.digest in known or not self.is_reduced:
            return known.get(self.digest)
        full = known.get(replace(self, is_reduced=False).digest)
        return None if full is None else self.reduce(full)

    def passes_gate(self, labels: Mapping[str, Any] | None) -> bool:
        """Whether an image with this DetectLabels response is worth the request; without one, every image is."""
        if not self.gate or labels is None:
            return True
        return any(list_words(label) & self.gate for label in labels.get("Labels") or [])


LABELS = ImageApi(
    "labels",
    "DetectLabels",
    "image_labels.labels",
    IMAGE_PRICE,
    {"MaxLabels": 100, "MinConfidence": 50, "Features": ["GENERAL_LABELS"]},
)
PROPERTIES = ImageApi(
    "properties", "DetectLabels", "image_properties", "rekognition_properties", {"Features": ["IMAGE_PROPERTIES"]}
)
MODEL_PARAMETER = "ProjectVersionArn"
# Logos and products that a model of one's own was trained for. Without `MinConfidence` each label has the threshold
# found in training. Billed by the hour that the model runs, not by the image.
CUSTOM_LABELS = ImageApi("custom_labels", "DetectCustomLabels", "image_labels.customlabels", "")
APIS: Mapping[str, ImageApi] = {
    api.name: api
    for api in (
        LABELS,
        ImageApi(
            "moderation",
            "DetectModerationLabels",
            "image_labels.moderationlabels",
            IMAGE_PRICE,
            {"MinConfidence": 50},
        ),
        ImageApi("text", "DetectText", "image_labels.textdetections", IMAGE_PRICE, gate=TEXT_WORDS),
        ImageApi(
            "faces",
            "DetectFaces",
            "image_labels.facedetails",
            IMAGE_PRICE,
            {"Attributes": ["ALL"]},
            gate=PERSON_WORDS,
        ),
        ImageApi(
            "celebrities",
            "RecognizeCelebrities",
            "image_labels.celebrityrecognition",
            IMAGE_PRICE,
            gate=PERSON_WORDS,
            is_nested=True,
        ),
        PROPERTIES,
        CUSTOM_LABELS,
    )
}


def select_apis(
    names: Iterable[str], custom_labels_model: str = "", face_use: FaceUse = FaceUse.FULL
) -> tuple[ImageApi, ...]:
    """Return the requests for the named APIs in the order of `APIS`, as far as `face_use` allows them.

    Labels and properties together are one joint request with two features, billed as two. `custom_labels_model` is the
    ARN of a model version, which custom labels need. SettingsError: an unknown name, or custom labels without a model.
    """
    selected = _rows_of(names)
    if face_use is not FaceUse.FULL:
        selected = {name: _reduced(selected[name]) for name in choose_apis(selected, face_use)}
    if CUSTOM_LABELS.name in selected:
        if not custom_labels_model:
            raise SettingsError("custom_labels needs the ARN of a model version in the setting CustomLabelsModel")
        selected[CUSTOM_LABELS.name] = replace(CUSTOM_LABELS, parameters={MODEL_PARAMETER: custom_labels_model})
    if {LABELS.name, PROPERTIES.name} <= selected.keys():
        labels, properties = selected[LABELS.name], selected.pop(PROPERTIES.name)
        features = [*LABELS.parameters["Features"], *properties.parameters["Features"]]
        selected[LABELS.name] = replace(
            labels,
            parameters={**LABELS.parameters, "Features": features},
            parts=(labels, properties),
        )
    return tuple(selected.values())


def _reduced(api: ImageApi) -> ImageApi:
    return replace(api, is_reduced=True) if api.name in REDUCTIONS else api


def list_forbidden_requests(face_use: FaceUse) -> frozenset[str]:
    """Return the digests of the requests whose responses may not be kept."""
    if face_use is FaceUse.FULL:
        return frozenset()
    full = {APIS[name].digest for name in REDUCTIONS}
    return frozenset(
        full | ({_reduced(APIS[name]).digest for name in PERSONAL_APIS} if face_use is FaceUse.OFF else set())
    )


def list_missing(requests: Iterable[ImageApi], known: Container[str]) -> list[ImageApi]:
    """Return what is left of the requests if the APIs named `known` have responded; a joint one shrinks to a part."""
    missing: list[ImageApi] = []
    for request in requests:
        left = [api for api in request.apis if api.name not in known]
        missing += [request] if len(left) == len(request.apis) else left
    return missing


def find_apis(digest: str | None, custom_labels_model: str = "", face_use: FaceUse = FaceUse.FULL) -> frozenset[str]:
    """Return the APIs of a request digest; none if it is not one that these settings can give in this version."""
    return _apis_by_digest(custom_labels_model, face_use).get(digest or "", frozenset())


def find_missing_apis(
    apis: Iterable[str], digest: str | None, custom_labels_model: str, face_use: FaceUse
) -> frozenset[str] | None:
    """Return which of the APIs must be bought for an image of this request digest; None if its analysis may stay.

    An empty set: nothing has to be bought, but the analysis says more of faces than `face_use` allows.
    """
    wanted = frozenset(choose_apis(apis, face_use))
    found = _apis_by_digest(custom_labels_model, face_use).get(digest or "")
    if found is not None:
        return wanted - found or None
    for before in FaceUse:
        if found := find_apis(digest, custom_labels_model, before):
            is_fuller = before is FaceUse.FULL or face_use is FaceUse.OFF
            return wanted - (found if is_fuller else found - REDUCTIONS.keys())
    return wanted


@cache
def _apis_by_digest(custom_labels_model: str, face_use: FaceUse) -> Mapping[str, frozenset[str]]:
    usable = [name for name in APIS if name != CUSTOM_LABELS.name or custom_labels_model]
    usable = choose_apis(usable, face_use)
    names = [frozenset(some) for size in range(len(usable) + 1) for some in combinations(usable, size)]
    return {digest_requests(select_apis(some, custom_labels_model, face_use)): some for some in names}


def price_per_image(names: Iterable[str], region: str = DEFAULT_REGION) -> Decimal:
    """Return what the named APIs cost for one image if all of them are called, in USD; SettingsError as above."""
    return sum((api.find_price(region) for api in _rows_of(names).values()), Decimal(0))


def price_request(operation: str, parameters: Mapping[str, Any], region: str = DEFAULT_REGION) -> Decimal:
    """Return what a request costs in a Region, in USD: DetectLabels by its features."""
    features = set(parameters.get("Features", ()))
    return sum(
        (
            api.find_price(region)
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
