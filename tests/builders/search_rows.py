"""Rows of `analyses` and `photos` for the search index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from photolake.photos.job import PostSummary


def image_id(number: int) -> str:
    return sha256(str(number).encode()).hexdigest()


def seen_label(
    name: str, confidence: float = 90.0, parents: Iterable[str] = (), aliases: Iterable[str] = ()
) -> dict[str, Any]:
    return {
        "name": name,
        "confidence": confidence,
        "parents": [{"name": parent} for parent in parents],
        "aliases": [{"name": alias} for alias in aliases],
        "categories": [],
    }


def line(text: str, confidence: float = 95.0) -> dict[str, Any]:
    return {"detectedtext": text, "type": "LINE", "confidence": confidence}


def analysis(
    number: int = 1,
    labels: Iterable[Mapping[str, Any] | str] = (),
    lines: Iterable[Mapping[str, Any] | str] = (),
    date: str = "2026-11-20",
    at: str = "2026-11-20T10:00:00.000Z",
    **more: Any,
) -> Any:
    """The row of an analysed image; `more` are further fields of image_labels."""
    found = {
        "labels": [seen_label(each) if isinstance(each, str) else each for each in labels],
        "textdetections": [line(each) if isinstance(each, str) else each for each in lines],
        **more,
    }
    name = image_id(number)
    return {
        "dt": date,
        "image_id": name,
        "s3_key": f"images/{name[:2]}/{name}.jpg",
        "origin": "post",
        "width": 640,
        "height": 480,
        "content_type": "image/jpeg",
        "perceptual_hash": "0f" * 8,
        "analyzed_at": at,
        "image_labels": found,
        "image_properties": None,
        "errors": [],
        "unmapped": None,
        "processed_at": at,
    }


def photo(number: int = 1, post_id: int = 7, date: str = "2026-11-20", **more: Any) -> Any:
    """The photos row of a photo of a post."""
    return {
        "dt": date,
        "origin": "post",
        "source_key": f"{post_id}:{number}",
        "source_platform": "x",
        "tweetid": post_id,
        "mediaid": str(number),
        "media_url": f"https://pbs.twimg.com/media/{number}.jpg",
        "image_id": image_id(number),
        "image_dt": date,
        "alt_text": None,
        "width": 640,
        "height": 480,
        "kind": "photo",
        "status": "ok",
        "status_message": None,
        "collected_at": "2026-11-20T09:00:00.000Z",
        "processed_at": "2026-11-20T09:00:01.000Z",
        **more,
    }


def dropped(number: int = 1, name: str = "dropped/a red bicycle.png", date: str = "2026-11-20") -> Any:
    """The photos row of a photo that was dropped by hand."""
    return {
        "dt": date,
        "origin": "dropped",
        "source_key": f"s3://lake/images/{name}",
        "kind": "photo",
        "collected_at": "2026-11-20T09:15:30.123Z",
        "image_id": image_id(number),
        "image_dt": date,
        "width": 640,
        "height": 480,
        "status": "ok",
        "status_message": None,
        "processed_at": "2026-11-20T09:15:31.000Z",
    }


def post(text: str = "", *entities: tuple[str, float], post_id: int = 7) -> PostSummary:
    found: Any = [{"text": name, "type": "PERSON", "score": score} for name, score in entities]
    return PostSummary(str(post_id), text, found)
