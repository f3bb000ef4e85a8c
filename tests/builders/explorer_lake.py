"""Rows and files of a small lake for `photolake export atlas`, `coco` and `gexf`, with what such exports must survive.

The images by name: `dog` (two posts, boxes, a face, text), `wine` (suspect), `drop` (dropped, nothing found), `gone`
(its file is not stored), `broken` (its file is no image), `deleted` (its only post was deleted), `late` (posted a day
later; moderation was not asked for).
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

from PIL import Image

DAY, NEXT_DAY = "2026-03-01", "2026-03-02"
SIZES = {"dog": (400, 200), "wine": (90, 120), "drop": (100, 80), "late": (80, 80)}
HOSTILE = (
    "<script>alert('x')</script> \"quoted\" \u202eright to left\u202c שלום 👩‍👩‍👧 \x0b\x1b[31m\nline" + "y" * 10_000
)
HOSTILE_TAG = '#Söl<b>"\x0b&amp;'
FIRST_POSTED_MS = 1772359200001


def image_id(name: str) -> str:
    """The SHA-256 that stands for an image."""
    return hashlib.sha256(name.encode()).hexdigest()


def s3_key(name: str) -> str:
    """Where the image is stored."""
    return f"images/{image_id(name)[:2]}/{image_id(name)}.jpg"


def post_rows() -> list[dict[str, Any]]:
    """Posts 1 to 6; 5 was deleted."""
    return [
        _post(1, text=HOSTILE, entities=_tags("Beach", HOSTILE_TAG), favorite_count=3, retweet_count=1, lang="en"),
        _post(2, text="again", entities=_tags("Beach"), user=_user(8, "bob")),
        _post(3, text="wine", entities=_tags("beach", "wine")),
        _post(4, text="gone and broken"),
        _post(5, text="deleted", entities=_tags("deleted")),
        _post(6, dt=NEXT_DAY, text="late", user=None),
    ]


def photo_rows() -> list[dict[str, Any]]:
    """Their photos, and one that was dropped."""
    return [
        _photo(1, "dog", alt_text="A dog at the beach"),
        _photo(2, "dog"),
        _photo(3, "wine"),
        _photo(4, "gone"),
        _photo(4, "broken"),
        _photo(5, "deleted"),
        _photo(6, "late", dt=NEXT_DAY, image_dt=NEXT_DAY),
        {
            **_photo(None, "drop"),
            "origin": "dropped",
            "source_key": "images/dropped/a <b>.jpg",
            "file_name": "a <b>.jpg",
            "mediaid": None,
            "media_url": None,
        },
    ]


def analysis_rows() -> list[dict[str, Any]]:
    """What was found in the images; in `drop` nothing was asked."""
    plain: dict[str, Any] = {"labels": [_label("Beach", 90.0, ["Nature"]), _label("Nature", 90.0)]}
    return [
        _analysis("dog", labels=_dog_labels(), moderationlabels=[], **_dog_people()),
        _analysis("wine", **plain, moderationlabels=[_moderation("Alcohol"), _moderation("Wine", "Alcohol", 70.0)]),
        _analysis("drop"),
        *(_analysis(name, **plain, moderationlabels=[]) for name in ("gone", "broken", "deleted")),
        _analysis("late", dt=NEXT_DAY, labels=[_label("Beach", 55.0, ["Nature"]), _label("Nature", 60.0)]),
    ]


def deletion_rows() -> list[dict[str, Any]]:
    """Post 5 was deleted."""
    return [{"id": 5, "deleted_at": "2026-03-05T10:00:00.000Z"}]


def image_bytes() -> dict[str, bytes]:
    """The files by their keys in S3; that of `gone` is missing."""
    files = {s3_key(name): draw_jpeg(*size) for name, size in SIZES.items()}
    return {**files, s3_key("deleted"): draw_jpeg(80, 80), s3_key("broken"): b"not an image"}


def draw_jpeg(width: int, height: int) -> bytes:
    """A plain JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 80, 40)).save(out, "JPEG")
    return out.getvalue()


