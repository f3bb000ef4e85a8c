"""Amazon Rekognition as far as open engines can answer it: labels, faces, text, moderation, image properties.

An operation without an engine fails with the permanent error that Rekognition documents for requests it cannot answer,
InvalidParameterException, and a message that begins with "Not available locally". An empty list of moderation labels
would say that a photo is safe, and an empty list of celebrities that nobody in it is known.
https://docs.aws.amazon.com/rekognition/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from laptop_cloud.engines.decoded_image import DecodedImage, decode_image
from laptop_cloud.engines.engine import EngineUnavailableError
from laptop_cloud.engines.image_properties import MAX_COLORS
from laptop_cloud.server.aws_json import JsonService, Operation, ServiceError
from laptop_cloud.services.rekognition.engine_choice import describe_engines
from laptop_cloud.services.rekognition.errors import build_unavailable_error
from laptop_cloud.services.rekognition.face_operations import build_face_operations
from laptop_cloud.services.rekognition.response_shapes import shape_face, shape_label, shape_properties, shape_text

if TYPE_CHECKING:
    from laptop_cloud.engines.engine import ImageEngine
    from laptop_cloud.engines.results import Face, Label, TextLine
    from laptop_cloud.services.rekognition.engine_choice import RekognitionEngines

MAX_BYTES = 5_242_880
MAX_OBJECT_BYTES = 15 * 1024 * 1024

Request = dict[str, Any]
ReadPicture = Callable[[Request], DecodedImage]
ReadObject = Callable[[str, str], bytes]


def build_rekognition_service(read_object: ReadObject, engines: RekognitionEngines) -> JsonService:
    """The operations on images, and on faces and collections of them.

    `read_object(bucket, key)` gives the bytes of an S3 object, or raises FileNotFoundError.
    """
    read = partial(_read_image, read_object)
    operations: dict[str, Operation] = {
        "DetectLabels": partial(_detect_labels, engines, read),
        "DetectText": partial(_detect_text, engines.text, read),
        "DetectFaces": partial(_detect_faces, engines.faces, read),
        "DetectModerationLabels": partial(_detect_moderation_labels, engines.moderation, read),
        "RecognizeCelebrities": partial(_recognize_celebrities, engines.celebrities, read),
        **build_face_operations(engines.face_vectors, engines.faces, read),
    }
    return JsonService(
        "rekognition",
        {name: partial(_run_operation, operation) for name, operation in operations.items()},
        model_version=describe_engines(engines),
    )


def _run_operation(operation: Operation, request: Request) -> dict[str, Any]:
    try:
        return operation(request)
    except EngineUnavailableError as error:
        raise build_unavailable_error(str(error)) from error


def _read_image(read_object: ReadObject, request: Request) -> DecodedImage:
    image = request.get("Image") or {}
    if image.get("Bytes"):
        return decode_image(_check_size(image["Bytes"], MAX_BYTES))
    place = image.get("S3Object") or {}
    if not place.get("Bucket") or not place.get("Name"):
        raise ServiceError("InvalidParameterException", "Request has invalid parameters: an image is required")
    if "Version" in place:
        raise build_unavailable_error("versions of S3 objects")
    try:
        content = read_object(place["Bucket"], place["Name"])
    except FileNotFoundError as error:
        raise ServiceError(
            "InvalidS3ObjectException",
            "Unable to get object metadata from S3. Check object key, region and/or access permissions.",
        ) from error
    return decode_image(_check_size(content, MAX_OBJECT_BYTES))


def _check_size(content: bytes, limit: int) -> bytes:
    if len(content) > limit:
        raise ServiceError("ImageTooLargeException", f"The image has {len(content)} bytes, the limit is {limit}")
    return content


def _detect_labels(engines: RekognitionEngines, read: ReadPicture, request: Request) -> dict[str, Any]:
    features = request.get("Features") or ["GENERAL_LABELS"]
    settings = request.get("Settings") or {}
    picture = read(request)
    answer: dict[str, Any] = {"LabelModelVersion": engines.labels.version}
    if "GENERAL_LABELS" in features:
        wanted = partial(_is_wanted, settings.get("GeneralLabels") or {})
        sure = [label for label in engines.labels(picture) if label.confidence >= request.get("MinConfidence", 55)]
        answer["Labels"] = [shape_label(label) for label in filter(wanted, sure)][: request.get("MaxLabels", 1000)]
    if "IMAGE_PROPERTIES" in features:
        count = (settings.get("ImageProperties") or {}).get("MaxDominantColors", 10)
        answer["ImageProperties"] = shape_properties(engines.properties(picture), min(count, MAX_COLORS))
    return answer


def _detect_text(engine: ImageEngine[tuple[TextLine, ...]], read: ReadPicture, request: Request) -> dict[str, Any]:
    filters = request.get("Filters") or {}
    if filters.get("RegionsOfInterest"):
        raise build_unavailable_error("Filters.RegionsOfInterest")
    detections = shape_text(engine(read(request)), filters.get("WordFilter") or {})
    return {"TextDetections": detections, "TextModelVersion": engine.version}


def _detect_faces(engine: ImageEngine[tuple[Face, ...]], read: ReadPicture, request: Request) -> dict[str, Any]:
    asked = set(request.get("Attributes") or [])
    return {"FaceDetails": [shape_face(face, asked) for face in engine(read(request))]}


def _detect_moderation_labels(
    engine: ImageEngine[Mapping[str, Any]] | None, read: ReadPicture, request: Request
) -> dict[str, Any]:
    if engine is None:
        raise build_unavailable_error("no engine judges the content of images; nothing is known of this one")
    for member in ("HumanLoopConfig", "ProjectVersion"):
        if member in request:
            raise build_unavailable_error(member)
    found = engine(read(request))
    sure = [label for label in found["ModerationLabels"] if label["Confidence"] >= request.get("MinConfidence", 50)]
    return {**found, "ModerationLabels": sure, "ModerationModelVersion": engine.version}


def _recognize_celebrities(
    engine: ImageEngine[Mapping[str, Any]] | None, read: ReadPicture, request: Request
) -> dict[str, Any]:
    if engine is None:
        raise build_unavailable_error("no engine recognises celebrities; nothing is known of this image")
    return {**engine(read(request))}


def _is_wanted(filters: Mapping[str, Sequence[str]], label: Label) -> bool:
    names = filters.get("LabelInclusionFilters") or [label.name]
    categories = filters.get("LabelCategoryInclusionFilters") or [label.category]
    included = label.name in names and label.category in categories
    excluded = label.name in (filters.get("LabelExclusionFilters") or [])
    return included and not excluded and label.category not in (filters.get("LabelCategoryExclusionFilters") or [])
