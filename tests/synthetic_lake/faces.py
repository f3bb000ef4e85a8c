"""What DetectFaces and RecognizeCelebrities say of a synthetic image, in the lower case of the columns."""

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


def single(value: float) -> float:
    """The number as Rekognition gives it: of single precision, printed in double."""
    rounded: float = struct.unpack("f", struct.pack("f", value))[0]
    return rounded


def box(draw: random.Random) -> Json:
    """A bounding box, in shares of the image."""
    width, height = draw.uniform(0.05, 0.4), draw.uniform(0.05, 0.5)
    left, top = draw.uniform(0, 1 - width), draw.uniform(0, 1 - height)
    return {"width": single(width), "height": single(height), "left": single(left), "top": single(top)}


def face_details(draw: random.Random, count: int) -> list[Json]:
    """Faces with all their attributes."""
    return [_face(draw) for _ in range(count)]


def celebrities(draw: random.Random, faces: list[Json], known: int) -> Json:
    """The first `known` faces with a name, a match confidence from 50 to 100, and a box that is the face's but for a
    little noise; the others unrecognised."""
    named = []
    for face in faces[:known]:
        who = draw.randrange(len(CELEBRITIES))
        named.append(
            {
                "urls": [f"www.wikidata.org/wiki/Q{7251 + who}"] if who % 3 else [],
                "name": CELEBRITIES[who],
                "id": f"{who}Lake{who * 37}",
                "face": _compared(draw, face),
                "matchconfidence": single(draw.uniform(50, 100)),
                "knowngender": {"type": draw.choice(("Male", "Female"))} if who % 4 else None,
            }
        )
    return {"celebrityfaces": named, "unrecognizedfaces": [_compared(draw, face) for face in faces[known:]]}


def _face(draw: random.Random) -> Json:
    place, age = box(draw), draw.randrange(0, 70)
    return {
        "boundingbox": place,
        "agerange": {"low": age, "high": age + draw.randrange(4, 12)},
        **{name: {"value": draw.random() < 0.4, "confidence": _percent(draw)} for name in _FLAGS},
        "gender": {"value": draw.choice(("Male", "Female")), "confidence": _percent(draw)},
        "emotions": _emotions(draw),
        "landmarks": _landmarks(draw, place, _LANDMARKS),
        "pose": _pose(draw),
        "quality": _quality(draw),
        "confidence": single(draw.uniform(90, 100)),
        "eyedirection": {
            "yaw": single(draw.gauss(0, 15)),
            "pitch": single(draw.gauss(0, 10)),
            "confidence": _percent(draw),
        },
    }


def _compared(draw: random.Random, face: Json) -> Json:
    """A face as RecognizeCelebrities describes it: fewer landmarks, and the same box but for noise."""
    near = {name: single(edge + draw.uniform(-0.003, 0.003)) for name, edge in face["boundingbox"].items()}
    return {
        "boundingbox": near,
        "confidence": face["confidence"],
        "landmarks": _landmarks(draw, near, _FIVE),
        "pose": {name: single(angle + draw.uniform(-0.5, 0.5)) for name, angle in face["pose"].items()},
        "quality": face["quality"],
        "emotions": face["emotions"][:3],
        "smile": face["smile"],
    }


def _emotions(draw: random.Random) -> list[Json]:
    shares = [draw.random() ** 6 for _ in EMOTIONS]
    # Unlike sum, whose last digit differs between versions of Python.
    total = math.fsum(shares)
    found = zip(EMOTIONS, (single(100 * share / total) for share in shares), strict=True)
    return [{"type": name, "confidence": share} for name, share in sorted(found, key=lambda item: -item[1])]


def _landmarks(draw: random.Random, place: Json, names: tuple[str, ...]) -> list[Json]:
    return [
        {
            "type": name,
            "x": single(place["left"] + place["width"] * draw.random()),
            "y": single(place["top"] + place["height"] * draw.random()),
        }
        for name in names
    ]


def _pose(draw: random.Random) -> Json:
    return {name: single(draw.gauss(0, spread)) for name, spread in (("roll", 10), ("yaw", 25), ("pitch", 15))}


def _quality(draw: random.Random) -> Json:
    return {name: single(draw.uniform(5, 99)) for name in ("brightness", "sharpness")}


def _percent(draw: random.Random) -> float:
    return single(100 - 50 * draw.random() ** 2)
