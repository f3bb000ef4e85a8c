"""What may be kept of faces and celebrities: the parameter `FacesAndCelebrities`, and how a response is reduced to it.

A response is reduced when it arrives, before it is stored anywhere, so nothing behind this module holds more. What is
left are counts: how many faces of an age band, gender and emotion an image has, and how many celebrities. It has no
box, landmark, pose, quality, age, score or name, and the order of the faces is lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

from photolake.errors import SettingsError
from photolake.images.label_words import PERSON_WORDS, list_words


class FaceUse(StrEnum):
    """What the parameter `FacesAndCelebrities` allows."""

    FULL = "full"  # each face and name, as Rekognition returns them
    AGGREGATE = "aggregate"  # bought, but only counts are kept
    OFF = "off"  # not bought


PERSONAL_APIS = frozenset({"faces", "celebrities"})
COUNTS = "face_counts"
"""The key under which a reduced response has its counts, and the column that takes them."""

_AGE_BANDS = ((18, "0-17"), (25, "18-24"), (35, "25-34"), (45, "35-44"), (55, "45-54"), (65, "55-64"))
_OLDEST_BAND = "65 and over"
_Response = Mapping[str, Any]


def read_face_use(text: str) -> FaceUse:
    """Read the parameter; SettingsError names what it may be."""
    try:
        return FaceUse(text)
    except ValueError as error:
        raise SettingsError(f"FacesAndCelebrities={text!r} is not one of {', '.join(FaceUse)}") from error


def choose_apis(names: Iterable[str], face_use: FaceUse) -> list[str]:
    """Return the names of APIs without those that may not be bought."""
    return [name for name in names if face_use is not FaceUse.OFF or name not in PERSONAL_APIS]


def list_shown_apis(names: Iterable[str], face_use: FaceUse) -> list[str]:
    """Return the names of APIs whose findings may be shown for a single image."""
    return [name for name in names if face_use is FaceUse.FULL or name not in PERSONAL_APIS]


def reduce_response(api: str, response: _Response) -> dict[str, Any]:
    """Return what may be kept of an API's response where faces are not kept in full."""
    reduce = REDUCTIONS.get(api)
    return reduce(response) if reduce else dict(response)


def _reduce_labels(response: _Response) -> dict[str, Any]:
    """Drop where people are: the boxes of every label that stands for a person."""
    labels = [
        {**label, "Instances": []} if list_words(label) & PERSON_WORDS else label
        for label in response.get("Labels") or []
    ]
    return {**response, "Labels": labels}


def _reduce_faces(response: _Response) -> dict[str, Any]:
    faces = response.get("FaceDetails") or []
    counted = Counter((_find_age_band(face), _find_gender(face), _find_emotion(face)) for face in faces)
    groups = [
        {"age_band": age_band, "gender": gender, "emotion": emotion, "faces": count}
        for (age_band, gender, emotion), count in sorted(counted.items(), key=lambda each: [str(part) for part in each])
    ]
    return {"FaceDetails": [], COUNTS: {"faces": len(faces), "groups": groups}}


def _reduce_celebrities(response: _Response) -> dict[str, Any]:
    count = len(response.get("CelebrityFaces") or [])
    return {"CelebrityFaces": [], "UnrecognizedFaces": [], COUNTS: {"celebrities": count}}


REDUCTIONS: Mapping[str, Callable[[_Response], dict[str, Any]]] = {
    "labels": _reduce_labels,
    "faces": _reduce_faces,
    "celebrities": _reduce_celebrities,
}


def _find_age_band(face: _Response) -> str | None:
    ages = face.get("AgeRange") or {}
    if ages.get("Low") is None or ages.get("High") is None:
        return None
    age = (ages["Low"] + ages["High"]) // 2
    return next((band for end, band in _AGE_BANDS if age < end), _OLDEST_BAND)


def _find_gender(face: _Response) -> str | None:
    return (face.get("Gender") or {}).get("Value")


def _find_emotion(face: _Response) -> str | None:
    """The emotion with the highest confidence."""
    emotions = face.get("Emotions") or []
    return max(emotions, key=lambda each: each.get("Confidence") or 0.0).get("Type") if emotions else None
