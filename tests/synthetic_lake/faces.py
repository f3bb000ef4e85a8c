"""Responses of DetectFaces and RecognizeCelebrities for a synthetic image, in the lower case of the columns."""

from __future__ import annotations

import math
import random
import struct
from typing import Any

from tests.synthetic_lake.words import CELEBRITIES

Json = dict[str, Any]
EMOTIONS = ("HAPPY", "SAD", "ANGRY", "CONFUSED", "DISGUSTED", "SURPRISED", "CALM", "FEAR")
_FLAGS = ("smile", "eyeglasses", "sunglasses", "beard", "mustache", "eyesopen", "mouthopen", "faceoccluded")
_FIVE = ("eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight")
_LANDMARKS = (
    *_FIVE, "leftPupil", "rightPupil", "mouthUp", "mouthDown", "chinBottom", "midJawlineLeft", "midJawlineRight",
    "upperJawlineLeft", "upperJawlineRight", "noseLeft", "noseRight",
    *(f"{side}Eye{part}" for side in ("left", "right") for part in ("Left", "Right", "Up", "Down")),
    *(f"{side}EyeBrow{part}" for side in ("left", "right") for part in ("Left", "Right", "Up")),
)  # fmt: skip


def round_to_single(value: float) -> float:
    """Round to single precision: Rekognition prints such numbers in double precision."""
    rounded: float = struct.unpack("f", struct.pack("f", value))[0]
    return rounded


def draw_box(draw: random.Random) -> Json:
    """Draw a bounding box, in fractions of the image."""
    width, height = draw.uniform(0.05, 0.4), draw.uniform(0.05, 0.5)
    left, top = draw.uniform(0, 1 - width), draw.uniform(0, 1 - height)
    return {
        "width": round_to_single(width),
        "height": round_to_single(height),
        "left": round_to_single(left),
        "top": round_to_single(top),
    }


def draw_faces(draw: random.Random, count: int) -> list[Json]:
    """Draw faces with all their attributes."""
    return [_draw_face(draw) for _ in range(count)]


def draw_celebrities(draw: random.Random, faces: list[Json], known: int) -> Json:
    """Name the first `known` faces and leave the others unrecognised.

    A match has a confidence from 50 to 100, and the box of its face with a little noise.
    """
    named = []
    for face in faces[:known]:
        who = draw.randrange(len(CELEBRITIES))
        named.append(
            {
                "urls": [f"www.wikidata.org/wiki/Q{7251 + who}"] if who % 3 else [],
                "name": CELEBRITIES[who],
                "id": f"{who}Lake{who * 37}",
                "face": _draw_compared_face(draw, face),
                "matchconfidence": round_to_single(draw.uniform(50, 100)),
                "knowngender": {"type": draw.choice(("Male", "Female"))} if who % 4 else None,
            }
        )
    return {"celebrityfaces": named, "unrecognizedfaces": [_draw_compared_face(draw, face) for face in faces[known:]]}


def _draw_face(draw: random.Random) -> Json:
    place, age = draw_box(draw), draw.randrange(0, 70)
    return {
        "boundingbox": place,
        "agerange": {"low": age, "high": age + draw.randrange(4, 12)},
        **{name: {"value": draw.random() < 0.4, "confidence": _draw_percent(draw)} for name in _FLAGS},
        "gender": {"value": draw.choice(("Male", "Female")), "confidence": _draw_percent(draw)},
        "emotions": _draw_emotions(draw),
        "landmarks": _draw_landmarks(draw, place, _LANDMARKS),
        "pose": _draw_pose(draw),
        "quality": _draw_quality(draw),
        "confidence": round_to_single(draw.uniform(90, 100)),
        "eyedirection": {
            "yaw": round_to_single(draw.gauss(0, 15)),
            "pitch": round_to_single(draw.gauss(0, 10)),
            "confidence": _draw_percent(draw),
        },
    }


def _draw_compared_face(draw: random.Random, face: Json) -> Json:
    """Describe a face as RecognizeCelebrities does: fewer landmarks, and the same box with some noise."""
    near = {name: round_to_single(edge + draw.uniform(-0.003, 0.003)) for name, edge in face["boundingbox"].items()}
    return {
        "boundingbox": near,
        "confidence": face["confidence"],
        "landmarks": _draw_landmarks(draw, near, _FIVE),
        "pose": {name: round_to_single(angle + draw.uniform(-0.5, 0.5)) for name, angle in face["pose"].items()},
        "quality": face["quality"],
        "emotions": face["emotions"][:3],
        "smile": face["smile"],
    }


def _draw_emotions(draw: random.Random) -> list[Json]:
    shares = [draw.random() ** 6 for _ in EMOTIONS]
    # Unlike sum, whose last digit differs between versions of Python.
    total = math.fsum(shares)
    found = zip(EMOTIONS, (round_to_single(100 * share / total) for share in shares), strict=True)
    return [{"type": name, "confidence": share} for name, share in sorted(found, key=lambda item: -item[1])]


def _draw_landmarks(draw: random.Random, place: Json, names: tuple[str, ...]) -> list[Json]:
    return [
        {
            "type": name,
            "x": round_to_single(place["left"] + place["width"] * draw.random()),
            "y": round_to_single(place["top"] + place["height"] * draw.random()),
        }
        for name in names
    ]


def _draw_pose(draw: random.Random) -> Json:
    return {name: round_to_single(draw.gauss(0, spread)) for name, spread in (("roll", 10), ("yaw", 25), ("pitch", 15))}


def _draw_quality(draw: random.Random) -> Json:
    return {name: round_to_single(draw.uniform(5, 99)) for name in ("brightness", "sharpness")}


def _draw_percent(draw: random.Random) -> float:
    return round_to_single(100 - 50 * draw.random() ** 2)
