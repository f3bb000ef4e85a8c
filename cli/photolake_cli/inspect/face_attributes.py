"""The attributes of a face in words, as far as the response has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]
Cells = tuple[str, str, float | None]

_WORDS = {
    "boundingbox": "box",
    "agerange": "age",
    "eyesopen": "eyes open",
    "mouthopen": "mouth open",
    "faceoccluded": "face occluded",
    "eyedirection": "eye direction",
}
_DEGREES = ("roll", "yaw", "pitch")


def describe_face(face: Json, fields: Iterable[str]) -> list[Cells]:
    """Rows of attribute, value and confidence, in the order of `fields`; emotions have a row each, the surest first."""
    rows: list[Cells] = [("face", "detected", _round(face.get("confidence")))]
    for name in fields:
        value = face.get(name)
        if name == "emotions":
            emotions = sorted(value or [], key=lambda one: -(one.get("confidence") or 0))
            rows += [("emotion", str(one.get("type")).lower(), _round(one.get("confidence"))) for one in emotions]
        elif name != "confidence" and value:
            confidence = value.get("confidence") if isinstance(value, Mapping) else None
            rows.append((_WORDS.get(name, name), _describe(name, value), _round(confidence)))
    return rows


def list_absent(faces: Sequence[Json], fields: Iterable[str]) -> list[str]:
    """The attributes among `fields` that no face has."""
    return [_WORDS.get(name, name) for name in fields if not any(face.get(name) for face in faces)]


def _describe(name: str, value: Any) -> str:
    if name == "landmarks":
        return f"{len(value)} point{'' if len(value) == 1 else 's'}"
    if name == "agerange":
        return f"{value.get('low')} to {value.get('high')}"
    if name == "boundingbox":
        return ", ".join(f"{edge} {share:.1%}" for edge, share in value.items() if share is not None)
    if "value" in value:
        return {True: "yes", False: "no"}.get(value["value"], str(value["value"]))
    parts = {part: number for part, number in value.items() if part != "confidence" and number is not None}
    return ", ".join(f"{part} {round(number)}{'°' if part in _DEGREES else ''}" for part, number in parts.items())


def _round(confidence: float | None) -> float | None:
    return None if confidence is None else round(confidence, 1)
