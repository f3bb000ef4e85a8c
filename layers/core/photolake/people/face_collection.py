"""Strategy `collection`: the faces of all photos are indexed once, then one request searches for a person in all.

The collection itself says what is indexed, so that vectors which somebody deleted are made again, and those of a run
that died before it could store the response are not bought twice. The store adds what a collection cannot say: which
photos have no face.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from photolake.images.registry import UnavailablePhoto
from photolake.people.face_requests import FaceMatches, IndexedFace
from photolake.people.faces import ComparedFace, order_faces
from photolake.people.responses import load_result, request_result

if TYPE_CHECKING:
    from photolake.people.face_requests import FaceRequests
    from photolake.people.faces import PhotoFaces
    from photolake.people.photo import SearchedPhoto
    from photolake.people.portrait import Portrait
    from photolake.people.responses import ResponseStore, Result


def name_collection(places: Collection[str]) -> str:
    """Name the collection of these places, in whatever order they are named: URIs that are the same for every run."""
    digest = hashlib.sha256("\n".join(sorted(set(places))).encode()).hexdigest()
    return f"photolake-people-{digest[:20]}"


class FaceCollection:
    """The face vectors of the photos of some places."""

    def __init__(self, collection_id: str, requests: FaceRequests, responses: ResponseStore) -> None:
        self.collection_id = collection_id
        self.matches = FaceMatches({})
        self._requests = requests
        self._responses = responses
        self._faces: dict[str, list[IndexedFace]] = {}

    @property
    def face_count(self) -> int:
        """How many face vectors are stored."""
        return sum(map(len, self._faces.values()))

    def load(self) -> None:
        """List the faces that the collection holds now; none if it does not exist yet."""
        self._faces = {}
        for face in self._requests.list_faces(self.collection_id):
            self._faces.setdefault(face.external_id, []).append(face)

    def find_result(self, photo: SearchedPhoto) -> Result | None:
        """Return what is known of a photo of this identity; None if that takes a request.

        Its faces have a similarity once `search` has found them.
        """
        if faces := self._faces.get(photo.external_id):
            similarities = self.matches.similarities
            return order_faces(ComparedFace(face.box, similarities.get(face.face_id)) for face in faces)
        result = load_result(self._responses, self._build_key(photo))
        # Faces that the collection has lost are made again.
        return result if isinstance(result, UnavailablePhoto) or result == () else None

    def request(self, photo: SearchedPhoto) -> Result:
        """Index one photo; errors as `FaceRequests`."""

        def index(image: Mapping[str, Any]) -> PhotoFaces:
            faces = list(self._requests.index(self.collection_id, image, photo.external_id))
            self._faces[photo.external_id] = faces
            return order_faces(ComparedFace(face.box, None) for face in faces)

        return request_result(photo, index, self._responses, self._build_key(photo))

    def find_gone(self, photos: Iterable[SearchedPhoto]) -> Sequence[str]:
        """Return the face_ids of photos that are not among these: deleted, or changed since they were indexed."""
        present = {photo.external_id for photo in photos}
        return [face.face_id for key, faces in self._faces.items() if key not in present for face in faces]

    def delete_faces(self, face_ids: Collection[str]) -> None:
        """Delete face vectors."""
        self._requests.delete_faces(self.collection_id, face_ids)
        deleted = set(face_ids)
        kept = {key: [face for face in faces if face.face_id not in deleted] for key, faces in self._faces.items()}
        self._faces = {key: faces for key, faces in kept.items() if faces}

    def create(self) -> None:
        """Create the collection unless it exists."""
        self._requests.create_collection(self.collection_id)

    def delete(self) -> bool:
        """Delete the collection with its vectors; False if there is none."""
        self._faces = {}
        return self._requests.delete_collection(self.collection_id)

    def knows_search(self, portrait: Portrait) -> bool:
        """Whether a search for the portrait among exactly these vectors takes no request."""
        return self.face_count == 0 or self._responses.load(self._build_search_key(portrait.digest)) is not None

    def search(self, portrait: Portrait) -> None:
        """Search for the portrait, unless that was done among exactly these vectors; errors as `FaceRequests`."""
        if self.face_count == 0:
            self.matches = FaceMatches({})
            return
        key = self._build_search_key(portrait.digest)
        similarities = self._responses.load(key)
        if similarities is None:
            similarities = self._requests.search(self.collection_id, portrait.body).similarities
            self._responses.save(key, similarities)
        self.matches = FaceMatches(similarities)

    def _build_key(self, photo: SearchedPhoto) -> str:
        return f"index {self.collection_id} {photo.identity}"

    def _build_search_key(self, digest: str) -> str:
        face_ids = sorted(face.face_id for faces in self._faces.values() for face in faces)
        state = hashlib.sha256("\n".join(face_ids).encode()).hexdigest()
        return f"search {self.collection_id} {digest} {state}"
