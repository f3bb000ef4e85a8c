"""Rows of `analyses` with every field, and documents of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from photolake.opensearch.document import ImageDocument, PhotoDocument

CAR_ID = "ca" * 32


def car_row() -> Any:
    """An analysed photo of a car, with something of each API."""
    return {
        "dt": "2026-11-20",
        "image_id": CAR_ID,
        "s3_key": f"images/ca/{CAR_ID}.jpg",
        "origin": "post",
        "width": 640,
        "height": 480,
        "content_type": "image/jpeg",
        "perceptual_hash": "0f" * 8,
        "analyzed_at": "2026-11-20T12:00:00.000Z",
        "image_labels": {
            "labels": [
                {
                    "name": "Sports Car",
                    "confidence": 98.5,
                    "instances": [{"confidence": 97.0}, {"confidence": 91.0}],
                    "parents": [{"name": "Car"}, {"name": "Vehicle"}],
                    "aliases": [{"name": "Roadster"}],
                    "categories": [{"name": "Vehicles and Automotive"}],
                },
                {"name": "Café", "confidence": 61.0, "instances": [], "parents": [], "aliases": None, "categories": []},
            ],
            "textdetections": [
                {"detectedtext": "NDV Größe 7", "type": "LINE", "confidence": 99.0},
                {"detectedtext": "NDV", "type": "WORD", "confidence": 99.5},
            ],
            "facedetails": [
                {
                    "agerange": {"low": 20, "high": 28},
                    "gender": {"value": "Female", "confidence": 99.0},
                    "emotions": [{"type": "CALM", "confidence": 3.0}, {"type": "HAPPY", "confidence": 95.0}],
                },
                {"agerange": {"low": 40, "high": 30}, "gender": {"value": "Female"}, "emotions": []},
            ],
            "celebrityrecognition": {
                "celebrityfaces": [
                    {"name": "Zoë Example", "id": "1a2b", "matchconfidence": 97.0, "urls": ["imdb.com"]}
                ],
                "unrecognizedfaces": [],
            },
            "moderationlabels": [
                {"name": "Smoking", "parentname": "Drugs & Tobacco", "taxonomylevel": 2, "confidence": 88.0},
                {"name": "Drugs & Tobacco", "parentname": "", "taxonomylevel": 1, "confidence": 88.0},
            ],
        },
        "image_properties": {
            "dominantcolors": [{"simplifiedcolor": "red"}, {"simplifiedcolor": "grey"}, {"simplifiedcolor": "red"}]
        },
        "errors": [{"api": "text", "code": "InvalidImageFormatException", "message": "cannot be read"}],
        "unmapped": None,
        "processed_at": "2026-11-20T12:00:01.000Z",
    }


def car_document() -> ImageDocument:
    """The document of that row."""
    return {
        "image_id": CAR_ID,
        "dt": "2026-11-20",
        "s3_key": f"images/ca/{CAR_ID}.jpg",
        "origin": "post",
        "width": 640,
        "height": 480,
        "content_type": "image/jpeg",
        "perceptual_hash": "0f" * 8,
        "analyzed_at": "2026-11-20T12:00:00.000Z",
        "processed_at": "2026-11-20T12:00:01.000Z",
        "failed_apis": ["text"],
        "colors": ["red", "grey"],
        "labels": [
            {
                "name": "Sports Car",
                "parents": ["Car", "Vehicle"],
                "aliases": ["Roadster"],
                "categories": ["Vehicles and Automotive"],
                "confidence": 98.5,
                "instances": 2,
            },
            {"name": "Café", "parents": [], "aliases": [], "categories": [], "confidence": 61.0, "instances": 0},
        ],
        "text_lines": [{"text": "NDV Größe 7", "confidence": 99.0}],
        "celebrities": [{"id": "1a2b", "name": "Zoë Example", "confidence": 97.0}],
        "moderation": [
            {"name": "Smoking", "parent": "Drugs & Tobacco", "level": 2, "confidence": 88.0},
            {"name": "Drugs & Tobacco", "parent": None, "level": 1, "confidence": 88.0},
        ],
        "faces": {
            "count": 2,
            "ages": [{"gte": 20, "lte": 28}],
            "genders": [{"name": "Female", "count": 2}],
            "emotions": [{"name": "HAPPY", "count": 1}],
        },
    }


def photo_document(key: str = "7:1", **fields: Any) -> PhotoDocument:
    """A photo of the car that a post shows."""
    photo: Any = {
        "source_key": key,
        "origin": "post",
        "source_platform": "x",
        "tweetid": key.partition(":")[0],
        "id_str": key.partition(":")[0],
        "dt": "2026-11-20",
        "collected_at": "2026-11-20T11:00:00.000Z",
        "name": None,
        "text": "Meine neue Straße nach Málaga",
        "alt_text": "a red roadster",
        "entities": ["Málaga"],
        **fields,
    }
    return photo  # type: ignore[no-any-return]
