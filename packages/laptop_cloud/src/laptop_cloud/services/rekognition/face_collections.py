"""Collections of faces, in memory: ending the laptop cloud forgets them.

A collection keeps ids, boxes and vectors of faces, and no image.
https://docs.aws.amazon.com/rekognition/latest/dg/collections.html
"""

from __future__ import annotations

import datetime
import itertools
import threading
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from laptop_cloud.engines.face_vectors import compute_similarity
from laptop_cloud.engines.results import Box, FaceVector
from laptop_cloud.server.aws_json import ServiceError

# An image has one id, whatever collection it is in and however often it is indexed.
IMAGE_NAMESPACE = uuid.UUID("6a1f6d1b-6c8e-4b39-9a38-5f0f4ec3a1c7")

Origin = tuple[str, str | None, Box]


@dataclass(frozen=True)
class IndexedFace:
    """A face in a collection; `number` counts the faces in the order in which they were added."""

    face_id: str
    image_id: str
    external_image_id: str | None
    vector: FaceVector
    number: int

    @property
    def origin(self) -> Origin:
        """What makes it the same face when its image is indexed again."""
        return self.image_id, self.external_image_id, self.vector.face.box


@dataclass(frozen=True)
class Match:
    """A face of a collection, and how similar it is to the searched one, from 0 to 100."""

    face: IndexedFace
    similarity: float


class FaceCollection:
    """The faces of one collection; safe to use in several threads."""

    def __init__(self) -> None:
        self.created_at = datetime.datetime.now(datetime.UTC)
        self._faces: dict[str, IndexedFace] = {}
        self._ids: dict[Origin, str] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, digest: str, external_image_id: str | None, vectors: Iterable[FaceVector]) -> list[IndexedFace]:
        """Store the faces of an image, and return them with their ids.

        A face of the same image with the same external id is not stored again; it keeps its id.
        """
        image_id = str(uuid.uuid5(IMAGE_NAMESPACE, digest))
        with self._lock:
            return [self._store(image_id, external_image_id, vector) for vector in vectors]

    def _store(self, image_id: str, external_image_id: str | None, vector: FaceVector) -> IndexedFace:
        if known := self._ids.get((image_id, external_image_id, vector.face.box)):
            return self._faces[known]
        face = IndexedFace(str(uuid.uuid4()), image_id, external_image_id, vector, next(self._numbers))
        self._faces[face.face_id] = face
        self._ids[face.origin] = face.face_id
        return face

    def find(self, face_id: str) -> IndexedFace | None:
        """The face with this id, if it is here."""
        with self._lock:
            return self._faces.get(face_id)

    def list_faces(self) -> list[IndexedFace]:
        """All faces, first added first."""
        with self._lock:
            return list(self._faces.values())

    def remove(self, face_id: str) -> bool:
        """Forget a face; False where it is not here."""
        with self._lock:
            face = self._faces.pop(face_id, None)
            if face:
                del self._ids[face.origin]
            return face is not None

    def search(self, vector: FaceVector, threshold: float) -> list[Match]:
        """The faces at least as similar as `threshold`, most similar first."""
        matches = [Match(face, compute_similarity(vector, face.vector)) for face in self.list_faces()]
        found = [match for match in matches if match.similarity >= threshold]
        return sorted(found, key=lambda match: match.similarity, reverse=True)


class FaceCollections:
    """All collections by their ids, which are case-sensitive; safe to use in several threads."""

    def __init__(self) -> None:
        self._collections: dict[str, FaceCollection] = {}
        self._lock = threading.Lock()

    def create(self, collection_id: str) -> None:
        """Make an empty collection; raises ResourceAlreadyExistsException."""
        with self._lock:
            if collection_id in self._collections:
                raise ServiceError(
                    "ResourceAlreadyExistsException", f"The collection id: {collection_id} already exists."
                )
            self._collections[collection_id] = FaceCollection()

    def get(self, collection_id: str) -> FaceCollection:
        """The collection with this id; raises ResourceNotFoundException."""
        with self._lock:
            if collection_id not in self._collections:
                raise _build_missing_error(collection_id)
            return self._collections[collection_id]

    def delete(self, collection_id: str) -> None:
        """Forget a collection with all its faces; raises ResourceNotFoundException."""
        with self._lock:
            if not self._collections.pop(collection_id, None):
                raise _build_missing_error(collection_id)

    def list_ids(self) -> list[str]:
        """The ids of all collections in alphabetical order."""
        with self._lock:
            return sorted(self._collections)


def _build_missing_error(collection_id: str) -> ServiceError:
    return ServiceError("ResourceNotFoundException", f"The collection id: {collection_id} does not exist.")