def _dog_labels() -> list[dict[str, Any]]:
    # The second dog reaches beyond the image, the third lies outside of it.
    boxes = [_box(0.25, 0.5, 0.5, 0.25), _box(0.9, -0.1, 0.2, 0.3), _box(1.2, 0.0, 0.1, 0.1)]
    return [
        _label("Dog", 98.0, ["Animal", "Pet"], boxes),
        _label("Pet", 98.0, ["Animal"]),
        _label("Animal", 98.0),
        _label("Beach", 60.0, ["Nature"]),
        _label("Nature", 60.0),
        _label('Quote"<b>\x0b', 51.0),
    ]


def _dog_people() -> dict[str, Any]:
    face = {
        "boundingbox": _box(0.0, 0.0, 0.25, 0.5),
        "confidence": 99.0,
        "agerange": {"low": 20, "high": 30},
        "gender": {"value": "Female", "confidence": 90.0},
        "emotions": [{"type": "CALM", "confidence": 10.0}, {"type": "HAPPY", "confidence": 80.0}],
    }
    # Nothing but a box: so it is on the laptop.
    other = {"boundingbox": _box(0.5, 0.5, 0.1, 0.1), "confidence": 70.0}
    lines = [_line(0, "LINE", HOSTILE), _line(1, "WORD", "word"), _line(2, "LINE", "SALE", _box(0.1, 0.9, 0.5, 0.2))]
    celebrity = {"name": "Ann Onym", "matchconfidence": 97.0, "face": {"boundingbox": _box(0.0, 0.0, 0.25, 0.5)}}
    custom = [{"name": "Dog", "confidence": 88.0, "geometry": {"boundingbox": _box(0.0, 0.5, 0.25, 0.25)}}]
    return {
        "facedetails": [face, other],
        "textdetections": lines,
        "celebrityrecognition": {"celebrityfaces": [celebrity], "unrecognizedfaces": []},
        "customlabels": [*custom, {"name": "Logo", "confidence": 60.0, "geometry": None}],
    }


def _post(number: int, dt: str = DAY, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "id_str": str(number),
        "source_platform": "x",
        "timestamp_ms": FIRST_POSTED_MS - 1 + number,
        "user": _user(7, "ann"),
        "language": "en",
        "sentiment": "POSITIVE",
        "collected_at": "2026-03-01T10:00:00.000Z",
        "processed_at": "2026-03-01T10:05:00.000Z",
        "dt": dt,
        **fields,
    }


def _user(number: int, handle: str) -> dict[str, Any]:
    return {"id": number, "id_str": str(number), "screen_name": handle, "name": handle.title()}


def _tags(*tags: str) -> dict[str, Any]:
    return {"hashtags": [{"text": tag} for tag in tags]}


def _photo(post: int | None, name: str, dt: str = DAY, image_dt: str = DAY, **fields: Any) -> dict[str, Any]:
    return {
        "origin": "post",
        "source_key": f"{post}:{name}",
        "source_platform": "x",
        "tweetid": post,
        "mediaid": f"{post}{name}",
        "media_url": f"https://photos.example/{name}.jpg",
        "image_id": image_id(name),
        "image_dt": image_dt,
        "status": "ok",
        "collected_at": "2026-03-01T10:00:00.000Z",
        "processed_at": "2026-03-01T10:05:00.000Z",
        "dt": dt,
        **fields,
    }


def _analysis(name: str, dt: str = DAY, **found: Any) -> dict[str, Any]:
    width, height = SIZES.get(name, (80, 80))
    return {
        "image_id": image_id(name),
        "s3_key": s3_key(name),
        "width": width,
        "height": height,
        "analyzed_at": "2026-03-01T10:00:00.000Z",
        "processed_at": "2026-03-01T10:05:00.000Z",
        "image_labels": found or None,
        "dt": dt,
    }


