"""Strategy `compare`: one CompareFaces request for each photo, which stores nothing at AWS."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from photolake.people.responses import load_result, request_result

if TYPE_CHECKING:
    from photolake.people.face_requests import FaceRequests
    from photolake.people.photo import SearchedPhoto
    from photolake.people.portrait import Portrait
    from photolake.people.responses import ResponseStore, Result


class Comparison:
    """Compares a portrait with photos, each once however often the command is interrupted."""

    def __init__(self, portrait: Portrait, requests: FaceRequests, responses: ResponseStore) -> None:
        self.portrait = portrait
        self._requests = requests
        self._responses = responses

    def find_result(self, photo: SearchedPhoto) -> Result | None:
        """Return what is known of a photo of this identity; None if that takes a request."""
        return load_result(self._responses, self._build_key(photo))

    def request(self, photo: SearchedPhoto) -> Result:
        """Compare one photo and store the result; errors as `FaceRequests`."""
        send = partial(self._requests.compare, self.portrait.body)
        return request_result(photo, send, self._responses, self._build_key(photo))

    def _build_key(self, photo: SearchedPhoto) -> str:
        return f"compare {self.portrait.digest} {photo.identity}"
