"""The operations of Rekognition that compare faces: CompareFaces, and collections with their searches.

https://docs.aws.amazon.com/rekognition/latest/dg/faces.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from laptop_cloud.engines.face_vectors import compute_similarity
from laptop_cloud.server.aws_clients import ACCOUNT, REGION
from laptop_cloud.server.aws_json import Operation, ServiceError
from laptop_cloud.services.rekognition.constraints import check_constraints
from laptop_cloud.services.rekognition.errors import build_unavailable_error
from laptop_cloud.services.rekognition.face_collections import FaceCollections, Match
from laptop_cloud.services.rekognition.pages import MAX_RESULTS, take_page
from laptop_cloud.services.rekognition.response_shapes import shape_box, shape_face, shape_indexed_face

if TYPE_CHECKING:
    from laptop_cloud.engines.decoded_image import DecodedImage
    from laptop_cloud.engines.engine import ImageEngine
    from laptop_cloud.engines.results import Face, FaceVector

DEFAULT_THRESHOLD = 80
# Least pixels of a face's shorter side. Rekognition does not publish its bars, which also judge sharpness, light, pose.
# Thirteen faces shrunk to 24 pixels stayed within a distance of 0.48 of themselves, with 48 within 0.30, with 96 within
# 0.21; with 20 it was 0.54, more than the default threshold accepts. AUTO is IndexFaces' own choice.
MIN_FACE_SIDES = {"NONE": 0, "AUTO": 24, "LOW": 24, "MEDIUM": 48, "HIGH": 96}

Request = dict[str, Any]
Response = dict[str, Any]
ReadPicture = Callable[[Request], "DecodedImage"]


def build_face_operations(
    engine: ImageEngine[tuple[FaceVector, ...]] | None, faces: ImageEngine[tuple[Face, ...]], read: ReadPicture
) -> dict[str, Operation]:
    """The operations by name, around collections of their own; without an engine for vectors each is an error.

    `faces` finds the same faces with their attributes; `read` gives the picture of a request's member `Image`.
    """
    service = FaceService(engine, faces, read) if engine else None
    return {
        name: partial(_run_operation, name, operation, service)
        for name, operation in {
            "CompareFaces": FaceService.compare_faces,
            "CreateCollection": FaceService.create_collection,
            "DeleteCollection": FaceService.delete_collection,
            "DescribeCollection": FaceService.describe_collection,
            "ListCollections": FaceService.list_collections,
            "IndexFaces": FaceService.index_faces,
            "ListFaces": FaceService.list_faces,
            "DeleteFaces": FaceService.delete_faces,
            "SearchFaces": FaceService.search_faces,
            "SearchFacesByImage": FaceService.search_faces_by_image,
        }.items()
    }


class FaceService:
    """Answers requests whose constraints are checked, with an engine for vectors and collections in memory."""

    def __init__(
        self, engine: ImageEngine[tuple[FaceVector, ...]], faces: ImageEngine[tuple[Face, ...]], read: ReadPicture
    ) -> None:
        self._engine = engine
        self._faces = faces
        self._read = read
        self._collections = FaceCollections()

    def compare_faces(self, request: Request) -> Response:
        """The faces of the target by their similarity to the largest face of the source."""
        source = self._read_faces(
            request, "SourceImage", "Request has invalid parameters: there are no faces in the source image"
        )[0]
        targets = self._read_faces(
            request, "TargetImage", "Request has invalid parameters: there are no faces in the target image"
        )
        threshold = request.get("SimilarityThreshold", DEFAULT_THRESHOLD)
        similarities = [(compute_similarity(source, target), target.face) for target in targets]
        similarities.sort(key=lambda pair: pair[0], reverse=True)
        return {
            "SourceImageFace": {"BoundingBox": shape_box(source.face.box), "Confidence": source.face.confidence},
            "FaceMatches": [
                {"Similarity": similarity, "Face": shape_face(face, ())}
                for similarity, face in similarities
                if similarity >= threshold
            ],
            "UnmatchedFaces": [shape_face(face, ()) for similarity, face in similarities if similarity < threshold],
        }

    def create_collection(self, request: Request) -> Response:
        """Make a collection; its ARN lacks `arn:`, as in AWS's own example.

        https://docs.aws.amazon.com/cli/latest/reference/rekognition/create-collection.html
        """
        if request.get("Tags"):
            raise build_unavailable_error("Tags")
        self._collections.create(request["CollectionId"])
        arn = _build_arn(request["CollectionId"]).removeprefix("arn:")
        return {"StatusCode": 200, "CollectionArn": arn, "FaceModelVersion": self._engine.version}

    def delete_collection(self, request: Request) -> Response:
        """Forget a collection."""
        self._collections.delete(request["CollectionId"])
        return {"StatusCode": 200}

    def describe_collection(self, request: Request) -> Response:
        """How many faces a collection has, and since when it exists."""
        collection = self._collections.get(request["CollectionId"])
        return {
            "FaceCount": len(collection.list_faces()),
            "FaceModelVersion": self._engine.version,
            "CollectionARN": _build_arn(request["CollectionId"]),
            "CreationTimestamp": collection.created_at,
            "UserCount": 0,
        }

    def list_collections(self, request: Request) -> Response:
        """The ids of the collections, by pages."""
        ids, token = take_page(self._collections.list_ids(), str, r"[\w.-]+", request)
        return {"CollectionIds": ids, "FaceModelVersions": [self._engine.version] * len(ids), **token}

    def index_faces(self, request: Request) -> Response:
        """Store the faces of an image, the largest `MaxFaces` of those that are good enough."""
        collection = self._collections.get(request["CollectionId"])
        picture = self._read(request)
        good, poor = _filter_faces(self._engine(picture), picture, request.get("QualityFilter", "AUTO"))
        limit = request.get("MaxFaces", len(good))
        stored = collection.add(picture.digest, request.get("ExternalImageId"), good[:limit])
        unindexed = [(vector, "EXCEEDS_MAX_FACES") for vector in good[limit:]]
        unindexed += [(vector, "SMALL_BOUNDING_BOX") for vector in poor]
        shape_detail = self._choose_details(picture, set(request.get("DetectionAttributes") or []))
        return {
            "FaceRecords": [
                {"Face": shape_indexed_face(face), "FaceDetail": shape_detail(face.vector)} for face in stored
            ],
            "UnindexedFaces": [
                {"Reasons": [reason], "FaceDetail": shape_detail(vector)} for vector, reason in unindexed
            ],
            "FaceModelVersion": self._engine.version,
        }

    def _choose_details(self, picture: DecodedImage, asked: set[str]) -> Callable[[FaceVector], Response]:
        """Attributes take longer than all the rest, so they are looked for only when they are asked for."""
        if asked <= {"DEFAULT"}:
            return lambda vector: shape_face(vector.face, ())
        attributed = {face.box: face for face in self._faces(picture)}
        return lambda vector: shape_face(attributed[vector.face.box], asked)

    def list_faces(self, request: Request) -> Response:
        """The faces of a collection, first added first, by pages."""
        if request.get("UserId"):
            raise build_unavailable_error("users of collections")
        faces = self._collections.get(request["CollectionId"]).list_faces()
        if "FaceIds" in request:
            faces = [face for face in faces if face.face_id in request["FaceIds"]]
        page, token = take_page(faces, lambda face: f"{face.number:020}", r"\d{20}", request)
        return {
            "Faces": [shape_indexed_face(face) for face in page],
            "FaceModelVersion": self._engine.version,
            **token,
        }

    def delete_faces(self, request: Request) -> Response:
        """Forget faces; those that are not there are named."""
        collection = self._collections.get(request["CollectionId"])
        removed = {face_id: collection.remove(face_id) for face_id in dict.fromkeys(request["FaceIds"])}
        return {
            "DeletedFaces": [face_id for face_id, was_there in removed.items() if was_there],
            "UnsuccessfulFaceDeletions": [
                {"FaceId": face_id, "Reasons": ["FACE_NOT_FOUND"]}
                for face_id, was_there in removed.items()
                if not was_there
            ],
        }

    def search_faces(self, request: Request) -> Response:
        """The faces of a collection that are similar to one of them, without that one."""
        collection = self._collections.get(request["CollectionId"])
        searched = collection.find(request["FaceId"])
        if searched is None:
            raise ServiceError("InvalidParameterException", "faceId was not found in the collection")
        matches = collection.search(searched.vector, request.get("FaceMatchThreshold", DEFAULT_THRESHOLD))
        others = [match for match in matches if match.face.face_id != searched.face_id]
        return {"SearchedFaceId": searched.face_id, **self._shape_matches(others, request)}

    def search_faces_by_image(self, request: Request) -> Response:
        """The faces of a collection that are similar to the largest face of an image."""
        collection = self._collections.get(request["CollectionId"])
        searched = self._read_faces(request, "Image", "There are no faces in the image. Should be at least 1.")[0]
        matches = collection.search(searched, request.get("FaceMatchThreshold", DEFAULT_THRESHOLD))
        return {
            "SearchedFaceBoundingBox": shape_box(searched.face.box),
            "SearchedFaceConfidence": searched.face.confidence,
            **self._shape_matches(matches, request),
        }

    def _shape_matches(self, matches: Sequence[Match], request: Request) -> Response:
        return {
            "FaceMatches": [
                {"Similarity": match.similarity, "Face": shape_indexed_face(match.face)}
                for match in matches[: request.get("MaxFaces", MAX_RESULTS)]
            ],
            "FaceModelVersion": self._engine.version,
        }

    def _read_faces(self, request: Request, member: str, refusal: str) -> list[FaceVector]:
        picture = self._read({"Image": request[member]})
        good, _ = _filter_faces(self._engine(picture), picture, request.get("QualityFilter", "NONE"))
        if not good:
            raise ServiceError("InvalidParameterException", refusal)
        return good


def _run_operation(
    name: str, operation: Callable[[FaceService, Request], Response], service: FaceService | None, request: Request
) -> Response:
    if service is None:
        raise build_unavailable_error("only the full set of engines can tell whether two faces are one person's")
    check_constraints(name, request)
    return operation(service, request)


def _filter_faces(
    vectors: Sequence[FaceVector], picture: DecodedImage, quality_filter: str
) -> tuple[list[FaceVector], list[FaceVector]]:
    """The faces that pass the filter, and the others."""
    least = MIN_FACE_SIDES[quality_filter]
    passed = [min(v.face.box.width * picture.width, v.face.box.height * picture.height) >= least for v in vectors]
    good, poor = ([v for v, ok in zip(vectors, passed, strict=True) if ok is wanted] for wanted in (True, False))
    return good, poor


def _build_arn(collection_id: str) -> str:
    return f"arn:aws:rekognition:{REGION}:{ACCOUNT}:collection/{collection_id}"
