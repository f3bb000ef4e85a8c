"""What the fake Comprehend and Rekognition find: the same in the same text or photo, whichever method asks.

Of the photos, 60 % show people and 40 % text, so that 76 % need a second step of calls; on average 3.6 calls of five.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from bench.pipeline.posts import NAMES

_NAME = re.compile("|".join(map(re.escape, NAMES)))
_SCORE = {"Positive": 0.7, "Negative": 0.1, "Neutral": 0.15, "Mixed": 0.05}
_BOX = {"Width": 0.2, "Height": 0.3, "Left": 0.1, "Top": 0.2}
_LABELS = ("Outdoors", "Nature", "City", "Street", "Coffee", "Cup", "Furniture", "Table", "Plant", "Food", "Sky", "Car")
_WORDS = ("OPEN", "DAILY", "Fresh", "Bread", "Coffee", "No. 7")
_EMOTIONS = ("HAPPY", "CALM", "SURPRISED", "SAD", "CONFUSED", "ANGRY", "DISGUSTED", "FEAR")
_FLAGS = ("Smile", "Eyeglasses", "Sunglasses", "Beard", "Mustache", "EyesOpen", "MouthOpen", "FaceOccluded")


def shows_people(photo: bytes) -> bool:
    """Whether DetectLabels finds a person in the photo."""
    return zlib.crc32(photo) % 100 < 60


def shows_text(photo: bytes) -> bool:
    """Whether DetectLabels finds text in the photo."""
    return zlib.crc32(photo) // 100 % 100 < 40


def answer_comprehend(operation: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Respond to a request about one text or a batch."""
    find = _TEXT_ANALYSES[operation.removeprefix("Batch")]
    if not operation.startswith("Batch"):
        return find(body["Text"])
    if len(body["TextList"]) > 25:
        raise ValueError("BatchSizeLimitExceededException")
    return {"ResultList": [{"Index": at, **find(text)} for at, text in enumerate(body["TextList"])], "ErrorList": []}


def answer_rekognition(operation: str, photo: bytes) -> dict[str, Any]:
    """Respond to a request about a photo."""
    return _IMAGE_ANALYSES[operation](photo)


def _find_sentiment(_: str) -> dict[str, Any]:
    return {"Sentiment": "POSITIVE", "SentimentScore": _SCORE}


def _find_entities(text: str) -> dict[str, Any]:
    found = [
        {
            "Text": match[0],
            "Type": "OTHER",
            "Score": 0.9,
            "BeginOffset": match.start(),
            "EndOffset": match.end(),
        }
        for match in _NAME.finditer(text)
    ]
    return {"Entities": found}


def _find_language(_: str) -> dict[str, Any]:
    return {"Languages": [{"LanguageCode": "en", "Score": 0.9}]}


def _find_labels(photo: bytes) -> dict[str, Any]:
    code = zlib.crc32(photo)
    names = [name for at, name in enumerate(_LABELS) if code >> at & 3]
    names += ["Person", "Face"] * shows_people(photo) + ["Text"] * shows_text(photo)
    return {"Labels": [_label(name) for name in names], "LabelModelVersion": "3.0"}


def _label(name: str) -> dict[str, Any]:
    return {
        "Name": name,
        "Confidence": 91.5,
        "Instances": [{"BoundingBox": _BOX, "Confidence": 91.5}] if name in ("Person", "Car", "Cup") else [],
        "Parents": [],
        "Aliases": [],
        "Categories": [{"Name": "Everyday Objects"}],
    }


def _find_moderation(_: bytes) -> dict[str, Any]:
    return {"ModerationLabels": [], "ModerationModelVersion": "7.0", "ContentTypes": []}


def _find_text(_: bytes) -> dict[str, Any]:
    return {"TextDetections": list(_list_texts()), "TextModelVersion": "3.0"}


def _list_texts() -> Iterator[dict[str, Any]]:
    geometry = {"BoundingBox": _BOX, "Polygon": [{"X": 0.1, "Y": 0.2}] * 4}
    for number, word in enumerate(_WORDS):
        common = {"DetectedText": word, "Confidence": 98.0, "Geometry": geometry}
        yield {**common, "Type": "LINE", "Id": number}
        yield {**common, "Type": "WORD", "Id": number + len(_WORDS), "ParentId": number}


def _find_faces(_: bytes) -> dict[str, Any]:
    face: dict[str, Any] = {
        **_bare_face(),
        "AgeRange": {"Low": 22, "High": 30},
        "Gender": {"Value": "Female", "Confidence": 99.0},
        "Emotions": [{"Type": emotion, "Confidence": 12.5} for emotion in _EMOTIONS],
        "EyeDirection": {"Yaw": 1.0, "Pitch": 2.0, "Confidence": 98.0},
        **{name: {"Value": False, "Confidence": 97.0} for name in _FLAGS},
    }
    return {"FaceDetails": [face, face]}


def _find_celebrities(_: bytes) -> dict[str, Any]:
    return {"CelebrityFaces": [], "UnrecognizedFaces": [_bare_face(), _bare_face()]}


def _bare_face() -> dict[str, Any]:
    return {
        "BoundingBox": _BOX,
        "Confidence": 99.9,
        "Landmarks": [{"Type": "eyeLeft", "X": 0.1, "Y": 0.2}] * 30,
        "Pose": {"Roll": 1.0, "Yaw": 2.0, "Pitch": 3.0},
        "Quality": {"Brightness": 80.0, "Sharpness": 90.0},
    }


_TEXT_ANALYSES = {
    "DetectSentiment": _find_sentiment,
    "DetectEntities": _find_entities,
    "DetectDominantLanguage": _find_language,
}
_IMAGE_ANALYSES = {
    "DetectLabels": _find_labels,
    "DetectModerationLabels": _find_moderation,
    "DetectText": _find_text,
    "DetectFaces": _find_faces,
    "RecognizeCelebrities": _find_celebrities,
}
