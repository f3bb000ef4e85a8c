"""The portrait: the photo of the person to find, and which of its faces is meant."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from PIL import Image

from photolake.errors import PermanentError
from photolake.images.limits import MIN_SIDE
from photolake.images.registry import UnavailablePhoto
from photolake.images.rendition import render
from photolake.people.responses import load_result, save_result

if TYPE_CHECKING:
    from photolake.people.face_requests import FaceRequests
    from photolake.people.faces import Box, PhotoFaces
    from photolake.people.responses import ResponseStore

MARGIN = 0.4
"""How much of a face's size is kept on each side when it is cut out."""
BLANK = (128, 128, 128)


@dataclass(frozen=True)
class PortraitFile:
    """The file of the portrait; `face` is the number of the face that is meant, None if it has to be the only one."""

    name: str
    data: bytes
    face: int | None = None


@dataclass(frozen=True)
class Portrait:
    """An image whose largest face is the one to find; `number` is that face's in the whole portrait, from 1."""

    body: bytes
    number: int

    @property
    def digest(self) -> str:
        """The SHA-256 of the image that is sent."""
        return hashlib.sha256(self.body).hexdigest()


class PortraitReader:
    """Finds the faces of a portrait, by comparing it with itself, which also proves that Rekognition can use it."""

    def __init__(self, file: PortraitFile, requests: FaceRequests, responses: ResponseStore) -> None:
        self._file = file
        self._requests = requests
        self._responses = responses

    def read(self) -> Portrait:
        """Return the portrait for the face that is meant.

        One request at most, or two for another face than the largest; none for a portrait that was read before.
        PermanentError: `no_face`, also of that number; `several_faces` without a number; or as `render`.
        """
        name, number = self._file.name, self._file.face
        faces = self._find_faces(self._body)
        if not faces:
            raise PermanentError("no_face", f"Rekognition finds no face in {name}. Name a photo that shows the person")
        if number is None and len(faces) > 1:
            raise PermanentError("several_faces", f"{name} shows {len(faces)} faces:{_describe_faces(faces)}")
        if number is None or number == 1:
            return Portrait(self._body, 1)
        if number > len(faces):
            raise PermanentError("no_face", f"There is no face {number} in {name}, but:{_describe_faces(faces)}")
        cut = cut_face(self._body, [face.box for face in faces], number)
        if not self._find_faces(cut):
            raise PermanentError(
                "no_face", f"Face {number} of {name} is not found when it is cut out. Name another photo of the person"
            )
        return Portrait(cut, number)

    def count_requests(self) -> int:
        """Count the requests that `read` would send. PermanentError as `render`."""
        number = self._file.face or 1
        faces = self._load_faces(self._body)
        if faces is None:
            return 1 if number == 1 else 2
        if number == 1 or number > len(faces):
            return 0
        return int(self._load_faces(cut_face(self._body, [face.box for face in faces], number)) is None)

    @cached_property
    def _body(self) -> bytes:
        try:
            return render(self._file.data).body
        except PermanentError as error:
            raise PermanentError(error.status, f"{self._file.name}: {error.message}") from error

    def _find_faces(self, body: bytes) -> PhotoFaces:
        faces = self._load_faces(body)
        if faces is None:
            faces = self._requests.compare(body, {"Bytes": body})
            save_result(self._responses, _build_key(body), faces)
        return faces

    def _load_faces(self, body: bytes) -> PhotoFaces | None:
        faces = load_result(self._responses, _build_key(body))
        return None if isinstance(faces, UnavailablePhoto) else faces


def cut_face(body: bytes, boxes: Sequence[Box], number: int) -> bytes:
    """Cut a face out with a margin, the parts of larger faces in it blanked, and return it as PNG or JPEG.

    Rekognition uses the largest face of an image and has no parameter for another one
    (https://docs.aws.amazon.com/rekognition/latest/APIReference/API_CompareFaces.html).
    """
    with Image.open(io.BytesIO(body)) as opened:
        image = opened.convert("RGB")
    wanted = boxes[number - 1]
    place = wanted.scale(*image.size)
    face = image.crop(place)
    for larger in boxes[: number - 1]:
        image.paste(BLANK, larger.scale(*image.size))
    image.paste(face, place[:2])
    left, top, right, bottom = wanted.widen(MARGIN).scale(*image.size)
    cut = image.crop((max(left, 0), max(top, 0), min(right, image.width), min(bottom, image.height)))
    if min(cut.size) < MIN_SIDE:
        scale = MIN_SIDE / min(cut.size)
        cut = cut.resize((max(MIN_SIDE, round(cut.width * scale)), max(MIN_SIDE, round(cut.height * scale))))
    buffer = io.BytesIO()
    cut.save(buffer, "PNG")
    return render(buffer.getvalue()).body


def _describe_faces(faces: PhotoFaces) -> str:
    numbered = ((number, face.box) for number, face in enumerate(faces, 1))
    return "".join(
        f"\n  face {number}: {box.left:.0%} from the left, {box.top:.0%} from the top, {box.width:.0%} wide"
        for number, box in numbered
    )


def _build_key(body: bytes) -> str:
    return f"portrait {hashlib.sha256(body).hexdigest()}"
