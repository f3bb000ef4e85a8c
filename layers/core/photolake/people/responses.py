"""What Rekognition has responded, kept so that nothing is bought twice."""

from __future__ import annotations

from typing import Any, Protocol

from photolake.images.registry import UnavailablePhoto
from photolake.people.faces import Box, ComparedFace, PhotoFaces

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
