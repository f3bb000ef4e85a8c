"""A search over painted photos in memory: everything but Rekognition's edge is the real code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from photolake.errors import PermanentError
from photolake.people.face_collection import FaceCollection
from photolake.people.face_requests import FaceRequests
from photolake.people.findings import Findings, sort_findings
from photolake.people.photo import SearchedPhoto
from photolake.people.portrait import PortraitFile
from photolake.people.search import PersonSearch
from photolake.people.workers import RequestRate, request_photos
from tests.fakes.face_rekognition import FakeFaceRekognition

if TYPE_CHECKING:
    from photolake.people.strategy import Amounts, Strategy

COLLECTION = "photolake-people-1"


class MemoryStore:
    """A ResponseStore; values pass through JSON, as in a file."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def load(self, key: str) -> Any:
        return json.loads(self.values[key]) if key in self.values else None

    def save(self, key: str, value: Any) -> None:
        self.values[key] = json.dumps(value)


class SearchWorld:
    """What outlives a run: the photos, Rekognition with its bill, and the stored responses."""

    def __init__(self, photos: Mapping[str, bytes], **options: Any) -> None:
        self.photos = dict(photos)
        self.rekognition = FakeFaceRekognition(**options)
        self.store = MemoryStore()
        self.workers = 4

    def list_photos(self) -> list[SearchedPhoto]:
        return [self._describe(name) for name in self.photos]

    def search(self, portrait: bytes, face: int | None = None) -> PersonSearch:
        """The search as a new run of the command has it."""
        requests = FaceRequests(self.rekognition.client)
        collection = FaceCollection(COLLECTION, requests, self.store)
        collection.load()
        return PersonSearch(PortraitFile("ric.png", portrait, face), requests, self.store, collection)

    def find(self, portrait: bytes, strategy: Strategy, face: int | None = None, threshold: float = 80) -> Findings:
        rate = RequestRate(None, clock=lambda: 0.0, sleep=lambda seconds: None)

        def send(photos: Any, request: Any, on_result: Any) -> None:
            request_photos(photos, request, rate, self.workers, on_result)

        result = self.search(portrait, face).run(strategy, self.list_photos(), send)
        return sort_findings(result.results, threshold)

    def count(self, portrait: bytes, searches: int = 1, face: int | None = None) -> Amounts:
        return self.search(portrait, face).count_amounts(self.list_photos(), searches)

    def _describe(self, name: str) -> SearchedPhoto:
        data = self.photos[name]
        read = partial(self._read, name)
        return SearchedPhoto(name, f"{name} {hashlib.sha256(data).hexdigest()}", len(data), read, read)

    def _read(self, name: str) -> bytes:
        if name not in self.photos:
            raise PermanentError("gone", "it was deleted during the search")
        return self.photos[name]


def name_matches(findings: Findings) -> dict[str, list[tuple[int, float]]]:
    """The matching faces of each photo, by number and similarity."""
    return {
        match.photo.name: [(face.number, round(face.similarity, 3)) for face in match.faces]
        for match in findings.matches
    }
