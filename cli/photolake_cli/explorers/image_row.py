"""Reads an image of the lake from a row of images.sql."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from photolake_cli.explorers.image import Box, Finding, Kind, LakeImage, Post
from photolake_cli.inspect.label_tree import LabelNode, build_label_tree


def read_image(row: Mapping[str, Any], min_confidence: float = 0) -> LakeImage:
    """Read a row of images.sql; labels, custom labels and celebrities below `min_confidence` percent are left out.

    Moderation labels, faces and lines of text always stay.
    """
    nested = {name: json.loads(value) for name, value in row.items() if name in _NESTED and value is not None}
    named = [*_read_labels(nested), *_read_custom_labels(nested), *_read_celebrities(nested)]
    return LakeImage(
        image_id=row["image_id"],
        s3_key=row["s3_key"],
        width=row["width"] or 0,
        height=row["height"] or 0,
        day=row["dt"],
        perceptual_hash=row["perceptual_hash"],
        dominant_color=row["dominant_color"],
        findings=[
            *(finding for finding in named if finding.confidence >= min_confidence),
            *_read_faces(nested),
            *_read_lines(nested),
            *_read_moderation(nested),
        ],
        is_judged=nested.get("moderation") is not None,
        post=_read_post(row, nested) if row["post_id"] is not None else None,
        posts=row["posts"] or 0,
        authors=row["authors"] or 0,
        last_posted_at=_read_moment(row["last_posted_ms"]),
        file_name=row["file_name"],
    )


_NESTED = frozenset(
    {
        "labels",
        "lines",
        "face_boxes",
        "face_confidences",
        "face_ages",
        "face_genders",
        "face_emotions",
        "celebrity_names",
        "celebrity_confidences",
        "celebrity_boxes",
        "custom_labels",
        "moderation",
        "hashtags",
    }
)


def _read_labels(nested: Mapping[str, Any]) -> Iterator[Finding]:
    labels = [label for label in nested.get("labels") or [] if label.get("name")]
    nearest = dict(_walk_tree(build_label_tree(labels)))
    for label in sorted(labels, key=_rank_label):
        name = label["name"]
        categories = [category["name"] for category in label.get("categories") or [] if category.get("name")]
        boxes = [box for each in label.get("instances") or [] if (box := _read_box(each.get("boundingbox")))]
        group = nearest.get(name) or next(iter(categories), "")
        yield Finding(Kind.LABEL, name, _read_number(label.get("confidence")), group, boxes, _list_parents(label))


def _rank_label(label: Mapping[str, Any]) -> tuple[float, int, str]:
    return -_read_number(label.get("confidence")), -len(_list_parents(label)), label["name"]


def _list_parents(label: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(parent["name"] for parent in label.get("parents") or [] if parent.get("name"))


def _walk_tree(nodes: Sequence[LabelNode], parent: str = "") -> Iterator[tuple[str, str]]:
    for node in nodes:
        yield node.name, parent
        yield from _walk_tree(node.children, node.name)


def _read_custom_labels(nested: Mapping[str, Any]) -> Iterator[Finding]:
    for label in nested.get("custom_labels") or []:
        if label.get("name"):
            box = _read_box((label.get("geometry") or {}).get("boundingbox"))
            yield Finding(
                Kind.CUSTOM_LABEL, label["name"], _read_number(label.get("confidence")), boxes=[box] if box else []
            )


def _read_celebrities(nested: Mapping[str, Any]) -> Iterator[Finding]:
    columns = [nested.get(name) or [] for name in ("celebrity_names", "celebrity_confidences", "celebrity_boxes")]
    for name, confidence, shares in zip(*columns, strict=True):
        box = _read_box(shares)
        if name:
            yield Finding(Kind.CELEBRITY, name, _read_number(confidence), boxes=[box] if box else [])


def _read_faces(nested: Mapping[str, Any]) -> Iterator[Finding]:
    names = ("face_boxes", "face_confidences", "face_ages", "face_genders", "face_emotions")
    for shares, confidence, age, gender, emotions in zip(*(nested.get(name) or [] for name in names), strict=True):
        seen: list[dict[str, Any]] = sorted(emotions or [], key=lambda each: -_read_number(each.get("confidence")))
        found = {
            "age_low": (age or {}).get("low"),
            "age_high": (age or {}).get("high"),
            "gender": (gender or {}).get("value"),
            "emotion": seen[0].get("type") if seen else None,
        }
        box = _read_box(shares)
        yield Finding(
            Kind.FACE,
            "face",
            _read_number(confidence),
            boxes=[box] if box else [],
            attributes={name: value for name, value in found.items() if value is not None},
        )


def _read_lines(nested: Mapping[str, Any]) -> Iterator[Finding]:
    for line in nested.get("lines") or []:
        box = _read_box((line.get("geometry") or {}).get("boundingbox"))
        text = line.get("detectedtext") or ""
        yield Finding(
            Kind.TEXT,
            "text",
            _read_number(line.get("confidence")),
            boxes=[box] if box else [],
            attributes={"text": text},
        )


def _read_moderation(nested: Mapping[str, Any]) -> Iterator[Finding]:
    labels = [label for label in nested.get("moderation") or [] if label.get("name")]
    for label in sorted(labels, key=lambda label: (-_read_number(label.get("confidence")), label["name"])):
        group = label.get("parentname") or ""
        yield Finding(Kind.MODERATION, label["name"], _read_number(label.get("confidence")), group)


def _read_post(row: Mapping[str, Any], nested: Mapping[str, Any]) -> Post:
    return Post(
        id=row["post_id"],
        platform=row["source_platform"],
        url=row["post_url"],
        text=row["text"] or "",
        language=row["language"],
        sentiment=row["sentiment"],
        posted_at=_read_moment(row["posted_ms"]),
        media_url=row["media_url"],
        alt_text=row["alt_text"],
        likes=row["favorite_count"],
        reposts=row["retweet_count"],
        query=row["matched_query"],
        hashtags=[tag for tag in nested.get("hashtags") or [] if tag],
        screen_name=row["screen_name"],
        author_name=row["author_name"],
    )


def _read_box(shares: Mapping[str, Any] | None) -> Box | None:
    values = [(shares or {}).get(name) for name in ("left", "top", "width", "height")]
    numbers = [float(value) for value in values if value is not None and math.isfinite(float(value))]
    return Box(*numbers) if len(numbers) == len(values) else None


def _read_number(value: float | None) -> float:
    return float(value) if value is not None and math.isfinite(float(value)) else 0.0


def _read_moment(milliseconds: int | None) -> dt.datetime | None:
    """Read milliseconds since 1970; None outside of the years that Python has, which a hostile archive may hold."""
    if milliseconds is None:
        return None
    try:
        return dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
