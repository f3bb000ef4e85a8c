"""Rekognition's requests about faces, and what their errors mean.

https://docs.aws.amazon.com/rekognition/latest/dg/faces.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, HTTPClientError

from photolake.errors import ObjectAccessError, PermanentError, RetryableError
from photolake.people.faces import Box, ComparedFace, PhotoFaces, order_faces

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

MAX_MATCHES = 4_096
"""The faces that one search returns at most, and that one DeleteFaces takes."""
MAX_INDEXED_FACES = 100
"""The faces of one photo that CompareFaces and IndexFaces consider: the largest."""

# https://docs.aws.amazon.com/rekognition/latest/dg/error-handling.html
_RETRYABLE_CODES = frozenset(
    {"InternalServerError", "ProvisionedThroughputExceededException", "ServiceUnavailable", "ThrottlingException"}
)
_IMAGE_CODES = {"ImageTooLargeException": "too_large", "InvalidImageFormatException": "unsupported_format"}
_NO_FACE = "InvalidParameterException"
_NO_OBJECT = "InvalidS3ObjectException"

Image = Mapping[str, Any]


@dataclass(frozen=True)
class IndexedFace:
    """A face vector in a collection."""

    face_id: str
    external_id: str
    box: Box


@dataclass(frozen=True)
class FaceMatches:
    """The similarity of the faces of a collection by face_id; `is_full` if the search may have left out others."""

    similarities: Mapping[str, float]

    @property
    def is_full(self) -> bool:
        """Whether there may be more matches, none of them more similar than `floor`."""
        return len(self.similarities) >= MAX_MATCHES

    @property
    def floor(self) -> float:
        """The lowest similarity among the matches; every face above it is one of them."""
        return min(self.similarities.values(), default=0.0) if self.is_full else 0.0


class FaceRequests:
    """Sends one request at a time; may be used by several threads, as a boto3 client may.

    Every method raises RetryableError for throttling, 5xx responses and broken connections, and ClientError for what
    is no fault of an image, such as a missing permission.
    """

    def __init__(
        self,
        client: RekognitionClient,
        on_request: Callable[[str], None] = lambda operation: None,
        on_response: Callable[[str], None] = lambda operation: None,
    ) -> None:
        """`on_request` gets the operation before each request that costs, and may wait; `on_response` after it."""
        self._client = client
        self._on_request = on_request
        self._on_response = on_response

    def compare(self, portrait: bytes, image: Image) -> PhotoFaces:
        """Compare the largest face of `portrait` with each face of `image`; none if the image shows no face.

        The portrait must be known to show a face, because Rekognition does not say in which of the two it found none.
        PermanentError: the image cannot be read.
        """
        self._on_request("CompareFaces")
        try:
            with _translate_errors():
                response = self._client.compare_faces(
                    SourceImage={"Bytes": portrait},
                    TargetImage=image,  # type: ignore[arg-type]
                    SimilarityThreshold=0,  # so that another threshold needs no other request
                    QualityFilter="NONE",
                )
        except ClientError as error:
            if error.response["Error"]["Code"] != _NO_FACE or is_local_gap(error):
                raise
            self._on_response("CompareFaces")
            return ()
        self._on_response("CompareFaces")
        matches = [
            ComparedFace(Box.from_response(match["Face"]["BoundingBox"]), match["Similarity"])  # type: ignore[arg-type]
            for match in response["FaceMatches"]
        ]
        others = [
            ComparedFace(Box.from_response(face["BoundingBox"]), None)  # type: ignore[arg-type]
            for face in response.get("UnmatchedFaces", [])
        ]
        return order_faces([*matches, *others])

    def create_collection(self, collection_id: str) -> None:
        """Create a collection unless it exists."""
        try:
            with _translate_errors():
                self._client.create_collection(CollectionId=collection_id)
        except self._client.exceptions.ResourceAlreadyExistsException:
            return

    def delete_collection(self, collection_id: str) -> bool:
        """Delete a collection with its face vectors; False if there is none."""
        try:
            with _translate_errors():
                self._client.delete_collection(CollectionId=collection_id)
        except self._client.exceptions.ResourceNotFoundException:
            return False
        return True

    def list_faces(self, collection_id: str) -> Iterator[IndexedFace]:
        """Yield the faces of a collection; none if there is no collection."""
        try:
            with _translate_errors():
                pages = self._client.get_paginator("list_faces").paginate(
                    CollectionId=collection_id, PaginationConfig={"PageSize": MAX_MATCHES}
                )
                yield from (_read_face(face) for page in pages for face in page["Faces"])
        except self._client.exceptions.ResourceNotFoundException:
            return

    def index(self, collection_id: str, image: Image, external_id: str) -> Sequence[IndexedFace]:
        """Add each face of the image to the collection. PermanentError: the image cannot be read."""
        self._on_request("IndexFaces")
        with _translate_errors():
            response = self._client.index_faces(
                CollectionId=collection_id,
                Image=image,  # type: ignore[arg-type]
                ExternalImageId=external_id,
                MaxFaces=MAX_INDEXED_FACES,
                QualityFilter="NONE",  # AUTO, the default, would leave out faces that CompareFaces finds
            )
        self._on_response("IndexFaces")
        return [_read_face(record["Face"]) for record in response["FaceRecords"]]

    def search(self, collection_id: str, portrait: bytes) -> FaceMatches:
        """Search a collection for the largest face of `portrait`."""
        self._on_request("SearchFacesByImage")
        with _translate_errors():
            response = self._client.search_faces_by_image(
                CollectionId=collection_id,
                Image={"Bytes": portrait},
                MaxFaces=MAX_MATCHES,
                FaceMatchThreshold=0,
                QualityFilter="NONE",
            )
        self._on_response("SearchFacesByImage")
        return FaceMatches({match["Face"]["FaceId"]: match["Similarity"] for match in response["FaceMatches"]})

    def delete_faces(self, collection_id: str, face_ids: Iterable[str]) -> None:
        """Delete face vectors."""
        remaining = iter(face_ids)
        while group := list(islice(remaining, MAX_MATCHES)):
            with _translate_errors():
                self._client.delete_faces(CollectionId=collection_id, FaceIds=group)


def _read_face(face: Any) -> IndexedFace:
    return IndexedFace(face["FaceId"], face.get("ExternalImageId", ""), Box.from_response(face["BoundingBox"]))


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        if code == _NO_OBJECT:
            raise ObjectAccessError("unreadable", f"{code}: {message}") from error
        if code in _IMAGE_CODES:
            raise PermanentError(_IMAGE_CODES[code], f"{code}: {message}") from error
        if code in _RETRYABLE_CODES or error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400) >= 500:
            raise RetryableError(f"{code}: {message}") from error
        raise
    except HTTPClientError as error:  # also timeouts and connections that break
        raise RetryableError(str(error)) from error


def is_local_gap(error: ClientError) -> bool:
    """Whether a laptop cloud has no engine for the request, which it says by the same code."""
    return error.response["Error"].get("Message", "").startswith("Not available locally")
