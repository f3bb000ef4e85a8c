"""Attributes of faces in words."""

from typing import Any

from photolake_cli.inspect.face_attributes import describe_face, list_absent

FIELDS = ("boundingbox", "agerange", "smile", "gender", "emotions", "landmarks", "pose", "quality", "eyedirection")


def test_every_attribute_that_is_there_has_a_row_and_no_other():
    face = {
        "confidence": 99.96,
        "pose": {"roll": -0.2, "yaw": -4.4, "pitch": None},
        "smile": {"value": False, "confidence": 93.44},
        "gender": {"value": "Female", "confidence": 99.0},
        "agerange": {"low": 25, "high": 35},
        "emotions": [{"type": "SAD", "confidence": 2.0}, {"type": "CALM", "confidence": 90.0}],
        "landmarks": [{"type": "nose", "x": 0.5, "y": 0.5}],
        "quality": None,
        "eyedirection": {"yaw": 1.0, "pitch": 2.0, "confidence": 88.0},
    }

    assert describe_face(face, FIELDS) == [
        ("face", "detected", 100.0),
        ("age", "25 to 35", None),
        ("smile", "no", 93.4),
        ("gender", "Female", 99.0),
        ("emotion", "calm", 90.0),
        ("emotion", "sad", 2.0),
        ("landmarks", "1 point", None),
        ("pose", "roll 0°, yaw -4°", None),
        ("eye direction", "yaw 1°, pitch 2°", 88.0),
    ]


def test_what_no_face_has_is_named():
    faces: list[Any] = [{"smile": {"value": True}, "emotions": []}, {"gender": {"value": "Male"}}]

    assert list_absent(faces, FIELDS) == ["box", "age", "emotions", "landmarks", "pose", "quality", "eye direction"]
