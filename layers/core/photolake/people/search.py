"""A search for one person in photos, by either strategy; it may be run again after any interruption."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.images.registry import UnavailablePhoto
from photolake.people.comparison import Comparison
from photolake.people.portrait import PortraitReader
from photolake.people.strategy import Amounts, Strategy

if TYPE_CHECKING:
    from photolake.people.face_collection import FaceCollection
    from photolake.people.face_requests import FaceRequests
    from photolake.people.photo import SearchedPhoto
    from photolake.people.portrait import Portrait, PortraitFile
    from photolake.people.responses import ResponseStore, Result
    from photolake.people.workers import Request

SendPhotos = Callable[[Sequence["SearchedPhoto"], "Request", Callable[["SearchedPhoto", "Result"], None]], object]
"""Sends the request of each photo and reports each result; see `request_photos`."""


@dataclass(frozen=True)
class SearchResult:
    """What became of each photo: None if Rekognition was too busy for it.

    `floor` is above 0 if one search could not return all faces: less similar ones may be missing.
    """

    portrait: Portrait
    results: Sequence[tuple[SearchedPhoto, Result | None]]
    floor: float = 0


class PersonSearch:
    """One person and the photos of some places."""

    def __init__(
        self,
        portrait: PortraitFile,
        requests: FaceRequests,
        responses: ResponseStore,
        collection: FaceCollection,
    ) -> None:
        """`collection` is that of the places, loaded unless only `compare` is wanted."""
        self._requests = requests
        self._responses = responses
        self._collection = collection
        self._reader = PortraitReader(portrait, requests, responses)
        self._comparison: Comparison | None = None

    def read_portrait(self) -> Portrait:
        """Find the face to search for; errors as `PortraitReader.read`."""
        portrait = self._reader.read()
        self._comparison = Comparison(portrait, self._requests, self._responses)
        return portrait

    def recall_portrait(self) -> None:
        """Find the face to search for if that takes no request; errors as `PortraitReader.read`."""
        if self._reader.count_requests() == 0:
            self.read_portrait()

    def count_amounts(self, photos: Sequence[SearchedPhoto], searches: int = 1) -> Amounts:
        """Count what is to be bought, without buying anything; errors as `recall_portrait`."""
        self.recall_portrait()
        comparison = self._comparison
        return Amounts(
            photos=len(photos),
            uncompared=sum(comparison is None or comparison.find_result(photo) is None for photo in photos),
            unindexed=sum(self._collection.find_result(photo) is None for photo in photos),
            searches=searches,
            is_searched=comparison is not None and self._collection.knows_search(comparison.portrait),
            portrait_requests=self._reader.count_requests(),
        )

    def is_known(self, photo: SearchedPhoto) -> bool:
        """Whether something is known of a photo, so that it need not be read to see what it is."""
        if self._collection.find_result(photo) is not None:
            return True
        return self._comparison is not None and self._comparison.find_result(photo) is not None

    def run(self, strategy: Strategy, photos: Sequence[SearchedPhoto], send: SendPhotos) -> SearchResult:
        """Search the photos. Errors as `read_portrait`, `FaceRequests` and `send`; another run buys nothing twice."""
        portrait = self.read_portrait()
        method: Comparison | FaceCollection = self._collection
        if strategy is Strategy.COMPARE:
            method = Comparison(portrait, self._requests, self._responses)
        else:
            self._collection.create()
            self._collection.delete_faces(self._collection.find_gone(photos))
        unavailable: dict[str, UnavailablePhoto] = {}

        def on_result(photo: SearchedPhoto, result: Result) -> None:
            if isinstance(result, UnavailablePhoto):
                unavailable[photo.identity] = result

        send([photo for photo in photos if method.find_result(photo) is None], method.request, on_result)
        if strategy is Strategy.COLLECTION:
            self._collection.search(portrait)
        results = [(photo, unavailable.get(photo.identity) or method.find_result(photo)) for photo in photos]
        return SearchResult(portrait, results, self._collection.matches.floor)
