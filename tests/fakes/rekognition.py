"""A Rekognition that takes only valid requests, responds in the service's full shapes, and counts what it bills."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.hooks import HierarchicalEmitter
from botocore.model import ListShape, StructureShape
from botocore.session import Session
from botocore.validate import ParamValidator

from photolake.images.rekognition_apis import APIS
from tests.resolved_template import environment

MODEL = Session().get_service_model("rekognition")
OPERATIONS = {api.method: api.operation for api in APIS.values()}
DEFAULT_APIS = tuple(environment("image_analyzer")["IMAGE_APIS"].split(","))
CUSTOM_MODEL = (
    "arn:aws:rekognition:us-east-1:123456789012:project/logos/version/logos.2026-01-01T10.00.00/1700000000000"
)
_SCALARS: Mapping[str, Any] = {"string": "word", "float": 87.5, "integer": 3, "boolean": True}


def label(
    name: str, parents: Iterable[str] = (), aliases: Iterable[str] = (), categories: Iterable[str] = ()
) -> dict[str, Any]:
    """A label as DetectLabels gives it since model 3.0."""
    return {
        "Name": name,
        "Confidence": 98.5,
        "Instances": [],
        "Parents": [{"Name": parent} for parent in parents],
        "Aliases": [{"Name": alias} for alias in aliases],
        "Categories": [{"Name": category} for category in categories],
    }


PERSON = label("Person", aliases=["Human"], categories=["Person Description"])
TEXT = label("Text", categories=["Text and Documents"])
CAT = label("Cat", parents=["Animal", "Mammal", "Pet"], categories=["Animals and Pets"])


def build_full_value(shape: Any) -> Any:
    """A value with every field of an output shape, one element in each list."""
    if isinstance(shape, StructureShape):
        return {name: build_full_value(member) for name, member in shape.members.items()}
    if isinstance(shape, ListShape):
        return [build_full_value(shape.member)]
    return next(iter(getattr(shape, "enum", [])), _SCALARS[shape.type_name])


def full_response(method: str) -> dict[str, Any]:
    """A full synthetic response of one operation, as boto3 returns it."""
    response: dict[str, Any] = build_full_value(MODEL.operation_model(OPERATIONS[method]).output_shape)
    return {**response, "ResponseMetadata": {"HTTPStatusCode": 200}}


def name_apis(method: str, request: Mapping[str, Any]) -> list[str]:
    """The APIs that a request is billed as: DetectLabels by its features."""
    if method != "detect_labels":
        return [name for name, api in APIS.items() if api.method == method]
    features = {"GENERAL_LABELS": "labels", "IMAGE_PROPERTIES": "properties"}
    return [features[feature] for feature in request.get("Features", ["GENERAL_LABELS"])]


def service_error(code: str, method: str = "detect_labels") -> ClientError:
    """The error that boto3 raises for this code."""
    return ClientError({"Error": {"Code": code, "Message": f"refused with {code}"}}, OPERATIONS[method])


class FakeRekognition:
    """`labels` are what every image shows; each operation raises its `faults` one by one, then responds.

    `billed` counts the calls of each operation that responded, `bought` the APIs.
    """

    meta: Any = SimpleNamespace(
        events=HierarchicalEmitter(),
        service_model=MODEL,
        config=Config(retries={"total_max_attempts": 5}),
        region_name="us-east-1",
    )

    def __init__(
        self, labels: Iterable[dict[str, Any]] = (PERSON, TEXT), faults: Mapping[str, Iterable[Exception]] | None = None
    ) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.billed: Counter[str] = Counter()
        self.bought: Counter[str] = Counter()
        self.labels = list(labels)
        self.faults = {method: deque(faults) for method, faults in (faults or {}).items()}
        self._lock = threading.Lock()

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        if method not in OPERATIONS:
            raise AttributeError(method)
        return lambda **request: self._call(method, request)

    def _call(self, method: str, request: dict[str, Any]) -> dict[str, Any]:
        shape: Any = MODEL.operation_model(OPERATIONS[method]).input_shape
        report = ParamValidator().validate(request, shape)
        assert not report.has_errors(), report.generate_report()
        with self._lock:
            self.requests.append((method, request))
            if self.faults.get(method):
                raise self.faults[method].popleft()
            self.billed[method] += 1
            self.bought.update(name_apis(method, request))
        return self._respond(method, request)

    def _respond(self, method: str, request: Mapping[str, Any]) -> dict[str, Any]:
        response = full_response(method)
        if method != "detect_labels":
            return response
        features = request.get("Features", ["GENERAL_LABELS"])
        if "IMAGE_PROPERTIES" not in features:
            del response["ImageProperties"]
        return {**response, "Labels": self.labels if "GENERAL_LABELS" in features else []}
