"""Rekognition's face operations with AWS's rules, behind a real boto3 client, over painted faces.

https://docs.aws.amazon.com/rekognition/latest/dg/faces.html
"""

from __future__ import annotations

import base64
import io
import json
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import boto3
from PIL import Image, ImageChops, UnidentifiedImageError

from tests.builders.face_photos import BLUE

MIN_PIXELS = 64
PAGE = 3
"""A small page of ListFaces, so that a test sees several."""
_SESSION = boto3.Session("test", "test", region_name="us-east-1")


@dataclass(frozen=True)
class SeenFace:
    color: tuple[int, int, int]
    box: dict[str, float]

    @property
    def area(self) -> float:
        return self.box["Width"] * self.box["Height"]

    def compare(self, other: SeenFace) -> float:
        if self.color[0] != other.color[0]:
            return 10.0 + abs(self.color[0] - other.color[0]) % 30
        return 99.5 - abs(self.color[1] - other.color[1]) / 10


class RefusedError(Exception):
    def __init__(self, code: str, status: int = 400, message: str = "") -> None:
        super().__init__(code)
        self.code, self.status, self.message = code, status, message


class FakeFaceRekognition:
    """`client` is a boto3 client whose requests are answered here; `billed` counts what AWS would charge.

    `before` is called with the operation before each request counts, `after` when it was billed; both may raise.
    """

    def __init__(self, read_object: Callable[[str, str], bytes] | None = None, max_matches: int = 4096) -> None:
        self.billed: Counter[str] = Counter()
        self.bought: Counter[tuple[str, ...]] = Counter()
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.collections: dict[str, dict[str, tuple[str, SeenFace]]] = {}
        self.before: Callable[[str], object] = lambda operation: None
        self.after: Callable[[str], object] = lambda operation: None
        self._read_object = read_object
        self._max_matches = max_matches
        self._lock = threading.Lock()
        self.client: Any = _SESSION.client("rekognition")
        self.client.meta.events.register("before-call.rekognition", self._answer)  # type: ignore[arg-type]

    def _answer(self, model: Any, params: Any, **_: Any) -> tuple[Any, dict[str, Any]]:
        request = json.loads(params["body"])
        try:
            self.before(model.name)
            with self._lock:
                self.requests.append((model.name, request))
                response = getattr(self, f"_{model.name}")(request)
            self.after(model.name)
        except RefusedError as error:
            message = error.message or "Request has invalid parameters"
            return SimpleNamespace(status_code=error.status), {
                "Error": {"Code": error.code, "Message": message},
                "ResponseMetadata": {"HTTPStatusCode": error.status},
            }
        return SimpleNamespace(status_code=200), {**response, "ResponseMetadata": {"HTTPStatusCode": 200}}

    def _bill(self, operation: str, *what: str) -> None:
        self.billed[operation] += 1
        self.bought[(operation, *what)] += 1

    def _CompareFaces(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        source, target = self._see(request["SourceImage"]), self._see(request["TargetImage"])
        self._bill("CompareFaces", digest(request["SourceImage"]), digest(request["TargetImage"]))
        if not source or not target:
            raise RefusedError("InvalidParameterException")
        compared = sorted(((source[0].compare(face), face) for face in target), key=lambda pair: -pair[0])
        threshold = request.get("SimilarityThreshold", 80)
        return {
            "SourceImageFace": {"BoundingBox": source[0].box, "Confidence": 99.0},
            "FaceMatches": [
                {"Similarity": similarity, "Face": {"BoundingBox": face.box, "Confidence": 99.0}}
                for similarity, face in compared
                if similarity >= threshold
            ],
            "UnmatchedFaces": [
                {"BoundingBox": face.box, "Confidence": 99.0} for similarity, face in compared if similarity < threshold
            ],
        }

    def _CreateCollection(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if request["CollectionId"] in self.collections:
            raise RefusedError("ResourceAlreadyExistsException")
        self.collections[request["CollectionId"]] = {}
        return {"StatusCode": 200, "FaceModelVersion": "7.0"}

    def _DeleteCollection(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._find_collection(request)
        del self.collections[request["CollectionId"]]
        return {"StatusCode": 200}

    def _ListFaces(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        faces = sorted(self._find_collection(request).items())
        start = int(request.get("NextToken", "0"))
        page = faces[start : start + PAGE]
        more = {"NextToken": str(start + PAGE)} if start + PAGE < len(faces) else {}
        return {"Faces": [describe(face_id, *face) for face_id, face in page], **more}

    def _IndexFaces(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        collection, external_id = self._find_collection(request), request["ExternalImageId"]
        seen = self._see(request["Image"])[: request["MaxFaces"]]
        self._bill("IndexFaces", request["CollectionId"], external_id)
        known = {face.color: face_id for face_id, (key, face) in collection.items() if key == external_id}
        indexed = {known.get(face.color) or str(uuid.uuid4()): (external_id, face) for face in seen}
        collection.update(indexed)
        records = [{"Face": describe(face_id, *face), "FaceDetail": {}} for face_id, face in indexed.items()]
        return {"FaceRecords": records, "UnindexedFaces": []}

    def _DeleteFaces(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        collection = self._find_collection(request)
        return {"DeletedFaces": [each for each in request["FaceIds"] if collection.pop(each, None)]}

    def _SearchFacesByImage(self, request: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        collection = self._find_collection(request)
        source = self._see(request["Image"])
        self._bill("SearchFacesByImage", request["CollectionId"], digest(request["Image"]), *sorted(collection))
        if not source:
            raise RefusedError("InvalidParameterException", message="There are no faces in the image.")
        found = sorted(
            ((source[0].compare(face), face_id, key, face) for face_id, (key, face) in collection.items()),
            key=lambda each: each[:2],
            reverse=True,
        )
        return {
            "FaceMatches": [
                {"Similarity": similarity, "Face": describe(face_id, key, face)}
                for similarity, face_id, key, face in found
                if similarity >= request.get("FaceMatchThreshold", 80)
            ][: min(request["MaxFaces"], self._max_matches)]
        }

    def _find_collection(self, request: dict[str, Any]) -> dict[str, tuple[str, SeenFace]]:
        if request["CollectionId"] not in self.collections:
            raise RefusedError("ResourceNotFoundException")
        return self.collections[request["CollectionId"]]

    def _see(self, image: dict[str, Any]) -> list[SeenFace]:
        """The faces of an image, the largest first."""
        if "Bytes" in image:
            data = base64.b64decode(image["Bytes"])
            if len(data) > 5_242_880:
                raise RefusedError("ImageTooLargeException")
        else:
            place = image["S3Object"]
            try:
                data = self._read_object(place["Bucket"], place["Name"]) if self._read_object else b""
            except FileNotFoundError as error:
                raise RefusedError("InvalidS3ObjectException") from error
        try:
            with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as opened:
                if min(opened.size) < 80 or max(opened.size) > 10_000:
                    raise RefusedError("InvalidParameterException")
                pixels = opened.convert("RGB")
        except (UnidentifiedImageError, OSError) as error:
            raise RefusedError("InvalidImageFormatException") from error
        return find_faces(pixels)


def find_faces(image: Image.Image) -> list[SeenFace]:
    colors: Any = image.getcolors(image.width * image.height)
    faces = []
    for count, color in colors:
        if color[2] == BLUE and count >= MIN_PIXELS:
            left, top, right, bottom = find_box(image, color)
            width, height = image.size
            box = {
                "Left": left / width,
                "Top": top / height,
                "Width": (right - left) / width,
                "Height": (bottom - top) / height,
            }
            faces.append(SeenFace(color, box))
    return sorted(faces, key=lambda face: (-face.area, face.color))


def find_box(image: Image.Image, color: tuple[int, int, int]) -> tuple[int, int, int, int]:
    difference = ImageChops.difference(image, Image.new("RGB", image.size, color))
    same = difference.convert("L", matrix=None).point(lambda level: 255 if level == 0 else 0)
    box = same.getbbox()
    assert box
    return box


def describe(face_id: str, external_id: str, face: SeenFace) -> dict[str, Any]:
    return {"FaceId": face_id, "ExternalImageId": external_id, "BoundingBox": face.box, "Confidence": 99.0}


def digest(image: dict[str, Any]) -> str:
    return str(image.get("Bytes") or image["S3Object"]["Name"])
