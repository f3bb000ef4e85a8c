"""The document of an image: what OpenSearch holds of its analysis, and of the photos that it is.

Each key is a field of `image_index.json`; a test compares them. Its fields `label`, `text`, `celebrity`,
`moderation_label`, `entity`, `post_text` and `words` are filled by the mapping (`copy_to`), so they are no keys here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Required, TypedDict

if TYPE_CHECKING:
    from photolake.photos.job import PostSummary
    from photolake.rows.types import AnalysisRow, PhotoRow


class LabelDocument(TypedDict):
    """A label; `instances` is the number of its boxes."""

    name: str | None
    parents: list[str]
    aliases: list[str]
    categories: list[str]
    confidence: float | None
    instances: int


class TextLineDocument(TypedDict):
    """A line of text in the image."""

    text: str | None
    confidence: float | None


class CelebrityDocument(TypedDict):
    """A recognised celebrity; `id` is Rekognition's."""

    id: str | None
    name: str | None
    confidence: float | None


class ModerationDocument(TypedDict):
    """A moderation label with its place in the taxonomy."""

    name: str | None
    parent: str | None
    level: int | None
    confidence: float | None


class CountDocument(TypedDict):
    """How many faces have this gender, or this as their strongest emotion."""

    name: str
    count: int


class AgeRange(TypedDict):
    """The age range of one face, both ends included; years."""

    gte: int
    lte: int


class FacesDocument(TypedDict):
    """The faces by number: no box, no landmark, and nothing that says which face has which age and emotion."""

    count: int
    ages: list[AgeRange]
    genders: list[CountDocument]
    emotions: list[CountDocument]


class PhotoDocument(TypedDict, total=False):
    """A photo with the image's bytes: of a post, which has no author here, or dropped; `source_key` is its row's.

    `name` is that of the dropped file; `text` and `entities` are the post's.
    """

    source_key: Required[str]
    origin: str
    source_platform: str | None
    tweetid: str | None
    id_str: str | None
    dt: str
    collected_at: str | None
    name: str | None
    text: str | None
    alt_text: str | None
    entities: list[str]


class ImageDocument(TypedDict, total=False):
    """What is known of an image; without an analysis yet, only `image_id` and `photos`."""

    image_id: Required[str]
    dt: str | None
    s3_key: str | None
    origin: str | None
    width: int | None
    height: int | None
    content_type: str | None
    perceptual_hash: str | None
    analyzed_at: str
    processed_at: str
    failed_apis: list[str]
    colors: list[str]
    labels: list[LabelDocument]
    text_lines: list[TextLineDocument]
    celebrities: list[CelebrityDocument]
    moderation: list[ModerationDocument]
    faces: FacesDocument | None
    photos: list[PhotoDocument]


def image_document(row: AnalysisRow) -> ImageDocument:
    """Build the document of an analysis; `faces` is null if faces were not asked for."""
    found: Mapping[str, Any] = row.get("image_labels") or {}
    celebrities = found.get("celebrityrecognition") or {}
    properties = row.get("image_properties") or {}
    return {
        "image_id": row["image_id"],
        "dt": row.get("dt"),
        "s3_key": row.get("s3_key"),
        "origin": row.get("origin"),
        "width": row.get("width"),
        "height": row.get("height"),
        "content_type": row.get("content_type"),
        "perceptual_hash": row.get("perceptual_hash"),
        "analyzed_at": row["analyzed_at"],
        "processed_at": row["processed_at"],
        "failed_apis": [error["api"] for error in row.get("errors") or []],
        "colors": _distinct(color.get("simplifiedcolor") for color in _items(properties, "dominantcolors")),
        "labels": [_label(label) for label in _items(found, "labels")],
        "text_lines": [
            {"text": text.get("detectedtext"), "confidence": text.get("confidence")}
            for text in _items(found, "textdetections")
            if text.get("type") == "LINE"
        ],
        "celebrities": [
            {"id": each.get("id"), "name": each.get("name"), "confidence": each.get("matchconfidence")}
            for each in _items(celebrities, "celebrityfaces")
        ],
        "moderation": [_moderation(label) for label in _items(found, "moderationlabels")],
        # Where only counts are kept, a list without faces does not say that there are none.
        "faces": None
        if found.get("facedetails") is None or row.get("face_counts")
        else _faces(_items(found, "facedetails")),
    }


def photo_document(row: PhotoRow, post: PostSummary | None) -> ImageDocument | None:
    """Build what a photo adds to the document of its image; None if it did not become one."""
    image_id = row.get("image_id")
    if not image_id:
        return None
    key, tweetid = row["source_key"], row.get("tweetid")
    photo: PhotoDocument = {
        "source_key": key,
        "origin": row["origin"],
        "source_platform": row.get("source_platform"),
        # As text: browsers round numbers of this size.
        "tweetid": None if tweetid is None else str(tweetid),
        "id_str": post.id_str if post else None,
        "dt": row["dt"],
        "collected_at": row.get("collected_at"),
        "name": key.rpartition("/")[2] if tweetid is None else None,
        "text": post.text if post else None,
        "alt_text": row.get("alt_text"),
        "entities": _distinct(entity.get("text") for entity in (post.entities if post else ())),
    }
    return {"image_id": image_id, "photos": [photo]}


def _label(label: Mapping[str, Any]) -> LabelDocument:
    return {
        "name": label.get("name"),
        "parents": _names(label, "parents"),
        "aliases": _names(label, "aliases"),
        "categories": _names(label, "categories"),
        "confidence": label.get("confidence"),
        "instances": len(_items(label, "instances")),
    }


def _moderation(label: Mapping[str, Any]) -> ModerationDocument:
    return {
        "name": label.get("name"),
        "parent": label.get("parentname") or None,
        "level": label.get("taxonomylevel"),
        "confidence": label.get("confidence"),
    }


def _faces(faces: list[Mapping[str, Any]]) -> FacesDocument:
    ages = [face.get("agerange") or {} for face in faces]
    return {
        "count": len(faces),
        # OpenSearch refuses a range that ends before it begins.
        "ages": [
            {"gte": low, "lte": high}
            for low, high in ((age.get("low"), age.get("high")) for age in ages)
            if low is not None and high is not None and low <= high
        ],
        "genders": _counts((face.get("gender") or {}).get("value") for face in faces),
        "emotions": _counts(_strongest_emotion(face) for face in faces),
    }


def _strongest_emotion(face: Mapping[str, Any]) -> str | None:
    emotions = _items(face, "emotions")
    return max(emotions, key=lambda each: each.get("confidence") or 0.0).get("type") if emotions else None


def _counts(names: Iterable[str | None]) -> list[CountDocument]:
    counted = Counter(name for name in names if name)
    return [{"name": name, "count": counted[name]} for name in sorted(counted)]


def _items(holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [item for item in holder.get(name) or [] if item is not None]


def _names(holder: Mapping[str, Any], name: str) -> list[str]:
    return _distinct(item.get("name") for item in _items(holder, name))


def _distinct(names: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))
