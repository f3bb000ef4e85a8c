"""What Rekognition has responded, kept so that nothing is bought twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from photolake.errors import ObjectAccessError, PermanentError
from photolake.images.registry import UnavailablePhoto
from photolake.people.faces import Box, ComparedFace, PhotoFaces
from photolake.people.photo import SearchedPhoto, build_image

Result = PhotoFaces | UnavailablePhoto
"""What became of one photo: its faces, or why it has none that could be compared."""


class ResponseStore(Protocol):
    """JSON values by key, which outlive the process; used by several threads."""

    def load(self, key: str) -> Any:
        """Return the value, or None."""

    def save(self, key: str, value: Any) -> None:
        """Store the value durably before returning."""


def load_result(store: ResponseStore, key: str) -> Result | None:
    """Return a stored result; None if there is none."""
    value = store.load(key)
    if value is None:
        return None
    if "status" in value:
        return UnavailablePhoto(value["status"], value["message"])
    return tuple(ComparedFace(Box(*box), similarity) for *box, similarity in value["faces"])


def save_result(store: ResponseStore, key: str, result: Result) -> None:
    """Store a result."""
    if isinstance(result, UnavailablePhoto):
        store.save(key, {"status": result.status, "message": result.message})
        return
    faces = [(*vars(face.box).values(), face.similarity) for face in result]
    store.save(key, {"faces": faces})


def request_result(
    photo: SearchedPhoto, send: Callable[[Mapping[str, Any]], PhotoFaces], store: ResponseStore, key: str
) -> Result:
    """Send a photo, store what Rekognition says about it, and return that; errors as `FaceRequests`.

    An object that Rekognition cannot read where it is, is sent as bytes. Why a photo could not be sent is not stored.
    """
    try:
        try:
            result = _send_image(build_image(photo), send)
        except ObjectAccessError:
            result = _send_image(build_image(photo, in_place=False), send)
    except PermanentError as error:
        return UnavailablePhoto(error.status, error.message)
    save_result(store, key, result)
    return result


def _send_image(image: Mapping[str, Any], send: Callable[[Mapping[str, Any]], PhotoFaces]) -> Result:
    try:
        return send(image)
    except ObjectAccessError:
        raise
    except PermanentError as error:
        return UnavailablePhoto(error.status, error.message)