def _label(name: str, confidence: float, parents: list[str] | None = None, boxes: Any = ()) -> dict[str, Any]:
    return {
        "name": name,
        "confidence": confidence,
        "parents": [{"name": parent} for parent in parents or []],
        "categories": [{"name": "Animals and Pets" if "Animal" in (name, *(parents or [])) else "Nature and Outdoors"}],
        "instances": [{"boundingbox": box, "confidence": confidence} for box in boxes],
    }


def _moderation(name: str, parent: str = "", confidence: float = 80.0) -> dict[str, Any]:
    return {"name": name, "parentname": parent, "confidence": confidence, "taxonomylevel": 2 if parent else 1}


def _line(number: int, kind: str, text: str, box: dict[str, float] | None = None) -> dict[str, Any]:
    geometry = {"boundingbox": box or _box(0.1, 0.1, 0.2, 0.1)}
    return {"id": number, "type": kind, "detectedtext": text, "confidence": 90.0, "geometry": geometry}


def _box(left: float, top: float, width: float, height: float) -> dict[str, float]:
    return {"left": left, "top": top, "width": width, "height": height}


def result_row(name: str) -> dict[str, Any]:
    """The row of images.sql for an image with a post, with its typed values; nested ones are JSON."""
    [analysis] = [row for row in analysis_rows() if row["image_id"] == image_id(name)]
    photos = [row for row in photo_rows() if row["image_id"] == image_id(name)]
    posts = [row for row in post_rows() if row["id"] in [photo["tweetid"] for photo in photos]]
    found, first = analysis["image_labels"], posts[0]
    faces = found.get("facedetails")
    celebrities = (found.get("celebrityrecognition") or {}).get("celebrityfaces")
    nested = {
        "labels": found.get("labels"),
        "lines": _pick(found.get("textdetections"), lambda line: line, lambda line: line["type"] == "LINE"),
        "face_boxes": _pick(faces, lambda face: face["boundingbox"]),
        "face_confidences": _pick(faces, lambda face: face["confidence"]),
        "face_ages": _pick(faces, lambda face: face.get("agerange")),
        "face_genders": _pick(faces, lambda face: face.get("gender")),
        "face_emotions": _pick(faces, lambda face: face.get("emotions")),
        "celebrity_names": _pick(celebrities, lambda each: each["name"]),
        "celebrity_confidences": _pick(celebrities, lambda each: each["matchconfidence"]),
        "celebrity_boxes": _pick(celebrities, lambda each: each["face"]["boundingbox"]),
        "custom_labels": found.get("customlabels"),
        "moderation": found.get("moderationlabels"),
        "hashtags": _pick((first.get("entities") or {}).get("hashtags"), lambda tag: tag["text"]),
    }
    return {
        **{name: analysis[name] for name in ("image_id", "s3_key", "width", "height", "dt")},
        **{name: None if value is None else json.dumps(value) for name, value in nested.items()},
        **dict.fromkeys(("perceptual_hash", "dominant_color", "matched_query", "file_name")),
        "posts": len(posts),
        "authors": len({post["user"]["id"] for post in posts}),
        "last_posted_ms": posts[-1]["timestamp_ms"],
        "posted_ms": first["timestamp_ms"],
        "post_id": first["id_str"],
        "post_url": f"https://x.com/i/status/{first['id_str']}",
        "media_url": photos[0]["media_url"],
        "alt_text": photos[0].get("alt_text"),
        "author_id": first["user"]["id_str"],
        "screen_name": first["user"]["screen_name"],
        "author_name": first["user"]["name"],
        **{
            name: first.get(name)
            for name in ("source_platform", "text", "language", "sentiment", "favorite_count", "retweet_count")
        },
    }


def _pick(items: Any, read: Callable[[Any], Any], is_wanted: Callable[[Any], bool] = lambda _: True) -> Any:
    return None if items is None else [read(item) for item in items if is_wanted(item)]
